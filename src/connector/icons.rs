//! The icon of the connectors, in every size that Power BI shows. `cargo xtask generate` draws them from `icon.svg`.

/// An icon of one size.
#[derive(Clone, Copy, Debug)]
pub struct Icon {
    /// Its width and its height.
    pub pixels: u32,
    /// 8-bit RGBA.
    pub png: &'static [u8],
}

macro_rules! icons {
    ($($pixels:literal),+) => {
        /// Every size, smallest first.
        pub const ICONS: &[Icon] = &[$(Icon {
            pixels: $pixels,
            png: include_bytes!(concat!("icons/", $pixels, ".png")),
        }),+];
    };
}

icons!(16, 20, 24, 32, 40, 48, 64, 80);

#[cfg(test)]
mod tests {
    use super::*;

    /// The first chunk of a PNG file says its size and what its pixels are.
    #[test]
    fn every_icon_is_an_8_bit_rgba_png_of_its_size() {
        for icon in ICONS {
            let size = icon.pixels.to_be_bytes();
            let head = [&b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"[..], &size, &size, &[8, 6]].concat();
            assert!(icon.png.starts_with(&head), "{} px", icon.pixels);
            assert!(icon.png.ends_with(b"IEND\xaeB`\x82"), "{} px", icon.pixels);
        }
    }
}

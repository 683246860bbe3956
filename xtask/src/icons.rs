//! The icons of the connectors: one drawing, rendered in every size that Power BI shows.

use anyhow::{Context, Result};
use oxipng::{BitDepth, ColorType, Options, RawImage};
use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::Tree;

use crate::files;
use crate::workspace::Workspace;

/// The drawing, and the folder of what is made of it.
const FOLDER: &str = "src/connector/icons";

/// Width and height in pixels. `src/connector/icons.rs` includes the same ones.
const SIZES: [u32; 8] = [16, 20, 24, 32, 40, 48, 64, 80];

/// A path from the root and the bytes of an icon, for every size.
///
/// # Errors
/// When the drawing cannot be read.
pub(crate) fn all(workspace: &Workspace) -> Result<Vec<(String, Vec<u8>)>> {
    let drawing = files::read(&workspace.path(FOLDER).join("icon.svg"))?;
    let tree = Tree::from_str(&drawing, &resvg::usvg::Options::default()).context("icon.svg is no SVG")?;
    SIZES
        .into_iter()
        .map(|size| Ok((format!("{FOLDER}/{size}.png"), render(&tree, size)?)))
        .collect()
}

/// Draws a square of `size` pixels.
fn render(tree: &Tree, size: u32) -> Result<Vec<u8>> {
    let mut pixels = Pixmap::new(size, size).context("an icon has at least a pixel")?;
    let [across, down] = [tree.size().width(), tree.size().height()].map(|length| size as f32 / length);
    resvg::render(tree, Transform::from_scale(across, down), &mut pixels.as_mut());
    let image = RawImage::new(size, size, ColorType::RGBA, BitDepth::Eight, pixels.take_demultiplied())?;
    Ok(image.create_optimized_png(&as_rgba())?)
}

/// As small as it gets without another kind of pixel: the SDK's own icons are 8-bit RGBA throughout.
fn as_rgba() -> Options {
    Options {
        bit_depth_reduction: false,
        color_type_reduction: false,
        grayscale_reduction: false,
        palette_reduction: false,
        optimize_alpha: true,
        ..Options::max_compression()
    }
}

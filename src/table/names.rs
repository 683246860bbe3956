//! Names for columns that come with a row of names, or with none.

/// Gives each column a name of its own.
#[derive(Debug, Default)]
pub(crate) struct Names {
    /// The names given so far, in their order as texts.
    sorted: Vec<String>,
}

impl Names {
    /// The name of the next column. A blank one becomes `columnN`, N counted from 1; one that was given before gets `_2`,
    /// `_3`, … behind it.
    pub(crate) fn give(&mut self, wanted: &str) -> String {
        let numbered;
        let wanted = if wanted.trim().is_empty() {
            numbered = format!("column{}", self.sorted.len() + 1);
            &numbered
        } else {
            wanted
        };
        let mut name = wanted.to_owned();
        let mut count = 1;
        loop {
            match self.sorted.binary_search(&name) {
                Err(place) => {
                    self.sorted.insert(place, name.clone());
                    return name;
                }
                Ok(_) => {
                    count += 1;
                    name = format!("{wanted}_{count}");
                }
            }
        }
    }
}

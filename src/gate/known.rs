//! What earlier answers told about runs, instances and operations.

/// Ids that are of allowed jobs or items, each with what makes it unique. An id that is not here is asked for, or refused.
#[derive(Debug, Default)]
pub(super) struct Known(Vec<String>);

/// How many are kept. A forgotten one costs a request.
const MOST: usize = 8192;

impl Known {
    pub(super) fn add(&mut self, of: &str, id: &str) {
        if self.has(of, id) {
            return;
        }
        if self.0.len() >= MOST {
            self.0.drain(..MOST / 4);
        }
        self.0.push(key(of, id));
    }

    pub(super) fn has(&self, of: &str, id: &str) -> bool {
        let key = key(of, id);
        self.0.iter().rev().any(|known| *known == key)
    }
}

fn key(of: &str, id: &str) -> String {
    [of, "\n", id].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_are_forgotten_first_and_it_does_not_grow_for_ever() {
        let mut known = Known::default();
        for id in 0..=MOST {
            known.add("a", &id.to_string());
            known.add("a", &id.to_string());
        }
        assert!(known.0.len() <= MOST);
        assert!(known.has("a", &MOST.to_string()));
        assert!(!known.has("a", "0"));
        assert!(!known.has("b", &MOST.to_string()));
    }
}

//! Rows that are arrays, and their header.

use super::{Container, Plan, Rows};
use crate::builder::{Builder, Kinds};
use crate::lexer::{Lexer, Problem, Stopped};
use crate::names::Names;

impl Rows {
    /// Reads rows that are arrays, or null.
    pub(crate) fn arrays(
        &mut self,
        lexer: &mut Lexer<'_, false>,
        depth: usize,
        container: Container,
    ) -> Result<(), Stopped> {
        let mut is_first = true;
        loop {
            let start = (lexer.at, lexer.line_breaks);
            let mut is_row = true;
            match lexer.peek() {
                b'[' if is_first && self.plan.header != Some(false) => {
                    is_first = false;
                    is_row = !self.first_array(lexer, depth)?;
                }
                b'[' => self.array(lexer, depth)?,
                b'n' => {
                    lexer.null()?;
                    // Only a header that was named is sought behind nulls.
                    is_first &= self.plan.header == Some(true);
                }
                _ => return lexer.stop(Problem::OtherShape),
            }
            self.row += usize::from(is_row);
            if !container.next(lexer, start)? {
                return Ok(());
            }
        }
    }

    /// Reads the first array: as names if it may be the header, and says so; otherwise as a row.
    fn first_array(&mut self, lexer: &mut Lexer<'_, false>, depth: usize) -> Result<bool, Stopped> {
        let start = lexer.at;
        let names = lexer.labels(depth)?;
        let is_header = match (&names, self.plan.header) {
            (Some(_), Some(true)) => true,
            (None, Some(true)) => return lexer.stop(Problem::NoNames),
            (Some(names), None) => {
                names.iter().all(|(name, is_text)| *is_text && !name.is_empty()) && are_distinct(names)
            }
            _ => false,
        };
        if is_header {
            self.header = names.map(|names| names.into_iter().map(|(name, _)| name).collect());
        } else {
            lexer.at = start;
            self.array(lexer, depth)?;
        }
        Ok(is_header)
    }

    /// Reads an array as a row.
    pub(crate) fn array(&mut self, lexer: &mut Lexer<'_, false>, depth: usize) -> Result<(), Stopped> {
        let mut more = lexer.open(b']', depth)?;
        let mut column = 0;
        while more {
            if column == self.builders.len() {
                self.next_column().or_else(|problem| lexer.stop(problem))?;
            }
            self.cell(lexer, column, depth + 1)?;
            column += 1;
            more = lexer.next_item()?;
        }
        Ok(())
    }

    /// Adds the next column of rows that are arrays: with its name in the header, or numbered.
    fn next_column(&mut self) -> Result<usize, Problem> {
        let header = self.header.as_ref();
        let wanted = header
            .and_then(|names| names.get(self.builders.len()))
            .map_or("", String::as_str);
        let name = self.names.wanted(wanted);
        self.add_column(&name)
    }

    /// Adds the columns of the header that no row has.
    pub(crate) fn add_header(&mut self) -> Result<(), Problem> {
        let count = self.header.as_ref().map_or(0, Vec::len);
        while self.builders.len() < count {
            self.next_column()?;
        }
        self.align()
    }

    /// Decides whether a first array that may be the header is one: if no row is longer, and some column holds values,
    /// but no texts. If it is none, it becomes the first row; false if the rows have to be read again for that.
    #[inline(never)]
    pub(crate) fn settle_header(&mut self, plan: &mut Plan) -> Result<bool, Problem> {
        let Some(header) = &self.header else {
            return Ok(true);
        };
        if self.plan.header.is_some() {
            self.add_header()?;
            return Ok(true);
        }
        let speaks = |builder: &Builder| !builder.kinds().is_empty() && !builder.kinds().has(Kinds::TEXT);
        let is_header = self.builders.len() <= header.len() && self.builders.iter().any(speaks);
        plan.header = Some(is_header);
        if is_header {
            self.add_header()?;
            return Ok(true);
        }
        if !plan.schema.is_empty() {
            return Ok(false);
        }
        let header = self.header.take().unwrap_or_default();
        while self.builders.len() < header.len() {
            self.next_column()?;
        }
        self.align()?;
        self.names = Names::default();
        for (at, builder) in self.builders.iter_mut().enumerate() {
            builder.name = self.names.wanted("");
            self.names.push(&builder.name)?;
            match header.get(at) {
                Some(text) => builder.push_text_front(text),
                None => builder.push_null_front(),
            }
        }
        self.row += 1;
        Ok(true)
    }
}

fn are_distinct(labels: &[(String, bool)]) -> bool {
    let mut names = Names::default();
    labels
        .iter()
        .enumerate()
        .all(|(at, (name, _))| names.find_or_push(name) == at)
}

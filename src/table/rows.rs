//! Rows of JSON into columns, in one pass.

mod arrays;
mod passage;

use super::builder::Builder;
use super::fit::Schema;
use super::lexer::{Lexer, Problem, Stopped};
use super::names::{MAX_BYTES, Names};
use super::texts::TextBuffer;
use passage::Passage;

/// What stands between two values is remembered up to this length.
const MAX_LEARNED: usize = 128;

/// How many ways from one column to others are remembered: where some members are left out there are several.
const MAX_PASSAGES: usize = 4;

/// How many values are read by one call.
const CELLS_AT_ONCE: usize = 512;

/// What holds the rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Container {
    /// An array, whose opening bracket was passed.
    Array,
    /// A document, in which each row is on a line of its own.
    Lines,
    /// The same, where a row may only be an array or an object.
    NestedLines,
}

/// How rows are read; a second reading knows more than the first.
#[derive(Clone, Debug, Default)]
pub(crate) struct Plan {
    /// The columns whose values are kept as they are written, by index.
    pub(crate) written: Vec<bool>,
    /// The columns with a type that the user named: their values are kept as they are written too.
    pub(crate) schema: Schema,
    /// Whether nested objects become columns.
    pub(crate) flatten: bool,
    /// Whether a name may occur twice in an object.
    pub(crate) careful: bool,
    /// Whether the first array holds the names; if it is left out that is to be found out.
    pub(crate) header: Option<bool>,
    /// The column and the row of which the place is sought.
    pub(crate) watched: Option<(usize, usize)>,
}

/// A table that grows.
#[derive(Clone, Debug, Default)]
pub(crate) struct Rows {
    pub(crate) builders: Vec<Builder>,
    pub(crate) names: Names,
    /// By the column that was read last.
    passages: Vec<Vec<Passage>>,
    /// The row being read.
    pub(crate) row: usize,
    pub(crate) plan: Plan,
    /// Whether a name occurred twice in an object, whose last value is yet to be found.
    pub(crate) repeated: bool,
    /// The names in the first array.
    pub(crate) header: Option<Vec<String>>,
    /// How many cells were filled up.
    missing: usize,
    /// How many nulls were read, which are filled up too.
    nulls: usize,
    /// The names of members of nested objects, with dots.
    paths: Names,
    /// For each path, where among the members being read it was last.
    latest: Vec<usize>,
    /// For each path, whether an object was there.
    parents: Vec<bool>,
    name: TextBuffer,
}

impl Rows {
    pub(crate) fn new(plan: Plan) -> Self {
        Self {
            plan,
            ..Self::default()
        }
    }

    /// Adds a column, whose name is new.
    pub(crate) fn add_column(&mut self, name: &str) -> Result<usize, Problem> {
        let index = self.names.push(name)?;
        let is_written = self.plan.written.get(index).copied().unwrap_or(false) || self.plan.schema.get(name).is_some();
        let watched = self.plan.watched.filter(|(column, _)| *column == index);
        self.builders
            .push(Builder::new(name.to_owned(), is_written, watched.map(|(_, row)| row)));
        self.passages.push(Vec::new());
        Ok(index)
    }

    /// Reads the value that begins here into a column of the current row.
    #[inline(never)]
    pub(crate) fn cell<const INNER: bool>(
        &mut self,
        lexer: &mut Lexer<'_, INNER>,
        column: usize,
        depth: usize,
    ) -> Result<(), Stopped> {
        self.cell_in_line::<INNER, false>(lexer, column, depth)
    }

    /// The same for where most of the time goes.
    #[inline(always)]
    fn cell_in_line<const INNER: bool, const NUMBERS_IN_LINE: bool>(
        &mut self,
        lexer: &mut Lexer<'_, INNER>,
        column: usize,
        depth: usize,
    ) -> Result<(), Stopped> {
        // As a slice: the index of a vector is a call where code is made small. So it is elsewhere.
        let builder = &mut self.builders.as_mut_slice()[column];
        if lexer.peek() == b'n' && builder.row_count() <= self.row {
            // The row's value stays missing, until a later row has one or all are read.
            self.nulls += 1;
            return lexer.null();
        }
        if builder.row_count() != self.row {
            if builder.row_count() > self.row {
                self.repeated = true;
                return lexer.skip_value(depth);
            }
            if let Err(problem) = builder.fill(self.row, &mut self.missing, self.nulls) {
                return lexer.stop(problem);
            }
        }
        builder.value::<INNER, NUMBERS_IN_LINE>(lexer, depth)
    }

    /// Gives all columns the same number of rows.
    ///
    /// # Errors
    /// There are too many cells without a value.
    pub(crate) fn align(&mut self) -> Result<(), Problem> {
        for builder in &mut self.builders {
            builder.fill(self.row, &mut self.missing, self.nulls)?;
        }
        Ok(())
    }

    /// Reads rows that are objects, or null.
    pub(crate) fn records<const INNER: bool>(
        &mut self,
        lexer: &mut Lexer<'_, INNER>,
        depth: usize,
        container: Container,
    ) -> Result<(), Stopped> {
        let mut ended = None;
        loop {
            let start = (lexer.at, lexer.line_breaks);
            match lexer.peek() {
                b'{' => ended = self.record(lexer, depth, ended)?,
                b'n' => {
                    lexer.null()?;
                    ended = None;
                }
                _ => return lexer.stop(Problem::OtherShape),
            }
            self.row += 1;
            if !container.next(lexer, start)? {
                return Ok(());
            }
        }
    }

    /// Reads an object as a row, and further rows as long as they look alike. `ended` is the column with which the row
    /// before ended, and where; so is what it gives.
    pub(crate) fn record<const INNER: bool>(
        &mut self,
        lexer: &mut Lexer<'_, INNER>,
        depth: usize,
        ended: Option<(usize, usize)>,
    ) -> Result<Option<(usize, usize)>, Stopped> {
        if !lexer.open(b'}', depth)? {
            return Ok(None);
        }
        if INNER && self.plan.careful {
            return lexer.stop(Problem::OtherShape);
        }
        if self.plan.careful {
            self.members(lexer, depth)?;
            return Ok(None);
        }
        let (mut ended, mut rows) = (ended, 1);
        loop {
            let mut column = self.member(lexer)?;
            if let Some((from, start)) = ended
                && self.passages[from].len() < MAX_PASSAGES
            {
                self.learn(from, lexer.bytes.get(start..lexer.at).unwrap_or_default(), column, rows);
            }
            while self.cells(lexer, &mut column, depth + 1)? {}
            (ended, rows) = (Some((column, lexer.at)), 0);
            if !lexer.next_member()? {
                return Ok(ended);
            }
        }
    }

    /// Reads values as long as they follow each other as they did before, the first one into `column`, which becomes the
    /// last one's. True if it goes on: an engine that has a faster version of this code ready changes to it only where it
    /// is called.
    #[inline(never)]
    fn cells<const INNER: bool>(
        &mut self,
        lexer: &mut Lexer<'_, INNER>,
        column: &mut usize,
        depth: usize,
    ) -> Result<bool, Stopped> {
        for _ in 0..CELLS_AT_ONCE {
            if INNER {
                // An answer is mostly the first thing that a program reads, and small: engines have the faster versions of
                // two functions sooner than that of a large one.
                self.cell_in_line::<INNER, false>(lexer, *column, depth)?;
            } else {
                self.cell_in_line::<INNER, true>(lexer, *column, depth)?;
            }
            let (bytes, at) = (lexer.bytes, lexer.at);
            let passages = self.passages.as_slice()[*column].as_slice();
            let Some(passage) = passages.iter().find(|passage| passage.is_at(bytes, at)) else {
                return Ok(false);
            };
            lexer.at += passage.length;
            lexer.skip_space();
            self.row += passage.rows;
            *column = passage.column;
        }
        Ok(true)
    }

    #[cold]
    #[inline(never)]
    fn learn(&mut self, from: usize, bytes: &[u8], column: usize, rows: usize) {
        if !bytes.is_empty() && bytes.len() <= MAX_LEARNED {
            self.passages[from].push(Passage::learned(bytes, column, rows));
        }
    }

    /// Reads the name of a member; gives its column, and goes on to its value.
    #[inline]
    fn member<const INNER: bool>(&mut self, lexer: &mut Lexer<'_, INNER>) -> Result<usize, Stopped> {
        if let Some((start, end)) = lexer.plain_name()
            && let Some(column) = self.names.find_in(lexer.bytes, start, end)
        {
            lexer.pass_name(end - start);
            lexer.colon()?;
            return Ok(column);
        }
        let mut name = std::mem::take(&mut self.name);
        let read = lexer.member_name(&mut name);
        let column = read.and_then(|()| self.column(lexer, name.bytes()));
        self.name = name;
        column
    }

    /// The column of that name, which is new if need be.
    fn column<const INNER: bool>(&mut self, lexer: &mut Lexer<'_, INNER>, name: &[u8]) -> Result<usize, Stopped> {
        if let Some(column) = self.names.find(name) {
            return Ok(column);
        }
        let added = match str::from_utf8(name) {
            Ok(name) => self.add_column(name),
            Err(_) => Err(Problem::NotUtf8),
        };
        added.or_else(|problem| lexer.stop(problem))
    }

    /// Reads the members of an object where a name may come again, or where nested objects become columns: first finds
    /// the last value of each, then reads those.
    #[inline(never)]
    fn members<const INNER: bool>(&mut self, lexer: &mut Lexer<'_, INNER>, depth: usize) -> Result<(), Stopped> {
        let mut leaves = Vec::new();
        self.leaves(lexer, depth, "", &mut leaves)?;
        let end = lexer.at;
        // A name with a dot and a nested member may have one path.
        for (place, (path, _)) in leaves.iter().enumerate() {
            self.latest[*path] = place;
        }
        for (place, (path, at)) in leaves.into_iter().enumerate() {
            let name = self.paths.get(path).to_owned();
            let column = self.column(lexer, name.as_bytes())?;
            if self.latest[path] == place {
                lexer.at = at;
                self.cell(lexer, column, depth + 1)?;
            }
        }
        lexer.at = end;
        Ok(())
    }

    /// Finds the members of an object, those of nested ones instead of them, and where the last value of each is.
    fn leaves<const INNER: bool>(
        &mut self,
        lexer: &mut Lexer<'_, INNER>,
        depth: usize,
        prefix: &str,
        leaves: &mut Vec<(usize, usize)>,
    ) -> Result<(), Stopped> {
        let mut found: Vec<(usize, usize)> = Vec::new();
        let mut name = TextBuffer::default();
        loop {
            lexer.member_name(&mut name)?;
            let Ok(text) = str::from_utf8(name.bytes()) else {
                return lexer.stop(Problem::NotUtf8);
            };
            if !prefix.is_empty() && self.paths.byte_count() + prefix.len() + text.len() > MAX_BYTES {
                return lexer.stop(Problem::TooLarge("names of columns of at most 16777216 bytes together"));
            }
            let path = self.paths.find_or_push(&[prefix, text].concat());
            self.latest.resize(self.paths.len(), 0);
            self.parents.resize(self.paths.len(), false);
            let place = self.latest[path];
            match found.get_mut(place) {
                Some((same, at)) if *same == path => *at = lexer.at,
                _ => {
                    self.latest[path] = found.len();
                    found.push((path, lexer.at));
                }
            }
            lexer.skip_value(depth + 1)?;
            if !lexer.next_member()? {
                break;
            }
        }
        let end = lexer.at;
        for (path, at) in found {
            lexer.at = at;
            if !self.plan.flatten || lexer.peek() != b'{' {
                leaves.push((path, at));
                continue;
            }
            self.parents[path] = true;
            let prefix = [self.paths.get(path), "."].concat();
            if lexer.open(b'}', depth + 1)? {
                self.leaves(lexer, depth + 1, &prefix, leaves)?;
            }
        }
        lexer.at = end;
        Ok(())
    }

    /// Whether nested objects were found under a name, whose members are columns.
    pub(crate) fn is_parent(&self, name: &str) -> bool {
        let path = self.paths.find(name.as_bytes());
        path.and_then(|path| self.parents.get(path))
            .is_some_and(|is_parent| *is_parent)
    }

    /// Reads rows that are values of any kind, in one column.
    pub(crate) fn values(
        &mut self,
        lexer: &mut Lexer<'_, false>,
        depth: usize,
        container: Container,
    ) -> Result<(), Stopped> {
        let column = self.column(lexer, super::VALUE.as_bytes())?;
        loop {
            let start = (lexer.at, lexer.line_breaks);
            self.cell(lexer, column, depth)?;
            self.row += 1;
            if !container.next(lexer, start)? {
                return Ok(());
            }
        }
    }
}

impl Container {
    /// Goes on to the next row; false if there is none. `start` is where the row that was read began, or the first of several,
    /// and how many line breaks there were before.
    #[inline(always)]
    fn next<const INNER: bool>(self, lexer: &mut Lexer<'_, INNER>, start: (usize, usize)) -> Result<bool, Stopped> {
        match self {
            Self::Array => lexer.next_item(),
            Self::Lines | Self::NestedLines => {
                let end = lexer.line_breaks;
                if end != start.1 {
                    return row_on_lines(lexer, start.0);
                }
                lexer.skip_space();
                if lexer.is_at_end() {
                    return Ok(false);
                }
                if lexer.line_breaks == end {
                    return lexer.unexpected("a line break");
                }
                if self == Self::NestedLines && !matches!(lexer.peek(), b'[' | b'{') {
                    return lexer.unexpected("an array or an object");
                }
                Ok(true)
            }
        }
    }
}

/// Stops at the row that is on more lines than one, which is among those that begin at `start`.
#[cold]
#[inline(never)]
fn row_on_lines<const INNER: bool>(lexer: &mut Lexer<'_, INNER>, start: usize) -> Result<bool, Stopped> {
    lexer.at = start;
    loop {
        let (at, line_breaks) = (lexer.at, lexer.line_breaks);
        lexer.skip_value(0)?;
        if lexer.line_breaks != line_breaks || lexer.is_at_end() {
            lexer.at = at;
            return lexer.unexpected("a value on one line");
        }
        lexer.skip_space();
    }
}

//! Readings of a document: as many as it takes, mostly one.

use super::builder::Builder;
use super::column::Column;
use super::fit::{self, Misfit, Schema};
use super::json;
use super::lexer::{Lexer, Problem, Stopped};
use super::options::ReadOptions;
use super::path::Step;
use super::rows::{Container, Plan, Rows};
use super::texts::TextBuffer;
use super::{ColumnType, Format, JsonPath, Table, TableError, TableErrorCode};

/// Reads the rows of a container, at a depth.
pub(crate) type ReadItems<const INNER: bool> =
    fn(&mut Rows, &mut Lexer<'_, INNER>, usize, Container) -> Result<(), Stopped>;

/// Reads all rows; gives the column of their labels, if they have any.
type ReadRows<'r, const INNER: bool> =
    dyn FnMut(&mut Rows, &mut Lexer<'_, INNER>) -> Result<Option<Column>, Stopped> + 'r;

/// Reads documents, as the user said.
pub(crate) struct Reader<'o> {
    pub(crate) options: &'o ReadOptions,
    /// What is wrong with a document that is right as JSON.
    error: Option<TableError>,
}

impl<'o> Reader<'o> {
    pub(crate) const fn new(options: &'o ReadOptions) -> Self {
        Self { options, error: None }
    }

    /// Reads a whole document.
    pub(crate) fn document(&mut self, bytes: &[u8]) -> Result<Table, TableError> {
        let mut lexer = Lexer::<false>::new(bytes, 0);
        lexer.skip_space();
        let read = self.at_path(&mut lexer, &self.options.path.steps, 0);
        let table = read.and_then(|table| lexer.end().map(|()| table));
        match table {
            Ok(Some(table)) => Ok(table),
            Ok(None) => Err(self.error.take().unwrap_or_else(|| lexer.error())),
            Err(Stopped) if lexer.problem == Problem::None => Err(self.error.take().unwrap_or_else(|| lexer.error())),
            Err(Stopped) => Err(lexer.error()),
        }
    }

    /// Reads a document that has a value per line.
    pub(crate) fn lines(&mut self, bytes: &[u8]) -> Result<Table, TableError> {
        let mut lexer = Lexer::<false>::new(bytes, 0);
        lexer.skip_space();
        let table = if lexer.is_at_end() {
            Ok(Table::default())
        } else {
            self.rows_on_lines(&mut lexer)
        };
        table.map_err(|Stopped| self.error.take().unwrap_or_else(|| lexer.error()))
    }

    fn rows_on_lines<const INNER: bool>(&mut self, lexer: &mut Lexer<'_, INNER>) -> Result<Table, Stopped> {
        let start = lexer.at;
        let attempts: &[ReadItems<INNER>] = match lexer.peek() {
            b'{' => &[Rows::records, Rows::values],
            b'[' => &[Rows::arrays, Rows::values],
            _ => &[Rows::values],
        };
        for read in attempts {
            lexer.at = start;
            let container = if self.options.format == Format::JsonLines {
                Container::Lines
            } else {
                Container::NestedLines
            };
            let table = self.passes(lexer, &mut |rows, lexer| {
                read(rows, lexer, 0, container)?;
                Ok(None)
            });
            if table.is_ok() || lexer.problem != Problem::OtherShape {
                return table;
            }
        }
        Err(Stopped)
    }

    /// Reads what is at the end of the path, and checks everything on the way. `None` if the path leads nowhere.
    fn at_path(
        &mut self,
        lexer: &mut Lexer<'_, false>,
        steps: &[Step],
        depth: usize,
    ) -> Result<Option<Table>, Stopped> {
        let Some((step, rest)) = steps.split_first() else {
            let is_on_the_way = !self.options.path.steps.is_empty();
            return if is_on_the_way && lexer.is_at_quote() {
                self.in_text(lexer)
            } else {
                self.value(lexer, depth).map(Some)
            };
        };
        let mut found = None;
        let start = lexer.at;
        match (step, lexer.peek()) {
            (Step::Member(name), b'{') => {
                let mut member = TextBuffer::default();
                let mut more = lexer.open(b'}', depth)?;
                let mut is_there = false;
                while more {
                    lexer.member_name(&mut member)?;
                    if member.bytes() == name.as_bytes() {
                        // Of a name that occurs twice the last one counts.
                        self.error = None;
                        is_there = true;
                        found = self.at_path(lexer, rest, depth + 1)?;
                    } else {
                        lexer.skip_value(depth + 1)?;
                    }
                    more = lexer.next_member()?;
                }
                if is_there {
                    return Ok(found);
                }
            }
            (Step::Item(index), b'[') => {
                let mut more = lexer.open(b']', depth)?;
                let mut at = 0;
                while more {
                    if at == *index {
                        found = self.at_path(lexer, rest, depth + 1)?;
                    } else {
                        lexer.skip_value(depth + 1)?;
                    }
                    at += 1;
                    more = lexer.next_item()?;
                }
                if at > *index {
                    return Ok(found);
                }
            }
            (_, b'"') => return self.further_in_text(lexer, steps),
            _ => lexer.skip_value(depth)?,
        }
        let value = lexer.bytes.get(start..lexer.at).unwrap_or_default();
        self.error = Some(self.options.path.leads_nowhere(steps.len(), value));
        Ok(found)
    }

    /// Goes on in the document that the text holds which begins here.
    fn further_in_text(&mut self, lexer: &mut Lexer<'_, false>, steps: &[Step]) -> Result<Option<Table>, Stopped> {
        let start = lexer.at;
        let text = self.unescaped(lexer)?;
        if !text.trim_ascii_start().starts_with(b"{") && !text.trim_ascii_start().starts_with(b"[") {
            let value = lexer.bytes.get(start..lexer.at).unwrap_or_default();
            self.error = Some(self.options.path.leads_nowhere(steps.len(), value));
            return Ok(None);
        }
        let mut inner = Lexer::<false>::new(&text, 0);
        inner.skip_space();
        let found = self.at_path(&mut inner, steps, 0);
        match found.and_then(|found| inner.end().map(|()| found)) {
            Ok(found) => Ok(found),
            Err(Stopped) => {
                // What is wrong with a value was told where it was found.
                let told = self.error.take().filter(|_| inner.problem == Problem::None);
                self.stopped_in_text(lexer, told.unwrap_or_else(|| inner.error()))
            }
        }
    }

    /// Reads the text that begins here as what it is: mostly JSON that is read as it stands, in its escapes.
    fn in_text(&mut self, lexer: &mut Lexer<'_, false>) -> Result<Option<Table>, Stopped> {
        let start = lexer.at;
        let mut inner = Lexer::<true>::new(lexer.bytes, lexer.at + 1);
        if let Ok(table) = self.escaped_document(&mut inner) {
            lexer.at = inner.at + 1;
            return Ok(Some(table));
        }
        self.error = None;
        lexer.at = start;
        let text = self.unescaped(lexer)?;
        let options = ReadOptions {
            path: JsonPath::root(),
            format: self.format_in_text(),
            ..self.options.clone()
        };
        match Table::read(&text, &options) {
            Ok(table) => Ok(Some(table)),
            Err(error) => self.stopped_in_text(lexer, error),
        }
    }

    /// Reads a document in the escapes of the text around it, up to the quote that ends that.
    fn escaped_document(&mut self, lexer: &mut Lexer<'_, true>) -> Result<Table, Stopped> {
        lexer.skip_space();
        let format = self.format_in_text();
        if !matches!(format, Format::Auto | Format::JsonLines) || !matches!(lexer.peek(), b'[' | b'{') {
            return lexer.stop(Problem::OtherShape);
        }
        let start = lexer.at;
        if lexer.peek() == b'[' && format == Format::Auto {
            let table = self.escaped_array(lexer)?;
            if lexer.is_at_end_behind_space() {
                return Ok(table);
            }
            lexer.at = start;
        }
        lexer.skip_value(0)?;
        if lexer.is_at_end_behind_space() && format == Format::Auto {
            return lexer.stop(Problem::OtherShape);
        }
        lexer.at = start;
        self.rows_on_lines(lexer)
    }

    /// What the text at the end of a path is written in: `Json` says no more than what the path does.
    fn format_in_text(&self) -> Format {
        match self.options.format {
            Format::Json => Format::Auto,
            format => format,
        }
    }

    fn unescaped(&mut self, lexer: &mut Lexer<'_, false>) -> Result<Vec<u8>, Stopped> {
        let start = lexer.at;
        lexer.skip_text()?;
        let content = lexer.bytes.get(start + 1..lexer.at - 1).unwrap_or_default();
        let mut text = TextBuffer::default();
        json::unescape(content, &mut text);
        Ok(text.into_bytes())
    }

    fn stopped_in_text<T>(&mut self, lexer: &mut Lexer<'_, false>, error: TableError) -> Result<T, Stopped> {
        self.error = Some(error);
        lexer.stop(Problem::None)
    }

    /// Reads rows as often as it takes to know what is needed, and makes the table. What `read` gives, if anything, is
    /// the first column.
    pub(crate) fn passes<const INNER: bool>(
        &mut self,
        lexer: &mut Lexer<'_, INNER>,
        read: &mut ReadRows<'_, INNER>,
    ) -> Result<Table, Stopped> {
        let start = lexer.at;
        lexer.problem = Problem::None;
        let mut plan = Plan {
            schema: Schema::of(&self.options.schema),
            flatten: self.options.flatten,
            careful: self.options.flatten,
            header: self.options.header,
            ..Plan::default()
        };
        loop {
            lexer.at = start;
            lexer.line_breaks = 0;
            let mut rows = Rows::new(plan.clone());
            let index = read(&mut rows, lexer)?;
            rows.align().or_else(|problem| lexer.stop(problem))?;
            if let Some(watched) = plan.watched {
                let place = rows.builders.get(watched.0).and_then(|builder| builder.place);
                if let Some(error) = self.error.as_mut() {
                    error.set_offset(place);
                }
                return lexer.stop(Problem::None);
            }
            if rows.repeated && !plan.careful {
                plan.careful = true;
                continue;
            }
            let is_settled = rows.settle_header(&mut plan).or_else(|problem| lexer.stop(problem))?;
            if !is_settled {
                continue;
            }
            let lost: Vec<bool> = rows.builders.iter().map(Builder::is_lost).collect();
            if lost.contains(&true) {
                plan.written = lost;
                continue;
            }
            let row_count = rows.row;
            match self.finish(rows, index, lexer)? {
                Ok(columns) => return Ok(Table { columns, row_count }),
                Err(watched) => plan.watched = Some(watched),
            }
        }
    }

    /// The columns, those of the schema first; or the column and row of a value that does not fit.
    fn finish<const INNER: bool>(
        &mut self,
        mut rows: Rows,
        index: Option<Column>,
        lexer: &mut Lexer<'_, INNER>,
    ) -> Result<Result<Vec<Column>, (usize, usize)>, Stopped> {
        let schema = &rows.plan.schema;
        let row_count = rows.row;
        let is_flat = rows.plan.flatten;
        let is_parent = |builder: &Builder| is_flat && builder.kinds().is_empty() && rows.is_parent(&builder.name);
        let parents: Vec<bool> = rows.builders.iter().map(is_parent).collect();
        let mut columns = Vec::with_capacity(parents.len() + 1);
        if let Some(index) = index {
            let index = index.renamed(rows.names.free("index"));
            match self.fit_labels(index) {
                Ok(index) => columns.push(index),
                Err(error) => {
                    self.error = Some(error);
                    return lexer.stop(Problem::None);
                }
            }
        }
        for (at, builder) in rows.builders.into_iter().enumerate() {
            if parents[at] {
                continue;
            }
            let to = schema.get(&builder.name);
            let column = match to {
                Some(_) => builder.finish_written(),
                None => builder.finish(),
            };
            let Ok(column) = column else {
                lexer.at = str::from_utf8(lexer.bytes).map_or_else(|error| error.valid_up_to(), str::len);
                return lexer.stop(Problem::NotUtf8);
            };
            let Some(to) = to else {
                columns.push(column);
                continue;
            };
            let name = column.name().to_owned();
            match fit::fit(column, to) {
                Ok(column) => columns.push(column),
                Err(Misfit { row, found }) => {
                    let error = TableError::new(TableErrorCode::DoesNotFit, None, fit::expected(to), found);
                    self.error = Some(error.in_row(row, Some(name)));
                    return Ok(Err((at, row)));
                }
            }
        }
        Ok(Ok(fit::arrange(columns, row_count, schema)))
    }

    /// The column of the rows' labels, in the type that the schema names for it.
    fn fit_labels(&self, labels: Column) -> Result<Column, TableError> {
        let Some((name, to)) = self.options.schema.iter().find(|(name, _)| name == labels.name()) else {
            return Ok(labels);
        };
        let found = labels.column_type();
        if found == *to {
            return Ok(labels);
        }
        let misfit = |row, found: &str| {
            TableError::new(TableErrorCode::DoesNotFit, None, fit::expected(*to), found).in_row(row, Some(name.clone()))
        };
        if found != ColumnType::Utf8 {
            return Err(misfit(0, found.as_str()));
        }
        fit::fit(labels, *to).map_err(|Misfit { row, found }| misfit(row, &found))
    }
}

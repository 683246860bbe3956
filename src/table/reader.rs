//! Readings of a document: as many as it takes, mostly one.

use super::builder::Builder;
use super::column::Column;
use super::fit::{self, Schema};
use super::json;
use super::lexer::{Lexer, Problem, Stopped};
use super::options::{ReadOptions, Shape};
use super::path::Step;
use super::rows::{Container, Plan, Rows};
use super::shape::first_item;
use super::texts::TextBuffer;
use super::{Format, JsonPath, Table, TableError};

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
    pub(crate) error: Option<TableError>,
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
    #[inline(never)]
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

    fn rows_on_lines(&mut self, lexer: &mut Lexer<'_, false>) -> Result<Table, Stopped> {
        let start = lexer.at;
        let attempts: &[ReadItems<false>] = match lexer.peek() {
            b'{' => &[Rows::records, Rows::values],
            b'[' => &[Rows::arrays, Rows::values],
            _ => &[Rows::values],
        };
        for read in attempts {
            lexer.at = start;
            let table = self.lines_of(lexer, *read);
            if table.is_ok() || lexer.problem != Problem::OtherShape {
                return table;
            }
        }
        Err(Stopped)
    }

    fn lines_of<const INNER: bool>(
        &mut self,
        lexer: &mut Lexer<'_, INNER>,
        read: ReadItems<INNER>,
    ) -> Result<Table, Stopped> {
        let container = if self.options.format == Format::JsonLines {
            Container::Lines
        } else {
            Container::NestedLines
        };
        self.passes(lexer, &mut |rows, lexer| {
            read(rows, lexer, 0, container)?;
            Ok(None)
        })
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
    #[inline(never)]
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
        if let Ok(table) = self.escaped_rows(&mut inner) {
            lexer.at = inner.at + 1;
            return Ok(Some(table));
        }
        lexer.at = start;
        self.in_unescaped_text(lexer)
    }

    /// Reads the text that begins here once it is unescaped.
    #[inline(never)]
    fn in_unescaped_text(&mut self, lexer: &mut Lexer<'_, false>) -> Result<Option<Table>, Stopped> {
        self.error = None;
        let text = self.unescaped(lexer)?;
        let options = ReadOptions {
            path: JsonPath::root(),
            format: self.format_in_text(),
            ..self.options.clone()
        };
        match Table::of_bytes(&text, &options) {
            Ok(table) => Ok(Some(table)),
            Err(error) => self.stopped_in_text(lexer, error),
        }
    }

    /// Reads rows that are objects in the escapes of the text around them, up to the quote that ends that: what most
    /// outputs are. Everything else is `OtherShape` here, and read once it is unescaped, so that its code is there once.
    fn escaped_rows(&mut self, lexer: &mut Lexer<'_, true>) -> Result<Table, Stopped> {
        lexer.skip_space();
        let start = lexer.at;
        let is_for_records = matches!(self.options.shape, Shape::Auto | Shape::Records);
        let table = match (lexer.peek(), self.format_in_text()) {
            (b'[', Format::Auto) if is_for_records && first_item(lexer.clone(), 0) == b'{' => {
                self.items(lexer, 0, Rows::records)?
            }
            (b'{', format @ (Format::Auto | Format::JsonLines)) => {
                lexer.skip_value(0)?;
                if lexer.is_at_end_behind_space() && format == Format::Auto {
                    return lexer.stop(Problem::OtherShape);
                }
                lexer.at = start;
                self.lines_of(lexer, Rows::records)?
            }
            _ => return lexer.stop(Problem::OtherShape),
        };
        lexer.end().map(|()| table)
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
            match self.conclude(rows, index, &mut plan) {
                Ok(Some(table)) => return Ok(table),
                Ok(None) => {}
                Err(problem) => {
                    if problem == Problem::NotUtf8 {
                        // Which bytes they are is looked for from here on.
                        lexer.at = 0;
                    }
                    return lexer.stop(problem);
                }
            }
        }
    }

    /// Makes the table of rows that were read; `None` if they have to be read again, as the plan then says.
    #[inline(never)]
    fn conclude(&mut self, mut rows: Rows, index: Option<Column>, plan: &mut Plan) -> Result<Option<Table>, Problem> {
        rows.align()?;
        if let Some(watched) = plan.watched {
            let place = rows.builders.get(watched.0).and_then(|builder| builder.place);
            if let Some(error) = self.error.as_mut() {
                error.set_offset(place);
            }
            return Err(Problem::None);
        }
        if rows.repeated && !plan.careful {
            plan.careful = true;
            return Ok(None);
        }
        if rows.header.is_some() && !rows.settle_header(plan)? {
            return Ok(None);
        }
        let lost: Vec<bool> = rows.builders.iter().map(Builder::is_lost).collect();
        if lost.contains(&true) {
            plan.written = lost;
            return Ok(None);
        }
        self.finish(rows, index, plan)
    }

    /// The table, its columns in the order of the schema. `None` if a value does not fit its type, whose place is then
    /// sought by another reading.
    fn finish(&mut self, mut rows: Rows, index: Option<Column>, plan: &mut Plan) -> Result<Option<Table>, Problem> {
        let row_count = rows.row;
        let is_flat = plan.flatten;
        let is_parent = |builder: &Builder| is_flat && builder.kinds().is_empty() && rows.is_parent(&builder.name);
        let parents: Vec<bool> = rows.builders.iter().map(is_parent).collect();
        let mut columns = Vec::with_capacity(parents.len() + 1);
        if let Some(index) = index {
            columns.push(self.labels(index, &mut rows, &plan.schema)?);
        }
        for (at, builder) in rows.builders.into_iter().enumerate() {
            if parents[at] {
                continue;
            }
            let Some(to) = plan.schema.get(&builder.name) else {
                columns.push(builder.finish()?);
                continue;
            };
            match fit::fit(builder.finish_written()?, to) {
                Ok(column) => columns.push(column),
                Err(misfit) => {
                    plan.watched = Some((at, misfit.row));
                    self.error = Some(misfit.error(None));
                    return Ok(None);
                }
            }
        }
        if !plan.schema.is_empty() {
            columns = fit::arrange(columns, row_count, &plan.schema).map_err(|error| {
                self.error = Some(error);
                Problem::None
            })?;
        }
        Ok(Some(Table { columns, row_count }))
    }

    /// The column of the rows' labels, under a name that is free and in the type that the schema names for it.
    #[inline(never)]
    fn labels(&mut self, labels: Column, rows: &mut Rows, schema: &Schema) -> Result<Column, Problem> {
        let labels = labels.renamed(rows.names.free("index"));
        match schema.get(labels.name()) {
            Some(to) if to != labels.column_type() => fit::fit_texts(labels, to).map_err(|misfit| {
                self.error = Some(misfit.error(None));
                Problem::None
            }),
            _ => Ok(labels),
        }
    }
}

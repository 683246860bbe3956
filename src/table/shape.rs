//! How rows lie in JSON: found by looking, or as the user says.

use super::column::Column;
use super::lexer::{Lexer, Problem, Stopped};
use super::names::Names;
use super::options::Shape;
use super::reader::{ReadItems, Reader};
use super::rows::{Container, Rows};
use super::texts::TextBuffer;
use super::{Table, VALUE};

/// The members of an object: their names, each once, and where the last value of each begins.
struct Outline {
    names: Names,
    places: Vec<usize>,
    /// Where the object ends.
    end: usize,
}

impl Reader<'_> {
    /// Reads the value that begins here as a table.
    ///
    /// Engines compile what is called for the first time: so the shapes stay out of what reads paths, and of each other.
    #[inline(never)]
    pub(crate) fn value(&mut self, lexer: &mut Lexer<'_, false>, depth: usize) -> Result<Table, Stopped> {
        let shape = self.options.shape;
        let start = lexer.at;
        let read = match (lexer.peek(), shape) {
            (_, Shape::Row) => self.one_row(lexer, depth),
            (b'[', _) => self.array(lexer, depth),
            (b'{', _) => self.object(lexer, depth),
            (_, Shape::Auto) => self.one_row(lexer, depth),
            _ => self.other_shape(lexer, depth),
        };
        if read.is_err() && lexer.problem == Problem::OtherShape {
            lexer.at = start;
            self.unlike_shape(lexer, depth)?;
        }
        read
    }

    /// Steps over a value that does not have the shape named: what is wrong as JSON comes first.
    fn other_shape<T>(&mut self, lexer: &mut Lexer<'_, false>, depth: usize) -> Result<T, Stopped> {
        lexer.skip_value(depth)?;
        lexer.stop(Problem::OtherShape)
    }

    fn one_row(&mut self, lexer: &mut Lexer<'_, false>, depth: usize) -> Result<Table, Stopped> {
        self.passes(lexer, &mut |rows, lexer| {
            if lexer.peek() == b'{' {
                rows.record(lexer, depth, None)?;
            } else {
                let column = rows.add_column(VALUE).or_else(|problem| lexer.stop(problem))?;
                rows.cell(lexer, column, depth)?;
            }
            rows.row = 1;
            Ok(None)
        })
    }

    #[inline(never)]
    fn array(&mut self, lexer: &mut Lexer<'_, false>, depth: usize) -> Result<Table, Stopped> {
        let start = lexer.at;
        let attempts: &[Shape] = match self.options.shape {
            Shape::Auto => match first_item(lexer.clone(), depth) {
                b'{' => &[Shape::Records, Shape::Row],
                b'[' => &[Shape::Arrays, Shape::Row],
                b'"' => &[Shape::Texts, Shape::Row],
                _ => &[Shape::Row],
            },
            Shape::Records => &[Shape::Records],
            Shape::Arrays => &[Shape::Arrays],
            Shape::Texts => &[Shape::Texts],
            _ => &[],
        };
        for shape in attempts {
            lexer.at = start;
            let read = match shape {
                Shape::Records => self.items(lexer, depth, Rows::records),
                Shape::Arrays => self.items(lexer, depth, Rows::arrays),
                Shape::Texts => self.texts(lexer, depth),
                _ => self.items(lexer, depth, Rows::values),
            };
            if read.is_ok() || lexer.problem != Problem::OtherShape {
                return read;
            }
        }
        lexer.at = start;
        self.other_shape(lexer, depth)
    }

    /// Reads an array of rows.
    pub(crate) fn items<const INNER: bool>(
        &mut self,
        lexer: &mut Lexer<'_, INNER>,
        depth: usize,
        read: ReadItems<INNER>,
    ) -> Result<Table, Stopped> {
        self.passes(lexer, &mut |rows, lexer| {
            if lexer.open(b']', depth)? {
                read(rows, lexer, depth + 1, Container::Array)?;
            }
            Ok(None)
        })
    }

    /// Reads an array of texts, each of which is a JSON object.
    fn texts(&mut self, lexer: &mut Lexer<'_, false>, depth: usize) -> Result<Table, Stopped> {
        let start = lexer.at;
        for way in [text_as_it_stands, unescaped_text] {
            lexer.at = start;
            let read = self.passes(lexer, &mut |rows, lexer| {
                let mut more = lexer.open(b']', depth)?;
                while more {
                    if lexer.is_at_quote() {
                        way(rows, lexer)?;
                    } else if lexer.peek() == b'n' {
                        lexer.null()?;
                    } else {
                        return lexer.stop(Problem::OtherShape);
                    }
                    rows.row += 1;
                    more = lexer.next_item()?;
                }
                Ok(None)
            });
            if read.is_ok() || lexer.problem != Problem::OtherShape {
                return read;
            }
        }
        Err(Stopped)
    }

    #[inline(never)]
    fn object(&mut self, lexer: &mut Lexer<'_, false>, depth: usize) -> Result<Table, Stopped> {
        let start = lexer.at;
        let outline = outline(lexer, depth)?;
        let attempts: &[Shape] = match self.options.shape {
            Shape::Auto if outline.is_of(&["columns", "data"]) || outline.is_of(&["columns", "index", "data"]) => {
                &[Shape::Split, Shape::Lists, Shape::Row]
            }
            Shape::Auto if outline.is_of(&["schema", "data"]) => {
                &[Shape::Table, Shape::Columns, Shape::Index, Shape::Row]
            }
            Shape::Auto => match outline.places.first().map(|at| lexer.bytes[*at]) {
                Some(b'{') => &[Shape::Columns, Shape::Index, Shape::Row],
                Some(b'[') => &[Shape::Lists, Shape::Row],
                _ => &[Shape::Row],
            },
            Shape::Columns => &[Shape::Columns],
            Shape::Index => &[Shape::Index],
            Shape::Lists => &[Shape::Lists],
            Shape::Split => &[Shape::Split],
            Shape::Table => &[Shape::Table],
            _ => &[],
        };
        for shape in attempts {
            lexer.at = start;
            let read = match shape {
                Shape::Columns => self.columns(lexer, depth, &outline),
                Shape::Index => self.index(lexer, depth, &outline),
                Shape::Lists => self.lists(lexer, depth, &outline),
                Shape::Split => self.split(lexer, depth, &outline),
                Shape::Table => self.table(lexer, depth, &outline),
                _ => return self.one_row(lexer, depth),
            };
            lexer.at = outline.end;
            if read.is_ok() || lexer.problem != Problem::OtherShape {
                return read;
            }
        }
        lexer.stop(Problem::OtherShape)
    }

    /// An array for each column.
    fn lists(&mut self, lexer: &mut Lexer<'_, false>, depth: usize, outline: &Outline) -> Result<Table, Stopped> {
        self.passes(lexer, &mut |rows, lexer| {
            let mut row_count = None;
            for (name, at) in outline.members() {
                lexer.at = at;
                if lexer.peek() != b'[' {
                    return lexer.stop(Problem::OtherShape);
                }
                let column = rows.add_column(name).or_else(|problem| lexer.stop(problem))?;
                rows.row = 0;
                let mut more = lexer.open(b']', depth + 1)?;
                while more {
                    rows.cell(lexer, column, depth + 2)?;
                    rows.row += 1;
                    more = lexer.next_item()?;
                }
                if *row_count.get_or_insert(rows.row) != rows.row {
                    return lexer.stop(Problem::OtherShape);
                }
            }
            Ok(None)
        })
    }

    /// An object for each column, in which the names are those of the rows.
    fn columns(&mut self, lexer: &mut Lexer<'_, false>, depth: usize, outline: &Outline) -> Result<Table, Stopped> {
        let mut labels = Names::default();
        let mut columns = Vec::new();
        for (_, at) in outline.members() {
            lexer.at = at;
            if lexer.peek() != b'{' {
                return lexer.stop(Problem::OtherShape);
            }
            let column = self::outline(lexer, depth + 1)?;
            column.names.iter().for_each(|label| {
                labels.find_or_push(label);
            });
            columns.push(column);
        }
        let are_counted = is_counted(labels.iter());
        if self.options.shape == Shape::Auto {
            let is_alike = |column: &Outline| column.names.iter().eq(labels.iter());
            // Objects without members are columns without rows; unless they are called as rows are.
            let are_rows = labels.len() == 0 && is_counted(outline.names.iter());
            if !are_counted || are_rows || !columns.iter().all(is_alike) {
                return lexer.stop(Problem::OtherShape);
            }
        }
        self.passes(lexer, &mut |rows, lexer| {
            for ((name, _), members) in outline.members().zip(&columns) {
                let column = rows.add_column(name).or_else(|problem| lexer.stop(problem))?;
                for (row, label) in labels.iter().enumerate() {
                    rows.row = row;
                    if let Some(member) = members.names.find(label.as_bytes()) {
                        lexer.at = members.places[member];
                        rows.cell(lexer, column, depth + 2)?;
                    }
                }
            }
            rows.row = labels.len();
            Ok((!are_counted).then(|| Column::of_texts("index", labels.iter())))
        })
    }

    /// An object for each row, whose name is the row's.
    fn index(&mut self, lexer: &mut Lexer<'_, false>, depth: usize, outline: &Outline) -> Result<Table, Stopped> {
        let are_counted = is_counted(outline.names.iter());
        if self.options.shape == Shape::Auto && !are_counted {
            return lexer.stop(Problem::OtherShape);
        }
        self.passes(lexer, &mut |rows, lexer| {
            for at in &outline.places {
                lexer.at = *at;
                if lexer.peek() != b'{' {
                    return lexer.stop(Problem::OtherShape);
                }
                rows.record(lexer, depth + 1, None)?;
                rows.row += 1;
            }
            Ok((!are_counted).then(|| Column::of_texts("index", outline.names.iter())))
        })
    }

    /// The names of the columns, the rows as arrays, and perhaps the names of the rows.
    fn split(&mut self, lexer: &mut Lexer<'_, false>, depth: usize, outline: &Outline) -> Result<Table, Stopped> {
        let (Some(columns), Some(data)) = (outline.place("columns"), outline.place("data")) else {
            return lexer.stop(Problem::OtherShape);
        };
        lexer.at = columns;
        let labels = if lexer.peek() == b'[' {
            lexer.labels(depth + 1)?
        } else {
            None
        };
        let Some(labels) = labels.filter(|_| lexer.bytes[data] == b'[') else {
            return lexer.stop(Problem::OtherShape);
        };
        let mut index = None;
        if let Some(at) = outline.place("index") {
            lexer.at = at;
            if lexer.peek() != b'[' {
                return lexer.stop(Problem::OtherShape);
            }
            let values = Reader::new(&super::ReadOptions::new()).items(lexer, depth + 1, Rows::values)?;
            index = Some(values);
        }
        self.passes(lexer, &mut |rows, lexer| {
            rows.plan.header = Some(false);
            rows.header = Some(labels.iter().map(|(label, _)| label.clone()).collect());
            lexer.at = data;
            if lexer.open(b']', depth + 1)? {
                rows.arrays(lexer, depth + 2, Container::Array)?;
            }
            rows.add_header().or_else(|problem| lexer.stop(problem))?;
            let Some(index) = &index else { return Ok(None) };
            if index.row_count() != rows.row {
                return lexer.stop(Problem::OtherShape);
            }
            let labels = index.columns().first();
            Ok(labels
                .filter(|labels| !labels.counts_rows())
                .map(|labels| labels.clone().renamed("index")))
        })
    }

    /// The schema and the rows as objects.
    fn table(&mut self, lexer: &mut Lexer<'_, false>, depth: usize, outline: &Outline) -> Result<Table, Stopped> {
        let (Some(schema), Some(data)) = (outline.place("schema"), outline.place("data")) else {
            return lexer.stop(Problem::OtherShape);
        };
        lexer.at = schema;
        let mut fields = Names::default();
        let mut is_index_key = false;
        if lexer.peek() != b'{' || lexer.bytes[data] != b'[' {
            return lexer.stop(Problem::OtherShape);
        }
        let schema = self::outline(lexer, depth + 1)?;
        if let Some(key) = schema.place("primaryKey").filter(|at| lexer.bytes[*at] == b'[') {
            lexer.at = key;
            let key = lexer.labels(depth + 2)?.unwrap_or_default();
            is_index_key = matches!(key.as_slice(), [(name, true)] if name == "index");
        }
        let Some(list) = schema.place("fields").filter(|at| lexer.bytes[*at] == b'[') else {
            return lexer.stop(Problem::OtherShape);
        };
        lexer.at = list;
        let mut more = lexer.open(b']', depth + 2)?;
        while more {
            if lexer.peek() != b'{' {
                return lexer.stop(Problem::OtherShape);
            }
            let field = self::outline(lexer, depth + 3)?;
            let end = lexer.at;
            if let Some(name) = field.place("name") {
                lexer.at = name;
                fields.find_or_push(&lexer.label(depth + 4)?.unwrap_or_default().0);
            }
            lexer.at = end;
            more = lexer.next_item()?;
        }
        let mut table = self.passes(lexer, &mut |rows, lexer| {
            for name in fields.iter() {
                rows.add_column(name).or_else(|problem| lexer.stop(problem))?;
            }
            lexer.at = data;
            if lexer.open(b']', depth + 1)? {
                rows.records(lexer, depth + 2, Container::Array)?;
            }
            Ok(None)
        })?;
        let is_wanted = self.options.schema.iter().any(|(name, _)| name == "index");
        if is_index_key && !is_wanted {
            table
                .columns
                .retain(|column| column.name() != "index" || !column.counts_rows());
        }
        Ok(table)
    }
}

/// With which byte the first item begins that is not null; 0 if there is none. A quote that is escaped is a quote.
pub(crate) fn first_item<const INNER: bool>(mut lexer: Lexer<'_, INNER>, depth: usize) -> u8 {
    let mut more = lexer.open(b']', depth);
    while let Ok(true) = more {
        match lexer.peek() {
            b'n' => {}
            _ if lexer.is_at_quote() => return b'"',
            first => return first,
        }
        more = lexer.null().and_then(|()| lexer.next_item());
    }
    0
}

/// Reads a text that is a JSON object without taking it out of its escapes.
fn text_as_it_stands(rows: &mut Rows, lexer: &mut Lexer<'_, false>) -> Result<(), Stopped> {
    let mut inner = Lexer::<true>::new(lexer.bytes, lexer.at + 1);
    whole_record(rows, &mut inner).or_else(|problem| lexer.stop(problem))?;
    lexer.at = inner.at + 1;
    Ok(())
}

/// Reads a text that is a JSON object, written with escapes that are rare.
fn unescaped_text(rows: &mut Rows, lexer: &mut Lexer<'_, false>) -> Result<(), Stopped> {
    let mut text = TextBuffer::default();
    lexer.text(&mut text)?;
    let read = whole_record(rows, &mut Lexer::<false>::new(text.bytes(), 0));
    if rows.plan.watched.is_some() {
        // A place in the unescaped text is none in the document.
        rows.builders.iter_mut().for_each(|builder| builder.place = None);
    }
    read.or_else(|problem| lexer.stop(problem))
}

/// Reads a document that is one object as a row.
///
/// # Errors
/// A limit, or `OtherShape` if it is anything else.
fn whole_record<const INNER: bool>(rows: &mut Rows, lexer: &mut Lexer<'_, INNER>) -> Result<(), Problem> {
    lexer.skip_space();
    let is_object = lexer.peek() == b'{' && rows.record(lexer, 0, None).is_ok() && lexer.is_at_end_behind_space();
    match lexer.problem {
        _ if is_object => Ok(()),
        problem @ Problem::TooLarge(_) => Err(problem),
        _ => Err(Problem::OtherShape),
    }
}

impl Outline {
    fn members(&self) -> impl Iterator<Item = (&str, usize)> {
        self.names.iter().zip(self.places.iter().copied())
    }

    fn place(&self, name: &str) -> Option<usize> {
        self.names.find(name.as_bytes()).map(|member| self.places[member])
    }

    /// Whether these are the names, in any order.
    fn is_of(&self, names: &[&str]) -> bool {
        self.names.len() == names.len() && names.iter().all(|name| self.place(name).is_some())
    }
}

/// Reads the names of an object's members, and steps over their values. If a name occurs twice the last value counts.
fn outline(lexer: &mut Lexer<'_, false>, depth: usize) -> Result<Outline, Stopped> {
    let mut outline = Outline {
        names: Names::default(),
        places: Vec::new(),
        end: 0,
    };
    let mut name = TextBuffer::default();
    let mut more = lexer.open(b'}', depth)?;
    while more {
        lexer.member_name(&mut name)?;
        let Ok(text) = str::from_utf8(name.bytes()) else {
            return lexer.stop(Problem::NotUtf8);
        };
        let member = outline.names.find_or_push(text);
        match outline.places.get_mut(member) {
            Some(place) => *place = lexer.at,
            None => outline.places.push(lexer.at),
        }
        lexer.skip_value(depth + 1)?;
        more = lexer.next_member()?;
    }
    outline.end = lexer.at;
    Ok(outline)
}

/// Whether these are `0`, `1`, `2` and so on.
fn is_counted<'a>(labels: impl Iterator<Item = &'a str>) -> bool {
    labels.enumerate().all(|(at, label)| label == at.to_string())
}

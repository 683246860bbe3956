//! What holds for every input of the reader of tables, one function per fuzz target. Each panics if it does not.

use pqrun_table::{CellRef, ColumnType, CsvOptions, Format, JsonPath, ReadOptions, Shape, Table, TableError};

/// How many bytes at the beginning of an input choose the options of [`read_anything`].
const CHOICES: usize = 4;

/// Any bytes, read with any options, give a table that is whole, or an error that says where.
pub fn read_anything(data: &[u8]) {
    let Some((choices, text)) = data.split_at_checked(CHOICES) else {
        return;
    };
    match Table::read(text, &options(choices)) {
        Ok(table) => is_whole(&table),
        Err(error) => says_where(&error, text.len()),
    }
}

/// A text within a text, at the end of a path, is the same table as the text itself, and the same error.
pub fn envelope_is_plain(data: &[u8]) {
    let (Ok(text), ascii) = (str::from_utf8(data), data.len().is_multiple_of(2)) else {
        return;
    };
    // A path goes on only in what begins like this; any other text is read by the same rules, but not as JSON.
    if !text.trim_start_matches([' ', '\t', '\n', '\r']).starts_with(['[', '{']) {
        return;
    }
    let outer = format!(
        r#"{{"first":["]}}",1],"a":{{"b":{}}},"last":null}}"#,
        quoted(text, ascii)
    );
    let path = JsonPath::parse("$.a.b").expect("the path is one");
    let inner = Table::read(outer.as_bytes(), &ReadOptions::new().path(path));
    let plain = Table::read(text.as_bytes(), &ReadOptions::new());
    match (plain, inner) {
        (Ok(plain), Ok(inner)) => assert_eq!(plain, inner),
        (Err(plain), Err(inner)) => assert_eq!(plain.code(), inner.code(), "{plain} / {inner}"),
        (plain, inner) => panic!("plain {plain:?}, in a text {inner:?}"),
    }
}

/// What a table of JSON is written as is read as the same table.
pub fn round_trip(data: &[u8]) {
    let Ok(table) = Table::read(data, &ReadOptions::new().format(Format::Json)) else {
        return;
    };
    if table.row_count() == 0 {
        // Without rows nothing tells the columns.
        return;
    }
    let json = table.to_json();
    assert_eq!(read(&json, Format::Json), table, "{json}");
    let lines = table.to_json_lines();
    assert_eq!(read(&lines, Format::JsonLines), table, "{lines}");
    csv_round_trip(&table);
}

/// CSV keeps all types but `json`, and names that are not blank.
fn csv_round_trip(table: &Table) {
    let is_bare = |column_type| !matches!(column_type, ColumnType::Utf8 | ColumnType::Json);
    let columns = table.columns();
    if columns.iter().any(|column| column.column_type() == ColumnType::Json || column.name().trim().is_empty())
        // Where every field has quotes they say nothing.
        || !columns.iter().any(|column| is_bare(column.column_type()) && column.null_count() < table.row_count())
        // A null alone in its record would be a blank line, which is no record, so it is written as an empty text.
        || (columns.len() == 1 && columns[0].null_count() > 0)
    {
        return;
    }
    let csv = table.to_csv(&CsvOptions::new());
    assert_eq!(read(&csv, Format::Csv), *table, "{csv}");
}

#[track_caller]
fn read(text: &str, format: Format) -> Table {
    Table::read(text.as_bytes(), &ReadOptions::new().format(format)).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// Options that four bytes stand for.
fn options(choices: &[u8]) -> ReadOptions {
    const PATHS: [&str; 4] = ["$", "$.a", "$.a.b", "$[0].a"];
    let [format, shape, path, more] = [0, 1, 2, 3].map(|at| usize::from(choices.get(at).copied().unwrap_or(0)));
    let mut options = ReadOptions::new()
        .format(Format::ALL[format % Format::ALL.len()])
        .shape(Shape::ALL[shape % Shape::ALL.len()])
        .path(JsonPath::parse(PATHS[path % PATHS.len()]).expect("the path is one"))
        .flatten(more & 1 == 1);
    if more & 2 == 2 {
        options = options.header(more & 4 == 4);
    }
    if more & 8 == 8 {
        options = options.delimiter(b';');
    }
    if more & 16 == 16 {
        options = options.schema([
            ("a".to_owned(), ColumnType::ALL[more >> 5]),
            ("b".to_owned(), ColumnType::ALL[format % ColumnType::ALL.len()]),
        ]);
    }
    options
}

/// Looks at every cell, and at what is written of them.
fn is_whole(table: &Table) {
    for (at, column) in table.columns().iter().enumerate() {
        assert_eq!(column.row_count(), table.row_count());
        let nulls = (0..table.row_count()).filter(|row| table.value(*row, at) == CellRef::Null);
        assert_eq!(nulls.count(), column.null_count(), "{}", column.name());
        assert!(
            table.columns()[..at].iter().all(|other| other.name() != column.name()),
            "{}",
            column.name()
        );
    }
    // As many cells as the limits allow would take a while.
    if table.row_count() * table.columns().len() < 100_000 {
        let _ = (table.to_json(), table.to_json_lines(), table.to_csv(&CsvOptions::new()));
    }
}

fn says_where(error: &TableError, length: usize) {
    if let Some(offset) = error.offset() {
        assert!(offset <= length, "{error}: of {length} bytes");
    }
    assert!(!error.to_string().is_empty());
}

/// A text as JSON: with nothing but ASCII as Python writes it, or with escapes only where there have to be.
fn quoted(text: &str, ascii: bool) -> String {
    let mut json = String::from("\"");
    for character in text.chars() {
        match character {
            '"' | '\\' => json.extend(['\\', character]),
            '\n' => json.push_str("\\n"),
            '\t' if ascii => json.push_str("\\t"),
            '/' if ascii => json.push_str("\\/"),
            '\0'..='\u{1f}' => json.push_str(&format!("\\u{:04x}", u32::from(character))),
            '\u{7f}'.. if ascii => {
                for unit in character.encode_utf16(&mut [0; 2]) {
                    json.push_str(&format!("\\u{unit:04X}"));
                }
            }
            _ => json.push(character),
        }
    }
    json.push('"');
    json
}

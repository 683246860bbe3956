//! Columns of the types that the user names.

use pqrun::table::{CellRef, ColumnType, Format, JsonPath, ReadOptions, Shape, Table, TableError, TableErrorCode};

use super::names;

fn options(schema: &[(&str, ColumnType)]) -> ReadOptions {
    ReadOptions::new().schema(
        schema
            .iter()
            .map(|(name, column_type)| ((*name).to_owned(), *column_type)),
    )
}

fn read(text: &str, schema: &[(&str, ColumnType)]) -> Result<Table, TableError> {
    Table::read(text.as_bytes(), &options(schema).format(Format::Json))
}

fn read_csv(text: &str, schema: &[(&str, ColumnType)]) -> Result<Table, TableError> {
    Table::read(text.as_bytes(), &options(schema).format(Format::Csv))
}

/// What one JSON value becomes in a column of that type; `None` if it does not fit.
#[track_caller]
fn fitted(value: &str, to: ColumnType) -> Option<Table> {
    match read(&format!("[{{\"a\":{value}}}]"), &[("a", to)]) {
        Ok(table) => {
            assert_eq!(table.columns()[0].column_type(), to);
            Some(table)
        }
        Err(error) => {
            assert_eq!(error.code(), TableErrorCode::DoesNotFit, "{value}: {error}");
            None
        }
    }
}

/// What a field of CSV becomes.
#[track_caller]
fn fitted_field(field: &str, to: ColumnType) -> Option<Table> {
    read_csv(&format!("a,b\n{field},x\n"), &[("a", to)]).ok()
}

#[test]
fn a_schema_is_as_wide_as_a_table_and_no_wider() {
    let schema = |count: usize| {
        let names = (0..count).rev().map(|at| (format!("c{at}"), ColumnType::Int64));
        ReadOptions::new().schema(names)
    };
    for (text, format) in [("[{\"c1\":1,\"x\":2}]", Format::Json), ("c1,x\n1,2\n", Format::Csv)] {
        let read = |count| Table::read(text.as_bytes(), &schema(count).format(format));
        let table = read(16_384).expect("it is not too wide");
        assert_eq!(table.columns().len(), 16_385);
        assert_eq!(table.columns()[16_382].value(0), CellRef::Int64(1));
        assert_eq!(names(&table)[16_382..], ["c1", "c0", "x"]);
        let error = read(16_385).expect_err("it is too wide");
        assert_eq!(
            (error.code(), error.to_string().as_str()),
            (
                TableErrorCode::TooLarge,
                "expected at most 16384 columns in the schema, found 16385"
            )
        );
    }
}

#[test]
fn columns_that_only_the_schema_names_are_no_more_than_other_cells_without_a_value() {
    let schema = (0..16_384).map(|at| (format!("c{at}"), ColumnType::Bool));
    let options = ReadOptions::new().schema(schema);
    for (start, row, end) in [("[", "{},", "null]"), ("x,y\n", "1,2\n", "3,4\n"), ("{}\n", "{}\n", "")] {
        let read = |rows: usize| Table::read(format!("{start}{}{end}", row.repeat(rows - 1)).as_bytes(), &options);
        let table = read(1024).expect("it is not too much");
        assert_eq!((table.row_count(), table.columns()[7].null_count()), (1024, 1024));
        let error = read(1025).expect_err("it is too much");
        assert_eq!(
            (error.code(), error.to_string().as_str()),
            (
                TableErrorCode::TooLarge,
                "expected at most 16777216 cells in columns that only the schema names, found 16384 such columns in \
                 1025 rows; leave out of the schema what the text does not have"
            )
        );
    }
}

#[test]
fn the_columns_of_the_schema_come_first_whether_they_occur_or_not() {
    let schema = [
        ("c", ColumnType::Float64),
        ("missing", ColumnType::Date),
        ("a", ColumnType::Utf8),
        ("c", ColumnType::Int64),
    ];
    for table in [
        read(r#"[{"a":1,"b":true,"c":2},{"a":"x","d":[]}]"#, &schema),
        read_csv("a,b,c,d\n1,true,2,\nx,,,[]\n", &schema),
    ] {
        let table = table.expect("all fits");
        assert_eq!(names(&table), ["c", "missing", "a", "b", "d"]);
        let types: Vec<_> = table.columns().iter().map(|column| column.column_type()).collect();
        assert_eq!(
            types[..4],
            [
                ColumnType::Float64,
                ColumnType::Date,
                ColumnType::Utf8,
                ColumnType::Bool
            ]
        );
        assert_eq!(table.columns()[1].null_count(), 2);
        assert_eq!(
            [0, 1].map(|row| table.value(row, 0)),
            [CellRef::Float64(2.0), CellRef::Null]
        );
        assert_eq!(
            [0, 1].map(|row| table.value(row, 2)),
            [CellRef::Utf8("1"), CellRef::Utf8("x")]
        );
    }
}

#[test]
fn every_type_format_and_shape_has_a_name_of_its_own() {
    let types: Vec<_> = ColumnType::ALL.iter().map(|one| one.as_str()).collect();
    assert_eq!(serde_json::json!(ColumnType::ALL), serde_json::json!(types));
    let formats = Format::ALL.iter().map(|one| one.as_str());
    let shapes = Shape::ALL.iter().map(|one| one.as_str());
    for (names, count) in [(types, 8), (formats.collect(), 5), (shapes.collect(), 10)] {
        let different: std::collections::BTreeSet<_> = names.iter().collect();
        assert_eq!((names.len(), different.len()), (count, count), "{names:?}");
    }
}

#[test]
fn nulls_fit_every_type() {
    for &to in ColumnType::ALL {
        let table = fitted("null", to).expect("null fits");
        assert_eq!(table.value(0, 0), CellRef::Null);
        let table = fitted_field("", to).expect("null fits");
        assert_eq!(
            (table.value(0, 0), table.columns()[0].column_type()),
            (CellRef::Null, to)
        );
        let table = read("[]", &[("a", to)]).expect("no rows fit");
        assert_eq!((table.row_count(), names(&table)), (0, vec!["a"]));
        assert_eq!(table.columns()[0].column_type(), to);
    }
}

#[test]
fn values_that_a_type_holds_fit() {
    use ColumnType::{Bool, Date, Datetime, Float64, Int64, Json, Timestamp, Utf8};
    for (value, to, expected) in [
        ("true", Bool, CellRef::Bool(true)),
        ("\"false\"", Bool, CellRef::Bool(false)),
        ("\"True\"", Bool, CellRef::Bool(true)),
        ("5", Int64, CellRef::Int64(5)),
        ("-9223372036854775808", Int64, CellRef::Int64(i64::MIN)),
        ("5.0", Int64, CellRef::Int64(5)),
        ("5.10e1", Int64, CellRef::Int64(51)),
        ("9223372036854775807.0", Int64, CellRef::Int64(i64::MAX)),
        ("0e999", Int64, CellRef::Int64(0)),
        ("\"007\"", Utf8, CellRef::Utf8("007")),
        ("\"7\"", Int64, CellRef::Int64(7)),
        ("\"7.0\"", Int64, CellRef::Int64(7)),
        ("1", Float64, CellRef::Float64(1.0)),
        ("9007199254740993", Float64, CellRef::Float64(9_007_199_254_740_992.0)),
        ("\"0.5\"", Float64, CellRef::Float64(0.5)),
        (
            "\"2024-01-01T00:00:00Z\"",
            Timestamp,
            CellRef::Timestamp(1_704_067_200_000_000),
        ),
        ("1704067200000", Timestamp, CellRef::Timestamp(1_704_067_200_000_000)),
        ("-1", Timestamp, CellRef::Timestamp(-1000)),
        (
            "\"2024-01-01 00:00:00\"",
            Datetime,
            CellRef::Datetime(1_704_067_200_000_000),
        ),
        ("1704067200000", Datetime, CellRef::Datetime(1_704_067_200_000_000)),
        ("\"2024-01-01\"", Date, CellRef::Date(19_723)),
        ("\"2024-01-01T00:00:00.000\"", Date, CellRef::Date(19_723)),
        ("\"1969-12-31 00:00:00\"", Date, CellRef::Date(-1)),
        ("\"a\\n\"", Utf8, CellRef::Utf8("a\n")),
        ("\"\"", Utf8, CellRef::Utf8("")),
        ("1.50", Utf8, CellRef::Utf8("1.50")),
        ("true", Utf8, CellRef::Utf8("true")),
        ("[ 1, {\"a\" : \" \"} ]", Utf8, CellRef::Utf8("[1,{\"a\":\" \"}]")),
        ("\"a\"", Json, CellRef::Json("\"a\"")),
        (
            "12345678901234567890123",
            Json,
            CellRef::Json("12345678901234567890123"),
        ),
        ("{\"a\": [1]}", Json, CellRef::Json("{\"a\":[1]}")),
    ] {
        let table = fitted(value, to).unwrap_or_else(|| panic!("{value} fits {to:?}"));
        assert_eq!(table.value(0, 0), expected, "{value}");
    }
}

#[test]
fn values_that_a_type_does_not_hold_do_not_fit() {
    use ColumnType::{Bool, Date, Datetime, Float64, Int64, Timestamp};
    for (to, values) in [
        (Bool, &["1", "0", "\"yes\"", "\"TRUE\"", "\"\"", "[]", "{}"][..]),
        (
            Int64,
            &[
                "5.5",
                "true",
                "\"x\"",
                "\"\"",
                "\"07\"",
                "\" 7\"",
                "1e-1",
                "9223372036854775808",
                "1e19",
                "1e999",
                "[]",
            ],
        ),
        (
            Float64,
            &[
                "true",
                "\"x\"",
                "\"\"",
                "\"NaN\"",
                "1e400",
                "\"1e400\"",
                "\"1,5\"",
                "{}",
            ],
        ),
        (
            Timestamp,
            &[
                "\"2024-01-01T00:00:00\"",
                "\"2024-01-01\"",
                "\"1704067200000\"",
                "1.5",
                "9223372036854775807",
                "253402300800000",
                "-62135596800001",
                "true",
                "\"\"",
            ],
        ),
        (
            Datetime,
            &["\"2024-01-01T00:00:00Z\"", "\"2024-01-01\"", "\"x\"", "1.5", "[1]"],
        ),
        (
            Date,
            &[
                "\"2024-01-01T00:00:01\"",
                "\"2024-01-01T00:00:00Z\"",
                "19723",
                "\"2024-02-30\"",
                "\"\"",
            ],
        ),
    ] {
        for value in values {
            assert!(fitted(value, to).is_none(), "{value} {to:?}");
        }
    }
}

#[test]
fn fields_of_csv_fit_as_the_texts_that_they_are() {
    use ColumnType::{Bool, Date, Datetime, Float64, Int64, Json, Timestamp, Utf8};
    for (field, to, expected) in [
        ("1", Utf8, CellRef::Utf8("1")),
        ("1.50", Utf8, CellRef::Utf8("1.50")),
        ("\"\"", Utf8, CellRef::Utf8("")),
        ("\"7\"", Int64, CellRef::Int64(7)),
        ("7.0", Int64, CellRef::Int64(7)),
        ("\"\"", Int64, CellRef::Null),
        ("\"\"", Date, CellRef::Null),
        ("1", Float64, CellRef::Float64(1.0)),
        ("True", Bool, CellRef::Bool(true)),
        ("1000", Timestamp, CellRef::Timestamp(1_000_000)),
        ("1970-01-01 00:00:01", Datetime, CellRef::Datetime(1_000_000)),
        ("1970-01-02 00:00:00", Date, CellRef::Date(1)),
        ("\"[1, 2]\"", Json, CellRef::Json("[1,2]")),
        ("x", Json, CellRef::Json("\"x\"")),
        ("\"a\"\"\n\"", Json, CellRef::Json("\"a\\\"\\n\"")),
        ("\"\"", Json, CellRef::Json("\"\"")),
        ("[1", Json, CellRef::Json("\"[1\"")),
    ] {
        let table = fitted_field(field, to).unwrap_or_else(|| panic!("{field} fits {to:?}"));
        assert_eq!(
            (table.value(0, 0), table.columns()[0].column_type()),
            (expected, to),
            "{field}"
        );
    }
    for (field, to) in [
        ("x", Int64),
        ("1", Bool),
        ("x", Timestamp),
        ("1970-01-01T00:00:00Z", Datetime),
        ("1", Date),
    ] {
        assert!(fitted_field(field, to).is_none(), "{field} {to:?}");
    }
}

#[test]
fn a_misfit_says_where_it_is() {
    let error = read_csv("id,when\n1,2024-01-01\n\n\"2\",\n3.5,x\n", &[("id", ColumnType::Int64)]).expect_err("3.5");
    assert_eq!(
        error.to_string(),
        "expected an integer of 64 bits, found a text with a fraction, or beyond 64 bits at byte 27 (row 2, column `id`)"
    );
    assert_eq!(
        (error.row(), error.column(), error.offset()),
        (Some(2), Some("id"), Some(27))
    );

    let error =
        read_csv("a,when\n1\n2,2024-01-01T00:00:00\n", &[("when", ColumnType::Timestamp)]).expect_err("no zone");
    assert_eq!(
        (error.row(), error.column(), error.offset()),
        (Some(1), Some("when"), Some(11))
    );
    assert!(error.found().ends_with("without a zone"), "{error}");

    let late = "a\n1\n2,3\n4,x\n";
    let error = read_csv(late, &[("column2", ColumnType::Int64)]).expect_err("x");
    assert_eq!((error.row(), error.offset()), (Some(2), Some(10)));

    let text = r#"[{"a":1},{"b":2},{"a":null,"b":3},{"a":"x"}]"#;
    let error = read(text, &[("a", ColumnType::Int64)]).expect_err("x");
    assert_eq!((error.row(), error.column()), (Some(3), Some("a")));
    assert_eq!(error.offset(), text.find("\"x\""));
    assert_eq!((error.expected(), error.found()), ("an integer of 64 bits", "a text"));
}

#[test]
fn a_misfit_in_a_text_on_the_way_is_told_as_one() {
    let text = r#"{"a":"{\"b\":[{\"n\":1},{\"n\":\"x\"}]}"}"#;
    let options = ReadOptions::new()
        .path(JsonPath::parse("$.a.b").expect("a path"))
        .schema([("n".to_owned(), ColumnType::Int64)]);
    let error = Table::read(text.as_bytes(), &options).expect_err("x is no integer");
    assert_eq!(
        (error.code(), error.row(), error.column()),
        (TableErrorCode::DoesNotFit, Some(1), Some("n"))
    );
}

#[test]
fn a_text_on_the_way_that_is_cut_is_truncated() {
    let options = ReadOptions::new().path(JsonPath::parse("$.a.b").expect("a path"));
    let error = Table::read(br#"{"a":"{\"b\":[1,2"}"#, &options).expect_err("it is cut");
    assert_eq!(error.code(), TableErrorCode::Truncated);
}

#[test]
fn labels_of_rows_are_a_column_of_the_schema() {
    let read = |to| {
        let schema = [("n".to_owned(), ColumnType::Float64), ("index".to_owned(), to)];
        let options = ReadOptions::new().shape(Shape::Index).schema(schema);
        Table::read(br#"{"7":{"n":1},"9":{"n":2}}"#, &options)
    };
    let written = |to| read(to).map(|table| table.to_json()).map_err(|error| error.code());
    assert_eq!(
        written(ColumnType::Utf8),
        Ok(r#"[{"n":1.0,"index":"7"},{"n":2.0,"index":"9"}]"#.to_owned())
    );
    assert_eq!(
        written(ColumnType::Int64),
        Ok(r#"[{"n":1.0,"index":7},{"n":2.0,"index":9}]"#.to_owned())
    );
    assert_eq!(written(ColumnType::Date), Err(TableErrorCode::DoesNotFit));
}

#[test]
fn a_header_that_was_named_is_found_behind_nulls_and_refused_if_it_is_none() {
    let read = |text: &str| Table::read(text.as_bytes(), &ReadOptions::new().header(true));
    assert_eq!(
        read(r#"[null,["a"],[1]]"#).expect("a table").to_json(),
        r#"[{"a":null},{"a":1}]"#
    );
    let error = read(r#"[[{"x":1}],[2]]"#).expect_err("an object is no name");
    assert_eq!(error.code(), TableErrorCode::DoesNotFit);
}

#[test]
fn a_shape_that_was_named_is_not_there_in_csv_or_text() {
    for text in ["a,b\n1,2\n", "hello", "{\"a\":1}", "[1]"] {
        let error = Table::read(text.as_bytes(), &ReadOptions::new().shape(Shape::Split)).expect_err("it is none");
        assert!(
            matches!(error.code(), TableErrorCode::DoesNotFit | TableErrorCode::NotJson),
            "{text}: {error}"
        );
    }
}

#[test]
fn a_shape_that_does_not_fit_is_named_with_what_was_found() {
    let advice = "give the path to such rows, or leave out the shape: then it is found by looking";
    for (shape, text, message) in [
        (
            Shape::Split,
            r#"{"columns":["a"],"rows":[[1]]}"#,
            "expected the shape `split`, an object of `columns`, `data` and maybe `index`, as pandas writes it, \
             found the members `columns`, `rows` at byte 0",
        ),
        (
            Shape::Records,
            r#" {"rows":[{"a":1}]}"#,
            "expected the shape `records`, an array of objects, found the members `rows` at byte 1",
        ),
        (
            Shape::Records,
            r#"[{"a":1},null,"secret",{"a":2}]"#,
            "expected the shape `records`, an array of objects, found a text at byte 14 (row 2)",
        ),
        (
            Shape::Arrays,
            r#"[[1],{"a":2}]"#,
            "expected the shape `arrays`, an array of arrays, found the members `a` at byte 5 (row 1)",
        ),
        (
            Shape::Texts,
            r#"["{\"a\":1}","secret"]"#,
            "expected the shape `texts`, an array of texts that are JSON objects, found an array of 2 items at byte 0",
        ),
        (
            Shape::Lists,
            r#"{"a":[1],"b":[1,2]}"#,
            "expected the shape `lists`, an object whose members are arrays of one length, \
             found the members `a`, `b` at byte 0",
        ),
        (
            Shape::Columns,
            "[[1]]",
            "expected the shape `columns`, an object with an object of rows for each column, \
             found an array of 1 items at byte 0",
        ),
        (
            Shape::Index,
            "7",
            "expected the shape `index`, an object with an object for each row, found a number at byte 0",
        ),
        (
            Shape::Table,
            r#"{"data":[]}"#,
            "expected the shape `table`, an object of `schema` and `data`, as pandas writes it, \
             found the members `data` at byte 0",
        ),
    ] {
        let options = ReadOptions::new().format(Format::Json).shape(shape);
        let error = Table::read(text.as_bytes(), &options).expect_err("it has another shape");
        assert_eq!(error.code(), TableErrorCode::DoesNotFit);
        assert_eq!(
            (error.advice(), error.to_string()),
            (advice, format!("{message}; {advice}"))
        );
        // The same in a text at a path, where places count from the start of that text.
        let outer = serde_json::json!({ "a": text }).to_string();
        let options = ReadOptions::new()
            .shape(shape)
            .path(JsonPath::parse("a").expect("a path"));
        if text != "7" {
            let inner = Table::read(outer.as_bytes(), &options).expect_err("it has another shape");
            assert_eq!(inner.to_string(), error.to_string());
        }
    }
    // What is wrong as JSON comes first.
    let options = ReadOptions::new().format(Format::Json).shape(Shape::Split);
    let error = Table::read(b"[1,2,", &options).expect_err("it is cut");
    assert_eq!(error.code(), TableErrorCode::Truncated);
}

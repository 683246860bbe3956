//! What is asked where, with which token, and what comes of it.

use pqrun::auth::Resource;
use pqrun::error::ErrorCode;
use pqrun::http::BaseUrl;
use pqrun::output_table::output_table;
use pqrun::run::OutputKind;
use pqrun::table::{CellRef, ColumnType, Format, JsonPath, ReadOptions, Table};
use serde_json::json;

use super::store::{DBFS, FOLLOW, HOST, LAKE, ONE_LAKE, Shared, VOLUME, asked, header, output};

const ROWS: &str = r#"[{"region":"north","rows":120},{"region":"süd","rows":95}]"#;
const CSV: &str = "region,rows\r\nnorth,120\r\nsüd,95\r\n";

fn base(text: &str) -> BaseUrl {
    BaseUrl::parse(text).expect("an origin")
}

#[test]
fn without_the_option_a_path_is_a_text() {
    let store = Shared::with(VOLUME, ROWS);
    let mut host = store.databricks(VOLUME, "{}");
    let output = output(&mut host);
    assert_eq!((asked(&host).len(), output.file, output.error), (0, None, None));
    assert_eq!(output.text.as_deref(), Some(VOLUME));
}

#[test]
fn with_the_option_other_outputs_stay_what_they_are() {
    for text in ["done", ROWS, "", r#"{"path":"x","rows":1}"#] {
        let mut host = Shared::default().databricks(text, FOLLOW);
        let output = output(&mut host);
        assert_eq!(
            (asked(&host).len(), output.file, output.error),
            (0, None, None),
            "{text}"
        );
    }
}

#[test]
fn a_file_in_a_volume_is_read_with_the_jobs_own_token() {
    let path = "/Volumes/main/sales/out/2026 März/orders #1.json";
    let mut host = Shared::with(path, ROWS).databricks(path, FOLLOW);
    let output = output(&mut host);
    let sent = asked(&host);
    assert_eq!(sent.len(), 1);
    assert_eq!(
        sent[0].request.url,
        format!("{HOST}/api/2.0/fs/files/Volumes/main/sales/out/2026%20M%C3%A4rz/orders%20%231.json")
    );
    assert_eq!(sent[0].request.resource, Resource::Databricks(base(HOST)));
    assert_eq!(header(sent[0], "Range"), Some("bytes=0-4194303"));
    assert_eq!(header(sent[0], "Accept"), Some("*/*"));
    let file = output.file.as_ref().expect("a file");
    assert_eq!((file.path.as_str(), file.extension.as_str()), (path, "json"));
    let table = output_table(&output, &ReadOptions::new())
        .expect("rows")
        .expect("they are read");
    assert_eq!(table.to_csv(&Default::default()), CSV);
    assert_eq!(output.text.as_deref(), Some(path), "the text is still there");
}

#[test]
fn a_file_in_dbfs_is_looked_at_before_and_after() {
    let mut host = Shared::with("/out/orders.json", ROWS).databricks(DBFS, FOLLOW);
    let output = output(&mut host);
    let endpoints: Vec<&str> = asked(&host).iter().map(|sent| sent.request.endpoint).collect();
    assert_eq!(endpoints, ["dbfs/get-status", "dbfs/read", "dbfs/get-status"]);
    for sent in asked(&host) {
        assert_eq!(sent.request.resource, Resource::Databricks(base(HOST)));
    }
    assert_eq!(output.file.expect("a file").path, DBFS);
}

#[test]
fn a_file_in_one_lake_is_read_with_a_token_for_storage() {
    let store = Shared::with("/My Sales/lh.Lakehouse/Files/orders.json", ROWS);
    for text in [
        "https://onelake.dfs.fabric.microsoft.com/My%20Sales/lh.Lakehouse/Files/orders.json",
        "abfss://My%20Sales@onelake.dfs.fabric.microsoft.com/lh.Lakehouse/Files/orders.json",
    ] {
        for mut host in [store.fabric(text, FOLLOW), store.databricks(text, FOLLOW)] {
            let output = output(&mut host);
            let sent = asked(&host);
            assert_eq!(sent.len(), 1);
            assert_eq!(
                sent[0].request.url,
                format!("{ONE_LAKE}/My%20Sales/lh.Lakehouse/Files/orders.json")
            );
            let resource = &sent[0].request.resource;
            assert_eq!(*resource, Resource::OneLake(base(ONE_LAKE)));
            assert_eq!(resource.scope(), "https://storage.azure.com/.default");
            assert!(header(sent[0], "X-Databricks-Workspace-Id").is_none());
            assert_eq!(output.file.expect("a file").bytes, ROWS.as_bytes());
        }
    }
}

#[test]
fn everything_else_goes_to_the_service_itself() {
    let mut host = Shared::with("/Sales/lh.Lakehouse/Files/orders.json", ROWS).fabric(LAKE, FOLLOW);
    output(&mut host);
    let own = host
        .sent
        .iter()
        .filter(|sent| !sent.request.endpoint.starts_with("onelake/"));
    for sent in own {
        assert_eq!(
            sent.request.resource,
            Resource::Fabric(base("https://api.fabric.microsoft.com"))
        );
    }
}

#[test]
fn an_activitys_output_may_name_a_file_too() {
    let lake = "/Sales/lh.Lakehouse/Files/orders.json";
    for (activity, kind) in [
        (
            json!({"activityType": "TridentNotebook", "output": {"result": {"exitValue": LAKE}}}),
            OutputKind::NotebookResult,
        ),
        (
            json!({"activityType": "SetVariable", "input": {"variableName": "pipelineReturnValue"},
                "output": {"value": [{"key": "path", "value": {"type": "String", "content": LAKE}}]}}),
            OutputKind::ReturnValue,
        ),
        (
            json!({"activityType": "WebActivity", "output": {"path": LAKE}}),
            OutputKind::Data,
        ),
    ] {
        let mut activity = activity;
        activity["activityName"] = json!("Export");
        activity["status"] = json!("Succeeded");
        let mut host = Shared::with(lake, ROWS).pipeline(&activity);
        let output = output(&mut host);
        assert_eq!(output.kind, kind);
        assert_eq!(
            output.file.as_ref().map(|file| file.bytes.as_slice()),
            Some(ROWS.as_bytes())
        );
        let table = output_table(&output, &ReadOptions::new())
            .expect("rows")
            .expect("they are read");
        assert_eq!(table.to_csv(&Default::default()), CSV);
    }
}

#[test]
fn a_cut_text_names_nothing() {
    // What is cut could be the path itself.
    let activity = json!({"activityName": "Export", "activityType": "Script", "status": "Succeeded",
        "output": {"resultSets": [], "outputTruncated": true, "path": LAKE}});
    let mut host = Shared::default().pipeline(&activity);
    let result = host.run();
    assert_eq!((asked(&host).len(), &result.outputs[0].file), (0, &None));
}

#[test]
fn what_is_not_followed_is_told_and_is_no_table() {
    for (text, said) in [
        ("https://example.com/orders.csv", "https://example.com"),
        ("/Volumes/main/sales/out/../orders.csv", ".."),
        ("/Volumes/main/sales/out/orders.parquet", ".parquet"),
        ("dbfs:/out/orders.csv.gz", ".gz"),
    ] {
        let mut host = Shared::default().databricks(text, FOLLOW);
        let output = output(&mut host);
        let error = output.error.clone().expect("an error");
        assert_eq!(
            (asked(&host).len(), error.code()),
            (0, ErrorCode::OutputPathRefused),
            "{text}"
        );
        assert!(
            error.message.starts_with("load: ") && error.message.contains(said),
            "{error}"
        );
        let table = output_table(&output, &ReadOptions::new()).expect("it is told");
        assert_eq!(
            table.map(|_| ()).map_err(|error| error.code()),
            Err(ErrorCode::OutputPathRefused)
        );
    }
}

#[test]
fn an_empty_file_is_a_table_without_rows() {
    for name in [
        "orders.csv",
        "orders.tsv",
        "orders.json",
        "orders.jsonl",
        "orders.txt",
        "orders",
    ] {
        let path = format!("/Volumes/main/sales/out/{name}");
        for bytes in ["", "\n", " \r\n"] {
            let output = output(&mut Shared::with(&path, bytes).databricks(&path, FOLLOW));
            let read = |options: &ReadOptions| output_table(&output, options).expect("a file").expect("a table");
            assert_eq!(read(&ReadOptions::new()), Table::default(), "{name}");
            let typed = read(&ReadOptions::new().schema([("id".to_owned(), ColumnType::Int64)]));
            assert_eq!((typed.row_count(), typed.columns().len()), (0, 1), "{name}");
        }
    }
    // Whoever names a path or a format speaks of JSON.
    let output = output(&mut Shared::with(VOLUME, "").databricks(VOLUME, FOLLOW));
    for options in [
        ReadOptions::new().path(JsonPath::parse("$.rows").expect("a path")),
        ReadOptions::new().format(Format::Json),
    ] {
        let error = output_table(&output, &options).expect("a file").expect_err("no JSON");
        assert_eq!(error.code(), ErrorCode::OutputUnreadable);
    }
}

#[test]
fn a_file_that_calls_itself_json_is_json() {
    let read = |text: &str| {
        let output = output(&mut Shared::with(VOLUME, text).databricks(VOLUME, FOLLOW));
        output_table(&output, &ReadOptions::new()).expect("a file")
    };
    for text in ["<html><body>Sign in</body></html>", "a,b\n1,2\n", "done"] {
        let error = read(text).expect_err("it is none");
        assert_eq!(error.code(), ErrorCode::OutputUnreadable, "{text}");
    }
    assert_eq!(read(" 7").expect("JSON").value(0, 0), CellRef::Int64(7));
    assert_eq!(read("{\"a\":1}\n{\"a\":2}\n").expect("JSON lines").row_count(), 2);
    assert_eq!(read("\u{feff}[{\"a\":1}]").expect("JSON").row_count(), 1);
}

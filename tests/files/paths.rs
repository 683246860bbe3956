//! Which texts name a file, and which of those are followed.

use pqrun::error::ErrorCode;
use pqrun::file::FilePlace;
use pqrun::http::{BaseUrl, Service};
use serde_json::json;

use super::store::HOST;

fn at(base: &str, service: Service, text: &str) -> Option<Result<FilePlace, ErrorCode>> {
    let base = BaseUrl::parse(base).expect("an origin");
    FilePlace::in_text(text, service, &base).map(|place| place.map_err(|error| error.code()))
}

fn databricks(text: &str) -> Option<Result<FilePlace, ErrorCode>> {
    at(HOST, Service::Databricks, text)
}

fn fabric(text: &str) -> Option<Result<FilePlace, ErrorCode>> {
    at("https://api.fabric.microsoft.com", Service::Fabric, text)
}

fn volume(path: &str) -> Option<Result<FilePlace, ErrorCode>> {
    Some(Ok(FilePlace::Volume(path.to_owned())))
}

fn dbfs(path: &str) -> Option<Result<FilePlace, ErrorCode>> {
    Some(Ok(FilePlace::Dbfs(path.to_owned())))
}

fn lake(origin: &str, workspace: &str, path: &str) -> Option<Result<FilePlace, ErrorCode>> {
    Some(Ok(FilePlace::OneLake {
        origin: BaseUrl::parse(origin).expect("an origin"),
        path: format!("/{workspace}{path}"),
    }))
}

const REFUSED: Option<Result<FilePlace, ErrorCode>> = Some(Err(ErrorCode::OutputPathRefused));

#[test]
fn other_texts_name_nothing() {
    let long = format!("/Volumes/a/b/c/{}", "x".repeat(5000));
    for text in [
        "",
        "done",
        "Files/orders.csv",
        "/Volumes",
        "/tmp/orders.csv",
        "/Workspace",
        "file",
        "/lakehouse",
        "dbfs",
        "see https://example.com/report for more",
        "https://example.com/report is ready",
        "://x",
        "1://x",
        "a b://x",
        "[\"/Volumes/a/b/c/d.csv\"]",
        r#"{"path":"/Volumes/a/b/c/d.csv","rows":3}"#,
        r#"{"file":"/Volumes/a/b/c/d.csv"}"#,
        r#"{"path":7}"#,
        r#""/Volumes/a/b/c/d.csv"#,
        r#"{"path":"done"}"#,
        &long,
    ] {
        assert_eq!(databricks(text), None, "{text}");
    }
}

#[test]
fn a_path_may_stand_alone_or_in_json_with_blanks_around_it() {
    let expected = volume("/Volumes/main/sales/out/orders.csv");
    for text in [
        "/Volumes/main/sales/out/orders.csv",
        " \n/Volumes/main/sales/out/orders.csv\r\n",
        "\"/Volumes/main/sales/out/orders.csv\"",
        " \" /Volumes/main/sales/out/orders.csv \" ",
        r#"{"path": "/Volumes/main/sales/out/orders.csv"}"#,
        r#"{"path":"\/Volumes\/main\/sales\/out\/orders.csv"}"#,
        "dbfs:/Volumes/main/sales/out/orders.csv",
        "dbfs:///Volumes/main/sales/out/orders.csv",
        "/dbfs/Volumes/main/sales/out/orders.csv",
        "/Volumes/main/sales/out/orders.csv/",
    ] {
        assert_eq!(databricks(text), expected, "{text}");
    }
}

#[test]
fn a_path_of_databricks_is_taken_as_it_stands() {
    assert_eq!(
        databricks("/Volumes/main/sales/out/2026 März/50%25 #1?.csv"),
        volume("/Volumes/main/sales/out/2026 März/50%25 #1?.csv")
    );
    assert_eq!(databricks("dbfs:/out/a b.json"), dbfs("/out/a b.json"));
    assert_eq!(databricks("dbfs://out/a.json"), dbfs("/out/a.json"));
    assert_eq!(databricks("/dbfs/out/a.json"), dbfs("/out/a.json"));
    for text in ["/Volumes/", "/Volumes/a/b/c", "/Volumes/a/b/c/", "dbfs:/", "/dbfs/"] {
        assert_eq!(databricks(text), REFUSED, "{text}");
    }
    for text in ["/Volumes/a/b/c/d.csv", "dbfs:/x.csv", "/dbfs/x.csv"] {
        assert_eq!(fabric(text), REFUSED, "Fabric has no {text}");
    }
}

#[test]
fn what_only_the_job_can_reach_is_refused_by_name() {
    let (of_databricks, of_fabric) = (
        BaseUrl::parse(HOST).expect("an origin"),
        BaseUrl::parse("https://api.fabric.microsoft.com").expect("an origin"),
    );
    for (text, found) in [
        ("/Workspace/Users/a b/orders.csv", "one among the workspace's files"),
        (
            "{\"path\": \"/Workspace/Shared/orders.csv\"}",
            "one among the workspace's files",
        ),
        (
            "file:/Workspace/Users/a/orders.csv",
            "one on the disk of the machine that ran the job",
        ),
        (
            "file:///tmp/orders.csv",
            "one on the disk of the machine that ran the job",
        ),
        (
            "FILE:/tmp/orders.csv",
            "one on the disk of the machine that ran the job",
        ),
        (
            "/lakehouse/default/Files/orders.csv",
            "one in a lakehouse as the notebook sees it, without its workspace",
        ),
    ] {
        for (service, base) in [(Service::Databricks, &of_databricks), (Service::Fabric, &of_fabric)] {
            let error = FilePlace::in_text(text, service, base)
                .expect("a path")
                .expect_err(text);
            assert_eq!(
                (error.code(), error.into_info().message),
                (
                    ErrorCode::OutputPathRefused,
                    format!("expected a file in a volume, in DBFS or in OneLake, found {found}")
                )
            );
        }
    }
}

#[test]
fn a_run_of_fabric_is_not_led_to_databricks() {
    let base = BaseUrl::parse("https://api.fabric.microsoft.com").expect("an origin");
    for text in [
        "/Volumes/main/sales/out/orders.csv",
        "dbfs:/orders.csv",
        "file:/tmp/orders.csv",
    ] {
        let error = FilePlace::in_text(text, Service::Fabric, &base)
            .expect("a path")
            .expect_err(text);
        assert!(error.hint.contains("abfss://"), "{}", error.hint);
        assert!(
            !error.hint.contains("Volumes") && !error.hint.contains("dbfs"),
            "{}",
            error.hint
        );
    }
}

#[test]
fn one_lake_is_known_by_its_hosts_and_no_other() {
    let path = "/lh.Lakehouse/Files/out/orders.csv";
    let usual = lake("https://onelake.dfs.fabric.microsoft.com", "Sales", path);
    let regional = lake("https://westus-onelake.dfs.fabric.microsoft.com", "Sales", path);
    for (text, expected) in [
        (
            "https://onelake.dfs.fabric.microsoft.com/Sales/lh.Lakehouse/Files/out/orders.csv",
            &usual,
        ),
        (
            "https://OneLake.BLOB.fabric.microsoft.com/Sales/lh.Lakehouse/Files/out/orders.csv",
            &usual,
        ),
        (
            "abfss://Sales@onelake.dfs.fabric.microsoft.com/lh.Lakehouse/Files/out/orders.csv",
            &usual,
        ),
        (
            "https://westus-onelake.dfs.fabric.microsoft.com/Sales/lh.Lakehouse/Files/out/orders.csv",
            &regional,
        ),
        (
            "HTTPS://westus-onelake.blob.fabric.microsoft.com/Sales/lh.Lakehouse/Files/out/orders.csv",
            &regional,
        ),
    ] {
        assert_eq!(&fabric(text), expected, "{text}");
        assert_eq!(&databricks(text), expected, "{text}");
    }
    for host in [
        "example.com",
        "onelake.dfs.fabric.microsoft.com.example.com",
        "evil-onelake.dfs.fabric.microsoft.com.example.com",
        "xonelake.dfs.fabric.microsoft.com",
        "-onelake.dfs.fabric.microsoft.com",
        "a.b-onelake.dfs.fabric.microsoft.com",
        "a.onelake.dfs.fabric.microsoft.com",
        "dfs.fabric.microsoft.com",
        "onelake.dfs.fabric.microsoft.com:443",
        "onelake.dfs.fabric.microsoft.com:8443",
        "user@onelake.dfs.fabric.microsoft.com",
        "onelake.dfs.fabric.microsoft.com@example.com",
        "account.dfs.core.windows.net",
        "onelake.dfs.fabric.microsoft.com%2eexample.com",
        "onelake.dfs.fabric.microsoft.com\\@example.com",
        "api.fabric.microsoft.com",
        "adb-1111222233334444.5.azuredatabricks.net",
        "",
    ] {
        let text = format!("https://{host}/Sales/lh.Lakehouse/Files/orders.csv");
        assert_eq!(fabric(&text), REFUSED, "{text}");
        assert_eq!(databricks(&text), REFUSED, "{text}");
    }
    for text in [
        "http://onelake.dfs.fabric.microsoft.com/Sales/lh.Lakehouse/Files/orders.csv",
        "abfs://Sales@onelake.dfs.fabric.microsoft.com/lh.Lakehouse/Files/orders.csv",
        "abfss://onelake.dfs.fabric.microsoft.com/Sales/lh.Lakehouse/Files/orders.csv",
        "abfss://@onelake.dfs.fabric.microsoft.com/lh.Lakehouse/Files/orders.csv",
        "abfss://Sales@account.dfs.core.windows.net/lh.Lakehouse/Files/orders.csv",
        "abfss://Sales@example.com@onelake.dfs.fabric.microsoft.com/lh.Lakehouse/Files/orders.csv",
        "s3://bucket/orders.csv",
        "file:///etc/passwd",
        "https://onelake.dfs.fabric.microsoft.com",
        "https://onelake.dfs.fabric.microsoft.com/Sales/lh.Lakehouse/Files",
        "https://onelake.dfs.fabric.microsoft.com/Sales/lh.Lakehouse/Files/",
    ] {
        assert_eq!(fabric(text), REFUSED, "{text}");
    }
}

#[test]
fn nothing_in_a_path_may_lead_elsewhere() {
    for path in [
        "a/../b.csv",
        "..",
        "./b.csv",
        "a//b.csv",
        "a%2fb.csv",
        "a%2Fb.csv",
        "a%5Cb.csv",
        "a%252fb.csv",
        "%2e%2e/b.csv",
        "%2E./b.csv",
        "a%00b.csv",
        "a%0d%0ab.csv",
        "a%zz.csv",
        "a%f.csv",
        "a%ff.csv",
        "a%€.csv",
        "b.csv?sig=secret",
        "b.csv#x",
        "a\\b.csv",
    ] {
        let text = format!("https://onelake.dfs.fabric.microsoft.com/Sales/lh.Lakehouse/Files/{path}");
        assert_eq!(fabric(&text), REFUSED, "{text}");
    }
    for path in [
        "a/../b.csv",
        "..",
        "./b.csv",
        "a//b.csv",
        "a%2fb.csv",
        "a%5cb.csv",
        "%2e%2e/b",
        "a\\b.csv",
        "a\u{7}b.csv",
    ] {
        for text in [format!("/Volumes/main/sales/out/{path}"), format!("dbfs:/out/{path}")] {
            assert_eq!(databricks(&text), REFUSED, "{text}");
        }
    }
    let decoded =
        fabric("https://onelake.dfs.fabric.microsoft.com/My%20Sales/lh.Lakehouse/Files/M%C3%A4rz%20100%25.csv");
    let expected = lake(
        "https://onelake.dfs.fabric.microsoft.com",
        "My Sales",
        "/lh.Lakehouse/Files/März 100%.csv",
    );
    assert_eq!(decoded, expected);
    assert_eq!(
        fabric("https://onelake.dfs.fabric.microsoft.com/My Sales/lh.Lakehouse/Files/März 100%25.csv"),
        expected
    );
}

#[test]
fn this_machine_stands_for_one_lake_where_it_stands_for_the_service() {
    let text = "http://127.0.0.1:8017/Sales/lh.Lakehouse/Files/orders.csv";
    let here = lake("http://127.0.0.1:8017", "Sales", "/lh.Lakehouse/Files/orders.csv");
    assert_eq!(at("http://127.0.0.1:8017", Service::Fabric, text), here);
    for base in [
        "http://127.0.0.1:8018",
        "https://127.0.0.1:8017",
        "https://api.fabric.microsoft.com",
    ] {
        assert_eq!(at(base, Service::Fabric, text), REFUSED, "{base}");
    }
}

#[test]
fn a_refusal_repeats_no_secret() {
    let base = BaseUrl::parse("https://api.fabric.microsoft.com").expect("an origin");
    for text in [
        "https://account.blob.core.windows.net/c/x.csv?sig=hunter2",
        "https://me:hunter2@example.com/x.csv",
        "https://example.com/#hunter2",
        "abfss://hunter2@example.com@onelake.dfs.fabric.microsoft.com/x/y/z.csv",
        "s3://key:hunter2@bucket/x",
    ] {
        let error = FilePlace::in_text(text, Service::Fabric, &base)
            .expect("a path")
            .expect_err(text);
        assert!(!format!("{error:?}").contains("hunter2"), "{error}");
    }
}

#[test]
fn a_value_names_a_file_as_a_text_does() {
    let base = BaseUrl::parse(HOST).expect("an origin");
    let found = |value| {
        FilePlace::in_value(&value, Service::Databricks, &base).map(|place| place.map_err(|error| error.code()))
    };
    let expected = volume("/Volumes/a/b/c/d.csv");
    assert_eq!(found(json!("/Volumes/a/b/c/d.csv")), expected);
    assert_eq!(found(json!({"path": " /Volumes/a/b/c/d.csv"})), expected);
    for value in [
        json!(["/Volumes/a/b/c/d.csv"]),
        json!({"path": null}),
        json!({"path": "x", "y": 1}),
        json!(7),
    ] {
        assert_eq!(found(value), None);
    }
}

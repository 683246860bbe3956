//! A notebook's exit value, which its own form of the read shows.

use pqrun::error::ErrorCode;
use pqrun::run::{Outcome, OutputKind};
use serde_json::{Value, json};

use super::service::{GET, ITEM, Service, Shared, TYPED_GET, answer, refusal};
use crate::support::Host;

/// A notebook whose own form shows, from the `from`th read on, the exit value.
fn notebook(from: u32, change: impl Fn(&mut Value) + 'static) -> Host<'static> {
    let service = Shared::default();
    service.set().life = vec![(0, "Completed")];
    let (mut reads, shared) = (0, service.clone());
    service.hook(move |now, sent| {
        (sent.request.endpoint == TYPED_GET).then(|| {
            reads += 1;
            let service: std::cell::Ref<'_, Service> = shared.get();
            let mut row = service.rows[0].json(now);
            if reads < from {
                row["status"] = json!("InProgress");
            } else {
                change(&mut row);
            }
            answer(200, &[], &row.to_string()).into()
        })
    });
    service.start_job(json!({"jobType": "RunNotebook"}), json!({}))
}

#[test]
fn a_notebooks_exit_value_is_read_from_its_own_form_which_may_lag() {
    for from in [1, 2, 4] {
        let mut host = notebook(from, |row| {
            row["properties"] = json!({"exitValue": "{\"rows\":250}", "compute": "Spark"})
        });
        let result = host.run();
        let output = &result.outputs[0];
        assert_eq!(
            (output.kind, output.text.as_deref()),
            (OutputKind::NotebookResult, Some("{\"rows\":250}"))
        );
        assert_eq!(host.sent_to(TYPED_GET).len(), from as usize);
        assert!(
            host.sent_to(TYPED_GET)[0].target().ends_with("?beta=true")
                && host.sent_to(TYPED_GET)[0].target().contains(ITEM)
        );
    }
    let mut host = notebook(9, |_| ());
    let result = host.run();
    assert_eq!(
        (result.outcome, result.outputs[0].kind, host.sent_to(TYPED_GET).len()),
        (Outcome::Succeeded, OutputKind::None, 4)
    );
}

#[test]
fn an_exit_value_is_text_wherever_the_service_puts_it_and_nothing_else() {
    for (place, value, expected) in [
        ("exitValue", json!("top"), Some("top")),
        ("properties", json!({"exitValue": ""}), Some("")),
        ("properties", json!({"exitValue": null}), None),
        ("properties", json!({"exitValue": 5}), None),
        ("properties", json!("x"), None),
    ] {
        let result = notebook(1, move |row| row[place] = value.clone()).run();
        assert_eq!(result.outputs[0].text.as_deref(), expected, "{place}");
    }
}

#[test]
fn an_exit_value_in_the_usual_read_needs_no_other() {
    let service = Shared::default();
    let shared = service.clone();
    service.set().life = vec![(0, "Completed")];
    service.hook(move |now, sent| {
        (sent.request.endpoint == GET).then(|| {
            let mut row = shared.get().rows[0].json(now);
            row["exitValue"] = json!("done");
            answer(200, &[], &row.to_string()).into()
        })
    });
    let mut host = service.start_job(json!({"jobType": "RunNotebook"}), json!({}));
    let result = host.run();
    assert_eq!(
        (result.outputs[0].text.as_deref(), host.sent_to(TYPED_GET).len()),
        (Some("done"), 0)
    );
}

#[test]
fn a_notebook_whose_exit_value_cannot_be_read_has_still_succeeded() {
    let service = Shared::default();
    service.hook(|_, sent| (sent.request.endpoint == TYPED_GET).then(|| refusal(403, "FeatureNotAvailable").into()));
    let result = service.start_job(json!({"jobType": "RunNotebook"}), json!({})).run();
    assert_eq!(
        (result.outcome, result.outputs[0].kind),
        (Outcome::Succeeded, OutputKind::None)
    );
    assert_eq!(
        result.outputs[0].error.as_ref().map(|error| error.code()),
        Some(ErrorCode::OutputUnavailable)
    );
}

//! The log of a sign-in: one line for each request, without anything that was sent or could be.

use std::time::Duration;

use ::log::Level;

use crate::host::{AWS, Asked, Host, SECRET, TENANT, TOKEN, databricks, entra, fabric, given, granted, oauth, replies};
use crate::support::lines::{Line, listen, requests};
use crate::support::{Reply, json, with_header};

const ID: &str = "3c9d2f10-7b46-4e8a-9a51-0d6e8f2b7c34";

fn told(line: &Line) -> (Level, &str, &str, &str, &str) {
    let field = |name| line.field(name);
    (
        line.level,
        field("endpoint"),
        field("status"),
        field("code"),
        field("attempt"),
    )
}

#[test]
fn each_request_has_a_line_with_its_template_and_id() {
    listen();
    let answer = with_header(granted(TOKEN), "x-ms-request-id", ID);
    let answer = Reply::Answer(Duration::from_millis(70), answer);
    let mut host = Host::new(&entra(given(SECRET)), &fabric(), replies(vec![answer]));
    host.run().expect("it signs in");
    let lines = requests();
    assert_eq!(lines.len(), 1);
    assert_eq!(told(&lines[0]), (Level::Debug, "oauth2/v2.0/token", "200", "", "1"));
    assert_eq!(
        (
            lines[0].field("method"),
            lines[0].field("path"),
            lines[0].field("durationMs")
        ),
        ("POST", "/{tenant}/oauth2/v2.0/token", "70")
    );
    assert_eq!(lines[0].field("requestId"), ID);
    assert!(!format!("{lines:?}").contains(TENANT));
}

#[test]
fn what_is_tried_again_is_a_warning_and_a_refusal_is_an_error() {
    listen();
    let answers = vec![
        json(503, "").into(),
        Reply::Fail("connect ETIMEDOUT", true),
        json(401, r#"{"error":"invalid_client"}"#).into(),
    ];
    let mut host = Host::new(&oauth(given(SECRET)), &databricks(AWS), replies(answers));
    host.run().expect_err("it is refused");
    let lines = requests();
    assert_eq!(
        lines.iter().map(told).collect::<Vec<_>>(),
        [
            (Level::Warn, "oidc/v1/token", "503", "serverError", "1"),
            (Level::Warn, "oidc/v1/token", "", "network", "2"),
            (Level::Error, "oidc/v1/token", "401", "signInRefused", "3"),
        ]
    );
    assert_eq!(lines[1].field("reason"), "connect ETIMEDOUT");
}

#[test]
fn no_line_repeats_a_secret_that_an_answer_or_the_network_repeats() {
    let basic = |asked: &Asked| asked.header("Authorization")?.strip_prefix("Basic ").map(str::to_owned);
    for status in [200, 401, 503] {
        for (credential, resource) in [
            (oauth(given(SECRET)), databricks(AWS)),
            (entra(given(SECRET)), fabric()),
        ] {
            listen();
            let parrot = |asked: &Asked| {
                let id = basic(asked).unwrap_or_else(|| SECRET.to_owned());
                with_header(json(status, &asked.whole()), "x-ms-request-id", &id).into()
            };
            let mut host = Host::new(&credential, &resource, parrot);
            host.run().expect_err("it is no token");
            let lines = format!("{:?}", requests());
            assert!(lines.contains(host.sent[0].request.endpoint.name));
            assert!(!lines.contains("pl4nted"), "{lines}");
            if let Some(basic) = basic(&host.sent[0]) {
                assert!(!lines.contains(&basic), "{lines}");
            }
        }
    }
    listen();
    let mut host = Host::new(
        &oauth(given(SECRET)),
        &databricks(AWS),
        replies(vec![
            Reply::Fail("could not send pl4nted~S3cret+/=&%client", false),
            granted(TOKEN).into(),
        ]),
    );
    host.run().expect("it signs in");
    let lines = requests();
    assert!(lines[0].field("reason").starts_with("could not send"), "{lines:?}");
    assert!(!format!("{lines:?}").contains("pl4nted"), "{lines:?}");
}

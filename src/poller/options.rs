//! What a caller may choose about a run, and lengths of time as people write them.

use std::time::Duration;

use serde::Serialize;
use serde_json::Value;

use crate::error::{Error, ErrorCode};
use crate::json::{quoted, written};
use crate::read::{FromValue, Wrong, by_value, readable, readable_texts};

/// A length of time: milliseconds as a number, or a text such as `90s`, `20m`, `1h30m`, `2d`.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(all(target_family = "wasm", feature = "client"), derive(tsify::Tsify))]
#[serde(into = "u64")]
pub struct Length(
    #[cfg_attr(all(target_family = "wasm", feature = "client"), tsify(type = "number | string"))] pub Duration,
);

/// The longest length that can be meant: a year.
const LONGEST_MS: u64 = 366 * 86_400_000;

impl Length {
    /// Reads `1h30m`; a number without unit is refused, since half of the readers would take it for seconds.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidOptions`]
    pub fn parse(text: &str) -> Result<Self, Error> {
        let refuse = || {
            Error::new(
                ErrorCode::InvalidOptions,
                [
                    "expected a length of time such as 90s, 20m, 1h30m or 2d, found ",
                    &quoted(text),
                ]
                .concat(),
            )
        };
        let mut ms: u64 = 0;
        let mut rest = text.trim();
        if rest.is_empty() {
            return Err(refuse());
        }
        while !rest.is_empty() {
            let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
            let (number, behind) = rest.split_at_checked(digits).ok_or_else(refuse)?;
            let number: u64 = number.parse().map_err(|_| refuse())?;
            let letters = behind.bytes().take_while(u8::is_ascii_alphabetic).count();
            let (unit, behind) = behind.split_at_checked(letters).ok_or_else(refuse)?;
            let unit = match unit {
                "ms" => 1,
                "s" => 1000,
                "m" | "min" => 60_000,
                "h" => 3_600_000,
                "d" => 86_400_000,
                _ => return Err(refuse()),
            };
            rest = behind.trim_start();
            ms = number
                .checked_mul(unit)
                .and_then(|part| ms.checked_add(part))
                .ok_or_else(refuse)?;
        }
        if ms > LONGEST_MS {
            Err(refuse())
        } else {
            Ok(Self(Duration::from_millis(ms)))
        }
    }
}

impl FromValue for Length {
    fn from_value(value: Value) -> Result<Self, Wrong> {
        let ms = value.as_u64().or_else(|| {
            value
                .as_f64()
                .filter(|ms| (0.0..=LONGEST_MS as f64).contains(ms))
                .map(|ms| ms as u64)
        });
        match (&value, ms) {
            (Value::String(text), _) => Self::parse(text).map_err(|error| Wrong::new(error.into_info().message)),
            (_, Some(ms)) if ms <= LONGEST_MS => Ok(Self(Duration::from_millis(ms))),
            _ => Err(Wrong::new(format!(
                "expected milliseconds or a length such as \"20m\", found {}",
                written(&value)
            ))),
        }
    }
}

by_value!(Length);

impl From<Length> for u64 {
    fn from(length: Length) -> Self {
        Self::try_from(length.0.as_millis()).unwrap_or(Self::MAX)
    }
}

/// What to do with the run when our own deadline passes.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Serialize)]
#[cfg_attr(all(target_family = "wasm", feature = "client"), derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum OnTimeout {
    /// Leave it running.
    #[default]
    Detach,
    /// Stop it, if it is this call's own, and wait a little for its end.
    Cancel,
}

readable_texts!(OnTimeout {
    Detach: "detach",
    Cancel: "cancel"
});

/// What to do when a Fabric start had no answer, left no trace, and the service gave no request id.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Serialize)]
#[cfg_attr(all(target_family = "wasm", feature = "client"), derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum OnUnconfirmed {
    /// Say so: outcome `abandoned`, code `startUnconfirmed`.
    #[default]
    Report,
    /// Send it once more, at the risk of a second run.
    Resend,
}

readable_texts!(OnUnconfirmed {
    Report: "report",
    Resend: "resend"
});

/// When an earlier run may stand for a new one.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[cfg_attr(all(target_family = "wasm", feature = "client"), derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Reuse {
    /// How long ago a good run may have ended; 15 min if left out.
    #[cfg_attr(all(target_family = "wasm", feature = "client"), tsify(optional))]
    pub max_age: Length,
    /// How long ago a run may have ended otherwise; 2 min if left out.
    #[cfg_attr(all(target_family = "wasm", feature = "client"), tsify(optional))]
    pub failure_max_age: Length,
}

readable!(Reuse {
    max_age: "maxAge",
    failure_max_age: "failureMaxAge",
});

impl Default for Reuse {
    fn default() -> Self {
        Self {
            max_age: Length(Duration::from_secs(900)),
            failure_max_age: Length(Duration::from_secs(120)),
        }
    }
}

/// What a caller may choose about a run.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(all(target_family = "wasm", feature = "client"), derive(tsify::Tsify))]
#[serde(rename_all = "camelCase", default)]
#[non_exhaustive]
pub struct RunOptions {
    /// How long to wait for the run's end; 24 h if left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(all(target_family = "wasm", feature = "client"), tsify(optional))]
    pub timeout: Option<Length>,
    /// `detach` (default) or `cancel`.
    #[cfg_attr(all(target_family = "wasm", feature = "client"), tsify(optional))]
    pub on_timeout: OnTimeout,
    /// `report` (default) or `resend`; Fabric only.
    #[cfg_attr(all(target_family = "wasm", feature = "client"), tsify(optional))]
    pub on_unconfirmed: OnUnconfirmed,
    /// A fixed time between polls in the place of our schedule; a longer `Retry-After` still counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(all(target_family = "wasm", feature = "client"), tsify(optional))]
    pub poll_interval: Option<Length>,
    /// How long the run is likely to take: fewer polls before, more around it. Databricks only.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(all(target_family = "wasm", feature = "client"), tsify(optional))]
    pub expected_duration: Option<Length>,
    /// Let an earlier or running run of the same job and parameters stand for a new one. Left out: a run of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(all(target_family = "wasm", feature = "client"), tsify(optional))]
    pub reuse: Option<Reuse>,
    /// Cancel a run too that others may rely on.
    #[cfg_attr(all(target_family = "wasm", feature = "client"), tsify(optional))]
    pub cancel_shared: bool,
    /// With `reuse` on Fabric: cancel our own run when another caller's, begun at the same time, is followed instead.
    #[cfg_attr(all(target_family = "wasm", feature = "client"), tsify(optional))]
    pub cancel_duplicates: bool,
    /// With `reuse` on Fabric: take any run of the item for one with these parameters.
    #[cfg_attr(all(target_family = "wasm", feature = "client"), tsify(optional))]
    pub adopt_any_parameters: bool,
    /// With `reuse` on Fabric: a declared pipeline parameter that carries a hash of the others, so that a run with the
    /// same parameters can be known by its activities' inputs.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(all(target_family = "wasm", feature = "client"), tsify(optional))]
    pub marker: Option<String>,
    /// Names of parameters whose values are never stored in a snapshot.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(all(target_family = "wasm", feature = "client"), tsify(optional))]
    pub secret_parameters: Vec<String>,
    /// Do not read the outputs.
    #[cfg_attr(all(target_family = "wasm", feature = "client"), tsify(optional))]
    pub skip_outputs: bool,
    /// Reads the file that an output names, and makes the table of it: an output that is a path in a volume
    /// (`/Volumes/…`), in DBFS (`dbfs:/…`) or in OneLake (`https://onelake.dfs.fabric.microsoft.com/…`, `abfss://…`). At
    /// most 256 MiB for one run. OneLake takes a token of its own, for `https://storage.azure.com/.default`.
    #[cfg_attr(all(target_family = "wasm", feature = "client"), tsify(optional))]
    pub follow_path: bool,
    /// How long requests may fail, since the last good answer, before the run counts as lost sight of; 5 min if left
    /// out. A wait that the service asks for does not count.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(all(target_family = "wasm", feature = "client"), tsify(optional))]
    pub retry_budget: Option<Length>,
}

readable!(RunOptions {
    timeout: "timeout",
    on_timeout: "onTimeout",
    on_unconfirmed: "onUnconfirmed",
    poll_interval: "pollInterval",
    expected_duration: "expectedDuration",
    reuse: "reuse",
    cancel_shared: "cancelShared",
    cancel_duplicates: "cancelDuplicates",
    adopt_any_parameters: "adoptAnyParameters",
    marker: "marker",
    secret_parameters: "secretParameters",
    skip_outputs: "skipOutputs",
    follow_path: "followPath",
    retry_budget: "retryBudget",
});

impl RunOptions {
    /// The length of the wait.
    #[must_use]
    pub fn timeout(&self) -> Duration {
        self.timeout.map_or(Duration::from_secs(86_400), |length| length.0)
    }

    pub(crate) fn retry_budget(&self) -> Duration {
        self.retry_budget.map_or(Duration::from_secs(300), |length| length.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_read_as_people_write_them() {
        for (text, ms) in [
            ("90s", 90_000),
            ("20m", 1_200_000),
            ("1h30m", 5_400_000),
            ("2d", 172_800_000),
            ("1h 5s", 3_605_000),
            ("250ms", 250),
        ] {
            assert_eq!(Length::parse(text).map(u64::from).ok(), Some(ms), "{text}");
        }
        for text in ["", "5", "m", "5 parsecs", "-1s", "1.5h", "99999999999d"] {
            assert_eq!(Length::parse(text).expect_err(text).code(), ErrorCode::InvalidOptions);
        }
    }

    #[test]
    fn a_number_is_milliseconds() {
        let read = |json: &str| serde_json::from_str::<Length>(json).map(u64::from).ok();
        assert_eq!(read("1500"), Some(1500));
        assert_eq!(read("1500.7"), Some(1500));
        assert_eq!(read("\"2m\""), Some(120_000));
        for bad in ["-1", "1e99", "null", "[]", "\"x\""] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }

    #[test]
    fn the_member_list_names_every_member() {
        let full = RunOptions {
            timeout: Some(Length(Duration::ZERO)),
            poll_interval: Some(Length(Duration::ZERO)),
            expected_duration: Some(Length(Duration::ZERO)),
            reuse: Some(Reuse::default()),
            marker: Some(String::new()),
            secret_parameters: vec![String::new()],
            retry_budget: Some(Length(Duration::ZERO)),
            ..RunOptions::default()
        };
        let json = serde_json::to_value(full).expect("options are JSON");
        let names: Vec<&str> = json
            .as_object()
            .expect("an object")
            .keys()
            .map(String::as_str)
            .collect();
        assert_eq!(names, RunOptions::MEMBERS);
    }
}

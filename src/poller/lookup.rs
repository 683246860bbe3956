//! Databricks: the run of a start that is too old to be sent again.

use std::time::Duration;

use crate::databricks::job::DatabricksJob;
use crate::databricks::reuse::{self, Equality};
use crate::error::{Error, ErrorCode};
use crate::http::HttpResponse;
use crate::json;
use crate::poller::databricks::{MOST_PAGES, endless};
use crate::poller::exchange::{Policy, Tag};
use crate::poller::start::{Looking, Lookup};
use crate::poller::{Poller, Stage};
use crate::run::{IdentifiedBy, Outcome, WarningCode};
use crate::time::Timestamp;

impl Poller {
    pub(super) fn begin_lookup(&mut self, job_id: &str) {
        let offset = self.record.clock_offset;
        self.stage = Stage::Looking(Box::new(Looking::Lookup(Lookup {
            offset,
            ..Lookup::default()
        })));
        self.lookup_page(job_id, offset, None);
    }

    pub(super) fn lookup_page(&mut self, job_id: &str, offset: i64, page: Option<&str>) {
        let sent = self.record.sent_at.unwrap_or(self.now);
        let sent = Timestamp(sent.0.saturating_add_signed(offset));
        let from = sent.minus(Duration::from_secs(120)).0.to_string();
        let to = sent.plus(Duration::from_secs(600)).0.to_string();
        let mut query = vec![
            ("job_id", job_id),
            ("limit", "24"),
            ("start_time_from", from.as_str()),
            ("start_time_to", to.as_str()),
        ];
        query.extend(page.map(|page| ("page_token", page)));
        let call = self.databricks().runs_list(&self.base, &query);
        self.send(Tag::RunsLookup, call, Policy::Again);
    }

    pub(super) fn runs_lookup(&mut self, response: &HttpResponse) -> Result<(), Error> {
        let value = json::object(response)?;
        let job_id = self.record.job_id.clone().unwrap_or_default();
        let Stage::Looking(looking) = &mut self.stage else {
            return Ok(());
        };
        let Looking::Lookup(lookup) = looking.as_mut() else {
            return Ok(());
        };
        let offset = lookup.offset;
        if lookup.pages == 0 && offset.abs_diff(self.record.clock_offset) > 60_000 {
            // No answer had told the time before: that was the wrong window.
            self.begin_lookup(&job_id);
            return Ok(());
        }
        lookup.rows.extend(json::array(&value, "runs").iter().cloned());
        if let Some(page) = json::string(&value, "next_page_token") {
            lookup.pages += 1;
            if lookup.pages < MOST_PAGES {
                self.lookup_page(&job_id, offset, Some(&page));
            } else {
                self.look_refused(endless("jobs/runs/list"));
            }
            return Ok(());
        }
        self.examine_lookup();
        Ok(())
    }

    /// Compares the rows one by one; those that show no parameters are read whole.
    pub(super) fn examine_lookup(&mut self) {
        let as_listed = self.job_as_listed();
        let ids = loop {
            let Stage::Looking(looking) = &mut self.stage else {
                return;
            };
            let Looking::Lookup(lookup) = looking.as_mut() else {
                return;
            };
            let Some(row) = lookup.rows.pop_front() else {
                break std::mem::take(&mut lookup.found);
            };
            let Some(id) = json::id(&row, "run_id").filter(|id| !lookup.found.contains(id)) else {
                continue;
            };
            match reuse::compare(&row, &as_listed) {
                Equality::Different => {}
                Equality::Equal => lookup.found.push(id),
                Equality::Unseen => {
                    self.read_row(id);
                    return;
                }
            }
        };
        match ids.as_slice() {
            [id] => {
                self.warn(
                    WarningCode::IdentifiedByDifference,
                    format!("run {id} was found as the only one of its time and parameters"),
                );
                self.follow(id.clone(), self.starts_shared(), IdentifiedBy::Difference);
            }
            [] => self.finish(
                Outcome::Abandoned,
                Error::new(
                    ErrorCode::StartUnconfirmed,
                    "expected a run from the time of the start, found none",
                ),
            ),
            _ => self.finish(
                Outcome::Abandoned,
                Error::new(
                    ErrorCode::StartAmbiguous,
                    format!("expected one run from the time of the start, found {}", ids.join(", ")),
                )
                .with_run_ids(ids),
            ),
        }
    }

    /// The job without what no row shows. The time and the parameters must do where a run is only looked for.
    pub(super) fn job_as_listed(&self) -> DatabricksJob {
        DatabricksJob {
            queue: None,
            only: None,
            performance_target: None,
            ..self.databricks().clone()
        }
    }
}

//! Databricks: the job's id by its name, runs to reuse, the token, and judging what the token led to.
//!
//! The rules are those of "one run per intent", sections 3 and 4.

use std::time::Duration;

use crate::databricks::job::DatabricksJob;
use crate::databricks::reuse::{self, Equality};
use crate::databricks::run::Run;
use crate::error::{Error, ErrorCode};
use crate::http::HttpResponse;
use crate::json::{self, quoted};
use crate::poller::exchange::{Policy, Tag};
use crate::poller::follow::{self, check_id};
use crate::poller::start::{Looking, RunsLook, Starting};
use crate::poller::{Job, Poller, Stage};
use crate::run::{IdentifiedBy, Outcome, Phase};

/// How many pages of ended runs are searched for an equal one.
const COMPLETED_PAGES: u32 = 4;
/// A guard against a list that never ends.
pub(super) const MOST_PAGES: u32 = 200;
/// How many old runs the tokens may lead to before it is given up.
const MOST_ROUNDS: usize = 5;
/// How many deleted runs may hold tokens before it is given up.
const MOST_GENERATIONS: u32 = 50;
/// How long the same token is sent again after a stop; the service does not say how long it knows tokens.
const TOKEN_AGE: Duration = Duration::from_secs(86_400);

/// A list whose pages never end.
pub(super) fn endless(endpoint: &str) -> Error {
    Error::new(
        ErrorCode::MalformedResponse,
        format!("expected at most {MOST_PAGES} pages, found more"),
    )
    .at(endpoint)
}

impl Poller {
    pub(super) fn databricks(&self) -> &DatabricksJob {
        match &self.job {
            Job::Databricks(job) => job,
            Job::Fabric(_) => unreachable!("only called for Databricks jobs"),
        }
    }

    pub(super) fn begin_databricks(&mut self) {
        let job = self.databricks();
        match (&job.job_id, &job.job_name) {
            (Some(id), _) => {
                let id = id.clone();
                self.begin_with_job(id);
            }
            (None, Some(_)) => {
                self.stage = Stage::Looking(Box::new(Looking::Jobs {
                    pages: 0,
                    found: Vec::new(),
                }));
                self.jobs_by_name(None);
            }
            (None, None) => unreachable!("a checked job has an id or a name"),
        }
    }

    fn begin_with_job(&mut self, job_id: String) {
        self.record.job_id = Some(job_id.clone());
        if self.options.reuse.is_some() {
            self.stage = Stage::Looking(Box::new(Looking::Runs(RunsLook {
                job_id,
                ..RunsLook::default()
            })));
            self.runs_list(None);
        } else {
            if let Some(token) = self.databricks().idempotency_token.clone() {
                self.record.token = Some(token);
            }
            self.stage = Stage::Starting(Starting::default());
            self.run_now();
        }
    }

    pub(super) fn resume_databricks_start(&mut self) {
        let age = self.now.since(self.record.sent_at.unwrap_or(self.now));
        let (Some(job_id), true) = (self.record.job_id.clone(), age > TOKEN_AGE) else {
            // The predecessor was not stored: the token holds it.
            let past = self.record.token.as_deref().and_then(reuse::past_of_token);
            let (predecessor, generation) = past.unwrap_or_default();
            self.stage = Stage::Starting(Starting {
                predecessor,
                generation,
                ..Starting::default()
            });
            self.run_now();
            return;
        };
        self.begin_lookup(&job_id);
    }

    // Name to id.

    fn jobs_by_name(&mut self, page: Option<&str>) {
        let job = self.databricks();
        let mut query = vec![("name", job.job_name.as_deref().unwrap_or_default()), ("limit", "100")];
        query.extend(page.map(|page| ("page_token", page)));
        let call = job.jobs_list(&self.base, &query);
        self.send(Tag::JobsByName, call, Policy::Again);
    }

    pub(super) fn jobs_page(&mut self, response: &HttpResponse) -> Result<(), Error> {
        let value = json::object(response)?;
        let name = self.databricks().job_name.clone().unwrap_or_default();
        let Stage::Looking(looking) = &mut self.stage else {
            return Ok(());
        };
        let Looking::Jobs { pages, found } = looking.as_mut() else {
            return Ok(());
        };
        // The service's filter ignores case; ours does not.
        let matches = json::array(&value, "jobs")
            .iter()
            .filter(|job| job.get("settings").and_then(|settings| json::text(settings, "name")) == Some(name.as_str()));
        for id in matches.filter_map(|job| json::id(job, "job_id")) {
            if !found.contains(&id) {
                found.push(id);
            }
        }
        if let Some(page) = json::text(&value, "next_page_token") {
            *pages += 1;
            if *pages < MOST_PAGES {
                self.jobs_by_name(Some(page));
            } else {
                self.look_refused(endless("jobs/list"));
            }
            return Ok(());
        }
        match found.as_slice() {
            [id] => {
                let id = id.clone();
                self.begin_with_job(id);
            }
            [] => self.finish(
                Outcome::Rejected,
                Error::new(
                    ErrorCode::JobNameNotFound,
                    format!("expected one job named {}, found none", quoted(&name)),
                ),
            ),
            ids => {
                let error = Error::new(
                    ErrorCode::JobNameAmbiguous,
                    format!(
                        "expected one job named {}, found {}: {}",
                        quoted(&name),
                        ids.len(),
                        ids.join(", ")
                    ),
                );
                self.finish(Outcome::Rejected, error);
            }
        }
        Ok(())
    }

    // The look before a start with `reuse`.

    fn runs_list(&mut self, page: Option<&str>) {
        let Stage::Looking(looking) = &mut self.stage else {
            return;
        };
        let Looking::Runs(look) = looking.as_mut() else { return };
        look.pages += 1;
        let which = if look.completed {
            "completed_only"
        } else {
            "active_only"
        };
        let job_id = look.job_id.clone();
        let mut query = vec![("job_id", job_id.as_str()), (which, "true"), ("limit", "24")];
        query.extend(page.map(|page| ("page_token", page)));
        let call = self.databricks().runs_list(&self.base, &query);
        self.send(Tag::RunsPage, call, Policy::Again);
    }

    pub(super) fn runs_page(&mut self, response: &HttpResponse) -> Result<(), Error> {
        let value = json::object(response)?;
        self.record.looked_at = Some(self.service_now(response));
        let Stage::Looking(looking) = &mut self.stage else {
            return Ok(());
        };
        let Looking::Runs(look) = looking.as_mut() else {
            return Ok(());
        };
        look.rows.extend(json::array(&value, "runs").iter().cloned());
        look.next_page = json::string(&value, "next_page_token");
        self.examine_rows();
        Ok(())
    }

    /// Looks at the rows one by one, until one decides or has to be read whole.
    pub(super) fn examine_rows(&mut self) {
        loop {
            let Stage::Looking(looking) = &mut self.stage else {
                return;
            };
            let Looking::Runs(look) = looking.as_mut() else { return };
            let Some(row) = look.rows.pop_front() else { break };
            let Ok(run) = Run::parse(&row) else { continue };
            match reuse::compare(&row, self.databricks()) {
                Equality::Different => {}
                Equality::Equal => {
                    if self.consider(&run) {
                        return;
                    }
                }
                Equality::Unseen => {
                    self.read_row(run.run_id);
                    return;
                }
            }
        }
        let Stage::Looking(looking) = &mut self.stage else {
            return;
        };
        let Looking::Runs(look) = looking.as_mut() else { return };
        let more = look.next_page.take();
        let most = if look.completed { COMPLETED_PAGES } else { MOST_PAGES };
        match more {
            Some(page) if look.pages < most => self.runs_list(Some(&page)),
            _ if look.completed => self.start_after(None, Vec::new()),
            _ => {
                look.completed = true;
                look.pages = 0;
                self.runs_list(None);
            }
        }
    }

    pub(super) fn runs_row(&mut self, id: &str, response: &HttpResponse) -> Result<(), Error> {
        let value = json::object(response)?;
        let run = Run::parse(&value)?;
        check_id(id, &run.run_id)?;
        let as_listed = self.job_as_listed();
        if let Stage::Looking(looking) = &mut self.stage
            && let Looking::Lookup(lookup) = looking.as_mut()
        {
            let equal = reuse::compare_shown(&value, &as_listed) == Equality::Equal;
            lookup.found.extend(equal.then_some(run.run_id));
            self.examine_lookup();
        } else if reuse::compare_shown(&value, self.databricks()) != Equality::Equal || !self.consider(&run) {
            self.examine_rows();
        }
        Ok(())
    }

    pub(super) fn read_row(&mut self, id: String) {
        let call = self.databricks().runs_get(&self.base, &id, None);
        self.send(Tag::RunsRow(id), call, Policy::Again);
    }

    /// The row was deleted between the list and the read.
    pub(super) fn row_gone(&mut self) {
        self.examine_rows();
        self.examine_lookup();
    }

    /// An equal run: followed, read, reported, or the predecessor of a start. `false` if it decides nothing.
    fn consider(&mut self, run: &Run) -> bool {
        let Stage::Looking(looking) = &self.stage else {
            return false;
        };
        let Looking::Runs(look) = looking.as_ref() else {
            return false;
        };
        if !run.state.is_ended() {
            let continuous = run
                .trigger
                .as_deref()
                .is_some_and(|trigger| trigger.starts_with("CONTINUOUS"));
            if look.completed || continuous || run.state.phase == Phase::Terminating {
                return false;
            }
            self.follow(run.run_id.clone(), true, IdentifiedBy::Reuse);
        } else if self.is_fresh(run) {
            self.follow(run.run_id.clone(), true, IdentifiedBy::Reuse);
        } else {
            // A run that ended between the two lists is the newest ended one all the same.
            self.start_after(Some(run.run_id.clone()), Vec::new());
        }
        true
    }

    /// Whether an ended run may stand for a new one, by the service's own clock at the look: what ended behind it, while
    /// this intent was under way, is as fresh as can be.
    fn is_fresh(&self, run: &Run) -> bool {
        let Some(reuse) = self.options.reuse else { return false };
        let Some(end) = run.end_time.or(run.start_time) else {
            return false;
        };
        let now = self.record.looked_at.unwrap_or_else(|| self.host_as_service(self.now));
        let limit = if run.state.outcome == Some(Outcome::Succeeded) {
            reuse.max_age
        } else {
            reuse.failure_max_age
        };
        // Dates come in whole seconds: without this, no age at all would still allow a run of this second.
        !limit.0.is_zero() && now.since(end) <= limit.0
    }

    // The start.

    /// Starts with the token that everyone computes who sees the same past.
    fn start_after(&mut self, predecessor: Option<String>, rounds: Vec<String>) {
        self.stage = Stage::Starting(Starting {
            rounds,
            predecessor,
            ..Starting::default()
        });
        self.start_with_successor_token();
    }

    fn start_with_successor_token(&mut self) {
        let Stage::Starting(starting) = &self.stage else { return };
        let job_id = self.record.job_id.clone().unwrap_or_default();
        let today = self.record.looked_at.unwrap_or_else(|| self.host_as_service(self.now));
        let token = reuse::successor_token(
            &self.databricks().body(&job_id),
            starting.predecessor.as_deref(),
            today,
            starting.generation,
        );
        self.record.token = Some(token);
        self.run_now();
    }

    fn run_now(&mut self) {
        if self.start_is_unwanted() {
            return;
        }
        let job_id = self.record.job_id.clone().unwrap_or_default();
        let token = self.record.token.clone().unwrap_or_default();
        let call = self.databricks().run_now(&self.base, &job_id, &token);
        self.send(Tag::Start, call, Policy::Again);
    }

    /// The token is held by a deleted run: the next one of the same family.
    pub(super) fn next_generation(&mut self, error: Error) {
        let Stage::Starting(starting) = &mut self.stage else {
            return;
        };
        starting.generation += 1;
        if starting.generation > MOST_GENERATIONS {
            self.finish(Outcome::Rejected, error.with_code(ErrorCode::ReuseExhausted));
        } else {
            self.start_with_successor_token();
        }
    }

    pub(super) fn started_databricks(&mut self, response: &HttpResponse) -> Result<(), Error> {
        let value = json::object(response)?;
        let id =
            json::id(&value, "run_id").ok_or_else(|| json::missing("run_id, a 64-bit number", value.get("run_id")))?;
        let Stage::Starting(starting) = &mut self.stage else {
            return Ok(());
        };
        if self.options.reuse.is_some() {
            starting.judging = Some(id.clone());
            let call = self.databricks().runs_get(&self.base, &id, None);
            self.send(Tag::Judged, call, Policy::Again);
        } else {
            self.follow(id, self.starts_shared(), IdentifiedBy::Answer);
        }
        Ok(())
    }

    /// The run that the token led to is judged like a listed row.
    pub(super) fn judged(&mut self, response: &HttpResponse) -> Result<(), Error> {
        let run = Run::parse(&json::object(response)?)?;
        if let Some(expected) = self.judging() {
            check_id(&expected, &run.run_id)?;
        }
        let began_since = match (run.start_time, self.record.looked_at) {
            (Some(start), Some(looked)) => start >= looked,
            _ => !run.state.is_ended(),
        };
        if self.record.looked_at.is_none() {
            self.record.looked_at = Some(self.service_now(response));
        }
        let active = !run.state.is_ended() && run.state.phase != Phase::Terminating;
        if began_since {
            self.follow(run.run_id, true, IdentifiedBy::Answer);
        } else if active || (run.state.is_ended() && self.is_fresh(&run)) {
            self.follow(run.run_id, true, IdentifiedBy::Reuse);
        } else {
            self.next_round(run.run_id);
        }
        Ok(())
    }

    pub(super) fn judged_gone(&mut self) {
        if let Some(gone) = self.judging() {
            self.next_round(gone);
        }
    }

    /// The start was answered, but the run that it named can't be read.
    pub(super) fn judged_unread(&mut self, error: Error) {
        let code = follow::lost_sight(error.code());
        self.finish(Outcome::Abandoned, error.with_code(code));
    }

    pub(super) fn judging(&self) -> Option<String> {
        match &self.stage {
            Stage::Starting(starting) => starting.judging.clone(),
            _ => None,
        }
    }

    /// Whether others may come upon the same token, and so upon the same run.
    pub(super) fn starts_shared(&self) -> bool {
        self.options.reuse.is_some() || self.databricks().idempotency_token.is_some()
    }

    /// The token led to an old run: that is the new predecessor.
    fn next_round(&mut self, old: String) {
        let Stage::Starting(starting) = &mut self.stage else {
            return;
        };
        // That start is answered: it gave an old run and made no new one.
        let mut rounds = std::mem::take(&mut starting.rounds);
        self.record.unsure = 0;
        self.record.sent_at = None;
        rounds.push(old.clone());
        if rounds.len() >= MOST_ROUNDS {
            let error = Error::new(
                ErrorCode::ReuseExhausted,
                format!(
                    "expected a new run, found {MOST_ROUNDS} old ones: {}",
                    rounds.join(", ")
                ),
            );
            self.finish(Outcome::Rejected, error.with_run_ids(rounds));
        } else {
            self.start_after(Some(old), rounds);
        }
    }
}

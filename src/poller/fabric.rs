//! Fabric: the instances before a start, runs to reuse, and the search for a start whose answer was unclear.
//!
//! The rules are those of "one run per intent", sections 5 and 6. The service knows no idempotency token.

use std::collections::VecDeque;
use std::time::Duration;

use crate::error::{Error, ErrorCode};
use crate::fabric::error;
use crate::fabric::instance::{Instance, Page, id_of_start};
use crate::fabric::job::FabricJob;
use crate::fabric::output;
use crate::http::HttpResponse;
use crate::json;
use crate::poller::exchange::{Policy, Tag, request_id};
use crate::poller::options::OnUnconfirmed;
use crate::poller::start::{Listing, Looking, Reconciling, Starting};
use crate::poller::{Job, Poller, Stage, schedule};
use crate::run::{IdentifiedBy, Outcome, WarningCode};
use crate::sort::sort_few;
use crate::time::Timestamp;

/// When the list is read after an unclear answer, in seconds.
const RECONCILE_READS: [u64; 4] = [2, 10, 30, 60];
/// How far from the start a candidate may have begun.
pub(super) const BEFORE_START: Duration = Duration::from_secs(120);
const AFTER_START: Duration = Duration::from_secs(600);
/// A guard against a list that never ends: the service keeps about 100 instances and the active ones.
const MOST_PAGES: usize = 50;
/// How many candidates' activities are read for a marker.
const MOST_MARKED: usize = 20;

impl Poller {
    pub(super) fn fabric(&self) -> &FabricJob {
        match &self.job {
            Job::Fabric(job) => job,
            Job::Databricks(_) => unreachable!("only called for Fabric jobs"),
        }
    }

    pub(super) fn begin_fabric(&mut self) {
        self.stage = Stage::Looking(Box::new(Looking::Instances(Listing::default())));
        self.list_instances(Tag::Instances, None);
    }

    pub(super) fn list_instances(&mut self, tag: Tag, token: Option<&str>) {
        let call = self.fabric().list_instances(&self.base, token);
        self.send(tag, call, Policy::Again);
    }

    // The list, page by page.

    pub(super) fn instances_page(&mut self, response: &HttpResponse) -> Result<(), Error> {
        let page = Page::parse(&json::object(response)?)?;
        self.note_service_clock(response);
        let now = if self.is_looking() && self.options.reuse.is_some() {
            self.service_now(response)
        } else {
            self.host_as_service(self.now)
        };
        let listing = match &mut self.stage {
            Stage::Looking(looking) => match looking.as_mut() {
                Looking::Instances(listing) => listing,
                _ => return Ok(()),
            },
            Stage::Reconciling(reconciling) => &mut reconciling.listing,
            _ => return Ok(()),
        };
        if let Some(token) = listing.add(page) {
            self.list_instances(Tag::Instances, Some(&token));
            return Ok(());
        }
        let instances = std::mem::take(listing).instances;
        if self.is_looking() {
            self.looked(instances, now);
        } else {
            self.reconciled(&instances);
        }
        Ok(())
    }

    /// The instances before the start are known.
    fn looked(&mut self, instances: Vec<Instance>, now: Timestamp) {
        self.record.known_ids = instances.iter().map(|instance| instance.id.clone()).collect();
        self.record.looked_at = Some(now);
        if self.options.reuse.is_none() {
            self.start_item();
            return;
        }
        let candidates = self.reusable(&instances, now);
        if self.may_adopt() {
            match candidates.first() {
                Some(id) => {
                    if self.options.adopt_any_parameters && self.fabric().has_parameters() {
                        self.warn(
                            WarningCode::ParametersUnseen,
                            format!(
                                "run {id} is reused; the service does not tell with which parameters it was started"
                            ),
                        );
                    }
                    // An active run may turn out to be the loser of a race.
                    self.record.raced = instances.iter().any(|found| found.id == *id && !found.state.is_ended());
                    self.follow(id.clone(), true, IdentifiedBy::Reuse);
                }
                None => self.start_item(),
            }
        } else if self.options.marker.is_some() {
            let queue: VecDeque<String> = candidates.into_iter().take(MOST_MARKED).collect();
            self.stage = Stage::Looking(Box::new(Looking::Marked { current: None, queue }));
            self.next_candidate();
        } else {
            self.start_item();
        }
    }

    /// Whether an instance may be adopted although the list shows no parameters.
    pub(super) fn may_adopt(&self) -> bool {
        // Secret parameters that a resume was not given are parameters all the same.
        let has_parameters = self.fabric().has_parameters() || !self.missing_secrets.is_empty();
        self.options.reuse.is_some() && (self.options.adopt_any_parameters || !has_parameters)
    }

    /// The instances that may stand for a new run, the best first: an active one, the newest good one that is fresh, the
    /// newest bad one that is fresh. A deduped instance never ran and stands for nothing.
    fn reusable(&self, instances: &[Instance], now: Timestamp) -> Vec<String> {
        let mut ranked: Vec<(u8, &Instance)> = instances
            .iter()
            .filter_map(|instance| Some((self.rank(instance, now)?, instance)))
            .collect();
        // Of several that began just now the one that every caller agrees on; of others the newest.
        sort_few(&mut ranked, |&(rank, instance)| {
            let id = (rank == 0).then_some(instance.id.as_str());
            (rank, id, std::cmp::Reverse(instance.last_time()))
        });
        ranked.into_iter().map(|(_, instance)| instance.id.clone()).collect()
    }

    /// How well an instance may stand for a new run, 0 the best; `None` if it may not.
    pub(super) fn rank(&self, instance: &Instance, now: Timestamp) -> Option<u8> {
        let reuse = self.options.reuse?;
        let fresh = |limit: Duration| instance.last_time().is_some_and(|end| now.since(end) <= limit);
        if !self.fabric().matches_job_type(&instance.job_type) {
            return None;
        }
        match instance.state.outcome {
            None if instance.state.unknown => None,
            None => Some(u8::from(
                instance.start_time.is_none_or(|start| now.since(start) > BEFORE_START),
            )),
            Some(Outcome::Succeeded) => fresh(reuse.max_age.0).then_some(2),
            // Of a race whose winner was cancelled, that run is no result again.
            Some(Outcome::Cancelled) if self.record.races > 0 => None,
            Some(Outcome::Failed | Outcome::Cancelled) => fresh(reuse.failure_max_age.0).then_some(3),
            Some(_) => None,
        }
    }

    /// Reads the activities of the next candidate for its marker; starts a run of our own when there is none left.
    pub(super) fn next_candidate(&mut self) {
        let Stage::Looking(looking) = &mut self.stage else {
            return;
        };
        let Looking::Marked { current, queue } = looking.as_mut() else {
            return;
        };
        let Some(id) = queue.pop_front() else {
            self.start_item();
            return;
        };
        *current = Some(id.clone());
        let now = self.record.looked_at.unwrap_or(self.now);
        let call = self.fabric().query_activity_runs(&self.base, &id, (now, now), None);
        self.send(Tag::Marked, call, Policy::Again);
    }

    pub(super) fn marked(&mut self, response: &HttpResponse) -> Result<(), Error> {
        let value = json::parse(response)?;
        let parameters = self.fabric().parameters.as_ref();
        let marker = self
            .options
            .marker
            .as_ref()
            .and_then(|name| parameters?.get(name)?.as_str())
            .unwrap_or_default();
        let holds = !marker.is_empty() && output::input_holds(&value, marker);
        let Stage::Looking(looking) = &mut self.stage else {
            return Ok(());
        };
        let Looking::Marked { current, .. } = looking.as_mut() else {
            return Ok(());
        };
        match current.take() {
            Some(id) if holds => self.follow(id, true, IdentifiedBy::Reuse),
            _ => self.next_candidate(),
        }
        Ok(())
    }

    // The start.

    fn start_item(&mut self) {
        if let Some(id) = self.record.skipped.take() {
            // There is nothing else to follow, so that run is the outcome.
            self.follow(id, false, IdentifiedBy::Answer);
            return;
        }
        self.stage = Stage::Starting(Starting::default());
        let call = self.fabric().start(&self.base);
        self.send(Tag::Start, call, Policy::Once);
    }

    /// Only the headers of the answer count; its body is empty, whatever the older docs print.
    pub(super) fn started_fabric(&mut self, response: &HttpResponse) -> Result<(), Error> {
        if let Some(id) = id_of_start(response) {
            if self.record.resent {
                self.record.request_ids.extend(request_id(response));
            }
            self.follow(id, false, IdentifiedBy::Answer);
            self.first_poll_after(schedule::retry_after(response, self.now));
            return Ok(());
        }
        if response.status != 202 {
            return Err(json::malformed(
                response,
                "expected 202 with a Location, found another answer",
            ));
        }
        self.record.accepted = true;
        let error = json::malformed(
            response,
            "expected the run's id in Location or x-ms-job-id, found neither",
        );
        self.start_unclear(error, request_id(response));
        Ok(())
    }

    /// An answer came after it was given up on. It is the best one there is.
    pub(super) fn late_start(&mut self, response: &HttpResponse) {
        let known = self.run.as_ref().map(|run| run.id.clone());
        match (&self.stage, id_of_start(response)) {
            (Stage::Starting(_) | Stage::Reconciling(_), Some(id)) if response.is_success() => {
                if self.record.resent {
                    self.warn(
                        WarningCode::DuplicateRun,
                        format!(
                            "the first start did reach the service: run {id} is followed, there may be a second one"
                        ),
                    );
                }
                self.follow(id, false, IdentifiedBy::Answer);
            }
            (Stage::Following(_), Some(id)) if response.is_success() && known.as_ref() != Some(&id) => {
                let known = known.unwrap_or_default();
                self.warn(
                    WarningCode::DuplicateRun,
                    format!(
                        "the start's late answer names run {id}, which is followed from now on in the place of {known}"
                    ),
                );
                self.follow(id, false, IdentifiedBy::Answer);
            }
            (Stage::Reconciling(_), None) if (400..500).contains(&response.status) => self.late_refusal(response),
            _ => {}
        }
    }

    /// A late refusal tells that nothing was started; one that is no verdict on the request is left to the list.
    fn late_refusal(&mut self, response: &HttpResponse) {
        let refusal = error::read(response);
        let code = error::classify(response.status, refusal.service_code.as_deref());
        if self.record.unsure == 1
            && !matches!(response.status, 408 | 425)
            && !matches!(
                code,
                ErrorCode::Throttled | ErrorCode::Unauthenticated | ErrorCode::TokenExpired
            )
        {
            self.start_refused(refusal.into_error(response.status, code));
        }
    }

    // The search for a start.

    /// The service may have acted: never send it again before its list has been read.
    pub(super) fn start_unclear(&mut self, error: Error, request_id: Option<String>) {
        self.record.unanswered = false;
        match request_id {
            Some(id) if !self.record.request_ids.contains(&id) => self.record.request_ids.push(id),
            Some(_) => {}
            None => self.record.unnamed = true,
        }
        self.reconcile(error);
    }

    pub(super) fn reconcile(&mut self, cause: Error) {
        self.stage = Stage::Reconciling(Box::new(Reconciling {
            since: self.now,
            reads: 0,
            wake: Some(self.now.plus(Duration::from_secs(RECONCILE_READS[0]))),
            listing: Listing::default(),
            only_candidate: None,
            cause,
        }));
        self.persist();
    }

    pub(super) fn reconcile_read(&mut self) {
        self.list_instances(Tag::Instances, None);
    }

    fn reconciled(&mut self, instances: &[Instance]) {
        if let Some(id) = self.named(instances).into_iter().next() {
            self.follow(id, false, IdentifiedBy::RootActivityId);
            return;
        }
        let candidates = self.candidates(instances);
        let Stage::Reconciling(reconciling) = &mut self.stage else {
            return;
        };
        reconciling.reads += 1;
        let last = reconciling.reads >= RECONCILE_READS.len();
        if let [id] = candidates.as_slice() {
            // Another caller's run may show up before ours: it has to be the only one twice.
            if last || reconciling.only_candidate.as_ref() == Some(id) {
                let id = id.clone();
                self.warn(
                    WarningCode::IdentifiedByDifference,
                    format!("the start was not answered; run {id} is followed because it is the only new one"),
                );
                self.follow(id, false, IdentifiedBy::Difference);
                return;
            }
            reconciling.only_candidate = Some(id.clone());
        }
        if !last {
            let at = reconciling
                .since
                .plus(Duration::from_secs(RECONCILE_READS[reconciling.reads]));
            // A slow read must not make the next one follow at once.
            reconciling.wake = Some(at.max(self.now.plus(Duration::from_secs(1))));
            return;
        }
        let cause = reconciling.cause.clone();
        if candidates.is_empty() {
            self.start_left_no_trace(cause);
        } else if self.may_adopt()
            && let Some(id) = candidates.iter().min()
        {
            // Any run of the item will do: all callers agree on this one.
            let id = id.clone();
            self.warn(
                WarningCode::DuplicateRun,
                format!(
                    "the start was not answered; of the new runs {} the smallest is followed",
                    candidates.join(", ")
                ),
            );
            self.record.raced = true;
            self.follow(id, true, IdentifiedBy::Reuse);
        } else {
            let error = Error::new(
                ErrorCode::StartAmbiguous,
                format!(
                    "the start was not answered ({cause}); expected one new run, found {}",
                    candidates.join(", ")
                ),
            );
            self.finish(Outcome::Abandoned, error.with_run_ids(candidates));
        }
    }

    fn start_left_no_trace(&mut self, mut cause: Error) {
        let may_resend = !self.record.accepted
            && !self.record.resent
            && self.cancel.is_none()
            && !self.deadline_passed
            && (!self.record.unnamed || self.options.on_unconfirmed == OnUnconfirmed::Resend);
        if may_resend && self.can_send_body() {
            self.start_item();
        } else if may_resend {
            let message = format!(
                "{cause}; it was not sent once more for want of the secret parameters {}",
                self.missing_secrets.join(", ")
            );
            cause.message = message;
            self.start_gave_up(cause);
        } else {
            self.start_gave_up(cause);
        }
    }

    /// The instances that carry a request id of a start of ours, in the order of the starts.
    pub(super) fn named(&self, instances: &[Instance]) -> Vec<String> {
        let of = |name: &String| instances.iter().find(|row| row.root_activity_id.as_ref() == Some(name));
        let found = self.record.request_ids.iter().filter_map(of);
        found.map(|instance| instance.id.clone()).collect()
    }

    /// New instances that a start without request id could have made.
    pub(super) fn candidates(&self, instances: &[Instance]) -> Vec<String> {
        if !self.record.unnamed {
            return Vec::new();
        }
        let sent = self.host_as_service(self.record.sent_at.unwrap_or(self.now));
        let window = sent.minus(BEFORE_START)..=sent.plus(AFTER_START);
        instances
            .iter()
            .filter(|instance| {
                instance.is_manual()
                    && self.fabric().matches_job_type(&instance.job_type)
                    && instance.start_time.is_none_or(|start| window.contains(&start))
                    && !self.record.known_ids.contains(&instance.id)
            })
            .map(|instance| instance.id.clone())
            .collect()
    }
}

impl Listing {
    /// Adds a page; gives the token of the next one, unless there is none or the list goes in circles.
    pub(super) fn add(&mut self, page: Page) -> Option<String> {
        for instance in page.instances {
            if !self.instances.iter().any(|found| found.id == instance.id) {
                self.instances.push(instance);
            }
        }
        let next = page.continuation_token?;
        if self.tokens.contains(&next) || self.tokens.len() >= MOST_PAGES {
            return None;
        }
        self.tokens.push(next.clone());
        Some(next)
    }
}

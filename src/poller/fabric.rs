//! Fabric: the instances before a start, runs to reuse, and the search for a start whose answer was unclear.
//!
//! The rules are those of "one run per intent", sections 5 and 6. The service knows no idempotency token.

use std::collections::VecDeque;
use std::time::Duration;

use crate::error::{Error, ErrorCode};
use crate::fabric::instance::{Instance, Page, id_of_start};
use crate::fabric::job::FabricJob;
use crate::fabric::output;
use crate::http::HttpResponse;
use crate::json;
use crate::poller::exchange::{Policy, Tag};
use crate::poller::options::OnUnconfirmed;
use crate::poller::start::{Listing, Looking, Reconciling, Starting};
use crate::poller::{Job, Poller, Stage, schedule};
use crate::run::{IdentifiedBy, Outcome, WarningCode};
use crate::sort::sort_few;
use crate::time::Timestamp;

/// When the list is read after an unclear answer, in seconds.
const RECONCILE_READS: [u64; 4] = [2, 10, 30, 60];
/// How far from the start a candidate may have begun.
const BEFORE_START: Duration = Duration::from_secs(120);
const AFTER_START: Duration = Duration::from_secs(600);
/// A guard against a list that never ends: the service keeps about 100 instances and the active ones.
const MOST_PAGES: u32 = 50;
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
        let now = self.service_now(response);
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
        let instances = std::mem::take(&mut listing.instances);
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
                    self.follow(id.clone(), true, IdentifiedBy::Reuse);
                    let active = instances
                        .iter()
                        .any(|instance| instance.id == *id && !instance.state.is_ended());
                    if let Stage::Following(following) = &mut self.stage {
                        following.raced = active;
                    }
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
        self.options.reuse.is_some() && (self.options.adopt_any_parameters || !self.fabric().has_parameters())
    }

    /// The instances that may stand for a new run, the best first: an active one, the newest good one that is fresh, the
    /// newest bad one that is fresh. A deduped instance never ran and stands for nothing.
    fn reusable(&self, instances: &[Instance], now: Timestamp) -> Vec<String> {
        let Some(reuse) = self.options.reuse else {
            return Vec::new();
        };
        let job = self.fabric();
        let mut ours: Vec<&Instance> = instances
            .iter()
            .filter(|instance| job.matches_job_type(&instance.job_type))
            .collect();
        sort_few(&mut ours, |instance| {
            std::cmp::Reverse(instance.end_time.or(instance.start_time))
        });
        let fresh = |instance: &Instance, limit: Duration| {
            instance
                .end_time
                .or(instance.start_time)
                .is_some_and(|end| now.since(end) <= limit)
        };
        let mut active: Vec<&Instance> = ours
            .iter()
            .copied()
            .filter(|instance| !instance.state.is_ended() && !instance.state.unknown)
            .collect();
        // Of several the one that every caller agrees on.
        sort_few(&mut active, |instance| instance.id.clone());
        let good = ours
            .iter()
            .filter(|instance| instance.state.outcome == Some(Outcome::Succeeded) && fresh(instance, reuse.max_age.0));
        let bad = ours.iter().filter(|instance| {
            matches!(instance.state.outcome, Some(Outcome::Failed | Outcome::Cancelled))
                && fresh(instance, reuse.failure_max_age.0)
        });
        active
            .iter()
            .chain(good)
            .chain(bad)
            .map(|instance| instance.id.clone())
            .collect()
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
        self.stage = Stage::Starting(Starting::default());
        let call = self.fabric().start(&self.base);
        self.send(Tag::Start, call, Policy::Once);
    }

    /// Only the headers of the answer count; its body is empty, whatever the older docs print.
    pub(super) fn started_fabric(&mut self, response: &HttpResponse) -> Result<(), Error> {
        if let Some(id) = id_of_start(response) {
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
        self.start_unclear(error, response.header("RequestId").map(str::to_ascii_lowercase));
        Ok(())
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
        self.stage = Stage::Reconciling(Reconciling {
            since: self.now,
            reads: 0,
            wake: Some(self.now.plus(Duration::from_secs(RECONCILE_READS[0]))),
            listing: Listing::default(),
            only_candidate: None,
            cause,
        });
        self.persist();
    }

    pub(super) fn reconcile_read(&mut self) {
        self.list_instances(Tag::Instances, None);
    }

    fn reconciled(&mut self, instances: &[Instance]) {
        if let Some(found) = instances.iter().find(|instance| self.was_named(instance)) {
            self.follow(found.id.clone(), false, IdentifiedBy::RootActivityId);
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

    fn start_left_no_trace(&mut self, cause: Error) {
        let may_resend = !self.record.accepted
            && !self.record.resent
            && self.cancel.is_none()
            && !self.deadline_passed
            && (!self.record.unnamed || self.options.on_unconfirmed == OnUnconfirmed::Resend);
        if may_resend && self.can_send_body() {
            self.record.resent = true;
            self.start_item();
            return;
        }
        self.start_gave_up(cause);
    }

    /// Whether the instance carries the request id of a start of ours.
    fn was_named(&self, instance: &Instance) -> bool {
        instance
            .root_activity_id
            .as_ref()
            .is_some_and(|id| self.record.request_ids.contains(id))
    }

    /// New instances that a start without request id could have made.
    fn candidates(&self, instances: &[Instance]) -> Vec<String> {
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

    // Beside a run that is followed: the first of two starts, or another caller's at the same time.

    /// Reads the list before the run, as long as a better run to follow may show up; `false` if it need not.
    pub(super) fn watch(&mut self) -> bool {
        let now = self.now;
        let Stage::Following(following) = &mut self.stage else {
            return false;
        };
        match &mut following.watch {
            Some(watch) if watch.until > now => watch.listing = Listing::default(),
            watch => {
                *watch = None;
                return false;
            }
        }
        self.list_instances(Tag::Watch, None);
        true
    }

    pub(super) fn watched(&mut self, response: &HttpResponse) -> Result<(), Error> {
        let page = Page::parse(&json::object(response)?)?;
        let Stage::Following(following) = &mut self.stage else {
            return Ok(());
        };
        let Some(watch) = &mut following.watch else {
            return Ok(());
        };
        if let Some(token) = watch.listing.add(page) {
            self.list_instances(Tag::Watch, Some(&token));
            return Ok(());
        }
        let instances = std::mem::take(&mut watch.listing.instances);
        let Some(current) = self.run.as_ref().map(|run| run.id.clone()) else {
            return Ok(());
        };
        let found = if self.record.resent {
            self.first_start(&instances, &current)
        } else {
            self.may_adopt() && self.settle_race(&instances, &current)
        };
        if !found {
            self.poll_run();
        }
        Ok(())
    }

    /// Follows the run of the first of two starts, if it did reach the service.
    fn first_start(&mut self, instances: &[Instance], current: &str) -> bool {
        let first = self.record.request_ids.first();
        let first = instances
            .iter()
            .find(|instance| instance.id != current && first.is_some() && instance.root_activity_id.as_ref() == first);
        let Some(id) = first.map(|first| first.id.clone()) else {
            return false;
        };
        self.warn(
            WarningCode::DuplicateRun,
            format!("the first start did reach the service: run {id} is followed, run {current} is a second one"),
        );
        self.follow(id, false, IdentifiedBy::RootActivityId);
        true
    }

    /// Callers that began at the same time agree on the smallest id: times change, ids do not.
    fn settle_race(&mut self, instances: &[Instance], current: &str) -> bool {
        let sent = self.host_as_service(self.record.sent_at.unwrap_or(self.began));
        let window = sent.minus(BEFORE_START)..=sent.plus(BEFORE_START);
        let in_race = |instance: &Instance| instance.start_time.is_some_and(|start| window.contains(&start));
        // A run that began long before is nobody's rival.
        if !instances
            .iter()
            .any(|instance| instance.id == current && in_race(instance))
        {
            return false;
        }
        let winner = instances
            .iter()
            .filter(|instance| {
                instance.is_manual()
                    && self.fabric().matches_job_type(&instance.job_type)
                    && in_race(instance)
                    && instance.state.outcome != Some(Outcome::Skipped)
                    && !self.record.known_ids.contains(&instance.id)
            })
            .map(|instance| instance.id.as_str())
            .min();
        let Some(winner) = winner.filter(|winner| *winner < current).map(str::to_owned) else {
            return false;
        };
        self.warn(
            WarningCode::DuplicateRun,
            format!(
                "another caller started run {winner} at the same time; it is followed, run {current} is a second one"
            ),
        );
        let own = self.run.as_ref().is_some_and(|run| !run.shared);
        if own && self.options.cancel_duplicates {
            let call = self.fabric().cancel_instance(&self.base, current);
            self.send(Tag::CancelDuplicate, call, Policy::Again);
        }
        let watch = match &mut self.stage {
            Stage::Following(following) => following.watch.take(),
            _ => None,
        };
        self.follow(winner, true, IdentifiedBy::Reuse);
        if let Stage::Following(following) = &mut self.stage {
            following.watch = watch;
            following.raced = true;
        }
        true
    }
}

impl Listing {
    /// Adds a page; gives the token of the next one, unless there is none or the list goes in circles.
    fn add(&mut self, page: Page) -> Option<String> {
        for instance in page.instances {
            if !self.instances.iter().any(|found| found.id == instance.id) {
                self.instances.push(instance);
            }
        }
        self.pages += 1;
        let next = page
            .continuation_token
            .filter(|token| self.token.as_ref() != Some(token));
        self.token.clone_from(&next);
        next.filter(|_| self.pages < MOST_PAGES)
    }
}

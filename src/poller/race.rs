//! Fabric, beside a run that is followed: the first of two starts of ours, or another caller's at the same time.

use crate::error::Error;
use crate::fabric::instance::{Instance, Page};
use crate::http::{HttpResponse, Service};
use crate::json;
use crate::poller::exchange::{Policy, Tag};
use crate::poller::fabric::BEFORE_START;
use crate::poller::snapshot::StartRecord;
use crate::poller::start::Listing;
use crate::poller::{Poller, Seen, Stage, schedule};
use crate::run::{IdentifiedBy, Outcome, Phase, WarningCode};
use crate::time::Timestamp;

/// How often the look may begin anew.
const LOOKS_ANEW: u8 = 2;

impl Poller {
    /// Reads the list before the run, as long as a better run to follow may show up; `false` if none may.
    pub(super) fn watch(&mut self) -> bool {
        let now = self.now;
        let under_way = self.has_exchange(|tag| matches!(tag, Tag::Watch));
        let Stage::Following(following) = &mut self.stage else {
            return false;
        };
        match &mut following.watch {
            _ if under_way => return true,
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
        let instances = std::mem::take(&mut watch.listing).instances;
        let now = schedule::service_now(response).unwrap_or_else(|| self.host_as_service(self.now));
        if let Some(current) = self.run.as_ref().map(|run| run.id.clone()) {
            if self.record.resent {
                self.settle_starts(&instances, &current);
            } else if self.may_adopt() && self.cancel.is_none() {
                self.settle_race(&instances, &current, now);
            }
        }
        self.poll_run();
        Ok(())
    }

    /// Of two starts of ours the first counts, wherever it shows up.
    fn settle_starts(&mut self, instances: &[Instance], current: &str) {
        let ours = self.named(instances);
        let others: Vec<String> = ours.iter().filter(|id| *id != current).cloned().collect();
        match ours.first() {
            Some(first) if first != current => {
                self.warn(
                    WarningCode::DuplicateRun,
                    format!(
                        "the first start did reach the service: run {first} is followed, run {current} is a second one"
                    ),
                );
                self.follow(first.clone(), false, IdentifiedBy::RootActivityId);
            }
            _ if self
                .warnings
                .iter()
                .any(|warning| warning.code == WarningCode::DuplicateRun) => {}
            _ if !others.is_empty() => self.warn(
                WarningCode::DuplicateRun,
                format!(
                    "run {current} is followed; both starts reached the service: {} is a second one",
                    others.join(", ")
                ),
            ),
            _ => {
                let unclaimed: Vec<String> = self
                    .candidates(instances)
                    .into_iter()
                    .filter(|id| id != current)
                    .collect();
                if !unclaimed.is_empty() {
                    self.warn(
                        WarningCode::DuplicateRun,
                        format!(
                            "run {current} is followed; the first start may have reached the service too: {}",
                            unclaimed.join(", ")
                        ),
                    );
                }
            }
        }
    }

    /// Callers that began at the same time agree on the smallest id: times change, ids do not.
    fn settle_race(&mut self, instances: &[Instance], current: &str, now: Timestamp) {
        let sent = self.host_as_service(self.record.sent_at.unwrap_or(self.began));
        let window = sent.minus(BEFORE_START)..=sent.plus(BEFORE_START);
        let in_race = |instance: &Instance| instance.start_time.is_some_and(|start| window.contains(&start));
        // A run that began long before is nobody's rival.
        if !instances
            .iter()
            .any(|instance| instance.id == current && in_race(instance))
        {
            return;
        }
        let winner = instances
            .iter()
            .filter(|instance| {
                instance.is_manual()
                    && in_race(instance)
                    && self.rank(instance, now).is_some()
                    && instance.state.outcome != Some(Outcome::Cancelled)
                    && !self.record.known_ids.contains(&instance.id)
            })
            .map(|instance| instance.id.as_str())
            .min();
        let Some(winner) = winner.filter(|winner| *winner < current).map(str::to_owned) else {
            return;
        };
        self.warn(
            WarningCode::DuplicateRun,
            format!(
                "another caller started run {winner} at the same time; it is followed, run {current} is a second one"
            ),
        );
        let own = self.run.as_ref().is_some_and(|run| !run.shared);
        if own && self.options.cancel_duplicates {
            self.record.duplicate = Some(current.to_owned());
        }
        let watch = match &mut self.stage {
            Stage::Following(following) => following.watch.take(),
            _ => None,
        };
        self.record.raced = true;
        self.follow(winner, true, IdentifiedBy::Reuse);
        if let Stage::Following(following) = &mut self.stage {
            following.watch = watch;
        }
    }

    /// Cancels our own run that lost a race, now that the winner is seen. Until that one has begun, the service may yet
    /// skip it because of the very run that would be cancelled.
    pub(super) fn settle_duplicate(&mut self, winner: &Instance) {
        let has_begun = winner.state.phase == Phase::Running || winner.state.outcome == Some(Outcome::Succeeded);
        if has_begun && let Some(duplicate) = self.record.duplicate.take() {
            let call = self.fabric().cancel_instance(&self.base, &duplicate);
            self.send(Tag::CancelDuplicate, call, Policy::Again);
        }
    }

    /// The run that is followed ended without having done anything, where any run of the item would do: the look begins
    /// anew, at most twice. True if it did.
    ///
    /// Another caller cancelled the run that won a race, or the service skipped one because another was active. Where it
    /// skipped one of ours nothing more is started, since that would meet the same rule.
    pub(super) fn look_again(&mut self) -> bool {
        let Some(run) = &self.run else { return false };
        let skipped = self.seen.outcome == Some(Outcome::Skipped)
            && run.service == Service::Fabric
            && run.identified_by != IdentifiedBy::Given
            && self.may_adopt();
        let called_off = self.record.raced && self.seen.outcome == Some(Outcome::Cancelled);
        if !(skipped || called_off) || self.record.races >= LOOKS_ANEW || self.cancel.is_some() || self.deadline_passed
        {
            return false;
        }
        // Nothing of the start that lost may be taken for a trace of the next one.
        self.record = StartRecord {
            races: self.record.races + 1,
            token: self.record.token.take(),
            skipped: (skipped && !run.shared).then(|| run.id.clone()),
            clock_offset: self.record.clock_offset,
            ..StartRecord::default()
        };
        self.run = None;
        self.seen = Seen::default();
        self.drop_exchanges(|_| true);
        self.begin();
        true
    }
}

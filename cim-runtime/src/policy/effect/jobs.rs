//! The jobs of an effect, and what became of them, in rows.

use jiff::Timestamp;

use super::outcomes::EffectOutcome;
use crate::cid::EventCid;
use crate::envelope::Envelope;
use crate::policy::dead::DeadLetter;
use crate::prelude::value;
use crate::rows::{Kept, Place, Table, TableField as _};
use crate::store::StoredEvent;

/// Of so many events an effect's outcome is kept, the last ones.
pub(super) const KEPT: usize = 10_000;

/// An event that an effect is to act on.
#[value]
pub(in crate::policy) struct Job {
    pub(super) event: EventCid,
    pub(super) event_type: String,
    /// Whose event it is: those of one aggregate are acted on in their order.
    pub(super) aggregate: String,
    /// How often it was tried.
    pub(super) attempts: u32,
    /// When it is tried again, if it has failed.
    pub(super) due: Option<Timestamp>,
    /// Why it has failed the last time.
    pub(super) error: Option<String>,
}

impl Job {
    pub(in crate::policy) fn of(event: &StoredEvent, envelope: &Envelope<'_>) -> Self {
        Self {
            event: event.cid,
            event_type: envelope.event_type.to_owned(),
            aggregate: format!("{}/{}", envelope.aggregate, envelope.id),
            attempts: 0,
            due: None,
            error: None,
        }
    }
}

impl Job {
    /// The letter of one that is given up.
    pub(in crate::policy) fn dead(self, reason: String) -> DeadLetter {
        let (event, event_type) = (self.event, Some(self.event_type));
        DeadLetter { reason, event, event_type, letter: None }
    }
}

/// Tables of a policy that is an effect.
pub(in crate::policy) struct Jobs {
    open: Table<u64, Job>,
    outcomes: Table<u64, EffectOutcome>,
    /// How many outcomes there are, once they were counted.
    kept: Option<usize>,
    /// Those that are not yet written.
    opened: Vec<(u64, Job)>,
    /// Those that were written since somebody has asked.
    written: Vec<(u64, Job)>,
}

impl Jobs {
    pub(in crate::policy) fn open(place: &Place) -> Self {
        Self {
            open: Table::open("-jobs", place),
            outcomes: Table::open("-outcomes", place),
            kept: None,
            opened: Vec::new(),
            written: Vec::new(),
        }
    }

    /// Those that are left to do.
    pub(super) fn left(&self) -> Vec<(u64, Job)> {
        self.open.iter().collect()
    }

    /// Those that were added and written since this was called last.
    pub(super) fn take_written(&mut self) -> Vec<(u64, Job)> {
        std::mem::take(&mut self.written)
    }

    /// What was added is part of a transaction.
    pub(in crate::policy) fn written(&mut self) {
        self.written.append(&mut self.opened);
    }

    /// Adds a job for the event at this position.
    pub(in crate::policy) fn add(&mut self, position: u64, job: Job) {
        self.open.insert(&position, job.clone());
        self.opened.push((position, job));
    }

    /// Writes down that a job has failed and is tried again.
    pub(super) fn failed(&mut self, position: u64, job: Job) {
        self.open.insert(&position, job);
    }

    /// Ends a job.
    pub(in crate::policy) fn end(&mut self, position: u64, outcome: EffectOutcome) {
        self.open.remove(&position);
        let kept = self.kept.unwrap_or_else(|| self.outcomes.iter().count());
        let is_new = !self.outcomes.contains(&position);
        self.outcomes.insert(&position, outcome);
        let mut kept = kept + usize::from(is_new);
        while kept > KEPT
            && let Some((oldest, _)) = self.outcomes.iter().next()
        {
            self.outcomes.remove(&oldest);
            kept -= 1;
        }
        self.kept = Some(kept);
    }

    pub(in crate::policy) fn outcome(&self, position: u64) -> Option<EffectOutcome> {
        self.outcomes.get(&position)
    }

    pub(in crate::policy) fn each(&mut self, mut act: impl FnMut(&mut dyn Kept)) {
        act(&mut self.open);
        act(&mut self.outcomes);
    }

    /// Forgets what was not written.
    pub(in crate::policy) fn forget(&mut self) {
        self.kept = None;
        self.opened.clear();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::rows::{MemoryRows, RowBatch, RowStore as _};

    #[test]
    fn outcomes_are_kept_of_so_many_events() {
        let rows = Arc::new(MemoryRows::default());
        let (most, mut written) = (KEPT as u64, 0);
        let mut jobs = Jobs::open(&Place::new(rows.view("s").unwrap()));
        let mut end = |jobs: &mut Jobs, positions: std::ops::RangeInclusive<u64>| {
            for position in positions {
                let outcome = EffectOutcome { at: Timestamp::UNIX_EPOCH, attempts: 1, error: None };
                jobs.end(position, outcome);
            }
            let mut batch = RowBatch::new(written, written + 1);
            jobs.each(|table| table.write(&mut batch).unwrap());
            rows.commit("s", batch).unwrap();
            written += 1;
            let place = Place::new(rows.view("s").unwrap());
            jobs.each(|table| table.renew(&place));
        };
        end(&mut jobs, 1..=most - 1);
        // One that ends again, as somebody has asked for, is one.
        end(&mut jobs, 7..=7);
        end(&mut jobs, most..=most + 3);
        let of = |jobs: &Jobs, positions: [u64; 5]| positions.map(|at| jobs.outcome(at).is_some());
        assert_eq!(of(&jobs, [1, 3, 4, 5, most + 3]), [false, false, true, true, true]);
        // What was rolled back is not counted.
        jobs.end(most + 4, EffectOutcome { at: Timestamp::UNIX_EPOCH, attempts: 1, error: None });
        jobs.each(|table| table.forget());
        jobs.forget();
        assert_eq!(of(&jobs, [3, 4, 5, most + 3, most + 4]), [false, true, true, true, false]);
        end(&mut jobs, most + 5..=most + 5);
        assert_eq!(of(&jobs, [4, 5, 6, most + 3, most + 5]), [false, true, true, true, true]);
    }
}

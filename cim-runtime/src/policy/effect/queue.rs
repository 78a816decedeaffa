//! Which job is next: those of one aggregate one after the other, those of others side by side.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use jiff::Timestamp;
use rustc_hash::FxHashMap;

use super::Job;

/// The jobs that are left, by their positions.
#[derive(Default)]
pub(super) struct Queue {
    jobs: BTreeMap<u64, Job>,
    /// Those of each aggregate, in order. The first of each is running, ready, or waits.
    lanes: FxHashMap<String, VecDeque<u64>>,
    ready: BTreeSet<u64>,
    waiting: BTreeSet<(Timestamp, u64)>,
    running: BTreeSet<u64>,
}

impl Queue {
    pub(super) fn len(&self) -> usize {
        self.jobs.len()
    }

    pub(super) fn running(&self) -> &BTreeSet<u64> {
        &self.running
    }

    pub(super) fn job(&self, position: u64) -> Option<&Job> {
        self.jobs.get(&position)
    }

    pub(super) fn add(&mut self, position: u64, job: Job) {
        // It is known already, if its event is taken again.
        if self.jobs.contains_key(&position) {
            return;
        }
        let lane = self.lanes.entry(job.aggregate.clone()).or_default();
        lane.push_back(position);
        let is_first = lane.len() == 1;
        let due = job.due;
        self.jobs.insert(position, job);
        if is_first {
            self.turn(position, due);
        }
    }

    /// The next one, which runs from now on.
    pub(super) fn next(&mut self, now: Timestamp) -> Option<(u64, &Job)> {
        while let Some((due, position)) = self.waiting.pop_first() {
            if due > now {
                self.waiting.insert((due, position));
                break;
            }
            self.ready.insert(position);
        }
        let position = self.ready.pop_first()?;
        self.running.insert(position);
        self.jobs.get(&position).map(|job| (position, job))
    }

    /// When one that waits is tried again.
    pub(super) fn next_due(&self) -> Option<Timestamp> {
        self.waiting.first().map(|(due, _)| *due)
    }

    /// One that was running is tried again at this time.
    pub(super) fn again(&mut self, position: u64, job: Job) {
        self.running.remove(&position);
        self.turn(position, job.due);
        self.jobs.insert(position, job);
    }

    /// One that was running is over, and its aggregate's next one has its turn.
    pub(super) fn over(&mut self, position: u64) {
        self.running.remove(&position);
        let Some(job) = self.jobs.remove(&position) else { return };
        let Some(lane) = self.lanes.get_mut(&job.aggregate) else { return };
        lane.pop_front();
        match lane.front().copied() {
            Some(next) => {
                let due = self.jobs.get(&next).and_then(|job| job.due);
                self.turn(next, due);
            }
            None => {
                self.lanes.remove(&job.aggregate);
            }
        }
    }

    fn turn(&mut self, position: u64, due: Option<Timestamp>) {
        match due {
            Some(due) => self.waiting.insert((due, position)),
            None => self.ready.insert(position),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cid::EventCid;

    fn job(aggregate: &str) -> Job {
        Job {
            event: EventCid::of(b"any"),
            event_type: "Any".to_owned(),
            aggregate: aggregate.to_owned(),
            attempts: 0,
            due: None,
            error: None,
        }
    }

    fn started(queue: &mut Queue, now: Timestamp) -> Vec<u64> {
        std::iter::from_fn(|| queue.next(now).map(|(position, _)| position)).collect()
    }

    #[test]
    fn the_jobs_of_an_aggregate_have_an_order() {
        let (mut queue, now) = (Queue::default(), Timestamp::UNIX_EPOCH);
        for (position, aggregate) in [(1, "a"), (2, "b"), (3, "a"), (4, "a"), (5, "c")] {
            queue.add(position, job(aggregate));
        }
        assert_eq!(started(&mut queue, now), [1, 2, 5]);
        queue.over(1);
        assert_eq!(started(&mut queue, now), [3]);
        queue.over(3);
        queue.over(2);
        assert_eq!(started(&mut queue, now), [4]);
        queue.over(4);
        queue.over(5);
        assert_eq!((queue.len(), queue.lanes.len(), queue.running.len()), (0, 0, 0));
    }

    #[test]
    fn one_that_waits_holds_up_its_own_aggregate_alone() {
        let (mut queue, now) = (Queue::default(), Timestamp::UNIX_EPOCH);
        let due = Timestamp::from_second(60).unwrap();
        for (position, aggregate) in [(1, "a"), (2, "a"), (3, "b")] {
            queue.add(position, job(aggregate));
        }
        assert_eq!(started(&mut queue, now), [1, 3]);
        queue.again(1, Job { due: Some(due), attempts: 1, ..job("a") });
        queue.over(3);
        assert_eq!((started(&mut queue, now), queue.next_due()), (vec![], Some(due)));
        assert_eq!(started(&mut queue, due), [1]);
        assert_eq!(queue.job(1).unwrap().attempts, 1);
        queue.over(1);
        assert_eq!(started(&mut queue, due), [2]);
    }
}

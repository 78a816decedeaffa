//! A policy that runs: it takes pages of events, sends what they call for, and what was due.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::Arc;

use futures::future::BoxFuture;
use jiff::Timestamp;
use tokio::sync::{mpsc, watch};

use super::acting::attempts_ended;
use super::dead::{DeadLetter, DeadLetters, Wish};
use super::effect::{Acts, EffectInfo, Effects};
use super::plan::Letter;
use super::progress::{Cell, Progress};
use super::reaction::Sends;
use super::sendable::Sendable;
use super::worker::{self, Worker};
use super::{Policy, Starts};
use crate::driver::Driver;
use crate::error::Error;
use crate::observe;
use crate::outside::Outside;
use crate::projection::{Listened, Pages, Reaches, Retry, Stopped, blocking, ended, leading};
use crate::rows::RowStore;
use crate::settings::{AnySettings, SettingsInfo};
use crate::store::{Head, StoreError, StoredEvent};

/// How many pages of events are read ahead: what is cut short is sent again for all of them.
const AHEAD: usize = 4;

/// A policy of a system, as data.
#[derive(Debug, Clone, Copy)]
pub struct PolicyInfo {
    /// Its name.
    pub name: &'static str,
    /// Which events call for which commands.
    pub routes: &'static [Route],
    /// Why a loop through it ends, if it says so.
    pub ends: Option<&'static str>,
    /// What it can be told, if it has settings.
    pub settings: Option<SettingsInfo>,
    /// How it acts on the world, if it does.
    pub effect: Option<EffectInfo>,
    pub(crate) start: fn(&StartedPolicies) -> Result<Run, Error>,
}

/// An event that a policy takes, and the commands it may answer with.
#[derive(Debug, Clone, Copy)]
pub struct Route {
    /// The event.
    pub event: Listened,
    /// The commands.
    pub sends: Sends,
    /// Why a loop through it ends, if its method says so.
    pub ends: Option<&'static str>,
}

impl PolicyInfo {
    /// What a system knows of a policy.
    pub const fn of<P: Policy>() -> Self {
        let settings = SettingsInfo::among(P::TABLES);
        let (name, routes, ends, effect) = (P::NAME, P::ROUTES, P::ENDS, P::EFFECT);
        Self { name, routes, ends, settings, effect, start: start::<P> }
    }
}

/// What policies are started with.
#[derive(Debug, Clone)]
pub(crate) struct StartedPolicies {
    pub(crate) driver: Arc<Driver>,
    pub(crate) rows: Arc<dyn RowStore>,
    pub(crate) outside: Arc<Outside>,
}

/// A policy as the workers of a system know it.
pub(crate) struct Run {
    pub(crate) work: BoxFuture<'static, Infallible>,
    pub(crate) cell: Arc<dyn Reaches>,
    pub(crate) dead: DeadLetters,
    pub(crate) effects: Effects,
}

fn start<P: Policy>(with: &StartedPolicies) -> Result<Run, Error> {
    let outside = &with.outside;
    let settle = |settings: SettingsInfo| {
        let given = outside.configured.given(P::NAME);
        settings.settle(P::NAME, |ty| outside.value(ty), given)
    };
    let settings = SettingsInfo::among(P::TABLES).map(settle).transpose()?;
    let needs = P::EFFECT.map_or(&[][..], |effect| effect.needs);
    if let Some(needs) = needs.iter().find_map(|need| need.missing(outside)) {
        return Err(Error::NotProvided { policy: P::NAME, needs });
    }
    let progress = Progress { position: 0, next_due: None, stopped: None, acting: BTreeMap::new() };
    let driver = Arc::clone(&with.driver);
    let progress = watch::Sender::new(progress);
    let cell = Arc::new(Cell { name: P::NAME, progress, driver });
    let (wishes, wished) = mpsc::channel(16);
    let wishes = Arc::new(wishes);
    let running = Running::<P> {
        cell: Arc::clone(&cell),
        driver: Arc::clone(&with.driver),
        rows: Arc::clone(&with.rows),
        outside: Arc::clone(outside),
        settings,
        sends: P::ROUTES.iter().flat_map(|route| route.sends.list()).collect(),
        policy: std::marker::PhantomData,
    };
    Ok(Run {
        work: Box::pin(async move { running.run(tokio::sync::Mutex::new(wished)).await }),
        cell,
        dead: DeadLetters { policy: P::NAME, wishes: Arc::clone(&wishes) },
        effects: Effects { policy: P::NAME, wishes },
    })
}

/// What is wished for, by whoever has the policy's handles; one part of a policy grants at a time.
pub(super) type Wishes = tokio::sync::Mutex<mpsc::Receiver<Wish>>;

pub(super) struct Running<P> {
    pub(super) cell: Arc<Cell>,
    pub(super) driver: Arc<Driver>,
    pub(super) rows: Arc<dyn RowStore>,
    pub(super) outside: Arc<Outside>,
    settings: Option<AnySettings>,
    pub(super) sends: Vec<Sendable>,
    policy: std::marker::PhantomData<fn() -> P>,
}

impl<P: Policy> Running<P> {
    /// Runs until it is dropped.
    async fn run(&self, wishes: Wishes) -> Infallible {
        let mut retry = Retry::new();
        loop {
            let before = self.cell.progress.borrow().position;
            // What is left to do is known when the rows are open.
            let opening = P::EFFECT.map(|_| (0, None));
            self.cell.moved(|now| now.acting = opening.into_iter().collect());
            let own = async { match self.lead(&mut *wishes.lock().await).await? {} };
            let others = async {
                tokio::select! {
                    ended = self.watch_others() => ended,
                    never = self.grant_from_afar(&wishes) => match never {},
                }
            };
            let name = worker::space::<P>();
            match leading(self.rows.as_ref(), &name, others, own).await {
                // What is in memory is for projections.
                Err(Stopped::Event(reason) | Stopped::Spoilt { problem: reason, .. }) => {
                    tracing::error!(policy = P::NAME, reason, "a policy has stopped");
                    self.cell.moved(|now| now.stopped = Some(reason));
                    // Nobody but another program can help.
                    match self.grant_from_afar(&wishes).await {}
                }
                Err(Stopped::Store(error)) => {
                    tracing::warn!(policy = P::NAME, %error, "a policy tries again");
                    let position = self.cell.progress.borrow().position;
                    observe::policy(P::NAME, position, false);
                    let moved = position > before;
                    // Who was refused as somebody else has written does not wait longer and longer.
                    retry.pause(moved || error.is_conflict()).await;
                }
                Ok(()) => {}
            }
        }
    }

    /// Knows how far the process is that reacts.
    async fn watch_others(&self) -> Result<Infallible, Stopped> {
        let Some(mut written) = self.rows.written_elsewhere() else {
            return std::future::pending().await;
        };
        loop {
            let rows = Arc::clone(&self.rows);
            let look = move || rows.view(&worker::space::<P>())?.checkpoint();
            let position = blocking(look).await?;
            self.cell.moved(|now| {
                (now.position, now.next_due) = (position, None);
                now.acting.clear();
            });
            written.changed().await.map_err(|_| Stopped::Store(ended()))?;
        }
    }

    async fn lead(&self, wishes: &mut mpsc::Receiver<Wish>) -> Result<Infallible, Stopped> {
        let mut worker = self.open().await?;
        let mut pages = Pages::after(&self.driver.store, worker.checkpoint(), AHEAD);
        let mut overtaken = self.rows.overtaken(&worker::space::<P>());
        let mut acts = self.acts(&worker);
        let mut first = None;
        loop {
            worker = self.send_again(worker).await?;
            worker = self.send_due(worker, &mut first).await?;
            let mut next_due = worker.books.next_due();
            if let Some(acts) = &mut acts {
                acts.start(&mut worker.books);
                next_due = next_due.into_iter().chain(acts.next_due()).min();
            }
            self.report(&worker, next_due, acts.as_ref());
            let has_room = acts.as_ref().is_none_or(Acts::has_room);
            tokio::select! {
                // What comes seldom first, and in the same order each time.
                biased;
                Some(wish) = wishes.recv() => worker = self.grant(worker, wish).await?,
                // What this process knows of its rows is old: it opens them again.
                () = &mut overtaken => {
                    let at = worker.checkpoint();
                    return Err(StoreError::conflict(at, at).into());
                }
                ended = attempts_ended(&mut acts) => {
                    if let Some(acts) = &mut acts {
                        worker = self.record(worker, acts, ended).await?;
                    }
                }
                page = pages.next(), if has_room => {
                    let (events, failed) = page.ok_or_else(|| Stopped::Store(ended()))?;
                    worker = self.take_in(worker, events).await?;
                    if let Some(error) = failed {
                        return Err(error.into());
                    }
                }
                // What is due already waits for the events that come first.
                () = self.until(next_due), if first.is_none() => {}
            }
        }
    }

    /// The time, to the microsecond, as it is written down.
    pub(super) fn now(&self) -> Timestamp {
        let now = self.driver.environment.now();
        Timestamp::from_microsecond(now.as_microsecond()).unwrap_or(now)
    }

    async fn open(&self) -> Result<Worker<P>, Stopped> {
        let (rows, settings) = (Arc::clone(&self.rows), self.settings.clone());
        let opened = blocking(move || {
            let worker = Worker::<P>::open(rows, settings)?;
            let reshaped = worker.reshaped();
            Ok((worker, reshaped))
        });
        let (mut worker, reshaped) = opened.await?;
        if let Some(problem) = reshaped {
            return Err(Stopped::Event(problem));
        }
        let before = worker.checkpoint().saturating_sub(1);
        let found = self.driver.store.read_all(before, 1).await?;
        if !worker.follows(found.first()) {
            return Err(Stopped::Event(
                "what it keeps is not made from the events of this store, which was restored from \
                 an older copy or exchanged: restore the rows with it, or remove them to have all \
                 events taken again (commands that were taken are not taken twice)"
                    .to_owned(),
            ));
        }
        if worker.checkpoint() == 0 && P::STARTS == Starts::Next {
            let head = self.driver.store.head().await?;
            if let Some(last) = self.last_event(head).await? {
                worker = off_thread(worker, move |worker| worker.begin_behind(&last)).await?;
            }
        }
        Ok(worker)
    }

    async fn last_event(&self, head: Option<Head>) -> Result<Option<StoredEvent>, StoreError> {
        match head {
            Some(head) => self.driver.store.find(&head.cid).await,
            None => Ok(None),
        }
    }

    async fn until(&self, due: Option<Timestamp>) {
        match due {
            Some(due) => self.driver.environment.until(due).await,
            None => std::future::pending().await,
        }
    }

    fn report(&self, worker: &Worker<P>, next_due: Option<Timestamp>, acts: Option<&Acts>) {
        let position = worker.checkpoint();
        self.cell.moved(|now| {
            (now.position, now.next_due) = (position, next_due);
            // Those that are over count as such when what came of them is done as well.
            now.acting
                .retain(|position, _| acts.is_some_and(|acts| acts.running().contains(position)));
        });
    }

    /// Takes a page of events, and sends what they call for before they count as taken.
    async fn take_in(
        &self,
        mut worker: Worker<P>,
        events: Vec<StoredEvent>,
    ) -> Result<Worker<P>, Stopped> {
        let mut events: Arc<[StoredEvent]> = events.into();
        while !events.is_empty() {
            let page = Arc::clone(&events);
            let span = observe::page_span("policy", P::NAME, page.len());
            let take = move |worker: &mut Worker<P>| span.in_scope(|| worker.take_in(&page));
            let (back, taken) = off_thread_with(worker, take).await?;
            worker = back;
            self.send(&mut worker, taken.letters).await?;
            let mut taken_now = taken.events;
            if let Some(problem) = taken.failed {
                let failed = &events[taken_now];
                tracing::error!(
                    policy = P::NAME,
                    position = failed.position,
                    problem,
                    "an event was put aside"
                );
                observe::dead_letter(P::NAME);
                worker.park(failed, problem)?;
                taken_now += 1;
            }
            let last = events[taken_now - 1].clone();
            worker = off_thread(worker, move |worker| worker.commit(Some(&last))).await?;
            events = events[taken_now..].into();
        }
        Ok(worker)
    }

    /// Sends the dead letters that somebody has asked for who does not know their commands.
    async fn send_again(&self, mut worker: Worker<P>) -> Result<Worker<P>, Stopped> {
        while let Some(number) = worker.books.asked_for() {
            (worker, _) = self.take(worker, number, true).await?;
        }
        Ok(worker)
    }

    /// Sends the commands whose time has come, and has answered to what was refused.
    ///
    /// Whoever was away, or is behind, may not know yet that a command was taken back or replaced: so
    /// what was stored before comes `first`, up to this position.
    async fn send_due(
        &self,
        mut worker: Worker<P>,
        first: &mut Option<u64>,
    ) -> Result<Worker<P>, Stopped> {
        loop {
            worker = self.answer_refusals(worker).await?;
            let now = self.driver.environment.now();
            if worker.books.next_due().is_none_or(|due| due > now) {
                *first = None;
                return Ok(worker);
            }
            let stored = match *first {
                Some(position) => position,
                None => self.driver.store.head().await?.map_or(0, |head| head.number),
            };
            *first = Some(stored).filter(|stored| worker.checkpoint() < *stored);
            if first.is_some() {
                return Ok(worker);
            }
            let letters = worker.books.take_due(now, worker.due_at_once());
            self.send(&mut worker, letters).await?;
            worker = off_thread(worker, |worker| worker.commit(None)).await?;
        }
    }

    /// Has answered to each command that was refused, in a transaction of its own: that it was is
    /// written down before, so what answers to it never meets the command again, accepted.
    async fn answer_refusals(&self, mut worker: Worker<P>) -> Result<Worker<P>, Stopped> {
        while let Some(event) = worker.books.first_refused() {
            let found = self.driver.store.find(&event).await?;
            let cause = found.ok_or_else(|| {
                Stopped::Event(format!("the event {event} is gone, whose command was refused"))
            })?;
            worker = off_thread(worker, move |worker| {
                worker.answer_refusal(&cause)?;
                worker.commit(None)
            })
            .await?;
        }
        Ok(worker)
    }

    async fn grant(&self, worker: Worker<P>, wish: Wish) -> Result<Worker<P>, Stopped> {
        match wish {
            Wish::List(done) => {
                let _ = done.send(Ok(worker.books.dead()));
                Ok(worker)
            }
            Wish::Outcome { position, done } => {
                let _ = done.send(Ok(worker.books.jobs.outcome(position)));
                Ok(worker)
            }
            Wish::Take { number, again, done } => {
                let (worker, found) = self.take(worker, number, again).await?;
                // What it has called for is done as well when this is answered, unless there are
                // events that come first.
                let worker = self.send_due(worker, &mut None).await?;
                let _ = done.send(Ok(found));
                Ok(worker)
            }
        }
    }

    /// Takes a dead letter off the list, to be sent again if so. Says whether there was one.
    async fn take(
        &self,
        mut worker: Worker<P>,
        number: (u64, u32),
        again: bool,
    ) -> Result<(Worker<P>, bool), Stopped> {
        let letter = worker.books.exhume(number);
        let found = letter.is_some();
        if let Some(letter) = letter.filter(|_| again) {
            worker = self.try_again(worker, number.0, letter).await?;
            // A policy that fails at the event again forgets that it was taken off.
            worker.books.answer(number);
        }
        worker = off_thread(worker, |worker| worker.commit(None)).await?;
        Ok((worker, found))
    }

    async fn try_again(
        &self,
        mut worker: Worker<P>,
        position: u64,
        dead: DeadLetter,
    ) -> Result<Worker<P>, Stopped> {
        if let Some(letter) = dead.letter {
            self.send(&mut worker, vec![Letter { attempts: 0, ..letter }]).await?;
            return Ok(worker);
        }
        let events = self.driver.store.read_all(position.saturating_sub(1), 1).await?;
        let page = events.clone();
        let (back, taken) = off_thread_with(worker, move |worker| worker.take_in(&page)).await?;
        worker = back;
        self.send(&mut worker, taken.letters).await?;
        if let (Some(problem), Some(event)) = (taken.failed, events.first()) {
            worker.park(event, problem)?;
        }
        Ok(worker)
    }
}

/// Lets a worker do what may wait for its rows.
pub(super) async fn off_thread<P: Policy>(
    worker: Worker<P>,
    work: impl FnOnce(&mut Worker<P>) -> Result<(), Stopped> + Send + 'static,
) -> Result<Worker<P>, Stopped> {
    off_thread_with(worker, work).await.map(|(worker, ())| worker)
}

async fn off_thread_with<P: Policy, T: Send + 'static>(
    mut worker: Worker<P>,
    work: impl FnOnce(&mut Worker<P>) -> Result<T, Stopped> + Send + 'static,
) -> Result<(Worker<P>, T), Stopped> {
    blocking(move || {
        let done = work(&mut worker);
        Ok((worker, done))
    })
    .await
    .map_err(Stopped::Store)
    .and_then(|(worker, done)| done.map(|done| (worker, done)))
}

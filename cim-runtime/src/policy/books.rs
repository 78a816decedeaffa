//! What a policy keeps besides its own tables: commands that wait, and those that nobody took.

use jiff::Timestamp;

use super::dead::DeadLetter;
use super::effect::{EffectOutcome, Jobs};
use super::plan::{COMPENSATING, Letter, Name};
use super::refused::KeptRefusal;
use crate::cbor::EncodeError;
use crate::cid::EventCid;
use crate::rows::{Kept, Place, RowBatch, Table, TableField as _, TableInfo};

/// When a command is due, the position of its event, and which of the event's commands it is.
pub(super) type Due = (Timestamp, u64, u32);

/// The key of a command, if it has one: whether, and which.
type Keyed = (bool, String);

fn keyed(key: Option<&str>) -> Keyed {
    (key.is_some(), key.unwrap_or_default().to_owned())
}

/// Tables with names that no field of a struct has.
pub(super) struct Books {
    pending: Table<Due, Letter>,
    /// What is pending, by what it may be cancelled with.
    names: Table<(Name, Keyed, Due), bool>,
    /// What was refused, and waits for the method that answers to it.
    refused: Table<(u64, u32), KeptRefusal>,
    /// Whether something could be there.
    has_refused: bool,
    dead: Table<(u64, u32), DeadLetter>,
    /// Which of them are to be sent again, as somebody outside of the program has asked.
    again: Table<(u64, u32), bool>,
    /// The shapes of the policy's own tables, as whoever has written them knew them.
    shapes: Table<String, u64>,
    /// Whether they are those of this program.
    is_noted: bool,
    pub(super) jobs: Jobs,
    /// Whether something is to be written that is acted on once it is, and only then.
    is_final: bool,
}

impl Books {
    pub(super) fn open(place: &Place) -> Self {
        Self {
            pending: Table::open("-pending", place),
            names: Table::open("-names", place),
            refused: Table::open("-refused", place),
            has_refused: true,
            dead: Table::open("-dead", place),
            again: Table::open("-again", place),
            shapes: Table::open("-shapes", place),
            is_noted: false,
            jobs: Jobs::open(place),
            is_final: false,
        }
    }

    /// Keeps a command until its time has come.
    pub(super) fn keep(&mut self, time: Timestamp, mut letter: Letter) {
        // Two refusals may have the same number of commands before them.
        while letter.index >= COMPENSATING
            && self.pending.contains(&(time, letter.position, letter.index))
        {
            letter.index += 1;
        }
        let due = (time, letter.position, letter.index);
        self.names.insert(&(letter.name(), keyed(letter.key.as_deref()), due), true);
        self.pending.insert(&due, letter);
    }

    /// Takes back the commands of this name: all of them, or those with this key.
    pub(super) fn cancel(&mut self, name: &Name, key: Option<&str>) {
        let waiting: Vec<_> = match key {
            None => self.names.with_prefix(name).map(|(waiting, _)| waiting).collect(),
            key => {
                let prefix = (name.clone(), keyed(key));
                self.names.with_prefix(&prefix).map(|(waiting, _)| waiting).collect()
            }
        };
        for waiting in waiting {
            self.pending.remove(&waiting.2);
            self.names.remove(&waiting);
        }
    }

    /// Takes up to `limit` commands out whose time has come, in order.
    pub(super) fn take_due(&mut self, now: Timestamp, limit: usize) -> Vec<Letter> {
        let due = self.pending.iter().take_while(|((time, ..), _)| *time <= now).take(limit);
        let due: Vec<_> = due.collect();
        for (key, letter) in &due {
            self.pending.remove(key);
            self.names.remove(&(letter.name(), keyed(letter.key.as_deref()), *key));
        }
        due.into_iter().map(|(_, letter)| letter).collect()
    }

    /// When the next command is due.
    pub(super) fn next_due(&self) -> Option<Timestamp> {
        self.pending.iter().next().map(|((time, ..), _)| time)
    }

    /// Ends a job of an effect: what that answers is acted on when this is written.
    pub(super) fn end_job(&mut self, position: u64, outcome: EffectOutcome) {
        self.jobs.end(position, outcome);
        self.is_final = true;
    }

    /// Keeps a refused command until its method has answered.
    pub(super) fn keep_refused(&mut self, mut kept: KeptRefusal) {
        let position = kept.letter.position;
        while kept.letter.index >= COMPENSATING
            && self.refused.contains(&(position, kept.letter.index))
        {
            kept.letter.index += 1;
        }
        self.refused.insert(&(position, kept.letter.index), kept);
        self.has_refused = true;
        self.is_final = true;
    }

    /// Takes a refused command out, the first one.
    pub(super) fn take_refused(&mut self) -> Option<KeptRefusal> {
        let (number, kept) = self.refused.iter().next()?;
        self.refused.remove(&number);
        Some(kept)
    }

    /// The event that has called for the first refused command.
    pub(super) fn first_refused(&mut self) -> Option<EventCid> {
        if !self.has_refused {
            return None;
        }
        let first = self.refused.iter().next().map(|(_, kept)| kept.letter.event);
        self.has_refused = first.is_some();
        first
    }

    pub(super) fn bury(&mut self, position: u64, mut index: u32, letter: DeadLetter) {
        while index >= COMPENSATING && self.dead.contains(&(position, index)) {
            index += 1;
        }
        self.dead.insert(&(position, index), letter);
    }

    /// Puts a command on the list that was not taken.
    pub(super) fn bury_letter(&mut self, reason: String, letter: Letter) {
        let (position, index, event) = (letter.position, letter.index, letter.event);
        let dead = DeadLetter { reason, event, event_type: None, letter: Some(letter) };
        self.bury(position, index, dead);
    }

    /// Takes a dead letter off the list.
    pub(super) fn exhume(&mut self, number: (u64, u32)) -> Option<DeadLetter> {
        self.answer(number);
        self.dead.remove(&number)
    }

    pub(super) fn has_dead(&self, number: (u64, u32)) -> bool {
        self.dead.contains(&number)
    }

    /// Has a dead letter sent again by whoever knows its command.
    pub(super) fn ask_for(&mut self, number: (u64, u32)) {
        // Whoever asks once more changes nothing: or who asks all the time would never let the program
        // write.
        if !self.again.contains(&number) {
            self.again.insert(&number, true);
        }
    }

    /// Nobody asks for this one any more.
    pub(super) fn answer(&mut self, number: (u64, u32)) {
        self.again.remove(&number);
    }

    pub(super) fn is_asked_for(&self, number: (u64, u32)) -> bool {
        self.again.contains(&number)
    }

    /// The first dead letter that somebody has asked for.
    pub(super) fn asked_for(&self) -> Option<(u64, u32)> {
        self.again.iter().next().map(|(number, _)| number)
    }

    pub(super) fn dead(&self) -> Vec<((u64, u32), DeadLetter)> {
        self.dead.iter().collect()
    }

    /// Notes how the policy's own tables are written.
    pub(super) fn note(&mut self, tables: &[TableInfo]) {
        if std::mem::replace(&mut self.is_noted, true) {
            return;
        }
        for table in tables {
            let name = table.name.to_owned();
            if self.shapes.get(&name) != Some(table.shape) {
                self.shapes.insert(&name, table.shape);
            }
        }
    }

    /// The tables with rows that a program with these tables has no more, or has otherwise.
    pub(super) fn reshaped(&self, tables: &[TableInfo], place: &Place) -> Vec<String> {
        let is_same = |name: &str, shape| {
            tables.iter().any(|table| table.name == name && table.shape == shape)
        };
        let others = self.shapes.iter().filter(|(name, shape)| !is_same(name, *shape));
        others.map(|(name, _)| name).filter(|name| place.has_rows(name)).collect()
    }

    fn each(&mut self, mut act: impl FnMut(&mut dyn Kept)) {
        act(&mut self.pending);
        act(&mut self.names);
        act(&mut self.refused);
        act(&mut self.dead);
        act(&mut self.again);
        act(&mut self.shapes);
        self.jobs.each(act);
    }

    /// How many rows have changed since they were last written.
    pub(super) fn changed(&mut self) -> usize {
        let mut changed = 0;
        self.each(|table| changed += table.changed());
        changed
    }

    pub(super) fn write(&mut self, batch: &mut RowBatch) -> Result<(), EncodeError> {
        let mut written = Ok(());
        self.each(|table| {
            if written.is_ok() {
                written = table.write(batch);
            }
        });
        batch.durable |= std::mem::take(&mut self.is_final);
        if written.is_ok() {
            self.jobs.written();
        }
        written
    }

    pub(super) fn renew(&mut self, place: &Place) {
        self.each(|table| table.renew(place));
    }

    pub(super) fn forget(&mut self) {
        self.is_final = false;
        self.is_noted = false;
        self.has_refused = true;
        self.jobs.forget();
        self.each(|table| table.forget());
    }
}

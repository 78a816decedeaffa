//! The dead letters of a store, for tools that know none of its policies.

use std::sync::Arc;

use super::books::Books;
use super::dead::DeadLetter;
use super::effect::EffectOutcome;
use super::worker;
use crate::rows::{RowStore, SpaceWriter};
use crate::store::{Store, StoreError, StoreErrorKind};

/// How often a change is tried, while the program that reacts writes as well.
const ATTEMPTS: u32 = 1000;

/// Where the dead letters of all policies of a store are looked at, sent again, and dropped, by a
/// program that has none of the policies: `cim dead`.
///
/// What it changes is one transaction of the policy's rows, and is refused when the program that
/// reacts has written meanwhile; then it is tried again. That program notices in turn, and goes on
/// with what stands there now.
///
/// In the process that runs a policy, [`Workers::dead_letters`](crate::system::Workers::dead_letters)
/// does the same at once.
#[derive(Debug, Clone)]
pub struct DeadLetterOffice {
    rows: Arc<dyn RowStore>,
}

/// A dead letter on its policy's list.
#[derive(Debug, Clone, PartialEq)]
pub struct Filed {
    /// The position of the event, and which of its commands it is.
    pub number: (u64, u32),
    /// What could not be done, and why.
    pub letter: DeadLetter,
    /// Whether somebody has asked for it to be sent again, and the program has not done so yet.
    pub is_asked_for: bool,
}

impl DeadLetterOffice {
    /// That of a store; `None` if no program has ever kept rows there.
    ///
    /// # Errors
    ///
    /// When the store cannot open its rows.
    pub async fn of(store: &dyn Store) -> Result<Option<Self>, StoreError> {
        match store.has_rows().await? {
            true => Ok(Some(Self::over(store.rows().await?))),
            false => Ok(None),
        }
    }

    pub(super) fn over(rows: Arc<dyn RowStore>) -> Self {
        Self { rows }
    }

    /// The names of the policies that have rows, in order.
    ///
    /// # Errors
    ///
    /// Those of [`RowStore::spaces`].
    pub async fn policies(&self) -> Result<Vec<String>, StoreError> {
        let spaces = self.off_thread(|rows| rows.spaces()).await?;
        let names = spaces.iter().filter_map(|space| space.strip_prefix(worker::SPACES));
        Ok(names.map(str::to_owned).collect())
    }

    /// All letters of a policy, in the order of their numbers.
    ///
    /// # Errors
    ///
    /// When the rows cannot be read.
    pub async fn list(&self, policy: &str) -> Result<Vec<Filed>, StoreError> {
        let space = worker::space_of(policy);
        self.off_thread(move |rows| filed(&SpaceWriter::look(Arc::clone(rows), space)?)).await
    }

    /// Has the letters with these numbers sent again: by the program that has the policy, when it
    /// looks next, or when it is started. Those that fail again are on the list again. Returns which
    /// were found.
    ///
    /// # Errors
    ///
    /// When the rows cannot be read or written.
    pub async fn retry(
        &self,
        policy: &str,
        numbers: &[(u64, u32)],
    ) -> Result<Vec<(u64, u32)>, StoreError> {
        self.change(policy, numbers, Books::ask_for).await
    }

    /// Takes the letters with these numbers off the list, for good. Returns which were found.
    ///
    /// # Errors
    ///
    /// When the rows cannot be read or written.
    pub async fn discard(
        &self,
        policy: &str,
        numbers: &[(u64, u32)],
    ) -> Result<Vec<(u64, u32)>, StoreError> {
        self.change(policy, numbers, |books, number| drop(books.exhume(number))).await
    }

    /// What became of a policy's effect on the event at this position.
    pub(super) async fn outcome(
        &self,
        policy: &str,
        position: u64,
    ) -> Result<Option<EffectOutcome>, StoreError> {
        let space = worker::space_of(policy);
        self.off_thread(move |rows| {
            let space = SpaceWriter::look(Arc::clone(rows), space)?;
            let outcome = Books::open(&space.place).jobs.outcome(position);
            space.place.check()?;
            Ok(outcome)
        })
        .await
    }

    async fn change(
        &self,
        policy: &str,
        numbers: &[(u64, u32)],
        act: fn(&mut Books, (u64, u32)),
    ) -> Result<Vec<(u64, u32)>, StoreError> {
        let (space, numbers) = (worker::space_of(policy), numbers.to_vec());
        self.off_thread(move |rows| {
            let mut found = Vec::new();
            // As many as one transaction takes; each changes two rows at most.
            for numbers in numbers.chunks((rows.most_rows() / 4).clamp(1, 1024)) {
                found.extend(change(rows, &space, numbers, act)?);
            }
            Ok(found)
        })
        .await
    }

    async fn off_thread<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Arc<dyn RowStore>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let rows = Arc::clone(&self.rows);
        let done = tokio::task::spawn_blocking(move || work(&rows)).await;
        done.map_err(|error| StoreError::new(StoreErrorKind::Closed, error.to_string()))?
    }
}

fn filed(space: &SpaceWriter) -> Result<Vec<Filed>, StoreError> {
    let books = Books::open(&space.place);
    let filed = books.dead().into_iter().map(|(number, letter)| {
        let is_asked_for = books.is_asked_for(number);
        Filed { number, letter, is_asked_for }
    });
    let filed = filed.collect();
    space.place.check()?;
    Ok(filed)
}

/// Changes the letters with these numbers that there are, in one transaction.
fn change(
    rows: &Arc<dyn RowStore>,
    name: &str,
    numbers: &[(u64, u32)],
    act: fn(&mut Books, (u64, u32)),
) -> Result<Vec<(u64, u32)>, StoreError> {
    for _ in 0..ATTEMPTS {
        let mut space = SpaceWriter::open(Arc::clone(rows), name.to_owned())?;
        let mut books = Books::open(&space.place);
        let found: Vec<_> = numbers.iter().copied().filter(|n| books.has_dead(*n)).collect();
        found.iter().for_each(|number| act(&mut books, *number));
        space.place.check()?;
        if books.changed() == 0 {
            return Ok(found);
        }
        let mut batch = space.batch(None);
        let written = books.write(&mut batch);
        written.map_err(|error| StoreError::new(StoreErrorKind::Invalid, error.to_string()))?;
        match space.commit(batch, None) {
            Err(error) if error.is_conflict() => {}
            done => return done.map(|()| found),
        }
    }
    Err(StoreError::new(
        StoreErrorKind::Io,
        format!(
            "the program that reacts has written between each of {ATTEMPTS} attempts to change \
             `{name}`; nothing was changed: try again when it has less to do"
        ),
    ))
}

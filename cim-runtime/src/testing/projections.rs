//! Given these events, then there are those rows, and those answers.

use std::fmt::{self, Debug};
use std::marker::PhantomData;

use super::happened::{History, IntoHistory};
use super::round_trip::{Checked, hold, round_trip};
use super::tables::Opened;
use crate::cbor::Value;
use crate::projection::{Fate, Incoming, Query, TableProjection, TableQuery, unreadable};
use crate::rows::{RowKey, Table, TableField as _};

/// Starts a test of what a projection makes of events; in scope with the prelude, for every
/// projection.
///
/// ```
/// use cim_runtime::prelude::*;
/// # #[derive(DomainId)] pub struct DoorId(String);
/// # #[aggregate(domain = "house", id = DoorId)] #[derive(Default)] pub struct Door {}
/// # #[command(Door)] pub struct OpenDoor;
/// # #[event(Door)] pub struct DoorOpened;
/// # #[state_machine(initial Closed, terminal Open)]
/// # impl Door {
/// #     #[transition(Closed -> Open)]
/// #     fn open(&self, _: OpenDoor) -> DoorOpened { DoorOpened }
/// # }
///
/// #[derive(Tables)]
/// pub struct Openings {
///     by: Table<DoorId, String>,
/// }
///
/// # #[value] pub struct OpenedBy { pub door: DoorId }
/// #[projection]
/// impl Openings {
///     #[on]
///     fn opened(&mut self, event: &Recorded<DoorOpened>) {
///         self.by.insert(&event.id(), event.actor.to_string());
///     }
///
///     #[query]
///     fn by(&self, question: OpenedBy) -> Option<String> {
///         self.by.get(&question.door)
///     }
/// }
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let front: DoorId = "front".parse()?;
/// Openings::given(DoorOpened.of(front.clone()).acting_as("alice"))
///     .then_row(front.clone(), "alice".to_owned())
///     .then_asked(OpenedBy { door: front }, Some("alice".to_owned()));
/// # Ok(())
/// # }
/// ```
pub trait GivenProjection: TableProjection {
    /// The projection after these events: one, a tuple of them, an array or a vector; those that it
    /// does not take may be among them.
    ///
    /// # Panics
    ///
    /// When it fails at one of them.
    #[track_caller]
    fn given(events: impl IntoHistory) -> ProjectionScenario<Self> {
        let mut history = History::default();
        hold(history.happen(events));
        ProjectionScenario::new(history)
    }
}

impl<P: TableProjection> GivenProjection for P {}

/// What a projection has made of events.
pub struct ProjectionScenario<P> {
    history: History,
    projection: Opened<P>,
}

impl<P: TableProjection> ProjectionScenario<P> {
    #[track_caller]
    fn new(history: History) -> Self {
        let projection = hold(played(&history));
        Self { history, projection }
    }

    /// The projection after more events.
    ///
    /// # Panics
    ///
    /// When it fails at one of them.
    #[track_caller]
    #[must_use = "say what is known then"]
    pub fn when(mut self, events: impl IntoHistory) -> Self {
        hold(self.history.happen(events));
        Self::new(self.history)
    }

    /// A row stands under this key, in the table that has such keys and rows.
    ///
    /// # Panics
    ///
    /// When it is another, or there is none; and when no table has such rows, or several have.
    #[track_caller]
    pub fn then_row<K, V>(self, key: K, row: V) -> Self
    where
        K: RowKey + Debug,
        V: Value + Clone + PartialEq + Debug + Send + Sync + 'static,
    {
        let table = hold(the_table_of::<P, K, V>());
        self.then_row_in(table, key, row)
    }

    /// A row stands under this key in the table of this name.
    ///
    /// # Panics
    ///
    /// When it is another, or there is none; and when the table has others.
    #[track_caller]
    pub fn then_row_in<K, V>(self, table: &str, key: K, row: V) -> Self
    where
        K: RowKey + Debug,
        V: Value + Clone + PartialEq + Debug + Send + Sync + 'static,
    {
        let rows = hold(self.table::<K, V>(table));
        let found = rows.get(&key);
        hold(self.projection.check());
        assert!(
            found.as_ref() == Some(&row),
            "the row of `{}` in `{table}` under {key:?}\n found:\n  {}\n expected:\n  {row:?}",
            P::NAME,
            found.map_or_else(
                || format!("none; there are {}", under(&rows)),
                |row| format!("{row:?}")
            ),
        );
        self
    }

    /// No row stands under this key, in the table that has keys `K` and rows `V`.
    ///
    /// # Panics
    ///
    /// When there is one; and when no table has such rows, or several have.
    #[track_caller]
    pub fn then_no_row<K, V>(self, key: K) -> Self
    where
        K: RowKey + Debug,
        V: Value + Clone + Debug + Send + Sync + 'static,
    {
        let table = hold(the_table_of::<P, K, V>());
        let found = hold(self.table::<K, V>(table)).get(&key);
        hold(self.projection.check());
        if let Some(found) = found {
            panic!(
                "the row of `{}` in `{table}` under {key:?}\n found:\n  {found:?}\n expected:\n  none",
                P::NAME
            );
        }
        self
    }

    /// The projection answers this question so.
    ///
    /// # Panics
    ///
    /// When it answers otherwise, or question or answer does not read back from its bytes.
    #[track_caller]
    pub fn then_asked<Q>(self, question: Q, answer: Q::Answer) -> Self
    where
        Q: Query<Of = P, Answer: PartialEq + Debug> + TableQuery<P, <Q as Query>::Answer>,
    {
        let bytes = question.to_bytes();
        let bytes = hold(bytes.map_err(|error| format!("`{}` cannot be sent: {error}", Q::NAME)));
        let question =
            hold(Q::from_bytes(&bytes).map_err(|error| {
                format!("`{}` cannot be read back from its bytes: {error}", Q::NAME)
            }));
        let found = question.answer(&self.projection.tables);
        hold(self.projection.check());
        hold(round_trip(&format!("the answer to {}", Q::NAME), &found));
        assert!(
            found == answer,
            "the answer of `{}` to `{}`\n found:\n  {found:?}\n expected:\n  {answer:?}",
            P::NAME,
            Q::NAME
        );
        self
    }

    fn table<K, V>(&self, name: &str) -> Checked<Table<K, V>>
    where
        K: RowKey,
        V: Value + Clone + Send + Sync + 'static,
    {
        let shape = Table::<K, V>::SHAPE;
        let Some(table) = P::TABLES.iter().find(|table| table.name == name) else {
            return Err(format!("`{}` has no table `{name}`, but {}", P::NAME, names::<P>(None)));
        };
        match table.shape == shape {
            true => Ok(Table::open(table.name, &self.projection.space.place)),
            false => Err(format!(
                "the table `{name}` of `{}` has other rows than `{}`",
                P::NAME,
                types::<K, V>()
            )),
        }
    }
}

/// The name of the only table with such keys and rows.
fn the_table_of<P, K, V>() -> Checked<&'static str>
where
    P: TableProjection,
    K: RowKey,
    V: Value + Clone + Send + Sync + 'static,
{
    let shape = Table::<K, V>::SHAPE;
    let mut having = P::TABLES.iter().filter(|table| table.shape == shape);
    match (having.next(), having.next()) {
        (Some(table), None) => Ok(table.name),
        (None, _) => Err(format!(
            "`{}` has no table with rows such as `{}`; it has {}",
            P::NAME,
            types::<K, V>(),
            names::<P>(None)
        )),
        (Some(_), Some(_)) => Err(format!(
            "`{}` has several tables with rows such as `{}`: {}; say which one is meant, with \
             `then_row_in`",
            P::NAME,
            types::<K, V>(),
            names::<P>(Some(shape))
        )),
    }
}

/// The names of the tables, or of those of one shape.
fn names<P: TableProjection>(shape: Option<u64>) -> String {
    let meant = P::TABLES.iter().filter(|table| shape.is_none_or(|shape| shape == table.shape));
    let names: Vec<_> = meant.map(|table| format!("`{}`", table.name)).collect();
    names.join(", ")
}

fn types<K, V>() -> String {
    let name = |path: &'static str| path.rsplit("::").next().unwrap_or(path);
    format!("{} → {}", name(std::any::type_name::<K>()), name(std::any::type_name::<V>()))
}

/// The keys of some rows.
fn under<K: RowKey + Debug, V: Value + Clone>(rows: &Table<K, V>) -> String {
    let keys: Vec<_> = rows.iter().take(20).map(|(key, _)| format!("{key:?}")).collect();
    match &keys[..] {
        [] => "no rows at all".to_owned(),
        keys => format!("some under {}", keys.join(", ")),
    }
}

/// The projection after all events.
fn played<P: TableProjection>(history: &History) -> Checked<Opened<P>> {
    let mut projection = Opened::<P>::empty()?;
    for event in &history.events {
        let envelope = event.envelope().map_err(|error| unreadable(event, &error))?;
        let mut incoming = Incoming::new(event, &envelope);
        projection.tables.handle(&mut incoming);
        match incoming.fate() {
            Fate::Passed | Fate::Handled => projection.keep(event)?,
            Fate::Unreadable(problem) => return Err(unreadable(event, &problem)),
            Fate::Failed(reason) => {
                let name = envelope.event_type;
                return Err(format!("`{}` fails at the given `{name}`: {reason}", P::NAME));
            }
        }
    }
    Ok(projection)
}

impl<P> fmt::Debug for ProjectionScenario<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let projection: PhantomData<P> = PhantomData;
        f.debug_struct("ProjectionScenario")
            .field("projection", &projection)
            .field("history", &self.history)
            .finish_non_exhaustive()
    }
}

//! Where a projection keeps its rows: in tables of this framework, or in a database.

use futures::future::BoxFuture;

use super::cell::{Run, Started};
use super::{Incoming, Parked, Projection};
use crate::error::Error;
use crate::rows::Tables;

/// Where rows are, and who makes them there.
#[doc(hidden)]
pub trait Medium<P>: Sized + 'static {
    /// What questions are answered from.
    type Serving: Clone + Send + Sync + 'static;

    /// The worker of the projection `P`.
    fn start(with: &Started) -> Result<Run, Error>;

    /// The events that were put aside, with their positions.
    fn parked(serving: Self::Serving) -> BoxFuture<'static, Result<Vec<(u64, Parked)>, Error>>;
}

/// What the questions to a projection are answered from.
#[doc(hidden)]
pub type ServingOf<P> = <<P as Projection>::Medium as Medium<P>>::Serving;

/// Says: in tables of this framework.
#[doc(hidden)]
#[derive(Debug)]
pub struct InTables;

/// Says: somewhere, of a projection that did not compile.
#[doc(hidden)]
#[derive(Debug)]
pub struct Nowhere;

impl<P> Medium<P> for Nowhere {
    type Serving = ();

    fn start(_: &Started) -> Result<Run, Error> {
        unreachable!("did not compile")
    }

    fn parked((): ()) -> BoxFuture<'static, Result<Vec<(u64, Parked)>, Error>> {
        unreachable!("did not compile")
    }
}

/// A projection whose rows are in [`Table`](crate::rows::Table)s.
pub trait TableProjection: Projection<Medium = InTables> + Tables {
    /// Hands an event to the method that takes it.
    fn handle(&mut self, event: &mut Incoming<'_>);
}

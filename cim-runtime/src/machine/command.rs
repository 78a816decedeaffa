//! Commands: what their types declare, and all commands of a machine as one type.

use std::fmt::{self, Debug};

use super::{Machine, Unknown};
use crate::cbor::{DecodeError, Decoder, Encoder, Shape, Value};

/// A request to change an aggregate, written by `#[command]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a command",
    label = "not a command",
    note = "write `#[command(…)]` on the struct, naming its aggregate"
)]
pub trait Command: Value + Clone + Debug + Send + Sync + 'static {
    /// The machine that decides it: the type named in `#[command(…)]`.
    type Of;
    /// The type's own name.
    const NAME: &'static str;
}

/// Holds for the commands of the machine `A`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a command of `{A}`",
    label = "not a command of `{A}`",
    note = "a command belongs to one aggregate: write `#[command({A})]` on the struct `{Self}`"
)]
pub trait CommandOf<A>: Sized {
    // As with events, a machine asks its commands for everything through this trait.
    #[doc(hidden)]
    fn visit<V>(&self, visitor: V) -> V::Output
    where
        A: Handles<Self>,
        V: CommandVisitor<A::Command>;

    /// Adds the command to the list of all.
    #[doc(hidden)]
    fn list(to: &mut CommandKinds<A::Command>)
    where
        A: Handles<Self>;
}

impl<C: Command<Of: DeciderIs<A>>, A> CommandOf<A> for C {
    fn visit<V>(&self, visitor: V) -> V::Output
    where
        A: Handles<C>,
        V: CommandVisitor<A::Command>,
    {
        visitor.command(self, A::COMMAND)
    }

    fn list(to: &mut CommandKinds<A::Command>)
    where
        A: Handles<C>,
    {
        let decode = |from: &mut Decoder<'_>| C::decode(from).map(A::COMMAND);
        to.0.push(CommandKind { name: C::NAME, shape: C::SHAPE, decode });
    }
}

/// Holds for the machine `A` itself. Of a command that belongs to nobody knows whom, everybody is
/// right.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`{A}` takes a command of `{Self}`",
    label = "belongs to `{Self}`",
    note = "a command belongs to one aggregate: take one that has `#[command({A})]`"
)]
pub trait DeciderIs<A> {}

impl<A: Machine> DeciderIs<A> for A {}
impl<A: Machine> DeciderIs<A> for Unknown {}

/// Holds for commands that a method of `A` takes.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "nothing handles the command `{Self}`",
    label = "no transition of `{A}` takes this command",
    note = "write a method in its `#[state_machine(…)] impl {A}`: `#[transition(… -> …)] fn …(&self, cmd: {Self}) -> …`, name the machine that does in `#[command(…)]`, or remove the command"
)]
pub trait HandledBy<A> {}

#[diagnostic::do_not_recommend]
impl<C, A: Handles<C>> HandledBy<A> for C {}

/// The machine `A` of a command, which is asked with the constant whether it decides it.
#[doc(hidden)]
pub type Decider<A, const DECIDES: bool> = <A as DecidesIf<DECIDES>>::Machine;

/// Holds for everything: see [`Decider`].
#[doc(hidden)]
pub trait DecidesIf<const DECIDES: bool> {
    type Machine;
}

impl<A, const DECIDES: bool> DecidesIf<DECIDES> for A {
    type Machine = A;
}

/// A machine that decides a command.
pub trait Handles<C>: Machine {
    /// The command as one of all.
    const COMMAND: fn(C) -> Self::Command;
}

/// All commands of one machine: the enum that `#[state_machine]` writes, such as `OrderCommand`.
pub trait CommandSet: Clone + Debug + Send + Sync + 'static {
    /// Shows the command, in its own type, to a visitor.
    fn visit<V: CommandVisitor<Self>>(&self, visitor: V) -> V::Output;

    /// Adds each command to the list of all.
    #[doc(hidden)]
    fn list(to: &mut CommandKinds<Self>);

    /// The types of the commands, in the order of the machine's methods.
    fn kinds() -> Vec<CommandKind<Self>> {
        let mut kinds = CommandKinds(Vec::new());
        Self::list(&mut kinds);
        kinds.0
    }

    /// Reads the fields of the command with this name; `None` if the machine has no such command.
    ///
    /// # Errors
    ///
    /// When the bytes are not those of the command.
    fn decode(name: &str, from: &mut Decoder<'_>) -> Option<Result<Self, DecodeError>> {
        let kind = Self::kinds().into_iter().find(|kind| kind.name == name)?;
        Some(kind.decode(from))
    }

    /// The name of the command's type, such as `PlaceOrder`.
    fn name(&self) -> &'static str {
        self.visit(Name)
    }

    /// Appends the command's fields.
    fn encode(&self, to: &mut Encoder) {
        self.visit(Encode(to));
    }

    #[doc(hidden)]
    fn clone_set(&self) -> Self {
        self.visit(Duplicate)
    }

    #[doc(hidden)]
    fn debug_set(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.visit(Format(f))
    }
}

/// A type of command, as one of a [`CommandSet`].
///
/// ```
/// use cim_runtime::cbor;
/// use cim_runtime::machine::CommandSet as _;
/// use cim_runtime::prelude::*;
/// # #[derive(DomainId)] pub struct DoorId(String);
/// # #[aggregate(domain = "house", id = DoorId)] #[derive(Default)] pub struct Door {}
/// # #[event(Door)] pub struct DoorOpened;
///
/// #[command(Door)]
/// pub struct OpenDoor { pub wide: bool }
/// #
/// # #[state_machine(initial Closed, terminal Open)]
/// # impl Door {
/// #     #[transition(Closed -> Open)]
/// #     fn open(&self, _: OpenDoor) -> DoorOpened { DoorOpened }
/// # }
///
/// let kind = DoorCommand::kinds()[0];
/// assert_eq!((kind.name, kind.shape.to_string()), ("OpenDoor", "{wide: bool}".to_owned()));
///
/// let bytes = cbor::to_vec(&OpenDoor { wide: true })?;
/// let command = kind.decode(&mut cbor::Decoder::new(&bytes))?;
/// assert!(matches!(command, DoorCommand::OpenDoor(OpenDoor { wide: true })));
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct CommandKind<Set> {
    /// The type's own name.
    pub name: &'static str,
    /// How it is encoded.
    pub shape: Shape,
    decode: fn(&mut Decoder<'_>) -> Result<Set, DecodeError>,
}

impl<Set> CommandKind<Set> {
    /// Reads a command of this type.
    ///
    /// # Errors
    ///
    /// When the bytes are not those of the command.
    pub fn decode(&self, from: &mut Decoder<'_>) -> Result<Set, DecodeError> {
        (self.decode)(from)
    }
}

impl<Set> Clone for CommandKind<Set> {
    fn clone(&self) -> Self {
        *self
    }
}

// Whatever the set is: it is only named.
impl<Set> Copy for CommandKind<Set> {}

/// The types of a machine's commands, while they are being listed.
#[doc(hidden)]
#[derive(Debug)]
pub struct CommandKinds<Set>(Vec<CommandKind<Set>>);

/// Does something with a command of any type.
pub trait CommandVisitor<Set> {
    /// What comes of it.
    type Output;

    /// Visits `command`; `wrap` makes it one of all.
    fn command<C: Command>(self, command: &C, wrap: fn(C) -> Set) -> Self::Output;
}

struct Name;

impl<Set> CommandVisitor<Set> for Name {
    type Output = &'static str;

    fn command<C: Command>(self, _: &C, _: fn(C) -> Set) -> &'static str {
        C::NAME
    }
}

struct Encode<'a>(&'a mut Encoder);

impl<Set> CommandVisitor<Set> for Encode<'_> {
    type Output = ();

    fn command<C: Command>(self, command: &C, _: fn(C) -> Set) {
        command.encode(self.0);
    }
}

struct Duplicate;

impl<Set> CommandVisitor<Set> for Duplicate {
    type Output = Set;

    fn command<C: Command>(self, command: &C, wrap: fn(C) -> Set) -> Set {
        wrap(command.clone())
    }
}

struct Format<'a, 'f>(&'a mut fmt::Formatter<'f>);

impl<Set> CommandVisitor<Set> for Format<'_, '_> {
    type Output = fmt::Result;

    fn command<C: Command>(self, command: &C, _: fn(C) -> Set) -> fmt::Result {
        command.fmt(self.0)
    }
}

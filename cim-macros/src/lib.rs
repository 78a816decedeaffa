//! The attribute macros of CIM. Use them through `cim_runtime::prelude`; the compiler behind them
//! is `cim-macros-core`.

use proc_macro::TokenStream;

/// An aggregate: a consistency boundary with an id, a stream of events, and a machine.
///
/// On a struct that has `Default`. Keys: `domain = "shop"` and `id = OrderId` must be there;
/// `name = "order"` is the type's name in snake case unless given.
#[proc_macro_attribute]
pub fn aggregate(args: TokenStream, item: TokenStream) -> TokenStream {
    cim_macros_core::aggregate(args.into(), item.into()).into()
}

/// A request to change an aggregate, named in the imperative: `#[command(Order)]` on a struct.
///
/// Derives `Clone` and `Debug`.
#[proc_macro_attribute]
pub fn command(args: TokenStream, item: TokenStream) -> TokenStream {
    cim_macros_core::command(args.into(), item.into()).into()
}

/// A fact about an aggregate, named in the past tense: `#[event(Order)]` on a struct.
///
/// Keys: `version = 2` with `upcast = v1::OrderPlaced`, the type of the version before, from which
/// there is a `From`; `unread`, if only readers of the log need the data; `name = "OrderPlaced"`, if
/// it is stored under another name than its own. On a field, `#[stored(name = "lines")]` says the
/// same of its name. Derives `Clone`, `Debug` and `PartialEq`.
///
/// An event that has a line in the crate's `cim.lock` must be what the line says.
#[proc_macro_attribute]
pub fn event(args: TokenStream, item: TokenStream) -> TokenStream {
    cim_macros_core::event(args.into(), item.into()).into()
}

/// A struct or an enum that stands inside commands, events and refusals.
///
/// `#[stored(name = "lines")]` on a field or a variant keeps the name under which it is stored.
/// Derives `Clone`, `Debug` and `PartialEq`.
#[proc_macro_attribute]
pub fn value(args: TokenStream, item: TokenStream) -> TokenStream {
    cim_macros_core::value(args.into(), item.into()).into()
}

/// An id: a tuple struct around one `String`, `Uuid` or whole number.
///
/// Brings `Clone`, `Debug`, `Display`, `FromStr`, comparison, hashing and the encoding.
#[proc_macro_derive(DomainId, attributes(domain_id))]
pub fn domain_id(item: TokenStream) -> TokenStream {
    cim_macros_core::domain_id(item.into()).into()
}

/// What `#[value]`, `#[event]` and `#[command]` derive with where a field has a type of the author's.
#[doc(hidden)]
#[proc_macro_derive(PartsClone, attributes(parts))]
pub fn parts_clone(item: TokenStream) -> TokenStream {
    cim_macros_core::parts_clone(item.into()).into()
}

#[doc(hidden)]
#[proc_macro_derive(PartsDebug, attributes(parts))]
pub fn parts_debug(item: TokenStream) -> TokenStream {
    cim_macros_core::parts_debug(item.into()).into()
}

#[doc(hidden)]
#[proc_macro_derive(PartsPartialEq, attributes(parts))]
pub fn parts_partial_eq(item: TokenStream) -> TokenStream {
    cim_macros_core::parts_partial_eq(item.into()).into()
}

/// An aggregate's lifecycle, on its `impl`: the states stand in the header, the transitions at the
/// methods.
///
/// `#[state_machine(initial Draft, Placed, terminal Cancelled)] impl Order { … }`
///
/// `moore` before the states makes it a Moore machine, whose events are the `#[output]`s of states.
#[proc_macro_attribute]
pub fn state_machine(args: TokenStream, item: TokenStream) -> TokenStream {
    cim_macros_core::state_machine(args.into(), item.into()).into()
}

/// A decision inside a `#[state_machine]`: in which states the method's command is taken, and where
/// its events lead.
///
/// `A -> B`; `A | B -> C`; `A` stays; `* -> C` from every other state; `A -> A on E, B on F` where
/// the method answers with several events.
#[proc_macro_attribute]
pub fn transition(args: TokenStream, item: TokenStream) -> TokenStream {
    cim_macros_core::transition(args.into(), item.into()).into()
}

/// The event of a Moore machine's state: `#[output(Placed)] fn (&self) -> OrderPlaced`.
///
/// In `#[state_machine(moore, …)]`, entering a state is one event: a function of the state and of
/// the data before it. Transitions return nothing or `Result<(), Refused>`.
#[proc_macro_attribute]
pub fn output(args: TokenStream, item: TokenStream) -> TokenStream {
    cim_macros_core::output(args.into(), item.into()).into()
}

/// Folds an event's data, inside a `#[state_machine]`: `fn (&mut self, event: &E)`.
///
/// `#[apply(A -> B)]` also says where an event leads that is no longer emitted.
#[proc_macro_attribute]
pub fn apply(args: TokenStream, item: TokenStream) -> TokenStream {
    cim_macros_core::apply(args.into(), item.into()).into()
}

/// What a projection or a policy keeps: a struct whose fields are `Table<Key, Row>`s.
///
/// ```
/// use cim_runtime::prelude::*;
/// use cim_runtime::rows::Tables as _;
///
/// #[derive(DomainId)]
/// pub struct OrderId(String);
///
/// /// What each order is worth, and what was ordered on each day.
/// #[derive(Tables)]
/// pub struct OrderBook {
///     orders: Table<OrderId, u64>,
///     by_day: Table<(jiff::civil::Date, OrderId), u64>,
/// }
///
/// assert_eq!(OrderBook::TABLES[1].name, "by_day");
/// ```
///
/// `#[tables(crate = path)]` where the runtime has another name.
#[proc_macro_derive(Tables, attributes(tables))]
pub fn tables(item: TokenStream) -> TokenStream {
    cim_macros_core::tables(item.into()).into()
}

/// What a policy can be told by whoever runs the program: a struct whose fields have defaults, and may
/// have limits. A policy has them as a field of its struct, `settings: Settings<ReminderSettings>`.
///
/// A field is a whole number, `f64`, `bool`, `String`, or an `Option` of one of these; one that is no
/// `Option` has a `default`. Its name is a key of `[policy.<name>]` in the configuration, and of the
/// variable `CIM_POLICY_<NAME>_<KEY>`. Brings `Clone`, `Debug` and `Default`.
///
/// ```
/// use cim_runtime::prelude::*;
///
/// #[derive(Settings)]
/// pub struct ReminderSettings {
///     /// How long somebody may take to pay, before each reminder.
///     #[setting(default = 2, min = 1, max = 52)]
///     pub weeks: u32,
///     /// Who is asked to call the customer at last.
///     pub caller: Option<String>,
/// }
///
/// let settings = ReminderSettings { weeks: 4, ..ReminderSettings::default() };
/// assert_eq!((settings.weeks, settings.caller), (4, None));
/// ```
///
/// `#[settings(crate = path)]` where the runtime has another name.
#[proc_macro_derive(Settings, attributes(setting, settings))]
pub fn settings(item: TokenStream) -> TokenStream {
    cim_macros_core::settings(item.into()).into()
}

/// A read model, on the `impl` of a struct with `#[derive(Tables)]`: `#[on]` methods make rows of
/// events, `#[query]` methods answer questions from them. Other methods stay as they are.
///
/// Keys: `name = "order_book"` is the type's name in snake case unless given; `version = 2`, and one
/// more each time that the rows are to be made anew though no `#[on]` method has changed;
/// `on_failure = stop` waits for another program when a method fails, where otherwise the event is
/// put aside (`park`).
///
/// ```
/// use cim_runtime::prelude::*;
/// # #[derive(DomainId)] pub struct OrderId(String);
/// # #[aggregate(domain = "shop", id = OrderId)] #[derive(Default)] pub struct Order {}
/// # #[command(Order)] pub struct PlaceOrder { pub cents: u64 }
/// # #[event(Order)] pub struct OrderPlaced { pub cents: u64 }
/// # #[state_machine(initial Draft, terminal Placed)]
/// # impl Order {
/// #     #[transition(Draft -> Placed)]
/// #     fn place(&self, cmd: PlaceOrder) -> OrderPlaced { OrderPlaced { cents: cmd.cents } }
/// #     #[apply]
/// #     fn placed(&mut self, _: &OrderPlaced) {}
/// # }
///
/// #[derive(Tables)]
/// pub struct OrderBook {
///     orders: Table<OrderId, u64>,
/// }
///
/// /// What an order is worth.
/// #[value]
/// pub struct WorthOf {
///     pub id: OrderId,
/// }
///
/// #[projection]
/// impl OrderBook {
///     #[on]
///     fn placed(&mut self, event: &Recorded<OrderPlaced>) {
///         self.orders.insert(&event.id(), event.event.cents);
///     }
///
///     #[query]
///     fn worth(&self, question: WorthOf) -> Option<u64> {
///         self.orders.get(&question.id)
///     }
/// }
///
/// #[system(aggregates(Order), projections(OrderBook))]
/// pub struct Shop;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let shop = Shop::open("memory:").await?;
/// let _workers = shop.start().await?;
///
/// let id: OrderId = "o1".parse()?;
/// let sent = shop.send(&id, PlaceOrder { cents: 995 }).await?;
/// assert_eq!(shop.ask(WorthOf { id }).after(&sent).await?, Some(995));
/// # Ok(())
/// # }
/// ```
#[proc_macro_attribute]
pub fn projection(args: TokenStream, item: TokenStream) -> TokenStream {
    cim_macros_core::projection(args.into(), item.into()).into()
}

/// A field of an event that identifies a person: a name, an address, a day of birth.
///
/// It is a fact about the event, which its documentation and a description of the system tell, and changes nothing
/// of how the field is stored.
///
/// ```
/// use cim_runtime::event::Event as _;
/// use cim_runtime::prelude::*;
/// # pub struct Person;
///
/// #[event(Person)]
/// pub struct PersonRenamed {
///     #[personal]
///     pub name: String,
///     pub reason: Option<String>,
/// }
///
/// assert_eq!(PersonRenamed::PERSONAL, ["name"]);
/// ```
#[proc_macro_attribute]
pub fn personal(args: TokenStream, item: TokenStream) -> TokenStream {
    cim_macros_core::personal(args.into(), item.into()).into()
}

/// Events, and the commands that they call for: on a function, or on the `impl` of a struct with
/// `#[derive(Tables)]`, whose `#[on]` methods may keep what they have seen.
///
/// What is answered is `To<C>`, made by `command.to(id)`, and sent at once, `.after(30.days())`, or
/// `.at(time)`; `Cancel<C>`, made by `Command::cancel(id)`; nothing; an `Option`, a `Vec`, or a tuple
/// of these; or a `Result` of them, with any error that can be shown. Each command takes effect once,
/// whatever crashes: so a policy looks at nothing but its events and what it has kept of them.
///
/// An `async fn` is an effect on the outside world: it is called at least once for each event, with
/// what it takes by type beside the event, and may answer with commands, too. See `Effect` in
/// `cim_runtime::policy`. Its keys are `timeout_seconds` (30 unless given), `at_once` (8) and
/// `attempts` (10).
///
/// Keys: `name = "reminders"` is the function's name, or the type's in snake case, unless given.
/// `refused` says what happens to a command that its aggregate refuses: `report` puts it on the list
/// of dead letters, as is done where the key is not given, `ignore` drops it, `retry` sends it again
/// later; a `#[refused]` method answers to it with other commands instead. `starts = next` begins with the next event that is stored when the policy is first started,
/// where otherwise it begins with the first one there is. `on_failure = stop` waits for another
/// program when a method fails, where otherwise the event is put on the list of dead letters
/// (`park`). `ends = "…"` says why a loop ends in which policies call for each other.
///
/// ```
/// use cim_runtime::prelude::*;
/// use cim_runtime::testing::Simulation;
/// # #[derive(DomainId)] pub struct OrderId(String);
/// # #[aggregate(domain = "shop", id = OrderId)] #[derive(Default)] pub struct Order {}
/// # #[command(Order)] pub struct PlaceOrder;
/// # #[command(Order)] pub struct RemindOfPayment;
/// # #[command(Order)] pub struct WriteOff;
/// # #[event(Order)] pub struct OrderPlaced;
/// # #[event(Order)] pub struct PaymentReminded;
/// # #[event(Order)] pub struct WrittenOff;
/// # #[state_machine(initial Draft, Placed, terminal Lost)]
/// # impl Order {
/// #     #[transition(Draft -> Placed)]
/// #     fn place(&self, _: PlaceOrder) -> OrderPlaced { OrderPlaced }
/// #     #[transition(Placed -> Lost)]
/// #     fn write_off(&self, _: WriteOff) -> WrittenOff { WrittenOff }
/// #     #[transition(Placed)]
/// #     fn remind(&self, _: RemindOfPayment) -> PaymentReminded { PaymentReminded }
/// # }
///
/// /// Who has not paid after two weeks is reminded.
/// #[policy]
/// pub fn remind(event: &Recorded<OrderPlaced>) -> To<RemindOfPayment> {
///     RemindOfPayment.to(event.id()).after(2.weeks())
/// }
///
/// /// Who is reminded for the third time is written off.
/// #[derive(Tables)]
/// pub struct Patience {
///     reminded: Table<OrderId, u32>,
/// }
///
/// #[policy(refused = ignore)]
/// impl Patience {
///     #[on]
///     fn reminded(&mut self, event: &Recorded<PaymentReminded>) -> Option<To<WriteOff>> {
///         let times = self.reminded.get_or_default(&event.id());
///         *times += 1;
///         (*times == 3).then(|| WriteOff.to(event.id()))
///     }
/// }
///
/// #[system(aggregates(Order), policies(remind, Patience))]
/// pub struct Shop;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let shop = Simulation::<Shop>::start().await?;
/// let id: OrderId = "o1".parse()?;
/// shop.send(&id, PlaceOrder).await?;
/// shop.advance(2.weeks()).await?;
/// assert_eq!(shop.load::<Order>(&id).await?.version(), 2);
/// # Ok(())
/// # }
/// ```
#[proc_macro_attribute]
pub fn policy(args: TokenStream, item: TokenStream) -> TokenStream {
    cim_macros_core::policy(args.into(), item.into()).into()
}

/// Takes an event: `fn (&mut self, event: &Recorded<E>)`.
///
/// Inside a `#[projection]` it returns nothing, or `Result<(), R>` with any `R` that can be shown;
/// inside a `#[projection(sql)]` it is `async fn (db: &mut Connection, event: &Recorded<E>)` and
/// returns `sqlx::Result<()>`, or `Result<(), Failure>` with `cim_runtime::sql::Failure`;
/// inside a `#[policy]` the commands that the event calls for.
#[proc_macro_attribute]
pub fn on(args: TokenStream, item: TokenStream) -> TokenStream {
    cim_macros_core::on(args.into(), item.into()).into()
}

/// Answers to a command of a policy that its aggregate has refused:
/// `fn (&mut self, refused: &Refused<C>) -> To<…>`, inside a `#[policy]`; the type is
/// `cim_runtime::policy::Refused`.
#[proc_macro_attribute]
pub fn refused(args: TokenStream, item: TokenStream) -> TokenStream {
    cim_macros_core::refused(args.into(), item.into()).into()
}

/// Answers a question, inside a `#[projection]`: `fn (&self, question: Q) -> Answer`, where `Q` is a
/// type of your own; inside a `#[projection(sql)]` `async fn (db: &mut Connection, question: Q)`,
/// which returns the answer in a `Result`.
#[proc_macro_attribute]
pub fn query(args: TokenStream, item: TokenStream) -> TokenStream {
    cim_macros_core::query(args.into(), item.into()).into()
}

/// Makes the tables of a `#[projection(sql)]`, empty, whether or not they are there:
/// `async fn (db: &mut Connection) -> sqlx::Result<()>`.
///
/// It is called before the first event is taken, and whenever the rows are made anew.
#[proc_macro_attribute]
pub fn reset(args: TokenStream, item: TokenStream) -> TokenStream {
    cim_macros_core::reset(args.into(), item.into()).into()
}

/// A domain, wired: `#[system(aggregates(Order, Item))] pub struct Shop;`, then `Shop::open(…)`.
///
/// Behind the aggregates, `policies(remind)` names what it does by itself, and
/// `projections(OrderBook)` the read models that it keeps.
#[proc_macro_attribute]
pub fn system(args: TokenStream, item: TokenStream) -> TokenStream {
    cim_macros_core::system(args.into(), item.into()).into()
}

//! The test kit for policies and projections: what it says when a test fails.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU32, Ordering};

use cim_runtime::prelude::*;

#[derive(DomainId)]
pub struct MailId(String);

#[aggregate(domain = "it", id = MailId)]
#[derive(Default)]
pub struct Mail {}

#[command(Mail)]
pub struct Drop {
    pub pounds: u32,
}

#[command(Mail)]
pub struct Deliver {
    pub to: String,
}

#[command(Mail)]
pub struct Nag;

#[event(Mail, unread)]
pub struct Dropped {
    pub pounds: u32,
}

#[event(Mail, unread)]
pub struct Delivered {
    pub to: String,
}

#[event(Mail)]
pub struct Nagged;

#[state_machine(initial Somewhere)]
impl Mail {
    #[transition(Somewhere)]
    fn drop(&self, cmd: Drop) -> Dropped {
        Dropped { pounds: cmd.pounds }
    }

    #[transition(Somewhere)]
    fn deliver(&self, cmd: Deliver) -> Delivered {
        Delivered { to: cmd.to }
    }

    #[transition(Somewhere)]
    fn nag(&self, _: Nag) -> Nagged {
        Nagged
    }
}

fn mail(id: &str) -> MailId {
    id.parse().unwrap()
}

/// Delivers each second letter, and sends reminders of the others; nothing is too heavy but 100.
#[derive(Tables)]
pub struct Sorting {
    count: Table<MailId, u32>,
}

#[policy]
impl Sorting {
    #[on]
    fn dropped(
        &mut self,
        event: &Recorded<Dropped>,
    ) -> Result<(Option<To<Deliver>>, To<Nag>), String> {
        assert!(event.event.pounds < 1000, "the scales are broken");
        if event.event.pounds > 100 {
            return Err(format!("{} pounds are too heavy", event.event.pounds));
        }
        let count = self.count.get_or_default(&event.id());
        *count += 1;
        let deliver = Deliver { to: "next door".to_owned() }.to(event.id());
        Ok(((*count).is_multiple_of(2).then_some(deliver), Nag.to(event.id()).after(1.day())))
    }

    #[on]
    fn delivered(&mut self, event: &Recorded<Delivered>) -> Cancel<Nag> {
        Nag::cancel(event.id())
    }
}

static CALLS: AtomicU32 = AtomicU32::new(0);

/// Answers otherwise each time.
#[policy]
pub fn moody(event: &Recorded<Dropped>) -> Option<To<Nag>> {
    CALLS.fetch_add(1, Ordering::Relaxed).is_multiple_of(2).then(|| Nag.to(event.id()))
}

/// The sums of what was dropped, in two ways.
#[derive(Tables)]
pub struct Sums {
    sums: Table<MailId, u64>,
    by_actor: Table<String, u64>,
    last: Table<u8, (u32, String)>,
    names: InMemory<Vec<String>>,
}

#[value]
pub struct Names;

#[projection]
impl Sums {
    #[on]
    fn dropped(&mut self, event: &Recorded<Dropped>) -> Result<(), String> {
        if event.event.pounds > 100 {
            return Err("too heavy".to_owned());
        }
        *self.sums.get_or_default(&event.id()) += u64::from(event.event.pounds);
        *self.by_actor.get_or_default(&event.actor.to_string()) += u64::from(event.event.pounds);
        self.last.insert(&0, (event.event.pounds, event.actor.to_string()));
        self.names.push(event.actor.to_string());
        Ok(())
    }

    #[query]
    fn names(&self, _: Names) -> Vec<String> {
        self.names.clone()
    }
}

fn dropped(pounds: u32) -> Dropped {
    Dropped { pounds }
}

/// What a test says when it fails.
fn said(test: impl FnOnce()) -> String {
    let Err(panic) = catch_unwind(AssertUnwindSafe(test)) else { panic!("the test passes") };
    let text = panic.downcast_ref::<String>().cloned();
    text.unwrap_or_else(|| panic.downcast_ref::<&str>().unwrap().to_string())
}

#[test]
fn a_story_goes_on() {
    let (nag, deliver) = (
        || Nag.to(mail("a")).after(1.day()),
        || Deliver { to: "next door".to_owned() }.to(mail("a")),
    );
    Sorting::given(())
        .when(dropped(1).of(mail("a")))
        .then_sends(nag())
        .when(dropped(1).of(mail("b")))
        .then_sends((Nag.to(mail("b")).after(1.day()),))
        .when(dropped(200).of(mail("a")))
        .then_fails("200 pounds are too heavy")
        .when(dropped(2000).of(mail("a")))
        .then_fails("it panicked: the scales are broken")
        .when(dropped(1).of(mail("a")).at("2026-02-01T00:00:00Z".parse().unwrap()))
        .then_sends((deliver(), Nag.to(mail("a")).at("2026-02-02T00:00:00Z".parse().unwrap())))
        .when(Delivered { to: String::new() }.of(mail("a")))
        .then_sends(Nag::cancel(mail("a")));
    // Who does not care which one it is names none.
    Sorting::given([dropped(1), dropped(1), dropped(1)])
        .when(Delivered { to: String::new() })
        .then_sends(Nag::cancel(mail("example")));
}

#[test]
fn both_sides_are_shown() {
    let when = || Sorting::given(dropped(1).of(mail("a"))).when(dropped(7).of(mail("a")));
    let wrong = said(|| drop(when().then_sends(Deliver { to: "me".to_owned() }.to(mail("a")))));
    assert_eq!(
        wrong,
        "what `sorting` sends because of `Dropped`\n \
         found:\n  Deliver {\"to\":\"next door\"} to it.mail/a\
         \n  Nag to it.mail/a at 2026-01-02T00:00:00Z\n \
         expected:\n  Deliver {\"to\":\"me\"} to it.mail/a"
    );
    let nothing = said(|| drop(when().then_sends_nothing()));
    assert!(nothing.ends_with("expected:\n  nothing"), "{nothing}");
    let failed = said(|| drop(when().then_fails("oh")));
    assert!(
        failed.contains("Nag to it.mail/a at") && failed.ends_with("expected:\n  oh"),
        "{failed}"
    );
    let cancels = || Sorting::given(()).when(Delivered { to: String::new() }.of(mail("a")));
    let cancelled = said(|| drop(cancels().then_sends(Nag.to(mail("a")))));
    assert!(cancelled.contains("found:\n  Nag to it.mail/a is taken back\n"), "{cancelled}");
    let fails = || Sorting::given(()).when(dropped(101));
    let failure = said(|| drop(fails().then_sends_nothing()));
    assert!(failure.contains("\n  it fails: 101 pounds are too heavy\n"), "{failure}");
}

#[test]
fn a_test_that_asks_for_nothing_is_told() {
    assert_eq!(
        said(|| drop(Sorting::given(()).when(Nagged))),
        "`sorting` takes no `Nagged`, but Dropped, Delivered"
    );
    assert_eq!(
        said(|| drop(Sorting::given(dropped(500)))),
        "`sorting` fails at the given `Dropped`: 500 pounds are too heavy"
    );
    let moody = said(|| drop(moody::given(()).when(dropped(1))));
    assert!(moody.starts_with("`moody` answers twice in different ways: a policy may"), "{moody}");
}

#[test]
fn rows_are_found_by_their_types() {
    let said_by = |who: &str| (5_u32, who.to_owned());
    Sums::given([dropped(2).of(mail("a")), dropped(3).of(mail("a"))])
        .then_row_in("sums", mail("a"), 5_u64)
        .when(dropped(5).of(mail("b")).acting_as("ann"))
        .then_row(0_u8, said_by("ann"))
        .then_row_in("by_actor", "ann".to_owned(), 5_u64)
        .then_no_row::<_, (u32, String)>(1_u8)
        .then_asked(Names, ["system", "system", "ann"].map(str::to_owned).to_vec());
    let fails = |test: &dyn Fn(cim_runtime::testing::ProjectionScenario<Sums>)| {
        let again =
            Sums::given([dropped(2).of(mail("a")), dropped(5).of(mail("b")).acting_as("ann")]);
        said(|| test(again))
    };
    assert_eq!(
        fails(&|sums| drop(sums.then_row(0_u8, said_by("bob")))),
        "the row of `sums` in `last` under 0\n found:\n  (5, \"ann\")\n expected:\n  (5, \"bob\")"
    );
    assert_eq!(
        fails(&|sums| drop(sums.then_row_in("sums", mail("c"), 1_u64))),
        "the row of `sums` in `sums` under \"c\"\n found:\n  none; there are some under \
         \"a\", \"b\"\n expected:\n  1"
    );
    assert_eq!(
        fails(&|sums| drop(sums.then_row(mail("a"), 2_u64))),
        "`sums` has several tables with rows such as `MailId → u64`: `sums`, `by_actor`; say which \
         one is meant, with `then_row_in`"
    );
    assert_eq!(
        fails(&|sums| drop(sums.then_row(7_u64, 2_u64))),
        "`sums` has no table with rows such as `u64 → u64`; it has `sums`, `by_actor`, `last`, `names`"
    );
    assert_eq!(
        fails(&|sums| drop(sums.then_row_in("sum", mail("a"), 2_u64))),
        "`sums` has no table `sum`, but `sums`, `by_actor`, `last`, `names`"
    );
    assert_eq!(
        fails(&|sums| drop(sums.then_no_row::<_, (u32, String)>(0_u8))),
        "the row of `sums` in `last` under 0\n found:\n  (5, \"ann\")\n expected:\n  none"
    );
    assert_eq!(
        fails(&|sums| drop(sums.then_asked(Names, vec![]))),
        "the answer of `sums` to `Names`\n found:\n  [\"system\", \"ann\"]\n expected:\n  []"
    );
    assert_eq!(
        fails(&|sums| drop(sums.when(dropped(101)))),
        "`sums` fails at the given `Dropped`: too heavy"
    );
}

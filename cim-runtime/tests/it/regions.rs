//! Regions share the stream, the version and the snapshot of their aggregate.

use std::sync::Arc;

use cim_runtime::Options;
use cim_runtime::prelude::*;
use cim_runtime::store::{MemoryStore, Store};
use cim_runtime::testing::{BlackBox, MachineModel, ModelState, Walks};
use proptest::prelude::Just;

#[derive(DomainId)]
pub struct PersonId(String);

#[aggregate(domain = "it", id = PersonId)]
#[derive(Default, Debug)]
pub struct Person {
    pub contact: Contact,
}

#[command(Person)]
pub struct Register;
#[event(Person)]
pub struct Registered;
#[command(Person)]
pub struct Archive;
#[event(Person)]
pub struct Archived;

#[state_machine(initial Draft, Active, terminal Archive, region contact: Contact in Active)]
impl Person {
    #[transition(Draft -> Active)]
    fn register(&self, _: Register) -> Registered {
        Registered
    }

    #[transition(* -> Archive)]
    fn archive(&self, _: Archive) -> Archived {
        Archived
    }
}

#[value]
#[derive(Default)]
pub struct Contact {
    pub emails: Vec<String>,
}

#[value]
pub enum ContactRefused {
    Twice,
}

#[command(Contact)]
pub struct AddEmail {
    pub email: String,
}
#[event(Contact)]
pub struct EmailAdded {
    pub email: String,
}

#[state_machine(initial Unreachable, Reachable)]
impl Contact {
    #[transition(Unreachable | Reachable -> Reachable)]
    fn add(&self, cmd: AddEmail) -> Result<EmailAdded, ContactRefused> {
        match self.emails.contains(&cmd.email) {
            true => Err(ContactRefused::Twice),
            false => Ok(EmailAdded { email: cmd.email }),
        }
    }

    #[apply]
    fn added(&mut self, event: &EmailAdded) {
        self.emails.push(event.email.clone());
    }
}

#[system(aggregates(Person))]
pub struct People;

fn id() -> PersonId {
    "ada".parse().unwrap()
}

fn email(number: u64) -> AddEmail {
    AddEmail { email: format!("ada{number}@example.org") }
}

#[tokio::test]
async fn one_stream_has_the_events_of_all_machines() {
    let people = People::open("memory:").await.unwrap();
    assert_eq!(people.send(&id(), Register).await.unwrap().version(), 1);
    assert_eq!(people.send(&id(), email(1)).await.unwrap().version(), 2);

    let history = people.history::<Person>(&id(), 0).await.unwrap();
    let events: Vec<PersonEvent> = history.into_iter().map(|recorded| recorded.event).collect();
    let added = EmailAdded { email: "ada1@example.org".to_owned() };
    assert_eq!(events, [PersonEvent::from(Registered), PersonEvent::from(added)]);
    assert!(matches!(events[1], PersonEvent::Contact(ContactEvent::EmailAdded(_))));

    // From the stored bytes alone.
    let again = Handle::<People>::over(Arc::clone(people.store()));
    let person = again.load::<Person>(&id()).await.unwrap();
    assert_eq!(person.contact.emails, ["ada1@example.org"]);
    assert_eq!(person.state_of::<Contact>(), ContactState::Reachable);
    assert_eq!(person.state(), PersonState::Active);
}

#[tokio::test]
async fn a_region_says_no_in_its_own_words() {
    let people = People::open("memory:").await.unwrap();
    let closed = people.send(&id(), email(1)).await.unwrap_err();
    assert!(closed.is_refusal());
    assert_eq!(
        closed.to_string(),
        "`AddEmail` is not taken: state `Draft` closes the region `Contact`"
    );
    people.send(&id(), Register).await.unwrap();
    people.send(&id(), email(1)).await.unwrap();
    let twice = people.send(&id(), email(1)).await.unwrap_err();
    assert!(matches!(twice, SendError::Refused(ContactRefused::Twice)), "{twice}");
    people.send(&id(), Archive).await.unwrap();
    let closed = people.send(&id(), email(2)).await.unwrap_err();
    assert!(matches!(closed, SendError::Closed { state: "Archive", .. }), "{closed:?}");
}

#[tokio::test]
async fn a_snapshot_keeps_where_every_region_stands() {
    let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
    let options = Options::default().snapshot_every(2);
    let people = Handle::<People>::with_options(Arc::clone(&store), options);
    people.send(&id(), Register).await.unwrap();
    people.send(&id(), email(1)).await.unwrap();
    let stream = people.load::<Person>(&id()).await.unwrap().stream().clone();
    while store.snapshot(&stream).await.unwrap().is_none() {
        tokio::task::yield_now().await;
    }
    let person = Handle::<People>::over(store).load::<Person>(&id()).await.unwrap();
    assert_eq!(person.state_of::<Contact>(), ContactState::Reachable);
    assert_eq!(person.contact.emails.len(), 1);
}

#[tokio::test]
async fn commands_of_all_machines_wait_for_each_other() {
    let people = People::open("memory:").await.unwrap();
    people.send(&id(), Register).await.unwrap();
    let sent = (0..20).map(|number| {
        // Handles of their own, so that no cache is shared.
        let people = Handle::<People>::over(Arc::clone(people.store()));
        tokio::spawn(async move { people.send(&id(), email(number)).await.unwrap().version() })
    });
    let mut versions = Vec::new();
    for task in sent.collect::<Vec<_>>() {
        versions.push(task.await.unwrap());
    }
    versions.sort_unstable();
    assert_eq!(versions, (2..22).collect::<Vec<_>>());
}

#[test]
fn walks_send_the_commands_of_regions() {
    let walks = || Person::walks().covering_everything();
    let coverage = walks().run();
    assert!(coverage.unwalked().is_empty());
    let row = " contact.Unreachable -> contact.Reachable: AddEmail / EmailAdded\n";
    assert!(coverage.to_string().contains(row), "{coverage}");

    // One email is added once, so nothing is added to what is reachable.
    let unwalked = |walks: Walks<Person>| {
        let rows = walks.run().unwalked();
        rows.iter().map(|row| row.from).collect::<Vec<_>>()
    };
    let one = Just(AddEmail { email: "ada@example.org".to_owned() });
    assert_eq!(unwalked(Person::walks().drawing(one)), ["Reachable"]);
    let same = |command: &mut ContactCommand| match command {
        ContactCommand::AddEmail(add) => add.email.clear(),
    };
    assert_eq!(unwalked(Person::walks().with_of::<Contact>(same)), ["Reachable"]);
}

#[test]
fn a_model_sends_the_commands_of_regions() {
    let has_emails = |_: &MachineModel<Person>, person: &ModelState<Person>| {
        person.state() == PersonState::Archive && person.contact.emails.len() == 2
    };
    Person::model().steps(4).sometimes("two emails at the end", has_emails).check();
}

#[test]
fn a_black_box_takes_the_commands_of_regions() {
    let mut person = BlackBox::<Person>::new();
    let lines = ["AddEmail", "Register", "AddEmail", "AddEmail", "Archive", "AddEmail"];
    let answers = lines.map(|line| person.answer(line));
    assert_eq!(
        answers,
        ["not-now", "Registered", "EmailAdded", "refused Twice", "Archived", "not-now"]
    );
}

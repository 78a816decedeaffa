//! Machines inside an aggregate: one stream, one version, each its own state.

use std::collections::BTreeSet;

use cim_runtime::prelude::*;

#[derive(DomainId)]
pub struct PersonId(Uuid);

#[aggregate(domain = "pass", id = PersonId)]
#[derive(Default)]
pub struct Person {
    name: String,
    skills: skills::Skills,
    consent: Consent,
}

#[command(Person)]
pub struct RegisterPerson {
    pub name: String,
}

#[event(Person)]
pub struct PersonRegistered {
    pub name: String,
}

#[command(Person)]
pub struct RetirePerson;

#[event(Person)]
pub struct PersonRetired;

#[command(Person)]
pub struct ArchivePerson;

#[event(Person)]
pub struct PersonArchived;

#[state_machine(
    initial Draft,
    Active,
    Retired,
    terminal Archived,
    /// What the person can do.
    region skills: skills::Skills in Active | Retired,
    region consent: Consent,
)]
impl Person {
    #[transition(Draft -> Active)]
    fn register(&self, cmd: RegisterPerson) -> PersonRegistered {
        PersonRegistered { name: cmd.name }
    }

    #[transition(Active -> Retired)]
    fn retire(&self, _: RetirePerson) -> PersonRetired {
        PersonRetired
    }

    // Reaches the person's own states alone.
    #[transition(* -> Archived)]
    fn archive(&self, _: ArchivePerson) -> PersonArchived {
        PersonArchived
    }

    #[apply]
    fn registered(&mut self, event: &PersonRegistered) {
        self.name = event.name.clone();
    }
}

/// The region knows nothing of the person but that it is part of something.
pub mod skills {
    use super::*;

    #[value]
    #[derive(Default)]
    pub struct Skills {
        names: BTreeSet<String>,
    }

    #[value]
    pub enum SkillsRefused {
        Known,
        NotYours,
    }

    #[command(Skills)]
    pub struct ClaimSkill {
        pub name: String,
    }

    #[event(Skills)]
    pub struct SkillClaimed {
        pub name: String,
        pub person: PersonId,
    }

    #[state_machine(initial Unskilled, Skilled)]
    impl Skills {
        #[transition(Unskilled | Skilled -> Skilled)]
        fn claim(
            &self,
            cmd: ClaimSkill,
            cx: &Context<Self>,
        ) -> Result<SkillClaimed, SkillsRefused> {
            match self.names.contains(&cmd.name) {
                true => Err(SkillsRefused::Known),
                false => Ok(SkillClaimed { name: cmd.name, person: cx.id().clone() }),
            }
        }

        #[apply]
        fn claimed(&mut self, event: &SkillClaimed) {
            self.names.insert(event.name.clone());
        }
    }
}

#[value]
#[derive(Default)]
pub struct Consent {}

#[command(Consent)]
pub struct GiveConsent;

#[command(Consent)]
pub struct WithdrawConsent;

#[event(Consent)]
pub struct ConsentGiven;

#[event(Consent)]
pub struct ConsentWithdrawn;

#[state_machine(initial Unknown, Given, Withdrawn)]
impl Consent {
    #[transition(Unknown | Withdrawn -> Given)]
    fn give(&self, _: GiveConsent) -> ConsentGiven {
        ConsentGiven
    }

    #[transition(Given -> Withdrawn)]
    fn withdraw(&self, _: WithdrawConsent) -> ConsentWithdrawn {
        ConsentWithdrawn
    }
}

#[system(aggregates(Person))]
pub struct People;

#[cfg(test)]
mod tests {
    use std::str::FromStr as _;

    use super::skills::*;
    use super::*;

    fn registered() -> PersonRegistered {
        PersonRegistered { name: "Ada".to_owned() }
    }

    fn claim() -> ClaimSkill {
        ClaimSkill { name: "weaving".to_owned() }
    }

    fn claimed(person: &PersonId) -> SkillClaimed {
        SkillClaimed { name: "weaving".to_owned(), person: person.clone() }
    }

    #[test]
    fn a_region_decides_by_its_own_state() {
        let id = PersonId::from_str("00000000-0000-0000-0000-000000000007").unwrap();
        Person::given(registered())
            .with_id(id.clone())
            .when(claim())
            .then(claimed(&id))
            .then_state(PersonState::Active)
            .then_state_of::<Skills>(SkillsState::Skilled)
            .when(claim())
            .then_refused(SkillsRefused::Known)
            .when(WithdrawConsent)
            .then_not_now()
            .when(GiveConsent)
            .then(ConsentGiven)
            .then_state_of::<Consent>(ConsentState::Given);
    }

    #[test]
    fn a_closed_region_takes_nothing() {
        Person::given(()).when(claim()).then_not_now();
        Person::given((registered(), PersonArchived)).when(GiveConsent).then_not_now();
        // Open in every state that is not terminal, unless the header says where.
        Person::given(()).when(GiveConsent).then(ConsentGiven);
    }

    #[test]
    fn the_table_has_the_regions() {
        let [skills, consent] = Person::MACHINE.regions else { panic!("two regions") };
        assert_eq!((skills.name, skills.machine.name), ("skills", "Skills"));
        assert_eq!(skills.open_in, ["Active", "Retired"]);
        assert_eq!(consent.open_in, ["Draft", "Active", "Retired"]);
    }

    #[test]
    fn diagrams_show_the_regions() {
        let mermaid = Person::MACHINE.to_mermaid();
        assert!(mermaid.contains("    state Person {\n        [*] --> Draft\n"), "{mermaid}");
        let row = "skills_Unskilled --> skills_Skilled: ClaimSkill / SkillClaimed";
        assert!(mermaid.contains(row), "{mermaid}");
        assert_eq!(mermaid.matches("        --\n").count(), 2);

        let dot = Person::MACHINE.to_dot();
        assert!(dot.contains("\"skills.Skilled\" [shape=ellipse label=\"Skilled\"]"), "{dot}");

        let scxml = Person::MACHINE.to_scxml();
        let guarded = "target=\"skills.Skilled\" cond=\"In('Active') || In('Retired')\"";
        assert!(scxml.contains(guarded), "{scxml}");

        let xstate = Person::MACHINE.to_xstate();
        assert!(xstate.contains("\"type\": \"parallel\""), "{xstate}");
        let guarded = "{ \"target\": \"Skilled\", \"guard\": \"in Active | Retired\", \"actions\"";
        assert!(xstate.contains(guarded), "{xstate}");
    }

    #[test]
    fn events_are_listed_with_their_machines() {
        let events = (<Person as Aggregate>::INFO.events)();
        let machines = events.iter().map(|(machine, event)| (*machine, event.name));
        let machines: Vec<_> = machines.filter(|(machine, _)| *machine != "Person").collect();
        let skill = ("Skills", "SkillClaimed");
        assert_eq!(machines, [skill, ("Consent", "ConsentGiven"), ("Consent", "ConsentWithdrawn")]);
    }
}

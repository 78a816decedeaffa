//! A Moore machine: the event follows from the state that is entered and the data before it.

use cim_runtime::prelude::*;

#[derive(DomainId)]
pub struct PumpId(String);

#[value]
pub enum PumpRefused {
    Worn { starts: u32 },
}

#[aggregate(domain = "pass", id = PumpId)]
#[derive(Default)]
pub struct Pump {
    starts: u32,
}

#[command(Pump)]
pub struct Start;
#[command(Pump)]
pub struct Stop;
#[command(Pump)]
pub struct Touch;
#[command(Pump)]
pub struct Scrap;

#[event(Pump)]
pub struct Started {
    pub starts: u32,
}
#[event(Pump)]
pub struct Stopped;
#[event(Pump)]
pub struct Scrapped;

#[state_machine(moore, initial Still, Running, terminal Gone)]
impl Pump {
    #[transition(Still -> Running)]
    fn start(&self, _: Start) -> Result<(), PumpRefused> {
        if self.starts == 2 {
            return Err(PumpRefused::Worn { starts: self.starts });
        }
        Ok(())
    }

    #[transition(Running -> Still)]
    fn stop(&self, _: Stop) {}

    /// Enters the state that it is in again.
    #[transition(Running)]
    #[transition(Still)]
    fn touch(&self, _: Touch, _: &Context<Self>) {}

    #[transition(* -> Gone)]
    fn scrap(&self, _: Scrap) {}

    #[output(Running)]
    fn running(&self) -> Started {
        Started { starts: self.starts + 1 }
    }

    #[output(Still)]
    fn still(&self) -> Stopped {
        Stopped
    }

    #[output(Gone)]
    fn gone(&self) -> Scrapped {
        Scrapped
    }

    #[apply]
    fn started(&mut self, event: &Started) {
        self.starts = event.starts;
    }
}

#[test]
fn the_event_follows_from_the_state_that_is_entered() {
    Pump::given(()).when(Start).then(Started { starts: 1 });
    Pump::given(Started { starts: 1 }).when(Touch).then(Started { starts: 2 });
    Pump::given(Started { starts: 1 }).when(Stop).then(Stopped);
    Pump::given((Started { starts: 1 }, Stopped)).when(Scrap).then(Scrapped);
    Pump::given(Scrapped).when(Start).then_not_now();
}

#[test]
fn a_transition_of_a_moore_machine_may_refuse() {
    Pump::given((Started { starts: 2 }, Stopped))
        .when(Start)
        .then_refused(PumpRefused::Worn { starts: 2 });
}

#[test]
fn the_table_names_the_outputs() {
    let rows = Pump::MACHINE.transitions;
    assert!(
        rows.iter().any(|row| (row.from, row.event, row.to) == ("Still", "Started", "Running"))
    );
    assert!(rows.iter().any(|row| (row.from, row.event, row.to) == ("Still", "Stopped", "Still")));
    assert_eq!(PumpState::Running.allowed(), ["Stop", "Touch", "Scrap"]);
}

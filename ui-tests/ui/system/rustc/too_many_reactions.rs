//~ more reactions than are looked at
use cim_runtime::prelude::*;

#[derive(DomainId)]
pub struct BallId(String);

#[aggregate(domain = "game", id = BallId)]
#[derive(Default)]
pub struct Ball {}

#[command(Ball)]
pub struct Throw;

#[command(Ball)]
pub struct Catch;

#[event(Ball)]
pub struct Thrown;

#[event(Ball)]
pub struct Caught;

#[state_machine(initial Still)]
impl Ball {
    #[transition(Still)]
    fn throw(&self, _: Throw) -> Thrown {
        Thrown
    }

    #[transition(Still)]
    fn catch(&self, _: Catch) -> Caught {
        Caught
    }
}

type Four = (To<Throw>, To<Throw>, To<Throw>, To<Throw>);

macro_rules! policies {
    ($($name:ident)*) => {
        $(
            #[derive(Tables)]
            pub struct $name;

            #[policy]
            impl $name {
                #[on]
                fn caught(&self, _: &Recorded<Caught>) -> Option<(Four, Four)> {
                    None
                }
            }
        )*

        #[system(aggregates(Ball), policies($($name),*))]
        pub struct Game;
    };
}

policies! {
    Q0 Q1 Q2 Q3 Q4 Q5 Q6 Q7 Q8 Q9 R0 R1 R2 R3 R4 R5 R6 R7 R8 R9 S0 S1 S2 S3 S4 S5 S6 S7 S8
    S9 T0 T1 T2 T3 T4 T5 T6 T7 T8 T9 U0 U1 U2 U3 U4 U5 U6 U7 U8 U9 V0 V1 V2 V3 V4 V5 V6 V7
    V8 V9 W0 W1 W2 W3 W4
}

fn main() {}

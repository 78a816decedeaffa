//! Every form of an answer.

use cim_runtime::prelude::*;

#[derive(DomainId)]
pub struct AccountId(String);

#[aggregate(domain = "pass", id = AccountId)]
#[derive(Default)]
pub struct Account {}

/// The refusal behind an alias.
#[value]
pub enum Refused {
    Overdrawn,
}

pub type Result<T, E = Refused> = std::result::Result<T, E>;

macro_rules! records {
    ($($attribute:ident: $($name:ident),*;)*) => {
        $($(#[$attribute(Account)] pub struct $name;)*)*
    };
}

records! {
    command: Open, Withdraw, Audit, Split, Repeat, Close;
    event: Opened, Withdrawn, Overdrawn, Audited, Halved, Rest, Repeated, Closed;
}

#[state_machine(initial New, Active, Frozen, terminal Gone)]
impl Account {
    #[transition(New -> Active)]
    fn open(&self, _: Open) -> Result<Opened, Refused> {
        Ok(Opened)
    }

    #[transition(Active -> Active on Withdrawn, Frozen on Overdrawn)]
    fn withdraw(&self, _: Withdraw, cx: &Context<Self>) -> Result<OneOf<Withdrawn, Overdrawn>> {
        if cx.now() < Timestamp::UNIX_EPOCH {
            return Ok(one_of(Overdrawn));
        }
        Ok(one_of(Withdrawn))
    }

    #[transition(Active | Frozen)]
    fn audit(&self, _: Audit) -> Option<Audited> {
        None
    }

    #[transition(Active -> Frozen on Rest)]
    fn split(&self, _: Split) -> (Halved, Rest) {
        (Halved, Rest)
    }

    #[transition(Active)]
    fn repeat(&self, _: Repeat) -> Result<Vec<Repeated>> {
        Ok(vec![Repeated, Repeated])
    }

    #[transition(* -> Gone)]
    const fn close(&self, Close: Close) -> Closed {
        Closed
    }
}

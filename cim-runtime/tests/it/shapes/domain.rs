//! An account whose machine has every form of transition and every kind of answer, and the account
//! as an older program had it.

use cim_runtime::prelude::*;

#[derive(DomainId)]
pub struct AccountId(String);

#[value]
pub enum Refused {
    NotPositive,
    Worthless { offered: Vec<u64> },
}

// A domain's own alias, which also shadows the `Result` of the prelude.
type Result<T> = std::result::Result<T, Refused>;

#[aggregate(domain = "it", id = AccountId)]
#[derive(Default)]
pub struct Account {
    pub cents: u64,
    pub note: String,
}

#[command(Account)]
pub struct OpenAccount;
#[command(Account)]
pub struct Deposit {
    pub cents: u64,
}
#[command(Account)]
pub struct DepositAll {
    pub cents: Vec<u64>,
}
#[command(Account)]
pub struct Withdraw {
    pub cents: u64,
}
#[command(Account)]
pub struct TakeNote {
    pub text: String,
}
#[command(Account)]
pub struct Settle {
    pub cents: u64,
}
#[command(Account)]
pub struct Audit {
    pub finding: u8,
}
#[command(Account)]
pub struct Close;

#[event(Account)]
pub struct AccountOpened;
#[event(Account)]
pub struct Deposited {
    pub cents: u64,
}
#[event(Account)]
pub struct Withdrawn {
    pub cents: u64,
}
#[event(Account, unread)]
pub struct Overdrawn {
    pub missing: u64,
}
#[event(Account)]
pub struct Noted {
    pub text: String,
}
#[event(Account)]
pub struct Thawed;
#[event(Account)]
pub struct Passed;
#[event(Account)]
pub struct Warned;
#[event(Account)]
pub struct Suspended;
#[event(Account)]
pub struct Seized;
#[event(Account)]
pub struct Closed;
/// Emitted by [`older`] only.
#[event(Account)]
pub struct Locked {
    pub why: String,
}

#[state_machine(
    initial New,
    /// In daily use.
    ///
    /// Not shown in tables.
    Open,
    Frozen,
    terminal Ended,
    terminal Forfeited,
)]
impl Account {
    #[transition(New -> Open)]
    fn open(&self, _: OpenAccount) -> AccountOpened {
        AccountOpened
    }

    #[transition(Open | Frozen)]
    fn deposit(&self, cmd: Deposit) -> Result<Deposited> {
        if cmd.cents == 0 {
            return Err(Refused::NotPositive);
        }
        Ok(Deposited { cents: cmd.cents })
    }

    #[transition(Open)]
    fn deposit_all(&self, cmd: DepositAll) -> Result<Vec<Deposited>> {
        if !cmd.cents.is_empty() && cmd.cents.iter().all(|cents| *cents == 0) {
            return Err(Refused::Worthless { offered: cmd.cents });
        }
        Ok(cmd.cents.into_iter().map(|cents| Deposited { cents }).collect())
    }

    #[transition(Open -> Open on Withdrawn, Frozen on Overdrawn)]
    fn withdraw(&self, cmd: Withdraw) -> OneOf<Withdrawn, Overdrawn> {
        match cmd.cents.checked_sub(self.cents) {
            None | Some(0) => one_of(Withdrawn { cents: cmd.cents }),
            Some(missing) => one_of(Overdrawn { missing }),
        }
    }

    #[transition(New)]
    #[transition(Open | Frozen)]
    fn note(&self, cmd: TakeNote) -> Option<Noted> {
        (cmd.text != self.note).then_some(Noted { text: cmd.text })
    }

    #[transition(Frozen -> Open on Thawed)]
    fn settle(&self, cmd: Settle) -> (Deposited, Thawed) {
        (Deposited { cents: cmd.cents }, Thawed)
    }

    #[transition(Open -> Open on Passed, Open on Warned, Frozen on Suspended, Forfeited on Seized)]
    #[transition(Frozen -> Open on Passed, Frozen on Warned, Frozen on Suspended, Forfeited on Seized)]
    fn audit(
        &self,
        cmd: Audit,
    ) -> std::result::Result<OneOf<Passed, Warned, Suspended, Seized>, Refused> {
        Ok(match cmd.finding {
            0 => one_of(Passed),
            1 => one_of(Warned),
            2 => one_of(Suspended),
            3 => one_of(Seized),
            _ => return Err(Refused::NotPositive),
        })
    }

    /// From wherever no other method closes it.
    #[transition(* -> Ended)]
    fn close(&self, _: Close) -> Closed {
        Closed
    }

    /// Wins against the star.
    #[transition(Frozen -> Forfeited)]
    fn seize(&self, _: Close) -> Seized {
        Seized
    }

    #[apply]
    fn deposited(&mut self, event: &Deposited) {
        self.cents += event.cents;
    }

    #[apply]
    fn withdrawn(&mut self, event: &Withdrawn) {
        self.cents -= event.cents;
    }

    #[apply]
    fn noted(&mut self, event: &Noted) {
        self.note.clone_from(&event.text);
    }

    #[apply(Open -> Frozen)]
    fn locked(&mut self, event: &Locked) {
        self.note.clone_from(&event.why);
    }
}

#[system(aggregates(Account))]
pub struct Bank;

/// The program that still locked accounts.
pub(super) mod older {
    use super::AccountId;
    use cim_runtime::prelude::*;

    #[aggregate(domain = "it", id = AccountId)]
    #[derive(Default)]
    pub struct Account {}

    #[command(Account)]
    pub struct OpenAccount;
    #[command(Account)]
    pub struct Lock {
        pub why: String,
    }

    #[event(Account)]
    pub struct AccountOpened;
    #[event(Account, unread)]
    pub struct Locked {
        pub why: String,
    }

    #[state_machine(initial New, Open, terminal Locked)]
    impl Account {
        #[transition(New -> Open)]
        fn open(&self, _: OpenAccount) -> AccountOpened {
            AccountOpened
        }

        #[transition(Open -> Locked)]
        fn lock(&self, cmd: Lock) -> Locked {
            Locked { why: cmd.why }
        }
    }

    #[system(aggregates(Account))]
    pub struct Bank;
}

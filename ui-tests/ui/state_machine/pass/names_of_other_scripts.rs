//! Identifiers are Unicode.

use cim_runtime::prelude::*;

#[derive(DomainId)]
pub struct ПісьмоId(String);

#[aggregate(domain = "pass", id = ПісьмоId, name = "pismo")]
#[derive(Default)]
pub struct Пісьмо {
    größe: u64,
}

#[command(Пісьмо)]
pub struct Wachsen {
    pub größe: u64,
}

#[event(Пісьмо)]
pub struct Gewachsen {
    pub größe: u64,
}

#[state_machine(initial Étroit, terminal 大きい)]
impl Пісьмо {
    #[transition(Étroit -> 大きい)]
    fn wachsen(&self, cmd: Wachsen) -> Gewachsen {
        Gewachsen { größe: self.größe + cmd.größe }
    }

    #[apply]
    fn gewachsen(&mut self, event: &Gewachsen) {
        self.größe = event.größe;
    }
}

//~ those that happened are enough
use cim_runtime::prelude::*;

#[derive(DomainId)]
pub struct BookId(String);

#[aggregate(domain = "library", id = BookId)]
#[derive(Default)]
pub struct Book {}

#[command(Book)]
pub struct LendBook;

#[command(Book)]
pub struct TakeBack;

#[event(Book)]
pub struct Lent;

#[event(Book)]
pub struct Returned;

#[event(Book)]
pub struct Damaged;

#[state_machine(initial Shelved, OnLoan)]
impl Book {
    #[transition(Shelved -> OnLoan)]
    fn lend(&self, _: LendBook) -> Lent {
        Lent
    }

    #[transition(OnLoan -> Shelved)]
    fn take_back(&self, _: TakeBack) -> Vec<Option<Returned>> {
        todo!()
    }
}

fn main() {}

//! A whole domain from a `macro_rules!`, with types and names from outside.

use cim_runtime::prelude::*;

macro_rules! domain {
    ($owner:ident, $id:ident, $inner:ty, $command:ident { $field:ident: $ty:ty }, $event:ident, $from:ident -> $to:ident) => {
        #[derive(DomainId)]
        pub struct $id($inner);

        #[aggregate(domain = "pass", id = $id)]
        #[derive(Default)]
        pub struct $owner {
            $field: $ty,
        }

        #[command($owner)]
        pub struct $command {
            pub $field: $ty,
        }

        #[event($owner)]
        pub struct $event {
            pub $field: $ty,
        }

        domain!(@machine $owner, $owner, $command, $event, $field, $from, $to);
    };
    (@aggregate $owner:ident, $id:ty) => {
        #[aggregate(domain = "pass", id = $id)]
        #[derive(Default)]
        pub struct $owner;
    };
    (@machine $owner:ty, $name:ident, $command:ty, $event:ident, $field:ident, $from:ident, $to:ident) => {
        #[state_machine(initial $from, terminal $to)]
        impl $owner {
            #[transition($from -> $to)]
            fn decide(&self, command: $command) -> $event {
                $event { $field: command.$field }
            }

            #[apply]
            fn fold(&mut self, event: &$event) {
                self.$field = event.$field.clone();
            }
        }
    };
}

domain!(Order, OrderId, String, PlaceOrder { lines: Vec<Option<String>> }, OrderPlaced, Draft -> Placed);

macro_rules! system {
    ($name:ident: $($aggregate:ty),*) => {
        #[system(aggregates($($aggregate),*))]
        pub struct $name;
    };
}

system!(Shop: Order);

macro_rules! events {
    ($owner:ty: $($name:ident($($field:ident: $ty:ty),*)),*) => {
        $(
            #[event($owner, unread)]
            pub struct $name {
                $(pub $field: $ty),*
            }
        )*
    };
}

events!(Parcel: ParcelLost(at: Timestamp, by: Option<Actor>), ParcelFound());

domain!(@aggregate Parcel, OrderId);

#[command(Parcel)]
pub struct LoseParcel;

#[command(Parcel)]
pub struct FindParcel;

#[state_machine(initial Known, Lost)]
impl Parcel {
    #[transition(Known -> Lost)]
    fn lose(&self, _: LoseParcel, cx: &Context<Self>) -> ParcelLost {
        ParcelLost { at: cx.now(), by: None }
    }

    #[transition(Lost -> Known)]
    fn find(&self, _: FindParcel) -> ParcelFound {
        ParcelFound {}
    }
}

macro_rules! projection {
    ($name:ident, $owner:ty { $($field:ident: $row:ty),* }, $event:ty, $question:ty => $answer:ty) => {
        #[derive(Tables)]
        pub struct $name {
            $($field: $row),*
        }

        #[projection]
        impl $owner {
            #[on]
            fn hear(&mut self, event: &Recorded<$event>) -> Result<(), std::convert::Infallible> {
                $(self.$field.insert(&event.id(), event.position);)*
                Ok(())
            }

            #[query]
            fn reply(&self, question: $question) -> $answer {
                let _ = question;
                <$answer>::default()
            }
        }
    };
}

#[value]
pub struct Total;

projection!(Book, Book { orders: Table<OrderId, u64> }, OrderPlaced, Total => Option<u64>);

macro_rules! bookshop {
    ($name:ident: $aggregate:ty, $($projection:ty),*) => {
        #[system(aggregates($aggregate), projections($($projection),*))]
        pub struct $name;
    };
}

bookshop!(Bookshop: Order, Book);

macro_rules! policy {
    ($function:ident($event:ty) -> $answer:ty { $body:expr }, $name:ident, $owner:ty, $ends:literal) => {
        #[policy]
        pub fn $function(event: &Recorded<$event>) -> $answer {
            let _ = event;
            $body
        }

        #[derive(Tables)]
        pub struct $name;

        #[policy(ends = $ends)]
        impl $owner {
            #[on]
            fn hear(&self, event: &Recorded<$event>) -> $answer {
                let _ = event;
                $body
            }
        }
    };
}

policy!(find(ParcelLost) -> Option<To<FindParcel>> { None }, Searchers, Searchers, "it is found");

macro_rules! post {
    ($name:ident: $aggregate:ty, $($policy:ty),*) => {
        #[system(aggregates($aggregate), policies($($policy),*))]
        pub struct $name;
    };
}

post!(Post: Parcel, find, Searchers);

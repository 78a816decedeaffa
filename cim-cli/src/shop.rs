//! A small domain for tests, written by hand: its blocks are made by another library than the one
//! that reads them.

use std::collections::{BTreeMap, HashMap};

use cim_runtime::{Commit, EventCid, car};
use ipld_core::ipld::Ipld;

/// Makes commits to `shop.order`, each behind the last one with its id.
#[derive(Debug, Default)]
pub(crate) struct Shop {
    streams: HashMap<String, (u64, EventCid)>,
    commits: u128,
}

impl Shop {
    /// The next commit of the order `id`, with events of these types.
    pub(crate) fn commit(&mut self, id: &str, types: &[&str]) -> Commit {
        self.commits += 1;
        let mut sections = Vec::new();
        for (part, event_type) in (1..).zip(types) {
            let last = self.streams.get(id).copied();
            let block = self.block(id, event_type, (part, types.len()), last);
            let cid = EventCid::of(&block);
            car::write_section(&mut sections, &cid, &block);
            let version = last.map_or(1, |(version, _)| version + 1);
            self.streams.insert(id.to_owned(), (version, cid));
        }
        Commit::read(&sections.into(), 0).expect("the blocks are a commit")
    }

    /// Goes on as if the order's last event were this one.
    pub(crate) fn pretend(&mut self, id: &str, version: u64, cid: EventCid) {
        self.streams.insert(id.to_owned(), (version, cid));
    }

    fn block(
        &self,
        id: &str,
        event_type: &str,
        (part, parts): (usize, usize),
        last: Option<(u64, EventCid)>,
    ) -> Vec<u8> {
        let text = |text: &str| Ipld::String(text.to_owned());
        let number = |number: u64| Ipld::Integer(number.into());
        let uuid = |number: u128| Ipld::Bytes(number.to_be_bytes().to_vec());
        let at = 1_772_323_200_000_000 + 1_000_000 * self.commits as u64;
        let data = BTreeMap::from([
            ("note".to_owned(), text("größer")),
            ("photo".to_owned(), Ipld::Bytes(vec![1, 2, 3])),
            ("link".to_owned(), Ipld::Link(EventCid::of(b"elsewhere").into())),
        ]);
        let entries = [
            ("at", number(at)),
            ("id", text(id)),
            ("data", Ipld::Map(data)),
            ("part", Ipld::List(vec![number(part as u64), number(parts as u64)])),
            ("prev", last.map_or(Ipld::Null, |(_, cid)| Ipld::Link(cid.into()))),
            ("type", text(event_type)),
            ("actor", text("tests")),
            ("event", uuid(self.commits << 32 | part as u128)),
            ("schema", number(1)),
            ("command", uuid(self.commits)),
            ("version", number(last.map_or(1, |(version, _)| version + 1))),
            ("aggregate", text("shop.order")),
            ("causation", uuid(self.commits)),
            ("correlation", uuid(self.commits)),
        ];
        let entries = entries.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
        serde_ipld_dagcbor::to_vec(&Ipld::Map(entries)).expect("the block has an encoding")
    }
}

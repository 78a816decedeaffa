//! The block of an `OrderPlaced`, encoded by hand and through serde: both give the bytes that the
//! framework gives.

use cid::Cid;
use serde::Serialize;
use serde_bytes::Bytes;

/// Everything that stands in the block.
pub struct Placed<'a> {
    pub at: i64,
    pub id: &'a str,
    pub items: &'a [String],
    pub price_cents: u64,
    pub prev: Option<[u8; 36]>,
    pub actor: &'a str,
    pub event: [u8; 16],
    pub command: [u8; 16],
    pub version: u64,
}

/// By hand: keys in canonical order, no intermediate values.
pub fn by_hand(placed: &Placed<'_>, to: &mut Vec<u8>) {
    to.push(0xae);
    text(to, "at");
    head(to, 0, placed.at as u64);
    text(to, "id");
    text(to, placed.id);
    text(to, "data");
    to.push(0xa2);
    text(to, "items");
    head(to, 4, placed.items.len() as u64);
    for item in placed.items {
        text(to, item);
    }
    text(to, "price_cents");
    head(to, 0, placed.price_cents);
    text(to, "part");
    to.extend_from_slice(&[0x82, 1, 1]);
    text(to, "prev");
    match placed.prev {
        None => to.push(0xf6),
        Some(cid) => {
            to.extend_from_slice(&[0xd8, 42, 0x58, 37, 0]);
            to.extend_from_slice(&cid);
        }
    }
    text(to, "type");
    text(to, "OrderPlaced");
    text(to, "actor");
    text(to, placed.actor);
    text(to, "event");
    bytes(to, &placed.event);
    text(to, "schema");
    to.push(1);
    text(to, "command");
    bytes(to, &placed.command);
    text(to, "version");
    head(to, 0, placed.version);
    text(to, "aggregate");
    text(to, "shop.order");
    text(to, "causation");
    bytes(to, &placed.command);
    text(to, "correlation");
    bytes(to, &placed.command);
}

fn text(to: &mut Vec<u8>, text: &str) {
    head(to, 3, text.len() as u64);
    to.extend_from_slice(text.as_bytes());
}

fn bytes(to: &mut Vec<u8>, bytes: &[u8]) {
    head(to, 2, bytes.len() as u64);
    to.extend_from_slice(bytes);
}

fn head(to: &mut Vec<u8>, major: u8, value: u64) {
    let major = major << 5;
    match value {
        0..24 => to.push(major | value as u8),
        24..0x100 => to.extend_from_slice(&[major | 24, value as u8]),
        0x100..0x1_0000 => {
            to.push(major | 25);
            to.extend_from_slice(&(value as u16).to_be_bytes());
        }
        0x1_0000..0x1_0000_0000 => {
            to.push(major | 26);
            to.extend_from_slice(&(value as u32).to_be_bytes());
        }
        _ => {
            to.push(major | 27);
            to.extend_from_slice(&value.to_be_bytes());
        }
    }
}

/// Through serde: the same map, which the library sorts while it writes.
#[derive(Serialize)]
pub struct Block<'a> {
    #[serde(rename = "type")]
    event_type: &'a str,
    schema: u32,
    aggregate: &'a str,
    id: &'a str,
    version: u64,
    part: (u32, u32),
    prev: Option<Cid>,
    event: &'a Bytes,
    command: &'a Bytes,
    causation: &'a Bytes,
    correlation: &'a Bytes,
    at: i64,
    actor: &'a str,
    data: Data<'a>,
}

#[derive(Serialize)]
struct Data<'a> {
    items: &'a [String],
    price_cents: u64,
}

impl<'a> From<&'a Placed<'a>> for Block<'a> {
    fn from(placed: &'a Placed<'a>) -> Self {
        let command = Bytes::new(&placed.command);
        Self {
            event_type: "OrderPlaced",
            schema: 1,
            aggregate: "shop.order",
            id: placed.id,
            version: placed.version,
            part: (1, 1),
            prev: placed.prev.map(|cid| Cid::try_from(&cid[..]).expect("a CID")),
            event: Bytes::new(&placed.event),
            command,
            causation: command,
            correlation: command,
            at: placed.at,
            actor: placed.actor,
            data: Data { items: placed.items, price_cents: placed.price_cents },
        }
    }
}

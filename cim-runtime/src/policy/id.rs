//! The ids of commands that policies send.

use uuid::Uuid;

use crate::cid::EventCid;

/// What the ids of policies' commands begin with: others may have made UUIDv8s of their own.
const MARK: &[u8; 3] = b"cim";

/// Why a policy sends commands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Origin {
    policy: &'static str,
    event: EventCid,
    /// The command that was refused, if this makes up for it.
    refused: Option<Uuid>,
}

/// What a command was sent for, and to whom, as a number that no two of them share.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Purpose([u8; 32]);

impl Origin {
    /// An event that `policy` takes.
    pub(super) fn event(policy: &'static str, event: EventCid) -> Self {
        Self { policy, event, refused: None }
    }

    /// A command that `policy` has sent because of an event, and that was refused.
    pub(super) fn refusal(policy: &'static str, event: EventCid, command_id: Uuid) -> Self {
        Self { policy, event, refused: Some(command_id) }
    }

    /// The purpose of sending a command of this name to an aggregate. Neither its place among the
    /// commands for the event counts, nor what it holds: a policy that takes an event again, with
    /// other settings or as another program, may answer with more or with fewer commands, and none of
    /// them may be taken for another one.
    pub(super) fn purpose(&self, aggregate: &str, id: &str, command: &str) -> Purpose {
        let event = self.event.to_bytes();
        let refused = self.refused.as_ref().map_or(&[][..], |id| id.as_bytes());
        let mut hasher = blake3::Hasher::new();
        for part in [
            self.policy.as_bytes(),
            &event[..],
            refused,
            aggregate.as_bytes(),
            id.as_bytes(),
            command.as_bytes(),
        ] {
            hasher.update(&(part.len() as u64).to_be_bytes());
            hasher.update(part);
        }
        Purpose(*hasher.finalize().as_bytes())
    }
}

impl Purpose {
    /// The id of the command that is sent for it as the `number`th one, from 0: the same each time.
    /// `depth` is how many policies have led to it one after the other, from 1.
    ///
    /// It is a UUIDv8 (RFC 9562, 5.8): [`MARK`], the depth, and what is left is from BLAKE3.
    pub(super) fn command_id(&self, number: u32, depth: u8) -> Uuid {
        let digest = blake3::keyed_hash(&self.0, &number.to_be_bytes());
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&digest.as_bytes()[..16]);
        bytes[..MARK.len()].copy_from_slice(MARK);
        bytes[MARK.len()] = depth;
        uuid::Builder::from_custom_bytes(bytes).into_uuid()
    }
}

/// How many policies have led to the command with this id, one after the other; 0 for one that no
/// policy has sent.
pub fn depth_of(command_id: Uuid) -> u8 {
    match command_id.as_bytes() {
        [b'c', b'i', b'm', depth, ..] if command_id.get_version_num() == 8 => *depth,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_follows_from_its_cause() {
        let (a, b) = (EventCid::of(b"a"), EventCid::of(b"b"));
        let id = |policy, event: &EventCid, to: [&str; 3], number| {
            let [aggregate, id, command] = to;
            Origin::event(policy, *event).purpose(aggregate, id, command).command_id(number, 3)
        };
        let to = ["shop.order", "7", "Pay"];
        let first = id("remind", &a, to, 0);
        assert_eq!(first, id("remind", &a, to, 0));
        for other in [
            id("remin", &a, to, 0),
            id("remind", &b, to, 0),
            id("remind", &a, to, 1),
            id("remind", &a, ["shop.order", "8", "Pay"], 0),
            id("remind", &a, ["shop.order", "7", "Remind"], 0),
            id("remind", &a, ["shop.order7", "", "Pay"], 0),
        ] {
            assert_ne!(first, other);
        }
        let again = Origin::refusal("remind", a, first).purpose(to[0], to[1], to[2]);
        assert_ne!(first, again.command_id(0, 3));
        assert_eq!((depth_of(first), first.get_version_num()), (3, 8));
        assert_eq!(depth_of(Uuid::now_v7()), 0);
        assert_eq!(depth_of(Uuid::new_v8([7; 16])), 0);
    }
}

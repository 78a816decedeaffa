//! The ids of commands that policies send.

use uuid::Uuid;

use crate::cid::EventCid;

/// What the ids of policies' commands begin with: others may have made UUIDv8s of their own.
const MARK: &[u8; 3] = b"cim";

/// The id of the command that `policy` sends because of an event, as number `index`: the same each
/// time. `depth` is how many policies have led to it one after the other, from 1.
///
/// It is a UUIDv8 (RFC 9562, 5.8): [`MARK`], the depth, and what is left is from BLAKE3.
pub(super) fn caused_id(policy: &str, event: &EventCid, index: u32, depth: u8) -> Uuid {
    let mut hasher = blake3::Hasher::new();
    hasher.update(policy.as_bytes());
    hasher.update(&[0]);
    hasher.update(&event.to_bytes());
    hasher.update(&index.to_be_bytes());
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
    bytes[..MARK.len()].copy_from_slice(MARK);
    bytes[MARK.len()] = depth;
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
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
        let id = caused_id("remind", &a, 0, 3);
        assert_eq!(id, caused_id("remind", &a, 0, 3));
        for other in [
            caused_id("remin", &a, 0, 3),
            caused_id("remind", &b, 0, 3),
            caused_id("remind", &a, 1, 3),
        ] {
            assert_ne!(id, other);
        }
        assert_eq!((depth_of(id), id.get_version_num()), (3, 8));
        assert_eq!(depth_of(Uuid::now_v7()), 0);
        assert_eq!(depth_of(Uuid::new_v8([7; 16])), 0);
    }
}

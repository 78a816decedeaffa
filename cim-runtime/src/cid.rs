//! The name of a block: the hash of its bytes.

use std::fmt;
use std::str::FromStr;

use cid::Cid;
use data_encoding::BASE32_NOPAD;
use multihash::Multihash;

/// DAG-CBOR's code in the [multicodec table](https://github.com/multiformats/multicodec).
const DAG_CBOR: u64 = 0x71;
/// BLAKE3's code in the same table.
const BLAKE3: u64 = 0x1e;
/// Before the text of a CID, in the [multibase table](https://github.com/multiformats/multibase): base
/// 32 of lower case, without padding.
const BASE32_LOWER: u8 = b'b';
/// The length of the text: five bits a character.
const TEXT: usize = 1 + (EventCid::LEN * 8).div_ceil(5);
/// CIDv1, DAG-CBOR, BLAKE3, 32 bytes: what stands before every digest.
const PREFIX: [u8; 4] = [1, DAG_CBOR as u8, BLAKE3 as u8, 32];

/// The CID of an event: version 1, DAG-CBOR, BLAKE3 with 32 bytes.
///
/// Shown and parsed as other IPLD tools do, in base 32:
///
/// ```
/// use cim_runtime::EventCid;
///
/// let cid = EventCid::of(b"an event's block");
/// assert!(cid.to_string().starts_with("bafyr4i"));
/// assert_eq!(cid.to_string().parse(), Ok(cid));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventCid([u8; 32]);

impl EventCid {
    /// The length of a CID in bytes.
    pub const LEN: usize = PREFIX.len() + 32;

    /// The CID of a block.
    #[inline]
    pub fn of(block: &[u8]) -> Self {
        Self(*blake3::hash(block).as_bytes())
    }

    /// The hash alone.
    pub fn digest(&self) -> &[u8; 32] {
        &self.0
    }

    /// The CID as it stands in links and CAR sections.
    #[inline]
    pub fn to_bytes(&self) -> [u8; Self::LEN] {
        let mut bytes = [0; Self::LEN];
        bytes[..PREFIX.len()].copy_from_slice(&PREFIX);
        bytes[PREFIX.len()..].copy_from_slice(&self.0);
        bytes
    }

    /// Reads [`EventCid::to_bytes`].
    ///
    /// # Errors
    ///
    /// When the bytes are no CID, or one of another version, codec or hash.
    #[inline]
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, InvalidCid> {
        match bytes.strip_prefix(&PREFIX).map(<[u8; 32]>::try_from) {
            Some(Ok(digest)) => Ok(Self(digest)),
            _ => Err(InvalidCid::of_bytes(bytes)),
        }
    }
}

/// Why something is not the CID of an event.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidCid {
    /// It is no CID at all.
    #[error("not a CID")]
    Malformed,
    /// It is a CID, but no event has such a one.
    #[error(
        "CID {0} is not one of an event: expected version 1, DAG-CBOR (0x71), BLAKE3 (0x1e) with 32 bytes"
    )]
    OtherKind(String),
}

impl InvalidCid {
    #[cold]
    fn of_bytes(bytes: &[u8]) -> Self {
        match Cid::try_from(bytes) {
            // The library passes over bytes behind a CID; here they are part of what was given.
            Ok(cid) if cid.to_bytes() == bytes => Self::OtherKind(cid.to_string()),
            _ => Self::Malformed,
        }
    }
}

impl TryFrom<&Cid> for EventCid {
    type Error = InvalidCid;

    fn try_from(cid: &Cid) -> Result<Self, InvalidCid> {
        Self::from_bytes(&cid.to_bytes())
    }
}

impl From<EventCid> for Cid {
    fn from(cid: EventCid) -> Self {
        let hash = Multihash::wrap(BLAKE3, &cid.0).expect("a digest of 32 bytes fits into 64");
        Cid::new_v1(DAG_CBOR, hash)
    }
}

impl FromStr for EventCid {
    type Err = InvalidCid;

    fn from_str(text: &str) -> Result<Self, InvalidCid> {
        let cid = Cid::from_str(text).map_err(|_| InvalidCid::Malformed)?;
        Self::try_from(&cid)
    }
}

impl fmt::Display for EventCid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // As the library does it, without an allocation: each commit's CID is a header.
        let mut text = [0; TEXT];
        text[0] = BASE32_LOWER;
        BASE32_NOPAD.encode_mut(&self.to_bytes(), &mut text[1..]);
        text.make_ascii_lowercase();
        f.pad(std::str::from_utf8(&text).map_err(|_| fmt::Error)?)
    }
}

impl fmt::Debug for EventCid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cid_survives_text_bytes_and_the_library() {
        let cid = EventCid::of(b"block");
        assert_eq!(cid.to_string().parse(), Ok(cid));
        assert_eq!(EventCid::from_bytes(&cid.to_bytes()), Ok(cid));
        assert_eq!(EventCid::try_from(&Cid::from(cid)), Ok(cid));
        assert_eq!(Cid::from(cid).to_bytes(), cid.to_bytes());
        assert_eq!(cid.to_string(), Cid::from(cid).to_string());
        assert_eq!(format!("{cid:>60}"), format!(" {cid}"));
        assert_eq!(cid.digest(), blake3::hash(b"block").as_bytes());
    }

    #[test]
    fn the_cid_of_another_kind_is_named() {
        let raw = "bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy";
        let error = EventCid::from_str(raw).unwrap_err();
        assert_eq!(error, InvalidCid::OtherKind(raw.to_owned()));
        let other_hash = Cid::new_v1(DAG_CBOR, Multihash::wrap(0x12, &[1; 32]).unwrap());
        assert!(matches!(EventCid::try_from(&other_hash), Err(InvalidCid::OtherKind(_))));
        let short = Cid::new_v1(DAG_CBOR, Multihash::wrap(BLAKE3, &[1; 16]).unwrap());
        assert!(matches!(EventCid::try_from(&short), Err(InvalidCid::OtherKind(_))));
    }

    #[test]
    fn what_is_no_cid_is_malformed() {
        let bytes = EventCid::of(b"block").to_bytes();
        assert_eq!(EventCid::from_bytes(&bytes[..35]), Err(InvalidCid::Malformed));
        assert_eq!(EventCid::from_bytes(&[&bytes[..], &[0]].concat()), Err(InvalidCid::Malformed));
        assert_eq!(EventCid::from_bytes(&[]), Err(InvalidCid::Malformed));
        assert_eq!("".parse::<EventCid>(), Err(InvalidCid::Malformed));
        assert_eq!("bafyNOT".parse::<EventCid>(), Err(InvalidCid::Malformed));
    }
}

//! CARv1: how blocks stand one behind the other in files and messages.
//!
//! A section is a length (unsigned LEB128), a CID and a block; the length counts both. A CAR file
//! is a header, itself preceded by its length, and sections.
//! Source: <https://ipld.io/specs/transport/car/carv1/>.

use bytes::Bytes;

use crate::cbor::{DecodeError, Decoder, Encoder};
use crate::cid::{EventCid, InvalidCid};

/// No section may be longer: 16 MiB.
pub const MAX_SECTION: usize = 16 << 20;

/// Why a section or a header could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CarError {
    /// The bytes end in the middle of a section.
    #[error("byte {at}: the file ends in the middle of a section")]
    Truncated {
        /// Where the section starts.
        at: u64,
    },
    /// A length is zero, above [`MAX_SECTION`], or not in its shortest form.
    #[error("byte {at}: a section announces an impossible length")]
    Length {
        /// Where the section starts.
        at: u64,
    },
    /// The section's CID is not that of an event.
    #[error("byte {at}: {source}")]
    Cid {
        /// Where the section starts.
        at: u64,
        /// What is wrong with it.
        source: InvalidCid,
    },
    /// The block is not the one its CID names.
    #[error("byte {at}: the block does not match its CID: expected {expected}, found {found}")]
    Hash {
        /// Where the section starts.
        at: u64,
        /// The CID that stands before the block.
        expected: EventCid,
        /// The CID of the block that stands there.
        found: EventCid,
    },
    /// The file's header is not that of a CARv1.
    #[error("not a CARv1 file: {0}")]
    Header(DecodeError),
}

/// A block with the CID that stands before it, not yet compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Section<'a> {
    /// What the block is said to be.
    pub cid: EventCid,
    /// The block.
    pub block: &'a [u8],
    /// How many bytes the whole section takes.
    pub len: usize,
}

impl<'a> Section<'a> {
    /// Reads the section at the start of `bytes`, which stand at `at` in their file.
    ///
    /// # Errors
    ///
    /// When the bytes end early, or no section of an event stands there.
    pub fn read(bytes: &'a [u8], at: u64) -> Result<Self, CarError> {
        let (body, head) = read_varint(bytes, at)?;
        let Some(section) = bytes.get(head..head + body) else {
            return Err(CarError::Truncated { at });
        };
        let Some((cid, block)) = section.split_at_checked(EventCid::LEN) else {
            return Err(CarError::Length { at });
        };
        let cid = EventCid::from_bytes(cid).map_err(|source| CarError::Cid { at, source })?;
        Ok(Self { cid, block, len: head + body })
    }

    /// Compares the block with its CID.
    ///
    /// # Errors
    ///
    /// When they differ; `at` is where the section stands.
    pub fn verify(&self, at: u64) -> Result<(), CarError> {
        let found = EventCid::of(self.block);
        if found == self.cid {
            return Ok(());
        }
        Err(CarError::Hash { at, expected: self.cid, found })
    }
}

/// Appends a section: `block` writes the block, whose CID is returned.
#[inline]
pub(crate) fn push_section(
    bytes: Vec<u8>,
    block: impl FnOnce(&mut Encoder),
) -> (EventCid, Result<Vec<u8>, crate::cbor::EncodeError>) {
    // Nearly every section is between 128 and 16,383 bytes long: two bytes of length.
    const ROOM: usize = 2;
    let start = bytes.len();
    let mut bytes = bytes;
    bytes.resize(start + ROOM + EventCid::LEN, 0);
    let mut to = Encoder::append_to(bytes);
    let block_start = to.len();
    block(&mut to);
    let mut bytes = match to.finish() {
        Ok(bytes) => bytes,
        Err(error) => return (EventCid::of(&[]), Err(error)),
    };
    let cid = EventCid::of(&bytes[block_start..]);
    bytes[start + ROOM..block_start].copy_from_slice(&cid.to_bytes());
    let mut varint = [0; 10];
    let varint = write_varint(bytes.len() - start - ROOM, &mut varint);
    if varint.len() == ROOM {
        bytes[start..start + ROOM].copy_from_slice(varint);
    } else {
        bytes.splice(start..start + ROOM, varint.iter().copied());
    }
    (cid, Ok(bytes))
}

/// Appends a section of a block that is there already.
pub fn write_section(bytes: &mut Vec<u8>, cid: &EventCid, block: &[u8]) {
    let mut varint = [0; 10];
    bytes.extend_from_slice(write_varint(EventCid::LEN + block.len(), &mut varint));
    bytes.extend_from_slice(&cid.to_bytes());
    bytes.extend_from_slice(block);
}

/// The header of a CARv1 file with these roots, with its length before it.
pub fn header(roots: &[EventCid]) -> Vec<u8> {
    let mut to = Encoder::default();
    to.map(2);
    to.text("roots");
    to.array(roots.len());
    for root in roots {
        to.link(root);
    }
    to.text("version");
    to.unsigned(1);
    let header = to.finish().expect("a header holds no floats");
    let mut varint = [0; 10];
    let mut bytes = write_varint(header.len(), &mut varint).to_vec();
    bytes.extend_from_slice(&header);
    bytes
}

/// Reads the header at the start of `bytes`, and returns the roots and the header's length.
///
/// # Errors
///
/// When the bytes are not the start of a CARv1 file. Roots that are CIDs of something else than
/// events are passed over.
pub fn read_header(bytes: &[u8]) -> Result<(Vec<EventCid>, usize), CarError> {
    let (len, head) = read_varint(bytes, 0)?;
    let Some(header) = bytes.get(head..head + len) else {
        return Err(CarError::Truncated { at: 0 });
    };
    let mut from = Decoder::new(header);
    let roots = read_roots(&mut from).map_err(CarError::Header)?;
    Ok((roots, head + len))
}

fn read_roots(from: &mut Decoder<'_>) -> Result<Vec<EventCid>, DecodeError> {
    from.map(2)?;
    from.key("roots")?;
    let mut roots = Vec::new();
    for _ in 0..from.any_array()? {
        let before = from.clone();
        match from.link() {
            Ok(cid) => roots.push(cid),
            Err(_) => {
                *from = before;
                from.skip()?;
            }
        }
    }
    from.key("version")?;
    let version = from.unsigned()?;
    if version != 1 {
        return Err(from.error(format!("this is a CAR of version {version}, expected 1")));
    }
    from.finish()?;
    Ok(roots)
}

/// The value and the length of the LEB128 number at the start of `bytes`.
fn read_varint(bytes: &[u8], at: u64) -> Result<(usize, usize), CarError> {
    let mut value = 0;
    // Four bytes hold 28 bits, well above the greatest length there may be.
    for (i, byte) in bytes.iter().take(4).enumerate() {
        value |= usize::from(byte & 0x7f) << (7 * i);
        if byte & 0x80 != 0 {
            continue;
        }
        let shortest = i == 0 || *byte != 0;
        if value == 0 || value > MAX_SECTION || !shortest {
            break;
        }
        return Ok((value, i + 1));
    }
    if bytes.len() < 4 && bytes.iter().all(|byte| byte & 0x80 != 0) {
        return Err(CarError::Truncated { at });
    }
    Err(CarError::Length { at })
}

fn write_varint(mut value: usize, room: &mut [u8; 10]) -> &[u8] {
    let mut len = 0;
    loop {
        let low = (value & 0x7f) as u8;
        value >>= 7;
        room[len] = if value == 0 { low } else { low | 0x80 };
        len += 1;
        if value == 0 {
            return &room[..len];
        }
    }
}

/// The sections of a run of bytes, one after the other, each compared with its CID.
#[derive(Debug, Clone)]
pub struct Sections {
    bytes: Bytes,
    at: usize,
}

impl Sections {
    /// Reads `bytes`, which hold sections and nothing else.
    pub fn new(bytes: Bytes) -> Self {
        Self { bytes, at: 0 }
    }
}

impl Iterator for Sections {
    type Item = Result<(EventCid, Bytes), CarError>;

    fn next(&mut self) -> Option<Self::Item> {
        let rest = self.bytes.get(self.at..).filter(|rest| !rest.is_empty())?;
        let at = self.at as u64;
        let section =
            Section::read(rest, at).and_then(|section| section.verify(at).map(|()| section));
        let section = match section {
            Ok(section) => section,
            Err(error) => {
                self.at = self.bytes.len();
                return Some(Err(error));
            }
        };
        self.at += section.len;
        Some(Ok((section.cid, self.bytes.slice_ref(section.block))))
    }
}

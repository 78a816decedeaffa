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
    let body = bytes.len() - start - ROOM;
    if body > MAX_SECTION {
        return (cid, Err(crate::cbor::EncodeError::TooLarge));
    }
    let mut varint = [0; 10];
    let varint = write_varint(body, &mut varint);
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
            Err(_) if before.at_link() => {
                *from = before;
                from.skip()?;
            }
            Err(error) => return Err(error),
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

#[cfg(test)]
mod tests {
    use super::*;

    fn section(block: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::new();
        write_section(&mut bytes, &EventCid::of(block), block);
        bytes
    }

    #[test]
    fn sections_of_every_length_of_length_come_back() {
        for len in [0, 1, 91, 92, 300, 16_347, 16_348, 100_000, 2_097_115, 2_097_116] {
            let block = vec![7; len];
            let bytes = section(&block);
            let read = Section::read(&bytes, 0).unwrap();
            assert_eq!((read.block, read.len), (&block[..], bytes.len()));
            assert_eq!(read.verify(0), Ok(()));
        }
    }

    #[test]
    fn a_pushed_section_is_the_written_one() {
        for len in [0, 80, 300, 16_345, 16_346, 100_000, 2_097_200] {
            let value = vec![7u8; len];
            let block = crate::cbor::to_vec(&value).unwrap();
            let (cid, bytes) = push_section(vec![1, 2, 3], |to| to.bytes(&value));
            assert_eq!(cid, EventCid::of(&block));
            assert_eq!(bytes.unwrap(), [&[1, 2, 3][..], &section(&block)].concat());
        }
    }

    #[test]
    fn a_block_too_large_to_be_read_is_not_written() {
        let (_, bytes) = push_section(Vec::new(), |to| to.bytes(&vec![0; MAX_SECTION]));
        assert_eq!(bytes, Err(crate::cbor::EncodeError::TooLarge));
    }

    #[test]
    fn every_cut_is_seen() {
        let bytes = section(&[7; 300]);
        for len in 0..bytes.len() {
            let error = Section::read(&bytes[..len], 9).unwrap_err();
            assert_eq!(error, CarError::Truncated { at: 9 }, "{len} bytes");
        }
    }

    #[test]
    fn impossible_lengths_are_refused() {
        let length = Err(CarError::Length { at: 9 });
        assert_eq!(Section::read(&[0, 0, 0, 0, 0], 9), length);
        // Not the shortest form, shorter than a CID, above the greatest section, and endless.
        assert_eq!(Section::read(&[0xa4, 0x80, 0], 9), length);
        assert_eq!(Section::read(&[5, 1, 2, 3, 4, 5], 9), length);
        assert_eq!(Section::read(&[0x81, 0x80, 0x80, 0x08], 9), length);
        assert_eq!(Section::read(&[0xff; 12], 9), length);
    }

    #[test]
    fn a_changed_block_names_both_cids() {
        let mut bytes = section(b"block");
        *bytes.last_mut().unwrap() = b'c';
        let error = Section::read(&bytes, 9).unwrap().verify(9).unwrap_err();
        let (expected, found) = (EventCid::of(b"block"), EventCid::of(b"blocc"));
        assert_eq!(error, CarError::Hash { at: 9, expected, found });
    }

    #[test]
    fn the_cid_of_another_codec_is_refused() {
        let mut bytes = section(b"block");
        bytes[2] = 0x55;
        let error = Section::read(&bytes, 9).unwrap_err();
        assert!(matches!(error, CarError::Cid { at: 9, source: InvalidCid::OtherKind(_) }));
    }

    #[test]
    fn a_header_comes_back() {
        for roots in [&[][..], &[EventCid::of(b"a")], &[EventCid::of(b"a"), EventCid::of(b"b")]] {
            let mut bytes = header(roots);
            let len = bytes.len();
            bytes.extend_from_slice(b"sections");
            assert_eq!(read_header(&bytes), Ok((roots.to_vec(), len)));
            for cut in 0..len {
                assert_eq!(read_header(&bytes[..cut]), Err(CarError::Truncated { at: 0 }));
            }
        }
    }

    #[test]
    fn a_header_is_that_of_version_1() {
        let with = |header: &[u8]| read_header(&[&[header.len() as u8][..], header].concat());
        assert_eq!(with(b"\xa2\x65roots\x80\x67version\x01").unwrap().0, []);
        assert!(with(b"\xa2\x65roots\x80\x67version\x02").is_err());
        assert!(with(b"\xa2\x65roots\x81\x01\x67version\x01").is_err());
        assert!(with(b"\xa1\x67version\x01").is_err());
        assert!(with(b"\xa2\x65roots\x80\x67version\x01\x00").is_err());
        assert!(read_header(b"# not a CAR, but a text\n").is_err());
    }

    #[test]
    fn roots_of_other_kinds_are_passed_over() {
        let event = EventCid::of(b"block");
        let raw = [&[0, 1, 0x55, 0x12, 32][..], &[7; 32]].concat();
        let mut to = Encoder::default();
        to.map(2);
        to.text("roots");
        to.array(2);
        let mut header = to.finish().unwrap();
        header.extend_from_slice(&[0xd8, 42, 0x58, raw.len() as u8]);
        header.extend_from_slice(&raw);
        let mut to = Encoder::append_to(header);
        to.link(&event);
        to.text("version");
        to.unsigned(1);
        let header = to.finish().unwrap();
        let bytes = [&[header.len() as u8][..], &header].concat();
        assert_eq!(read_header(&bytes).unwrap().0, [event]);
    }

    #[test]
    fn sections_are_walked_until_the_first_bad_one() {
        let blocks: [&[u8]; 3] = [b"a", b"b", b"c"];
        let good: Vec<u8> = blocks.iter().flat_map(|block| section(block)).collect();
        let walked: Result<Vec<_>, _> = Sections::new(good.clone().into()).collect();
        let walked: Vec<_> = walked.unwrap().into_iter().map(|(_, block)| block).collect();
        assert_eq!(walked, blocks);

        let mut bad = good;
        let second = section(b"a").len();
        bad[2 * second - 1] ^= 1;
        let walked: Vec<_> = Sections::new(bad.into()).collect();
        assert_eq!(walked.len(), 2);
        assert!(matches!(walked[1], Err(CarError::Hash { at, .. }) if at == second as u64));
    }

    proptest::proptest! {
        #[test]
        fn random_bytes_never_panic_a_reader(
            len in 0u8..120,
            rest in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..150),
            cid: bool,
        ) {
            // With the start of a CID behind the length, more of the reader is reached.
            let prefix = &EventCid::of(b"").to_bytes()[..if cid { 4 } else { 0 }];
            let bytes = [&[len][..], prefix, &rest].concat();
            let _ = Section::read(&bytes, u64::MAX / 2);
            let _ = read_header(&bytes);
            let _ = crate::Commit::read(&bytes.clone().into(), 0);
            Sections::new(bytes.into()).for_each(drop);
        }
    }
}

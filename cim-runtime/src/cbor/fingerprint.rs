//! Names and shapes as numbers.

/// FNV-1a, 64 bits: small enough to run in a const, and names and shapes are not adversaries.
#[derive(Clone, Copy)]
pub(crate) struct Fingerprint(u64);

impl Fingerprint {
    pub(crate) const START: Self = Self(0xcbf2_9ce4_8422_2325);

    /// Mixes a name in, and its end: or ("ab", "c") and ("a", "bc") were one.
    pub(crate) const fn name(mut self, name: &str) -> Self {
        let bytes = name.as_bytes();
        let mut i = 0;
        while i < bytes.len() {
            self = self.byte(bytes[i]);
            i += 1;
        }
        self.byte(0xff)
    }

    /// Mixes in what was mixed elsewhere.
    pub(crate) const fn mix(mut self, number: u64) -> Self {
        let bytes = number.to_be_bytes();
        let mut i = 0;
        while i < bytes.len() {
            self = self.byte(bytes[i]);
            i += 1;
        }
        self
    }

    pub(crate) const fn number(self) -> u64 {
        self.0
    }

    pub(super) const fn byte(self, byte: u8) -> Self {
        Self((self.0 ^ byte as u64).wrapping_mul(0x0000_0100_0000_01b3))
    }
}

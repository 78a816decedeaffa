//! Sentences that are put together when a program is compiled, for rustc to say.

/// No sentence is longer; names that would make it so are cut.
const LONGEST: usize = 1_000;

/// Text that grows where nothing can be allocated.
#[doc(hidden)]
#[derive(Debug, Clone, Copy)]
pub struct Sentence {
    text: [u8; LONGEST],
    len: usize,
}

impl Sentence {
    /// No words yet.
    pub const EMPTY: Self = Self { text: [0; LONGEST], len: 0 };

    /// The sentence with these words behind it.
    #[must_use]
    pub const fn push(mut self, words: &str) -> Self {
        let words = words.as_bytes();
        let mut i = 0;
        while i < words.len() && self.len < LONGEST {
            self.text[self.len] = words[i];
            self.len += 1;
            i += 1;
        }
        self
    }

    /// Whether it has no words.
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// All of it.
    pub const fn as_str(&self) -> &str {
        let text = self.text.split_at(self.len).0;
        match core::str::from_utf8(text) {
            Ok(text) => text,
            // It was cut in the middle of a character.
            Err(cut) => match core::str::from_utf8(text.split_at(cut.valid_up_to()).0) {
                Ok(text) => text,
                Err(_) => "",
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_follow_each_other() {
        const TOLD: Sentence = Sentence::EMPTY.push("one").push(" → ").push("two");
        assert_eq!(TOLD.as_str(), "one → two");
        assert!(Sentence::EMPTY.is_empty() && !TOLD.is_empty());
    }

    #[test]
    fn what_is_too_long_is_cut_between_characters() {
        let long = Sentence::EMPTY.push("x").push(&"é".repeat(LONGEST));
        assert_eq!(long.as_str().len(), LONGEST - 1);
    }
}

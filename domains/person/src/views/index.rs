//! The words by which people are found, in memory.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::folding::{folded, words};
use super::search::{Field, How};

/// The number of whom is searched for, in the order in which they came.
pub(super) type Number = u32;

/// Which words there are, and who has them.
///
/// A word that nobody has any more stays: it is likely to come back, and gone with the process.
#[derive(Default)]
pub(super) struct Index {
    by_text: FxHashMap<Arc<str>, u32>,
    /// The same in order, to find those that begin so.
    in_order: BTreeMap<Arc<str>, u32>,
    words: Vec<Word>,
    /// The words with these two letters side by side, to find those that are nearly the same.
    by_pair: FxHashMap<[char; 2], Vec<u32>>,
}

struct Word {
    text: Arc<str>,
    letters: usize,
    /// Who has it where, and how often.
    found: BTreeMap<(Number, Field), u32>,
}

/// What a search has found.
pub(super) struct Found {
    pub(super) number: Number,
    pub(super) score: u32,
    /// By which word, where, and how, for each of the words that were searched for.
    pub(super) by: Vec<(String, Field, How)>,
}

/// A word that fits one that is searched for.
struct Fit {
    word: u32,
    how: How,
    /// From 0 to 1000.
    quality: u32,
}

/// How somebody is found by one word in the best way; by nothing if the score is 0.
#[derive(Clone, Copy)]
struct Best {
    score: u32,
    fit: u32,
    field: Field,
}

/// So many words of a search count.
const MOST_WORDS: usize = 10;

/// What stands before the first and behind the last letter of a word.
const EDGE: char = '\0';

impl Index {
    pub(super) fn add(&mut self, number: Number, field: Field, text: &str) {
        for word in words(&folded(text)) {
            let word = self.enter(word);
            *self.words[word as usize].found.entry((number, field)).or_default() += 1;
        }
    }

    pub(super) fn remove(&mut self, number: Number, field: Field, text: &str) {
        for word in words(&folded(text)) {
            let Some(word) = self.by_text.get(word) else { continue };
            let found = &mut self.words[*word as usize].found;
            if let Some(times) = found.get_mut(&(number, field)) {
                *times -= 1;
                if *times == 0 {
                    found.remove(&(number, field));
                }
            }
        }
    }

    fn enter(&mut self, text: &str) -> u32 {
        if let Some(word) = self.by_text.get(text) {
            return *word;
        }
        let word = self.words.len() as u32;
        for pair in pairs(text) {
            self.by_pair.entry(pair).or_default().push(word);
        }
        let (text, letters) = (Arc::<str>::from(text), text.chars().count());
        self.by_text.insert(Arc::clone(&text), word);
        self.in_order.insert(Arc::clone(&text), word);
        self.words.push(Word { text, letters, found: BTreeMap::new() });
        word
    }

    /// Who has all words of the text, each in some way: the best first, and of two that are equal
    /// who came first.
    pub(super) fn search(&self, text: &str, people: usize, limit: usize) -> Vec<Found> {
        let wanted = folded(text);
        let fits: Vec<_> =
            wanted.split_whitespace().take(MOST_WORDS).map(|word| self.fits(word)).collect();
        if fits.is_empty() || limit == 0 {
            return Vec::new();
        }
        let best: Vec<_> = fits.iter().map(|fits| self.best(fits, people)).collect();
        let score = |number: usize| -> Option<u32> {
            let mut scores = best.iter().map(|best| best[number].score);
            scores.try_fold(0, |sum, score| (score > 0).then_some(sum + score))
        };
        let mut ranked: Vec<_> = (0..people)
            .filter_map(|number| Some((std::cmp::Reverse(score(number)?), number)))
            .collect();
        if limit < ranked.len() {
            ranked.select_nth_unstable(limit);
            ranked.truncate(limit);
        }
        ranked.sort_unstable();
        let found = ranked.into_iter().map(|(std::cmp::Reverse(score), number)| {
            let by = best.iter().zip(&fits).map(|(best, fits)| {
                let Best { fit, field, .. } = best[number];
                let Fit { word, how, .. } = fits[fit as usize];
                (self.words[word as usize].text.to_string(), field, how)
            });
            Found { number: number as Number, score, by: by.collect() }
        });
        found.collect()
    }

    /// By which of these words each is found best.
    fn best(&self, fits: &[Fit], people: usize) -> Vec<Best> {
        let mut best = vec![Best { score: 0, fit: 0, field: Field::Name }; people];
        for (place, fit) in fits.iter().enumerate() {
            for (number, field) in self.words[fit.word as usize].found.keys() {
                let found =
                    Best { score: fit.quality * field.weight(), fit: place as u32, field: *field };
                let before = &mut best[*number as usize];
                // Of two that fit equally well, the word that comes first by the alphabet.
                if found.score > before.score {
                    *before = found;
                }
            }
        }
        best
    }

    /// The words that begin like this one, and those that are nearly the same, in their order.
    fn fits(&self, wanted: &str) -> Vec<Fit> {
        let letters = wanted.chars().count();
        let from = (Bound::Included(wanted), Bound::Unbounded);
        let begin = self.in_order.range::<str, _>(from);
        let begin = begin.take_while(|(text, _)| text.starts_with(wanted)).map(|(_, word)| *word);
        let near = self.alike(wanted).into_iter();
        let near = near.filter(|word| !self.words[*word as usize].text.starts_with(wanted));
        let fit = |word| fit(wanted, letters, &self.words[word as usize].text, word);
        let mut fits: Vec<_> = begin.chain(near).filter_map(fit).collect();
        fits.sort_by(|a, b| self.text(a).cmp(self.text(b)));
        fits
    }

    fn text(&self, fit: &Fit) -> &str {
        &self.words[fit.word as usize].text
    }

    /// The words that may be the same but for as many mistakes as are overlooked, and some others.
    ///
    /// Of the pairs of letters side by side that are different, a mistake changes at most three: where
    /// two letters have changed places.
    fn alike(&self, wanted: &str) -> Vec<u32> {
        let letters = wanted.chars().count();
        let mistakes = overlooked(letters);
        if mistakes == 0 {
            return Vec::new();
        }
        let wanted = pairs(wanted);
        let least = wanted.len().saturating_sub(3 * mistakes).max(1) as u32;
        let mut shared = vec![0_u32; self.words.len()];
        for word in wanted.iter().filter_map(|pair| self.by_pair.get(pair)).flatten() {
            shared[*word as usize] += 1;
        }
        let words = (0..).zip(shared).filter(|(_, shared)| *shared >= least);
        let is_as_long =
            |word: &u32| self.words[*word as usize].letters.abs_diff(letters) <= mistakes;
        words.map(|(word, _)| word).filter(is_as_long).collect()
    }
}

/// How well a word fits the one that is wanted, if it does.
fn fit(wanted: &str, letters: usize, text: &str, word: u32) -> Option<Fit> {
    let (how, quality) = quality(wanted, letters, text)?;
    Some(Fit { word, how, quality })
}

/// How well a text of one word fits the one that is wanted, of so many letters.
pub(super) fn quality(wanted: &str, letters: usize, text: &str) -> Option<(How, u32)> {
    let length = text.chars().count();
    if text == wanted {
        return Some((How::Exactly, 1000));
    }
    if text.starts_with(wanted) {
        return Some((How::AtItsStart, 600 + (300 * letters / length) as u32));
    }
    let mistakes = strsim::osa_distance(wanted, text);
    let part = |letters: usize| (600 * (letters - mistakes) / letters) as u32;
    let fits = mistakes <= overlooked(letters);
    fits.then(|| (How::Nearly { mistakes: mistakes as u32 }, part(letters)))
}

/// How many mistakes are overlooked in a word of so many letters.
fn overlooked(letters: usize) -> usize {
    match letters {
        0..=3 => 0,
        4..=7 => 1,
        _ => 2,
    }
}

/// The different pairs of letters side by side in a word, with its edges.
fn pairs(word: &str) -> FxHashSet<[char; 2]> {
    let letters = || [EDGE].into_iter().chain(word.chars()).chain([EDGE]);
    letters().zip(letters().skip(1)).map(|(a, b)| [a, b]).collect()
}

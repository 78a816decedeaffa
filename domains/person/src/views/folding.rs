//! Texts as a search compares them.

use icu_casemap::CaseMapper;
use icu_normalizer::ComposingNormalizerBorrowed;
use icu_properties::props::{DefaultIgnorableCodePoint, GeneralCategory, GeneralCategoryGroup};
use icu_properties::{CodePointMapData, CodePointSetData};

/// The text in the form that Unicode calls `NFKC_Casefold`: capitals, widths, ligatures, and marks that are written
/// apart or not make no difference, nor do joiners and other letters that are not to be seen.
pub(super) fn folded(text: &str) -> String {
    if text.is_ascii() {
        // It comes to the same, much sooner.
        return text.to_ascii_lowercase();
    }
    let form = ComposingNormalizerBorrowed::new_nfkc();
    let seen = CodePointSetData::new::<DefaultIgnorableCodePoint>();
    let plain = form.normalize(text);
    let small = CaseMapper::new().fold_string(&plain);
    let small: String = small.chars().filter(|letter| !seen.contains(*letter)).collect();
    form.normalize(&small).into_owned()
}

/// The words of a text that is folded: what stands between blanks, and if there are dots, dashes
/// and the like within, what stands between those, too.
///
/// So `c++` and `ada@example.org` are words, and so is `example`.
pub(super) fn words(folded: &str) -> impl Iterator<Item = &str> {
    let categories = CodePointMapData::<GeneralCategory>::new();
    let breaks = move |letter| GeneralCategoryGroup::Punctuation.contains(categories.get(letter));
    folded.split_whitespace().flat_map(move |word| {
        let parts = word.split(breaks).filter(move |part| !part.is_empty() && *part != word);
        [word].into_iter().chain(parts)
    })
}

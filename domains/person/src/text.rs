//! What a text about a person may be.

/// Whether the text can be shown on a line: it holds something to be seen, at most `most`
/// characters, and nothing that a terminal or a page would take for an order.
///
/// Joiners (U+200C, U+200D) stay: Persian, Hindi and others cannot be written without them. Controls
/// and marks that turn the direction of what follows do not: a name could show as another.
pub(crate) fn is_plain(text: &str, most: usize) -> bool {
    let turns = |letter| matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let breaks = |letter: char| letter.is_control() || matches!(letter, '\u{2028}' | '\u{2029}');
    text.chars().any(is_seen)
        && text.chars().count() <= most
        && !text.chars().any(|letter| breaks(letter) || turns(letter))
}

/// Whether the letter leaves something to be seen.
fn is_seen(letter: char) -> bool {
    !letter.is_whitespace() && !matches!(letter, '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}')
}

/// How long a line may be: a title, a reason, a comment.
pub(crate) const LINE: usize = 200;

/// How long a text of several lines may be, such as what somebody tells of themselves.
pub(crate) const PARAGRAPH: usize = 4000;

/// Whether each of these is a line.
pub(crate) fn are_lines<'a>(texts: impl IntoIterator<Item = &'a String>) -> bool {
    texts.into_iter().all(|text| is_plain(text, LINE))
}

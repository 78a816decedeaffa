//! Names: the nearest to a misspelt one, and their form in subjects and in prose.

use quote::ToTokens;
use syn::ext::IdentExt as _;

/// The identifier without `r#`: the name that is stored and shown.
pub(crate) fn plain(ident: &syn::Ident) -> String {
    ident.unraw().to_string()
}

/// A path or a type, as it is shown: without the blanks that tokens have between them.
pub(crate) fn shown(tokens: &dyn ToTokens) -> String {
    let text = tokens.to_token_stream().to_string();
    let text = text.replace(" :: ", "::").replace(" < ", "<").replace(" >", ">");
    let text = text.replace(":: ", "::").replace(" ,", ",").replace("& ", "&").replace("< ", "<");
    text.replace(" ;", ";").replace(" (", "(").replace("-(", "- (")
}

/// `OrderLine` as `order_line`.
pub(crate) fn snake_case(name: &str) -> String {
    let mut snake = String::with_capacity(name.len() + 4);
    let mut previous_is_lower = false;
    for letter in name.chars() {
        if letter.is_uppercase() && previous_is_lower {
            snake.push('_');
        }
        previous_is_lower = letter.is_lowercase() || letter.is_numeric();
        snake.extend(letter.to_lowercase());
    }
    snake
}

/// `Order` and `Line` of `OrderLine`.
pub(crate) fn words(name: &str) -> Vec<&str> {
    let starts = name.char_indices().filter(|(_, letter)| letter.is_uppercase());
    let starts: Vec<usize> = starts.map(|(at, _)| at).collect();
    let ends = starts.iter().skip(1).copied().chain([name.len()]);
    starts.iter().zip(ends).map(|(&start, end)| &name[start..end]).collect()
}

/// `take_back` as `TakeBack`.
pub(crate) fn camel_case(name: &str) -> String {
    let mut camel = String::with_capacity(name.len());
    for word in name.split('_') {
        let mut letters = word.chars();
        camel.extend(letters.next().into_iter().flat_map(char::to_uppercase));
        camel.push_str(letters.as_str());
    }
    camel
}

/// A name as a number, which a type can carry (FNV-1a).
pub(crate) fn fingerprint(name: &str) -> u64 {
    name.bytes().fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

/// Whether a name can be a token of a subject without being escaped.
pub(crate) fn is_subject_token(name: &str) -> bool {
    let plain =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_-".contains(&byte);
    !name.is_empty() && name.len() <= 40 && name.bytes().all(plain)
}

/// `a`, `b`, and `c`.
pub(crate) fn list<I>(names: I, joint: &str) -> String
where
    I: IntoIterator,
    I::Item: std::fmt::Display,
{
    let names: Vec<String> = names.into_iter().map(|name| format!("`{name}`")).collect();
    match names.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        [one, two] => format!("{one} {joint} {two}"),
        [first @ .., last] => format!("{}, {joint} {last}", first.join(", ")),
    }
}

/// The candidate that was probably meant, if one is near enough.
pub(crate) fn nearest<'a>(
    name: &str,
    candidates: impl IntoIterator<Item = &'a String>,
) -> Option<&'a str> {
    let limit = name.chars().count() / 3 + 1;
    candidates
        .into_iter()
        .map(|candidate| (distance(name, candidate), candidate.as_str()))
        .filter(|(distance, _)| *distance <= limit)
        .min()
        .map(|(_, candidate)| candidate)
}

/// How many letters must be changed, added, dropped, or swapped with their neighbour
/// (Damerau's distance, restricted).
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) =
        (a.to_lowercase().chars().collect(), b.to_lowercase().chars().collect());
    let mut rows = vec![vec![0; b.len() + 1]; a.len() + 1];
    for (i, row) in rows.iter_mut().enumerate() {
        row[0] = i;
    }
    for (j, cell) in rows[0].iter_mut().enumerate() {
        *cell = j;
    }
    for i in 1..=a.len() {
        for j in 1..=b.len() {
            let changed = usize::from(a[i - 1] != b[j - 1]);
            let mut best =
                (rows[i - 1][j - 1] + changed).min(rows[i - 1][j] + 1).min(rows[i][j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            rows[i][j] = best;
        }
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_swapped_pair_is_near() {
        let states = ["Draft", "Placed", "Paid"].map(String::from);
        assert_eq!(nearest("Plcaed", &states), Some("Placed"));
        assert_eq!(nearest("placed", &states), Some("Placed"));
        assert_eq!(nearest("Confirmed", &states), None);
    }

    #[test]
    fn types_become_snake_case() {
        assert_eq!(snake_case("Order"), "order");
        assert_eq!(snake_case("OrderLine2"), "order_line2");
        assert_eq!(snake_case("HTTPRoute"), "httproute");
    }

    #[test]
    fn types_have_words() {
        assert_eq!(words("PlaceOrder"), ["Place", "Order"]);
        assert_eq!(words("Ärger2Über"), ["Ärger2", "Über"]);
        assert_eq!(words("order"), [""; 0]);
    }

    #[test]
    fn functions_become_camel_case() {
        assert_eq!(camel_case("take_back"), "TakeBack");
        assert_eq!(camel_case("lend"), "Lend");
    }

    #[test]
    fn lists_read_as_english() {
        assert_eq!(list(["a"], "or"), "`a`");
        assert_eq!(list(["a", "b"], "or"), "`a` or `b`");
        assert_eq!(list(["a", "b", "c"], "and"), "`a`, `b`, and `c`");
    }
}

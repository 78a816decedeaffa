//! Which name was probably meant by one that there is not.

/// The nearest name; all of them, if none is near.
pub(crate) fn meant<'a>(
    name: &str,
    known: impl IntoIterator<Item = &'a str>,
    show: impl Fn(&str) -> String,
) -> String {
    let limit = name.chars().count() / 3 + 1;
    let known: Vec<&str> = known.into_iter().collect();
    let distance = |known: &&&str| strsim::damerau_levenshtein(name, known);
    match known.iter().min_by_key(distance).filter(|near| distance(near) <= limit) {
        Some(near) => format!("did you mean {}?", show(near)),
        None => {
            let known: Vec<String> = known.iter().map(|known| show(known)).collect();
            format!("there are {}", known.join(", "))
        }
    }
}

//! A line of a card: `group.NAME;PARAMETER=value:value`, unfolded.

use super::error::Flaw;

/// A property.
#[derive(Debug, PartialEq)]
pub(super) struct Property {
    /// In capitals.
    pub(super) name: String,
    pub(super) group: Option<String>,
    parameters: Vec<(String, Vec<String>)>,
    /// As it stands, with its escapes.
    pub(super) value: String,
}

impl Property {
    pub(super) fn parse(line: &str) -> Result<Self, Flaw> {
        let no_property = || Flaw::NoProperty(line.chars().take(60).collect());
        let (head, value) = split_value(line).ok_or_else(no_property)?;
        let mut parts = split_outside_quotes(head, ';').into_iter();
        let name = parts.next().unwrap_or_default();
        let (group, name) = match name.split_once('.') {
            Some((group, name)) => (Some(group), name),
            None => (None, name),
        };
        if !is_name(name) || !group.is_none_or(is_name) {
            return Err(no_property());
        }
        let parameter = |part: &str| {
            let (name, values) = part.split_once('=').filter(|(name, _)| is_name(name))?;
            let values = split_outside_quotes(values, ',');
            Some((name.to_uppercase(), values.into_iter().map(parameter_value).collect()))
        };
        let parameters = parts.map(parameter).collect::<Option<_>>().ok_or_else(no_property)?;
        Ok(Self {
            name: name.to_uppercase(),
            group: group.map(str::to_lowercase),
            parameters,
            value: value.to_owned(),
        })
    }

    /// The values of a parameter; one that stands several times has all of them.
    pub(super) fn all<'a>(&'a self, parameter: &'a str) -> impl Iterator<Item = &'a str> {
        let named = self.parameters.iter().filter(move |(name, _)| name == parameter);
        named.flat_map(|(_, values)| values.iter().map(String::as_str))
    }

    pub(super) fn first<'a>(&'a self, parameter: &'a str) -> Option<&'a str> {
        self.all(parameter).next()
    }

    /// Whether a parameter says `yes`.
    pub(super) fn says_yes(&self, parameter: &str) -> bool {
        self.first(parameter).is_some_and(|value| value.eq_ignore_ascii_case("yes"))
    }

    /// Whether one of its types is this.
    pub(super) fn is_of_type(&self, word: &str) -> bool {
        self.all("TYPE").any(|given| given.split(',').any(|one| one.eq_ignore_ascii_case(word)))
    }

    /// The value as a text.
    pub(super) fn text(&self) -> String {
        unescaped(&self.value)
    }

    /// The parts of a value that has some, such as those of a name.
    pub(super) fn parts(&self) -> Vec<&str> {
        split_unescaped(&self.value, ';')
    }
}

/// The text without its escapes.
pub(super) fn unescaped(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    let mut letters = value.chars();
    while let Some(letter) = letters.next() {
        match (letter, letter == '\\') {
            (_, true) => match letters.next() {
                Some('n' | 'N') => text.push('\n'),
                Some(escaped @ (',' | ';' | ':' | '\\')) => text.push(escaped),
                // Nothing that the standard knows: it stays as it is.
                Some(other) => text.extend(['\\', other]),
                None => text.push('\\'),
            },
            (letter, false) => text.push(letter),
        }
    }
    text
}

/// The text with escapes: also of what only means something in values with parts.
pub(super) fn escaped(text: &str) -> String {
    let mut value = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\n' => value.push_str("\\n"),
            ',' | ';' | '\\' => value.extend(['\\', letter]),
            letter => value.push(letter),
        }
    }
    value
}

/// Splits where the separator has no backslash before it.
pub(super) fn split_unescaped(value: &str, separator: char) -> Vec<&str> {
    let (mut parts, mut from, mut is_escaped) = (Vec::new(), 0, false);
    for (at, letter) in value.char_indices() {
        if letter == separator && !is_escaped {
            parts.push(&value[from..at]);
            from = at + letter.len_utf8();
        }
        is_escaped = letter == '\\' && !is_escaped;
    }
    parts.push(&value[from..]);
    parts
}

/// Name and parameters, and the value: the first colon outside of quotes stands between.
fn split_value(line: &str) -> Option<(&str, &str)> {
    let mut is_quoted = false;
    let at = line.find(|letter| {
        is_quoted ^= letter == '"';
        letter == ':' && !is_quoted
    })?;
    Some((&line[..at], &line[at + 1..]))
}

fn split_outside_quotes(text: &str, separator: char) -> Vec<&str> {
    let mut is_quoted = false;
    let parts = text.split(|letter| {
        is_quoted ^= letter == '"';
        letter == separator && !is_quoted
    });
    parts.collect()
}

/// Without quotes, and with what RFC 6868 writes as `^n`, `^'` and `^^`.
fn parameter_value(value: &str) -> String {
    let value = value.strip_prefix('"').and_then(|value| value.strip_suffix('"')).unwrap_or(value);
    let mut text = String::with_capacity(value.len());
    let mut letters = value.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '^' => match letters.next() {
                Some('n') => text.push('\n'),
                Some('\'') => text.push('"'),
                Some('^') => text.push('^'),
                Some(other) => text.extend(['^', other]),
                None => text.push('^'),
            },
            letter => text.push(letter),
        }
    }
    text
}

/// A parameter's value as it is written.
pub(super) fn parameter(text: &str) -> String {
    let value = text.replace('^', "^^").replace('\n', "^n").replace('"', "^'");
    match value.contains([':', ';', ',']) {
        true => format!("\"{value}\""),
        false => value,
    }
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|letter| letter.is_ascii_alphanumeric() || letter == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Property {
        Property::parse(line).unwrap()
    }

    #[test]
    fn a_line_has_a_group_a_name_parameters_and_a_value() {
        let line = parsed("Work.email;TYPE=work,\"a;b:c\";pref=1:ada@example.org");
        assert_eq!((&*line.name, line.group.as_deref()), ("EMAIL", Some("work")));
        assert_eq!(line.all("TYPE").collect::<Vec<_>>(), ["work", "a;b:c"]);
        assert_eq!((line.first("PREF"), &*line.value), (Some("1"), "ada@example.org"));
    }

    #[test]
    fn what_is_escaped_comes_back() {
        for text in ["a,b;c\\d\ne", "\\", "", "\\n", "a:b", "名;字"] {
            assert_eq!(unescaped(&escaped(text)), text);
            assert_eq!(split_unescaped(&escaped(text), ';').len(), 1, "{text}");
        }
        for text in ["a,b;c:d", "^", "say \"^n\"\n", "plain"] {
            let line = parsed(&format!("A;X={}:", parameter(text)));
            assert_eq!(line.first("X"), Some(text));
        }
    }

    #[test]
    fn what_is_no_property_is_refused() {
        for line in ["", "hello", ":x", "A B:x", "A;B:x", ".A:x", "A;=b:x", "NAME;TYPE=\"a:b"] {
            assert!(matches!(Property::parse(line), Err(Flaw::NoProperty(_))), "{line}");
        }
    }
}

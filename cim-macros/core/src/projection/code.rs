//! A fingerprint of what makes the rows: with another one, they have to be made anew.
//!
//! It is of the tokens, so that no comment and no formatting counts as a change: of neither do rows
//! depend.

use std::fmt::Write as _;

use proc_macro2::{Delimiter, Group, Spacing, TokenStream, TokenTree};

use crate::names;

/// The fingerprint of methods, in whatever order they stand, in this version.
pub(super) fn fingerprint(methods: impl IntoIterator<Item = TokenStream>, version: u32) -> u64 {
    let methods = methods.into_iter().map(|method| {
        let mut text = String::new();
        write(method, &mut text);
        names::fingerprint(&text)
    });
    let mut methods: Vec<_> = methods.collect();
    methods.sort_unstable();
    names::fingerprint(&format!("{version} {methods:x?}"))
}

/// Writes each token with its length, so that none runs into the next.
fn write(tokens: TokenStream, text: &mut String) {
    let trees: Vec<_> = tokens.into_iter().collect();
    let mut rest = trees.as_slice();
    let mut before = None;
    while let [tree, behind @ ..] = rest {
        rest = behind;
        match tree {
            TokenTree::Punct(hash) if hash.as_char() == '#' && document(behind).is_some() => {
                rest = document(behind).unwrap_or(behind);
                continue;
            }
            TokenTree::Group(group) => {
                let (open, close) = match group.delimiter() {
                    Delimiter::Parenthesis => ('(', ')'),
                    Delimiter::Brace => ('{', '}'),
                    Delimiter::Bracket => ('[', ']'),
                    Delimiter::None => ('<', '>'),
                };
                text.push(open);
                write(without_last_comma(group, before), text);
                text.push(close);
            }
            TokenTree::Punct(punct) => {
                // Two signs that mean something else apart, and are no mistake then: `a && b`.
                let joint = punct.spacing() == Spacing::Joint
                    && "&|".contains(punct.as_char())
                    && matches!(behind, [TokenTree::Punct(next), ..] if next.as_char() == punct.as_char());
                let _ = write!(text, "{}{}", punct.as_char(), if joint { "+" } else { " " });
            }
            TokenTree::Ident(_) | TokenTree::Literal(_) => {
                let word = tree.to_string();
                let _ = write!(text, "{}:{word}", word.len());
            }
        }
        before = Some(tree);
    }
}

/// What follows a comment that is documentation, `#[doc = "…"]` or `#![doc = "…"]`, behind its `#`.
fn document(behind: &[TokenTree]) -> Option<&[TokenTree]> {
    let (group, rest) = match behind {
        [TokenTree::Group(group), rest @ ..] => (group, rest),
        [TokenTree::Punct(inner), TokenTree::Group(group), rest @ ..] if inner.as_char() == '!' => {
            (group, rest)
        }
        _ => return None,
    };
    let first = group.stream().into_iter().next();
    let is_document = group.delimiter() == Delimiter::Bracket
        && matches!(first, Some(TokenTree::Ident(word)) if word == "doc");
    is_document.then_some(rest)
}

/// What stands in a group, without the last comma, which formatting adds where it breaks lines; with
/// it where it makes a tuple of one.
fn without_last_comma(group: &Group, before: Option<&TokenTree>) -> TokenStream {
    const WORDS: [&str; 8] = ["return", "break", "in", "match", "if", "while", "else", "move"];
    let is_comma =
        |tree: &TokenTree| matches!(tree, TokenTree::Punct(punct) if punct.as_char() == ',');
    let mut trees: Vec<_> = group.stream().into_iter().collect();
    let commas = trees.iter().filter(|tree| is_comma(tree)).count();
    let is_called = match before {
        Some(TokenTree::Ident(word)) => !WORDS.iter().any(|keyword| word == keyword),
        Some(TokenTree::Punct(punct)) => punct.as_char() == '>',
        Some(TokenTree::Group(_)) => true,
        _ => false,
    };
    let is_tuple = group.delimiter() == Delimiter::Parenthesis && commas == 1 && !is_called;
    if trees.last().is_some_and(is_comma) && !is_tuple {
        trees.pop();
    }
    trees.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(methods: &[&str]) -> u64 {
        fingerprint(methods.iter().map(|method| method.parse().unwrap()), 1)
    }

    const METHOD: &str = "fn placed(&mut self, event: &Recorded<OrderPlaced>) {
        self.orders.insert(&event.id(), Row { cents: 1, open: a && b });
    }";

    #[test]
    fn comments_and_formatting_are_no_change() {
        let formatted = "/// What it does.
            #[doc = \"and more\"]
            fn placed(
                & mut self,
                event: & Recorded < OrderPlaced >,
            )
            {
                //! Inside.
                self . orders.insert( // A comment.
                    &event.id(),
                    Row{cents:1,open:a&&b,},
                ) ;
            }";
        assert_eq!(of(&[METHOD]), of(&[formatted]));
    }

    #[test]
    fn a_line_that_is_broken_is_no_change() {
        for (one, broken) in [
            ("f(a)", "f(\n    a,\n)"),
            ("f::<T>(a)", "f::<T>(\n    a,\n)"),
            ("(a, b)", "(\n    a,\n    b,\n)"),
            ("vec![a]", "vec![\n    a,\n]"),
            ("x = -1", "x =-1"),
            ("let x: Vec<Vec<u8>> = y", "let x: Vec<Vec<u8> >=y"),
        ] {
            assert_eq!(of(&[one]), of(&[broken]), "{one}");
        }
    }

    #[test]
    fn every_token_counts() {
        let mut seen = vec![of(&[METHOD])];
        let words = ["placed", "OrderPlaced", "insert", "id()", "1", "cents", "&&", ";"];
        for (word, other) in words.iter().zip(["p", "P", "remove", "(id)", "2", "c", "& &", ""]) {
            assert!(METHOD.contains(word));
            seen.push(of(&[&METHOD.replacen(word, other, 1)]));
        }
        seen.push(of(&[&format!("#[inline] {METHOD}")]));
        seen.push(of(&[METHOD, METHOD]));
        seen.push(of(&[]));
        seen.push(fingerprint([METHOD.parse().unwrap()], 2));
        for (index, one) in seen.iter().enumerate() {
            assert!(!seen[..index].contains(one), "the change {index} counts for nothing");
        }
    }

    #[test]
    fn what_means_something_else_is_a_change() {
        for (one, other) in [
            ("(a,)", "(a)"),
            ("return (a,)", "return (a)"),
            ("x && y", "x & &y"),
            ("x || y", "x | |y| z"),
            ("ab c", "a bc"),
            ("\"a b\"", "\"a  b\""),
            ("{ a } b", "{ a b }"),
        ] {
            assert_ne!(of(&[one]), of(&[other]), "{one}");
        }
    }

    #[test]
    fn methods_may_change_places() {
        assert_eq!(of(&["fn a() {}", "fn b() {}"]), of(&["fn b() {}", "fn a() {}"]));
    }
}

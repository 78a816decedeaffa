//! Clocks, chance and the world in the bodies of methods that must not look at them.
//!
//! A hint for whoever reaches for what lies at hand, and no more: a function of one's own hides
//! everything. That the same command comes to the same events, the test kit sees for itself. So only
//! paths of two names or more are looked at, which nobody writes by accident.

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens as _;

use crate::diagnostics::{Diagnostic, Diagnostics};

/// What a path leads to.
#[derive(Clone, Copy)]
pub(crate) enum Source {
    Clock,
    Id,
    Chance,
    World,
}

/// Reports what a method takes from outside, by `mistake`, and then leaves out its body: what the
/// crate of a clock lacks would be a second error.
pub(crate) fn check(
    attrs: &mut Vec<syn::Attribute>,
    block: &mut syn::Block,
    mistake: impl Fn(&[syn::Ident], Source) -> Diagnostic,
    diagnostics: &mut Diagnostics,
) {
    let mut paths = Vec::new();
    collect(block.to_token_stream(), &mut paths);
    let mut found = false;
    for path in paths {
        let names: Vec<String> = path.iter().map(ToString::to_string).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        if let Some(source) = source(&names) {
            diagnostics.push(mistake(&path, source));
            found = true;
        }
    }
    if found {
        attrs.push(syn::parse_quote!(#[allow(unused_variables)]));
        *block = syn::parse_quote!({ ::core::unreachable!("did not compile") });
    }
}

fn source(path: &[&str]) -> Option<Source> {
    const CLOCKS: [&str; 7] =
        ["Utc", "Local", "OffsetDateTime", "SystemTime", "Instant", "Timestamp", "Zoned"];
    const IDS: [&str; 8] =
        ["new_v1", "new_v4", "new_v6", "new_v7", "now_v1", "now_v6", "now_v7", "new_v8"];
    match path {
        [.., clock, "now" | "now_utc" | "now_local"] if CLOCKS.contains(clock) => {
            Some(Source::Clock)
        }
        [.., "Uuid", id] if IDS.contains(id) => Some(Source::Id),
        ["rand" | "fastrand" | "getrandom", _, ..] => Some(Source::Chance),
        ["std", "env" | "fs" | "net" | "thread", ..] => Some(Source::World),
        _ => None,
    }
}

/// The paths of two names or more, also in the arguments of macros.
fn collect(tokens: TokenStream, paths: &mut Vec<Vec<syn::Ident>>) {
    let mut path: Vec<syn::Ident> = Vec::new();
    // How many colons stand behind the last name.
    let mut colons = 0;
    let end = |path: &mut Vec<syn::Ident>, paths: &mut Vec<Vec<syn::Ident>>| {
        let path = std::mem::take(path);
        if path.len() > 1 {
            paths.push(path);
        }
    };
    for tree in tokens {
        match tree {
            TokenTree::Ident(name) => {
                if colons != 2 {
                    end(&mut path, paths);
                }
                path.push(name);
                colons = 0;
            }
            TokenTree::Punct(punct) if punct.as_char() == ':' => colons += 1,
            other => {
                end(&mut path, paths);
                colons = 0;
                if let TokenTree::Group(group) = other {
                    collect(group.stream(), paths);
                }
            }
        }
    }
    end(&mut path, paths);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(body: &str) -> usize {
        let mut paths = Vec::new();
        collect(body.parse().unwrap(), &mut paths);
        let is_source = |path: &&Vec<syn::Ident>| {
            let names: Vec<String> = path.iter().map(ToString::to_string).collect();
            source(&names.iter().map(String::as_str).collect::<Vec<_>>()).is_some()
        };
        paths.iter().filter(is_source).count()
    }

    #[test]
    fn clocks_and_chance_are_seen_wherever_they_stand() {
        assert_eq!(found("let now = chrono::Utc::now();"), 1);
        assert_eq!(found("vec![std::time::Instant::now(), SystemTime::now()]"), 2);
        assert_eq!(found("ids.map(|_| Uuid::new_v4()).or_else(uuid::Uuid::now_v7)"), 2);
        assert_eq!(found("if rand::random() { ::fastrand::u8(..) } else { std::env::var(x) }"), 3);
    }

    #[test]
    fn what_only_sounds_like_them_is_left_alone() {
        assert_eq!(found("Instant::at(cmd.at); cx.now(); self.rand; now(); Slot::now()"), 0);
        assert_eq!(found("Uuid::nil(); crate::rand::pick(); std::mem::take(x); a ? rand : fs"), 0);
        assert_eq!(found("let x: Timestamp = now; Timestamp::UNIX_EPOCH; env::NAME"), 0);
    }
}

//! What stands beside a machine in its own file, and would clash with what the machine becomes.
//!
//! A macro sees its own item alone, and rustc tells of a second `OrderState` in as many errors as
//! there are uses of it. So the file is looked at, but decides nothing: what is found here would not
//! compile either, and where nothing is found (an editor's server has no files, a second machine
//! stands elsewhere) rustc tells it.

use std::path::Path;

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::{ToTokens, format_ident};

use super::expand::GENERATED;
use crate::fields::is_cfg;
use crate::names;

/// What a machine clashes with.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Beside {
    /// The names in the machine of the same type that stands before this one, if there is one.
    pub(super) first: Option<Vec<String>>,
    /// The names of enums to come that others have, and what these are.
    pub(super) taken: Vec<(syn::Ident, &'static str)>,
}

impl Beside {
    /// Looks around in the file of the machine that is compiled.
    pub(super) fn of(owner: &syn::Ident, args: &TokenStream, item: &TokenStream) -> Self {
        let file = Span::call_site().local_file();
        let text = file.and_then(|file| std::fs::read_to_string(Path::new(&file)).ok());
        text.map(|text| Self::in_text(&text, owner, args, item)).unwrap_or_default()
    }

    /// The same of a file with this text.
    pub(super) fn in_text(
        text: &str,
        owner: &syn::Ident,
        args: &TokenStream,
        item: &TokenStream,
    ) -> Self {
        let names = GENERATED.map(|kind| format_ident!("{owner}{kind}"));
        // To read a file takes longer than to see that there is no need to.
        if !may_clash(text, owner, &names) {
            return Self::default();
        }
        let Ok(file) = syn::parse_file(text) else { return Self::default() };
        let this = [words(args), words(item)];
        let mut search = Search { owner, this, names, found: Self::default() };
        search.list(&file.items.iter().collect::<Vec<_>>());
        search.found
    }
}

/// Whether there may be a second machine, or a name that is taken, as far as words tell.
fn may_clash(text: &str, owner: &syn::Ident, names: &[syn::Ident; 3]) -> bool {
    let mut impls = 0;
    let mut before = "";
    for word in text.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|it| !it.is_empty()) {
        let declares = DECLARING.contains(&before);
        if declares && names.iter().any(|name| name == word) {
            return true;
        }
        impls += usize::from(before == "impl" && owner == word);
        before = word;
    }
    impls > 1
}

/// The words before a name that they make a type's.
const DECLARING: [&str; 5] = ["struct", "enum", "union", "type", "trait"];

/// Looks for the list of items that the machine stands in.
struct Search<'a> {
    owner: &'a syn::Ident,
    /// The words of the header, and of the impl.
    this: [Vec<String>; 2],
    names: [syn::Ident; 3],
    found: Beside,
}

impl Search<'_> {
    /// Looks at items that stand beside each other, and into those that hold others.
    fn list(&mut self, items: &[&syn::Item]) {
        self.compare(items);
        for item in items {
            match item {
                syn::Item::Mod(module) => {
                    let inside = module.content.iter().flat_map(|(_, items)| items);
                    self.list(&inside.collect::<Vec<_>>());
                }
                syn::Item::Fn(function) => {
                    let inside = function.block.stmts.iter().filter_map(|statement| {
                        let syn::Stmt::Item(item) = statement else { return None };
                        Some(item)
                    });
                    self.list(&inside.collect::<Vec<_>>());
                }
                _ => {}
            }
        }
    }

    fn compare(&mut self, items: &[&syn::Item]) {
        let machines: Vec<_> = items.iter().filter_map(|item| self.machine(item)).collect();
        let Some(place) = machines.iter().position(|machine| *machine == self.this) else { return };
        self.found.first = machines[..place].first().map(|machine| machine.concat());
        let taken = items.iter().filter_map(|item| declared(item));
        let taken = taken.filter(|(ident, _)| self.names.contains(ident));
        self.found.taken = taken.map(|(ident, what)| (ident.clone(), what)).collect();
    }

    /// The header and the impl, if the item is a machine of this owner.
    fn machine(&self, item: &syn::Item) -> Option<[Vec<String>; 2]> {
        let syn::Item::Impl(item) = item else { return None };
        let syn::Type::Path(owner) = &*item.self_ty else { return None };
        let last = owner.path.segments.last()?;
        let is_ours = |attr: &syn::Attribute| {
            attr.path().segments.last().is_some_and(|last| last.ident == "state_machine")
        };
        let place = item.attrs.iter().position(is_ours).filter(|_| last.ident == *self.owner)?;
        let mut item = item.clone();
        let header = match item.attrs.remove(place).meta {
            syn::Meta::List(list) => words(&list.tokens),
            _ => Vec::new(),
        };
        // Of two that stand in the program under different conditions we know nothing.
        let is_certain = !item.attrs.iter().any(is_cfg);
        is_certain.then(|| [header, words(&item.to_token_stream())])
    }
}

/// The name of a type that the item declares in any case, and what it is.
fn declared(item: &syn::Item) -> Option<(&syn::Ident, &'static str)> {
    let (attrs, ident, what) = match item {
        syn::Item::Struct(item) => (&item.attrs, &item.ident, "a struct"),
        syn::Item::Enum(item) => (&item.attrs, &item.ident, "an enum"),
        syn::Item::Union(item) => (&item.attrs, &item.ident, "a union"),
        syn::Item::Type(item) => (&item.attrs, &item.ident, "a type"),
        syn::Item::Trait(item) => (&item.attrs, &item.ident, "a trait"),
        _ => return None,
    };
    let is_certain = !attrs.iter().any(is_cfg);
    is_certain.then_some((ident, what))
}

/// All tokens, whatever stands between them.
fn words(tokens: &TokenStream) -> Vec<String> {
    let mut found = Vec::new();
    for tree in tokens.clone() {
        match tree {
            TokenTree::Group(group) => {
                found.push(format!("{:?}", group.delimiter()));
                found.extend(words(&group.stream()));
                found.push(String::new());
            }
            TokenTree::Ident(ident) => found.push(names::plain(&ident)),
            tree => found.push(tree.to_string()),
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use quote::quote;

    use super::*;

    const FIRST: &str = "#[state_machine(initial Draft)]
        impl Order {
            /// Places it.
            #[transition(Draft)]
            fn place(&self, _: PlaceOrder) -> OrderPlaced { OrderPlaced }
        }";
    const SECOND: &str = "#[cim_runtime::prelude::state_machine(initial Draft)]
        impl Order {
            #[transition(Draft)]
            fn ship(&self, _: ShipOrder) -> OrderShipped { OrderShipped }
        }";

    /// What stands beside the second of them in this file.
    fn beside(text: &str) -> Beside {
        let mut second: syn::ItemImpl = syn::parse_str(SECOND).unwrap();
        second.attrs.clear();
        let owner = format_ident!("Order");
        Beside::in_text(text, &owner, &quote!(initial Draft), &quote!(#second))
    }

    #[test]
    fn the_machine_above_is_the_first() {
        let first = beside(&format!("{FIRST} {SECOND}")).first.unwrap();
        assert!(first.contains(&"PlaceOrder".to_owned()), "{first:?}");
        assert_eq!(beside(&format!("{SECOND} {FIRST}")), Beside::default());
        assert!(beside(&format!("mod a {{ {FIRST} {SECOND} }}")).first.is_some());
        assert!(beside(&format!("fn a() {{ {FIRST} {SECOND} }}")).first.is_some());
    }

    #[test]
    fn what_stands_elsewhere_or_perhaps_is_not_beside_it() {
        for text in [
            SECOND.to_owned(),
            format!("mod a {{ {FIRST} }} {SECOND}"),
            format!("#[cfg(test)] {FIRST} {SECOND}"),
            format!("{FIRST} {SECOND} and what is half typed"),
            format!("impl Order {{}} {SECOND}"),
            format!("mod a {{ struct OrderState; }} {SECOND}"),
            format!("#[cfg(test)] struct OrderState; {SECOND}"),
            format!("struct OrderStates; {SECOND}"),
        ] {
            assert_eq!(beside(&text), Beside::default(), "{text}");
        }
    }

    #[test]
    fn a_name_that_is_taken_is_found() {
        for (item, name, what) in [
            ("pub struct OrderState;", "OrderState", "a struct"),
            ("enum OrderEvent {}", "OrderEvent", "an enum"),
            ("union OrderCommand { a: u8 }", "OrderCommand", "a union"),
            ("type OrderState = u8;", "OrderState", "a type"),
            ("trait OrderState {}", "OrderState", "a trait"),
        ] {
            let found = beside(&format!("{SECOND} {item}"));
            let expected = Beside { first: None, taken: vec![(format_ident!("{name}"), what)] };
            assert_eq!(found, expected, "{item}");
        }
    }
}

//! What the macros write, beside what they were given.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};

use crate::files::read;

type Expand = fn(TokenStream, TokenStream) -> TokenStream;

fn macro_of(attr: &syn::Attribute) -> Option<Expand> {
    let name = attr.path().segments.last()?.ident.to_string();
    Some(match name.as_str() {
        "aggregate" => cim_macros_core::aggregate,
        "command" => cim_macros_core::command,
        "event" => cim_macros_core::event,
        "value" => cim_macros_core::value,
        "state_machine" => cim_macros_core::state_machine,
        "policy" => cim_macros_core::policy,
        "projection" => cim_macros_core::projection,
        "system" => cim_macros_core::system,
        _ => return None,
    })
}

fn arguments(attr: &syn::Attribute) -> TokenStream {
    match &attr.meta {
        syn::Meta::List(list) => list.tokens.clone(),
        _ => TokenStream::new(),
    }
}

fn attributes(item: &mut syn::Item) -> Option<&mut Vec<syn::Attribute>> {
    Some(match item {
        syn::Item::Struct(item) => &mut item.attrs,
        syn::Item::Enum(item) => &mut item.attrs,
        syn::Item::Impl(item) => &mut item.attrs,
        syn::Item::Fn(item) => &mut item.attrs,
        _ => return None,
    })
}

type Derive = fn(TokenStream) -> TokenStream;

fn derive_of(item: &syn::Item) -> Option<Derive> {
    let text = item.to_token_stream().to_string();
    let derives: [(&str, Derive); 2] = [
        ("derive (DomainId)", cim_macros_core::domain_id),
        ("derive (Tables)", cim_macros_core::tables),
    ];
    derives.iter().find(|(name, _)| text.contains(name)).map(|(_, derive)| *derive)
}

/// The items that a source's attributes of ours expand to; derives of rustc stay as they are, as
/// does everything else.
pub(crate) fn expand(source: &str) -> String {
    let file = syn::parse_file(source).unwrap();
    let mut written = TokenStream::new();
    for mut item in file.items {
        let derive = derive_of(&item);
        let Some(attrs) = attributes(&mut item) else { continue };
        let ours = attrs.iter().position(|attr| macro_of(attr).is_some());
        if let Some(ours) = ours {
            let attr = attrs.remove(ours);
            let expand = macro_of(&attr).unwrap();
            written.extend(expand(arguments(&attr), quote!(#item)));
        } else if let Some(derive) = derive {
            attrs.clear();
            written.extend(quote!(#item));
            written.extend(derive(quote!(#item)));
        }
    }
    prettyplease::unparse(&syn::parse2(written).unwrap())
}

#[test]
fn what_the_macros_write() {
    insta::glob!("../../ui", "*/expand/*.rs", |path| {
        let source = read(path);
        let source = source.trim();
        insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!(format!("{source}\n\n// ------ becomes ------\n\n{}", expand(source)));
        });
    });
}

/// An aggregate of six commands and six events, each with data of this type.
fn six_of_each(reason: &str) -> String {
    let mut source = r#"
        #[derive(DomainId)]
        pub struct OrderId(String);

        #[aggregate(domain = "shop", id = OrderId)]
        #[derive(Default)]
        pub struct Order { price: u64, reason: String }
    "#
    .to_owned();
    let mut methods = String::new();
    let mut states = "initial S0".to_owned();
    for i in 0..6 {
        let next = i + 1;
        states += &format!(", {} S{next}", if next == 6 { "terminal" } else { "" });
        source += &format!(
            "#[command(Order)] pub struct Do{i} {{ pub price: u64, pub reason: {reason} }}
             #[event(Order)] pub struct Done{i} {{ pub price: u64, pub reason: {reason} }}"
        );
        methods += &format!(
            "#[transition(S{i} -> S{next})]
             fn do_{i}(&self, cmd: Do{i}) -> Result<Done{i}, String> {{
                 Ok(Done{i} {{ price: cmd.price, reason: cmd.reason }})
             }}
             #[apply]
             fn done_{i}(&mut self, event: &Done{i}) {{ self.price = event.price; }}"
        );
    }
    source + &format!("#[state_machine({states})] impl Order {{ {methods} }}")
}

/// The most that six commands and six events may come to: who looks at an expansion should find
/// what matters in it.
const LINES: usize = 600;

#[test]
fn an_aggregate_becomes_no_book() {
    // Also of a type of the author's, whose parts are derived by us and not by rustc.
    for reason in ["String", "Reason"] {
        let source = six_of_each(reason);
        let own = lines(&source);
        let written = expand(&source);
        let lines = lines(&written) - own;
        assert!(lines <= LINES, "{lines} lines besides the author's {own}:\n{written}");
    }
}

/// The lines of a source, formatted; rustc's own derives are not counted, nor ours in their place.
fn lines(source: &str) -> usize {
    let mut file = syn::parse_file(source).unwrap();
    file.items.iter_mut().filter_map(attributes).for_each(|attrs| {
        attrs.retain(|attr| !attr.path().is_ident("derive"));
    });
    prettyplease::unparse(&file).lines().count()
}

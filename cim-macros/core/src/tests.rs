//! The compiler on tokens, without a proc-macro around it.

use std::time::{Duration, Instant};

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::quote;

use crate::{
    aggregate, command, domain_id, event, policy, projection, settings, state_machine, system,
    tables, value,
};

/// The messages in an expansion, first lines only.
fn mistakes(expansion: &TokenStream) -> Vec<String> {
    let file: syn::File = syn::parse2(expansion.clone()).unwrap();
    let macros = file.items.into_iter().filter_map(|item| match item {
        syn::Item::Macro(item) => Some(item.mac),
        _ => None,
    });
    let texts = macros.map(|mac| syn::parse2::<syn::LitStr>(mac.tokens).unwrap().value());
    texts.map(|text| text.lines().next().unwrap_or_default().to_owned()).collect()
}

fn machine(header: TokenStream, methods: TokenStream) -> TokenStream {
    state_machine(header, quote!(impl Order { #methods }))
}

#[test]
fn a_sound_machine_has_no_mistakes() {
    let expansion = machine(
        quote!(initial Draft, terminal Placed),
        quote!(
            #[transition(Draft -> Placed)]
            fn place(&self, cmd: PlaceOrder) -> OrderPlaced {
                OrderPlaced
            }
        ),
    );
    assert_eq!(mistakes(&expansion), [""; 0]);
}

#[test]
fn our_attributes_do_not_come_out_again() {
    let expansion = machine(
        quote!(initial Draft, terminal Placed),
        quote! {
            /// Kept.
            #[transition(Draft -> Placed)]
            #[inline]
            fn place(&self, cmd: PlaceOrder) -> OrderPlaced { OrderPlaced }
            #[apply]
            fn placed(&mut self, event: &OrderPlaced) {}
        },
    )
    .to_string();
    assert!(!expansion.contains("transition (") && !expansion.contains("# [apply"));
    assert!(expansion.contains("Kept."));
}

#[test]
fn every_mistake_is_told_once() {
    let expansion = machine(
        quote!(initial Draft, Paper, terminal Placed, terminal Placed),
        quote! {
            #[transition(Draft | Paper -> Plcaed)]
            fn place(&self, cmd: PlaceOrder) -> OrderPlaced { OrderPlaced }
            #[transition(Draft -> Placed)]
            async fn cancel(&self, cmd: CancelOrder) -> OrderCancelled { OrderCancelled }
        },
    );
    let mut found = mistakes(&expansion);
    found.sort();
    assert_eq!(
        found,
        [
            "`Plcaed` is not a state of `Order`",
            "a machine's methods cannot be `async`",
            "state `Placed` is declared twice",
        ]
    );
}

#[test]
fn mistakes_come_in_source_order() {
    // Places only differ in tokens that come from a text.
    let item: TokenStream = "impl Order {
        #[transition(Draft -> Plcaed)] fn place(&mut self, cmd: PlaceOrder) -> OrderPlaced {}
    }"
    .parse()
    .unwrap();
    let header: TokenStream = "\n\n\n\n region skills Skills, initial Draft".parse().unwrap();
    assert_eq!(
        mistakes(&state_machine(header, item)),
        [
            "`Plcaed` is not a state of `Order`",
            "`place` decides, and must take `&self`",
            "cannot read the region `region skills Skills`",
        ]
    );
}

/// Each identifier of a text, with its line and column.
fn places(tokens: TokenStream) -> Vec<(String, usize, usize)> {
    let mut places = Vec::new();
    for token in tokens {
        match token {
            proc_macro2::TokenTree::Group(group) => places.extend(self::places(group.stream())),
            proc_macro2::TokenTree::Ident(ident) => {
                let start = ident.span().start();
                places.push((ident.to_string(), start.line, start.column));
            }
            _ => {}
        }
    }
    places
}

#[test]
fn every_name_in_an_attribute_comes_out_where_it_stands() {
    let header: TokenStream =
        "initial Draft, Placed, Held, terminal Gone, region notes: Notes in Placed | Held"
            .parse()
            .unwrap();
    // On other lines than the header.
    let item: TokenStream = "\n\n\n\n\nimpl Order {
        #[transition(Draft -> Placed)]
        fn place(&self, cmd: PlaceOrder) -> OrderPlaced { todo }
        #[transition(Placed -> Placed on OrderPaid, Held on PaymentFailed)]
        #[transition(Held -> Placed on OrderPaid, Held on PaymentFailed)]
        fn pay(&self, cmd: PayOrder) -> OneOf<OrderPaid, PaymentFailed> { todo }
        #[transition(Placed | Held)]
        fn remind(&self, cmd: Remind) -> Reminded { todo }
        #[transition(* -> Gone)]
        fn end(&self, cmd: End) -> Ended { todo }
        #[apply(Placed -> Held)]
        fn suspended(&mut self, event: &Suspended) {}
    }"
    .parse()
    .unwrap();
    each_name_comes_out(header, item);
    let header: TokenStream =
        "moore, initial Off, On, terminal Gone, region notes: Notes in On".parse().unwrap();
    let item: TokenStream = "\n\n\n\n\nimpl Lamp {
        #[transition(Off | On -> On)]
        fn switch(&self, cmd: Switch) {}
        #[transition(On)]
        fn again(&self, cmd: Again) {}
        #[transition(* -> Gone)]
        fn end(&self, cmd: End) {}
        #[output(On)]
        fn on(&self) -> WentOn { todo }
        #[output(Gone)]
        fn gone(&self) -> Ended { todo }
    }"
    .parse()
    .unwrap();
    each_name_comes_out(header, item);
}

fn each_name_comes_out(header: TokenStream, item: TokenStream) {
    let words = ["initial", "terminal", "transition", "apply", "output", "on", "in", "notes"];
    let words = [&words[..], &["region", "moore"]].concat();
    let mut written = places(header.clone());
    let attributes = syn::parse2::<syn::ItemImpl>(item.clone()).unwrap().items;
    for method in &attributes {
        let syn::ImplItem::Fn(method) = method else { continue };
        for attribute in &method.attrs {
            written.extend(places(quote!(#attribute)));
        }
    }
    let expansion = state_machine(header, item);
    assert_eq!(mistakes(&expansion), Vec::<String>::new());
    let places = places(expansion);
    for place in written.iter().filter(|(name, ..)| !words.contains(&name.as_str())) {
        assert!(places.contains(place), "{place:?} does not come out");
    }
}

#[test]
fn the_names_beside_a_mistake_come_out_where_they_stand() {
    let header: TokenStream =
        "initial Draft, Placed, Held, terminal Gone, region notes: Notes in Placed | Held"
            .parse()
            .unwrap();
    let item: TokenStream = "\n\n\n\n\nimpl Order {
        #[transition(Draft -> Placed)]
        fn place(&self, cmd: PlaceOrder) -> OrderPlaced { todo }
        #[transition(Placed -> Placed on OrderPaid, Held on PaymentFailed)]
        fn pay(&self, cmd: PayOrder) -> OneOf<OrderPaid, PaymentFailed> { todo }
        #[transition(Held -> Plcaed)]
        fn resume(&self, cmd: Resume) -> Resumed { todo }
        #[transition(* -> Gone)]
        fn end(&self, cmd: End) -> Ended { todo }
        #[apply(Placed -> Held)]
        fn suspended(&mut self, event: &Suspended) {}
    }"
    .parse()
    .unwrap();
    let expansion = state_machine(header, item);
    assert_eq!(mistakes(&expansion), ["`Plcaed` is not a state of `Order`"]);
    let places = places(expansion);
    // Lines and columns of the attributes above.
    for (name, line, column) in [
        ("Draft", 7, 21),
        ("Placed", 7, 30),
        ("Placed", 9, 21),
        ("Placed", 9, 31),
        ("OrderPaid", 9, 41),
        ("Held", 9, 52),
        ("PaymentFailed", 9, 60),
        // Of the arrow with the mistake, what is right in it.
        ("Held", 11, 21),
        ("Gone", 13, 26),
        ("Placed", 15, 16),
        ("Held", 15, 26),
        ("Placed", 1, 67),
        ("Held", 1, 76),
    ] {
        let place = (name.to_owned(), line, column);
        assert!(places.contains(&place), "{place:?} does not come out");
    }
}

#[test]
fn a_star_gives_way_to_a_state() {
    let expansion = machine(
        quote!(initial A, B, terminal C),
        quote! {
            #[transition(A -> B)]
            fn first(&self, cmd: Go) -> Went { Went }
            #[transition(* -> C)]
            fn last(&self, cmd: Go) -> Gone { Gone }
        },
    );
    assert_eq!(mistakes(&expansion), [""; 0]);
    let text = expansion.to_string();
    assert!(text.contains(r#"decided ("B" , "Go" , "Gone" , "C")"#), "{text}");
    assert!(!text.contains(r#"decided ("A" , "Go" , "Gone""#), "{text}");
}

#[test]
fn a_sequence_walks_through_its_states() {
    let expansion = machine(
        quote!(initial A, B, terminal C),
        quote! {
            #[transition(A -> B on First, C on Second)]
            fn both(&self, cmd: Go) -> (First, Second) { (First, Second) }
            #[transition(B -> C)]
            fn end(&self, cmd: End) -> Ended { Ended }
        },
    );
    assert_eq!(mistakes(&expansion), [""; 0]);
    let text = expansion.to_string();
    assert!(text.contains(r#"decided ("A" , "Go" , "First" , "B") . ending ("C")"#), "{text}");
    assert!(text.contains(r#"following ("B" , "Second" , "C")"#), "{text}");
}

/// How long a machine of 720 rows may take, of several tries the shortest: it is compiled anew with
/// each letter that its author types.
const PATIENCE: Duration = Duration::from_millis(500);

#[test]
fn a_large_machine_is_read_in_time() {
    let state = |number: usize| quote::format_ident!("S{number}");
    let states = (1..24).map(state);
    let methods = (0..30).map(|number| {
        let (method, command, event) = (
            quote::format_ident!("do_{number}"),
            quote::format_ident!("Do{number}"),
            quote::format_ident!("Done{number}"),
        );
        let (sources, target) = ((0..24).map(state), state(number % 24));
        quote! {
            #[transition(#(#sources)|* -> #target)]
            fn #method(&self, cmd: #command) -> #event { #event }
        }
    });
    let (header, methods) = (quote!(initial S0, #(#states),*), quote!(#(#methods)*));
    let took = (0..5).map(|_| {
        let start = Instant::now();
        let expansion = machine(header.clone(), methods.clone());
        let took = start.elapsed();
        let text = expansion.to_string();
        assert_eq!(text.matches("TransitionRow :: decided").count(), 720);
        assert!(!text.contains("compile_error"), "{text}");
        took
    });
    let took = took.min().unwrap();
    assert!(took < PATIENCE, "{took:?}");
}

#[test]
fn three_hundred_states_are_a_machine() {
    let state = |number: usize| quote::format_ident!("S{number}");
    let states = (1..300).map(state);
    let arrows = (0..300).map(|number| {
        let (from, to) = (state(number), state((number + 1) % 300));
        quote!(#[transition(#from -> #to)])
    });
    let expansion = machine(
        quote!(initial S0, #(#states),*),
        quote!(#(#arrows)* fn go(&self, cmd: Go) -> Went { Went }),
    );
    assert_eq!(mistakes(&expansion), Vec::<String>::new());
}

#[test]
fn a_machine_is_in_its_documentation() {
    let expansion = machine(
        quote!(initial A, terminal B),
        quote! {
            #[transition(A -> B)]
            fn go(&self, cmd: Go) -> Went { Went }
            #[transition(A)]
            fn wait(&self, cmd: commands::Wait) -> super::events::Waited { Waited }
        },
    );
    let text = expansion.to_string();
    let links = r"| A | [`Wait`](commands::Wait) | [`Waited`](super::events::Waited) | A |";
    assert!(text.contains(links), "{text}");
    assert!(text.contains(r"A --> A: Wait / Waited\n    B --> [*]\n```"), "{text}");
    assert!(text.contains(r"| A | [`Go`] | [`Went`] | B |"), "{text}");
    assert!(text.contains(r"A --> B: Go / Went\n"), "{text}");
}

#[test]
fn a_sequence_may_have_one_event() {
    let expansion = machine(
        quote!(initial A, terminal B),
        quote! {
            #[transition(A -> B)]
            fn go(&self, cmd: Go) -> (Went,) { (Went,) }
        },
    );
    assert_eq!(mistakes(&expansion), [""; 0]);
    assert!(expansion.to_string().contains("let (event_0 ,) ="), "{expansion}");
}

#[test]
fn states_that_lead_to_each_other_are_one_mistake() {
    let expansion = machine(
        quote!(initial A, terminal B, Lost, Found),
        quote! {
            #[transition(A -> B)]
            fn go(&self, cmd: Go) -> Went { Went }
            #[transition(Lost -> Found)]
            #[transition(Found -> Lost)]
            fn lose(&self, cmd: Lose) -> Moved { Moved }
        },
    );
    assert_eq!(mistakes(&expansion), ["state `Lost` is unreachable from the initial state `A`"]);
}

#[test]
fn a_new_type_is_null_when_what_it_holds_is() {
    let expansion = value(
        quote!(),
        quote!(
            struct Note(Option<String>);
        ),
    )
    .to_string();
    assert!(expansion.contains("const NULLABLE"), "{expansion}");
    let expansion = value(
        quote!(),
        quote!(
            struct Note {
                text: Option<String>,
            }
        ),
    )
    .to_string();
    assert!(!expansion.contains("const NULLABLE"), "{expansion}");
}

#[test]
fn what_is_borrowed_becomes_static_in_a_stub() {
    let item = quote!(
        pub struct Named<'a> {
            name: &'a str,
            all: Vec<&[u8]>,
        }
    );
    let expansion = event(quote!(Order), item).to_string();
    assert!(expansion.contains("pub struct Named { name : & 'static str"), "{expansion}");
    assert!(expansion.contains("Vec < & 'static [u8] >"), "{expansion}");
}

#[test]
fn keys_are_stored_by_length_then_bytes() {
    let item = quote!(
        struct Line {
            sku: String,
            cents: u64,
            by: String,
            qty: u32,
        }
    );
    let expansion = value(quote!(), item).to_string();
    let at = |key: &str| expansion.find(&format!("\"{key}\"")).unwrap();
    assert!(at("by") < at("qty") && at("qty") < at("sku") && at("sku") < at("cents"));
}

#[test]
fn an_item_of_another_kind_comes_out_again() {
    for expand in [aggregate, command, event, value, state_machine, system] {
        let expansion = expand(
            quote!(Order),
            quote!(
                pub fn place() {}
            ),
        )
        .to_string();
        assert!(expansion.contains("pub fn place () { }"), "{expansion}");
        assert!(expansion.contains("compile_error"), "{expansion}");
    }
}

// Half-typed attributes: whatever an author has typed so far, the editor gets an answer.

type Expand = fn(TokenStream, TokenStream) -> TokenStream;

/// A fixture's items, each with the arguments of the first of our attributes on it.
fn items(source: &str) -> Vec<(Expand, TokenStream, TokenStream)> {
    let Ok(file) = syn::parse_file(source) else { return Vec::new() };
    let mut found = Vec::new();
    for mut item in file.items {
        let attrs = match &mut item {
            syn::Item::Struct(item) => &mut item.attrs,
            syn::Item::Enum(item) => &mut item.attrs,
            syn::Item::Impl(item) => &mut item.attrs,
            syn::Item::Fn(item) => &mut item.attrs,
            _ => continue,
        };
        let expand = |attr: &syn::Attribute| -> Option<Expand> {
            Some(match attr.path().segments.last()?.ident.to_string().as_str() {
                "aggregate" => aggregate,
                "command" => command,
                "event" => event,
                "value" => value,
                "state_machine" => state_machine,
                "policy" => policy,
                "projection" => projection,
                "system" => system,
                _ => return None,
            })
        };
        let Some(at) = attrs.iter().position(|attr| expand(attr).is_some()) else { continue };
        let attr = attrs.remove(at);
        let arguments = match &attr.meta {
            syn::Meta::List(list) => list.tokens.clone(),
            _ => TokenStream::new(),
        };
        found.extend(expand(&attr).map(|expand| (expand, arguments, quote!(#item))));
    }
    found
}

/// The stream cut off after each of its tokens, at every depth.
fn cuts(tokens: &TokenStream) -> Vec<TokenStream> {
    let trees: Vec<TokenTree> = tokens.clone().into_iter().collect();
    let mut cuts = vec![TokenStream::new()];
    for (i, tree) in trees.iter().enumerate() {
        let before = || trees[..i].iter().cloned();
        if let TokenTree::Group(group) = tree {
            for inner in self::cuts(&group.stream()) {
                let group = TokenTree::Group(Group::new(group.delimiter(), inner));
                cuts.push(before().chain([group]).collect());
            }
        }
        cuts.push(before().chain([tree.clone()]).collect());
    }
    cuts
}

/// The item with each attribute in it cut off after each of its tokens.
fn cut_attributes(item: &TokenStream) -> Vec<TokenStream> {
    let trees: Vec<TokenTree> = item.clone().into_iter().collect();
    let mut found = Vec::new();
    for (i, tree) in trees.iter().enumerate() {
        let TokenTree::Group(group) = tree else { continue };
        let with = |inner: TokenStream| {
            let group = TokenTree::Group(Group::new(group.delimiter(), inner));
            let (before, after) = (trees[..i].iter().cloned(), trees[i + 1..].iter().cloned());
            before.chain([group]).chain(after).collect::<TokenStream>()
        };
        let is_attribute = i > 0 && trees[i - 1].to_string() == "#";
        let inner = match (is_attribute, group.delimiter()) {
            (true, Delimiter::Bracket) => cuts(&group.stream()),
            (false, Delimiter::Brace) => cut_attributes(&group.stream()),
            _ => continue,
        };
        found.extend(inner.into_iter().map(with));
    }
    found
}

fn sources() -> Vec<String> {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
    let mut folders = vec![format!("{root}/domains/order/src")];
    let macros = ["aggregate", "command", "event", "state_machine", "policy", "projection"];
    for name in macros.into_iter().chain(["system", "value"]) {
        folders.push(format!("{root}/ui-tests/ui/{name}/pass"));
    }
    folders.push(format!("{root}/ui-tests/ui/hygiene"));
    let mut sources = Vec::new();
    for folder in folders.iter().filter(|folder| std::path::Path::new(folder).exists()) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_file() {
                sources.push(std::fs::read_to_string(path).unwrap());
            }
        }
    }
    sources
}

#[test]
fn whatever_is_half_typed_is_answered() {
    let mut tried = 0;
    for source in sources() {
        for (expand, arguments, item) in items(&source) {
            let item_of_cut = cuts(&arguments).into_iter().map(|cut| (cut, item.clone()));
            // Attributes inside with all that follows them, and the item up to any of its tokens.
            let cuts_of_item = cut_attributes(&item).into_iter().chain(cuts(&item));
            let cut_of_item = cuts_of_item.map(|cut| (arguments.clone(), cut));
            for (arguments, item) in item_of_cut.chain(cut_of_item) {
                let expansion = expand(arguments.clone(), item.clone());
                // The item comes out again, so that names in it can still be completed.
                assert!(!expansion.is_empty(), "#[…({arguments})] {item}");
                tried += 1;
            }
        }
    }
    assert!(tried > 1000, "tried {tried} only");
}

#[test]
fn every_expansion_is_rust() {
    for source in sources() {
        for (expand, arguments, item) in items(&source) {
            for arguments in cuts(&arguments) {
                let expansion = expand(arguments.clone(), item.clone());
                let parsed = syn::parse2::<syn::File>(expansion.clone());
                assert!(parsed.is_ok(), "#[…({arguments})] {item}\n{expansion}");
            }
        }
    }
}

#[test]
fn half_an_id_is_answered() {
    let items = [
        quote!(
            pub struct OrderId(String);
        ),
        quote!(
            pub struct OrderId();
        ),
        quote!(
            pub struct OrderId {}
        ),
        quote!(
            pub enum OrderId {}
        ),
        quote!(
            pub union OrderId {
                a: u8,
            }
        ),
        quote!(
            pub struct OrderId<T>(T);
        ),
        quote!(
            pub fn order_id() {}
        ),
        quote!(),
    ];
    for item in items {
        for attr in cuts(&quote!(#[domain_id(crate = a::b, x)])) {
            domain_id(quote!(#attr #item));
        }
    }
}

#[test]
fn half_a_table_is_answered() {
    let items = [
        quote!(
            pub struct OrderBook {
                orders: Table<String, u64>,
            }
        ),
        quote!(
            pub struct OrderBook(Table<String, u64>);
        ),
        quote!(
            pub struct OrderBook;
        ),
        quote!(
            pub enum OrderBook {}
        ),
        quote!(
            pub struct OrderBook<K> {
                orders: Table<K, u64>,
            }
        ),
        quote!(
            pub fn order_book() {}
        ),
        quote!(),
    ];
    for item in items {
        for attr in cuts(&quote!(#[tables(crate = a::b, x)])) {
            let expansion = tables(quote!(#attr #item));
            assert!(syn::parse2::<syn::File>(expansion.clone()).is_ok(), "{expansion}");
        }
    }
}

#[test]
fn half_a_setting_is_answered() {
    let bodies = [
        quote!({
            #[setting(default = 30, min = 1, max = 90)]
            pub days: u32,
            pub name: Option<String>,
        }),
        quote!((u32);),
        quote!(;),
        quote!({}),
    ];
    let mut items: Vec<_> = bodies.iter().map(|body| quote!(pub struct Told #body)).collect();
    items.extend([
        quote!(
            pub enum Told {}
        ),
        quote!(
            pub struct Told<T> {
                days: T,
            }
        ),
    ]);
    items.extend([
        quote!(
            pub fn told() {}
        ),
        quote!(),
    ]);
    for item in items {
        let attributes = cuts(&quote!(#[settings(crate = a::b, x)])).into_iter();
        let of_attributes = attributes.map(|attr| quote!(#attr #item));
        for item in of_attributes.chain(cut_attributes(&item)).chain(cuts(&item)) {
            let expansion = settings(item.clone());
            let parsed = syn::parse2::<syn::File>(expansion.clone());
            assert!(parsed.is_ok(), "{item}\n{expansion}");
        }
    }
}

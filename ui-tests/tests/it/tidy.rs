//! The fixtures cover what the compiler can say, and say it as the product should.

use std::path::PathBuf;

use syn::visit::Visit;

use crate::files::{below, compiler, is_in, read, root};

fn mistakes() -> Vec<PathBuf> {
    let mut files = below(&root().join("ui"), ".rs");
    files.retain(|path| {
        ["fail", "rustc", "cascade", "many"].iter().any(|folder| is_in(path, folder))
    });
    files
}

fn answers() -> Vec<PathBuf> {
    below(&root().join("ui"), ".stderr")
}

/// The parts of the texts in a function, each at least this long: between placeholders.
const TELLING: usize = 10;

#[derive(Default)]
struct Texts(Vec<String>);

impl<'ast> Visit<'ast> for Texts {
    fn visit_lit_str(&mut self, literal: &'ast syn::LitStr) {
        self.0.push(literal.value());
    }

    // `format!("…")` is tokens to syn.
    fn visit_macro(&mut self, mac: &'ast syn::Macro) {
        for tree in mac.tokens.clone() {
            if let Ok(literal) = syn::parse2::<syn::LitStr>(tree.into()) {
                self.0.push(literal.value());
            }
        }
    }
}

/// The longest piece of text that every message of this function has: of its first text, which is
/// the message itself, the longest part between placeholders.
fn telling_piece(function: &syn::ItemFn) -> Option<String> {
    let mut texts = Texts::default();
    texts.visit_block(&function.block);
    let pieces = |text: &String| -> Vec<String> {
        let mut pieces = vec![String::new()];
        let mut depth = 0;
        for letter in text.replace("{{", "").replace("}}", "").chars() {
            match letter {
                '{' => {
                    depth += 1;
                    pieces.push(String::new());
                }
                '}' => depth -= 1,
                letter if depth == 0 => pieces.last_mut().unwrap().push(letter),
                _ => {}
            }
        }
        pieces
    };
    let longest = |text: &String| pieces(text).into_iter().max_by_key(String::len);
    texts.0.iter().find_map(|text| longest(text).filter(|piece| piece.len() >= TELLING))
}

/// The functions that make a [`Diagnostic`], wherever they stand.
fn constructors() -> Vec<(PathBuf, syn::ItemFn)> {
    let mut found = Vec::new();
    for path in below(&compiler(), ".rs") {
        let file = syn::parse_file(&read(&path)).unwrap();
        for item in file.items {
            let syn::Item::Fn(function) = item else { continue };
            let syn::ReturnType::Type(_, ty) = &function.sig.output else { continue };
            if matches!(&**ty, syn::Type::Path(ty) if ty.path.is_ident("Diagnostic")) {
                found.push((path.clone(), function));
            }
        }
    }
    found
}

#[test]
fn every_sentence_is_in_a_fixture() {
    let said: String = answers().iter().map(|path| read(path)).collect();
    let constructors = constructors();
    assert!(constructors.len() > 80, "found {} only", constructors.len());
    let unsaid: Vec<_> = constructors
        .iter()
        .filter_map(|(path, function)| {
            let name = format!("{}: {}", path.display(), function.sig.ident);
            match telling_piece(function) {
                None => Some(format!("{name} has no text to tell it by")),
                Some(piece) if !said.contains(&piece) => Some(format!("{name}: {piece}")),
                Some(_) => None,
            }
        })
        .collect();
    assert!(unsaid.is_empty(), "no fixture shows:\n{}", unsaid.join("\n"));
}

#[test]
fn every_bound_of_the_runtime_is_in_a_fixture() {
    let said: String = answers().iter().map(|path| read(path)).collect();
    let mut unsaid = Vec::new();
    let sources = below(&root().join("../cim-runtime/src"), ".rs");
    // With a client of databases among what is compiled rustc writes every trait with its path.
    let sources =
        sources.iter().filter(|path| path.components().all(|part| part.as_os_str() != "sql"));
    for path in sources {
        let text = read(path);
        for attribute in text.split("#[diagnostic::on_unimplemented(").skip(1) {
            let message = attribute.split("message = \"").nth(1).unwrap();
            let message = message.split('"').next().unwrap();
            let piece = message.split(['{', '}', '`']).max_by_key(|piece| piece.len()).unwrap();
            if !said.contains(piece) {
                unsaid.push(format!("{}: {message}", path.display()));
            }
        }
    }
    assert!(unsaid.is_empty(), "no fixture shows:\n{}", unsaid.join("\n"));
}

#[test]
fn every_mistake_has_its_answer() {
    let fixtures = mistakes();
    for path in &fixtures {
        assert!(path.with_extension("stderr").exists(), "no answer to {}", path.display());
    }
    for path in answers() {
        let fixture = path.with_extension("rs");
        assert!(fixtures.contains(&fixture), "no fixture for {}", path.display());
    }
}

#[test]
fn fixtures_are_small_and_say_why_they_are_wrong() {
    for path in mistakes() {
        let text = read(&path);
        assert!(text.starts_with("//~ "), "{} does not say why it is wrong", path.display());
        assert!(text.lines().count() <= 70, "{} is long", path.display());
    }
}

#[test]
fn what_is_right_is_compiled() {
    let modules = read(&root().join("src/lib.rs"));
    let mut files = below(&root().join("ui"), ".rs");
    files.retain(|path| is_in(path, "pass") || is_in(path, "hygiene"));
    for path in files {
        let path = path.strip_prefix(root()).unwrap().display().to_string();
        assert!(modules.contains(&path), "{path} is not a module of the library");
    }
}

#[test]
fn one_mistake_is_one_error() {
    let of_one = ["fail", "cascade", "rustc"];
    for path in answers().iter().filter(|path| of_one.iter().any(|folder| is_in(path, folder))) {
        let errors = read(path).lines().filter(|line| line.starts_with("error")).count();
        assert_eq!(errors, 1, "{}", path.display());
    }
    for path in answers().iter().filter(|path| is_in(path, "many")) {
        let errors = read(path).lines().filter(|line| line.starts_with("error")).count();
        assert!(errors > 1, "{}", path.display());
    }
}

#[test]
fn several_mistakes_are_told_in_source_order() {
    for path in answers().iter().filter(|path| is_in(path, "many")) {
        let text = read(path);
        let places = text.lines().filter_map(|line| {
            let place = line.trim_start().strip_prefix("--> ")?;
            let (line, column) = place.split_once(".rs:")?.1.split_once(':')?;
            Some((line.parse::<u32>().unwrap(), column.parse::<u32>().unwrap()))
        });
        assert!(places.is_sorted(), "{}", path.display());
    }
}

#[test]
fn sentences_are_the_product_s_own() {
    for path in answers() {
        let text = read(&path);
        // So does rustc introduce an assertion that does not hold when a program is compiled.
        let said = text.replace("error[E0080]: evaluation panicked: ", "");
        assert!(!said.contains("panicked"), "{}", path.display());
        assert!(!text.contains("cim_code"), "{}", path.display());
        for word in text.split(|letter: char| !letter.is_alphanumeric() && letter != '_') {
            let is_drawn = word.trim_matches('_').is_empty();
            assert!(is_drawn || !word.starts_with("__"), "{} says {word}", path.display());
        }
    }
}

#[test]
fn sentences_have_one_form() {
    for path in answers().iter().filter(|path| is_in(path, "fail")) {
        for line in read(path).lines() {
            let starts = ["error: ", "       help: ", "       note: "];
            let Some(said) = starts.iter().find_map(|start| line.strip_prefix(start)) else {
                continue;
            };
            let first = said.chars().next().unwrap();
            let is_name = said.starts_with("Moore") || said.starts_with("DAG-CBOR");
            assert!(first == '`' || first.is_lowercase() || is_name, "{}: {said}", path.display());
            assert!(!said.ends_with('.'), "{}: {said}", path.display());
            assert_eq!(said.matches('`').count() % 2, 0, "{}: {said}", path.display());
        }
    }
}

//! Values that contain themselves.

use std::collections::{BTreeMap, BTreeSet};

use cim_runtime::prelude::*;

#[value]
pub enum Tree {
    Leaf,
    Node(Vec<Tree>),
    Named { left: Option<Box<Tree>>, right: Box<Self> },
    Pair(u8, BTreeMap<String, Tree>),
}

#[value]
#[derive(PartialOrd, Ord, Eq)]
pub struct Page {
    pub title: String,
    pub pages: BTreeSet<Page>,
    pub both: Option<Box<(Page, [Box<Page>; 1])>>,
}

#[value]
pub struct Book {
    pub page: Page,
    pub tree: Tree,
}

#[cfg(test)]
mod tests {
    use cim_runtime::cbor::{self, Decoder, EncodeError, Value as _};

    use super::*;

    fn page(title: &str, pages: impl IntoIterator<Item = Page>) -> Page {
        Page { title: title.to_owned(), pages: pages.into_iter().collect(), both: None }
    }

    fn chain(len: usize) -> Tree {
        (1..len).fold(Tree::Leaf, |tree, _| Tree::Node(vec![tree]))
    }

    #[test]
    fn a_shape_points_to_the_braces_around() {
        let tree = "enum{Leaf, Named: {left: ^^?, right: ^^}, Node: [^], Pair: (u8, map[^])}";
        let page = "{both: (^, [^] of 1)?, pages: set[^], title: text}";
        assert_eq!(Tree::SHAPE.to_string(), tree);
        assert_eq!(Page::SHAPE.to_string(), page);
        assert_eq!(Book::SHAPE.to_string(), format!("{{page: {page}, tree: {tree}}}"));
        assert!(Book::SHAPE.is(&Book::SHAPE.to_string()));
    }

    #[test]
    fn what_is_written_is_read() {
        let inner = page("b", [page("c", []), page("d", [])]);
        let both = Some(Box::new((page("e", []), [Box::new(page("f", []))])));
        let leaf = || Tree::Pair(1, [("g".to_owned(), Tree::Leaf)].into());
        let named = Tree::Named { left: Some(Box::new(chain(3))), right: Box::new(leaf()) };
        let book = Book { page: Page { both, ..page("a", [inner]) }, tree: named };
        let bytes = cbor::to_vec(&book).unwrap();
        cbor::check(&bytes).unwrap();
        assert_eq!(cbor::from_slice::<Book>(&bytes).unwrap(), book);
        assert_eq!(book.clone(), book);
        assert_ne!(chain(3), chain(4));
        assert_eq!(format!("{:?}", chain(2)), "Node([Leaf])");
    }

    #[test]
    fn there_is_an_end() {
        let bytes = cbor::to_vec(&chain(32)).unwrap();
        cbor::check(&bytes).unwrap();
        assert_eq!(cbor::from_slice::<Tree>(&bytes).unwrap(), chain(32));
        assert_eq!(cbor::to_vec(&chain(33)), Err(EncodeError::TooDeep));

        let hostile = [&b"\xa1\x64Node\x81"[..]].repeat(100_000).concat();
        let error = Tree::decode(&mut Decoder::new(&hostile)).unwrap_err();
        assert_eq!(error.problem, "a value contains itself more than 32 deep");
    }
}

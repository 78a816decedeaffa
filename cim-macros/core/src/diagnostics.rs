//! Mistakes, collected rule by rule and reported together, in source order.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote_spanned};
use syn::spanned::Spanned as _;

use crate::scope;

/// One mistake: what is wrong, where, why it matters, and what to write instead.
#[derive(Debug)]
pub(crate) struct Diagnostic {
    place: TokenStream,
    message: String,
}

impl Diagnostic {
    /// A mistake at these tokens.
    pub(crate) fn at(place: &dyn ToTokens, message: impl Into<String>) -> Self {
        Self { place: place.to_token_stream(), message: message.into() }
    }

    /// What to write instead.
    pub(crate) fn help(mut self, help: impl AsRef<str>) -> Self {
        self.message.push_str("\nhelp: ");
        self.message.push_str(help.as_ref());
        self
    }

    /// Why it matters.
    pub(crate) fn note(mut self, note: impl AsRef<str>) -> Self {
        self.message.push_str("\nnote: ");
        self.message.push_str(note.as_ref());
        self
    }

    /// The mistake, told by rustc unless this holds: for what only rustc knows.
    pub(crate) fn unless(self, holds: &TokenStream) -> TokenStream {
        // The text is a format string.
        let message = self.message.replace('{', "{{").replace('}', "}}");
        quote_spanned!(self.place.span()=> const _: () = ::core::assert!(#holds, #message);)
    }

    /// The same of a message with a `{}`: what stands there, a `&str`, rustc knows as well.
    pub(crate) fn unless_with(self, part: &TokenStream, holds: &TokenStream) -> TokenStream {
        let (krate, (before, behind)) =
            (scope::code(), self.message.split_once("{}").unwrap_or((&self.message, "")));
        quote_spanned! {self.place.span()=>
            const _: () = ::core::assert!(
                #holds,
                "{}",
                #krate::Sentence::EMPTY.push(#before).push(#part).push(#behind).as_str()
            );
        }
    }
}

/// All mistakes of one item. Dropping them unread is a bug in the compiler.
#[derive(Debug, Default)]
#[must_use]
pub(crate) struct Diagnostics {
    errors: Vec<syn::Error>,
    left_to_rustc: bool,
    read: bool,
}

impl Diagnostics {
    pub(crate) fn push(&mut self, diagnostic: Diagnostic) {
        self.errors.push(syn::Error::new_spanned(diagnostic.place, diagnostic.message));
    }

    /// A mistake that the parser found, in its words.
    pub(crate) fn push_syntax(&mut self, error: syn::Error) {
        self.errors.push(error);
    }

    /// Something is wrong that rustc tells, and better than we could: the item is not sound, and
    /// nothing more is said about it.
    pub(crate) fn leave_to_rustc(&mut self) {
        self.left_to_rustc = true;
    }

    /// Whether the item is sound.
    pub(crate) fn is_empty(&self) -> bool {
        self.errors.is_empty() && !self.left_to_rustc
    }

    /// The mistakes as tokens, in source order, which go before the item; none if there are none.
    pub(crate) fn finish(mut self) -> TokenStream {
        self.read = true;
        self.errors.sort_by_key(|error| {
            let start = error.span().start();
            (start.line, start.column)
        });
        self.errors.iter().map(syn::Error::to_compile_error).collect()
    }
}

impl Drop for Diagnostics {
    fn drop(&mut self) {
        debug_assert!(
            self.read || std::thread::panicking(),
            "mistakes were collected and never reported"
        );
    }
}

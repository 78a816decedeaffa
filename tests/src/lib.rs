//! What the end-to-end stories share; the stories stand in `tests/`.

pub mod programs;

// The README's example, compiled and run.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;

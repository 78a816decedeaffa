//! What the compiler says about mistakes, and what the macros write.

mod ui;

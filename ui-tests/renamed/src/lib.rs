//! What compiles.

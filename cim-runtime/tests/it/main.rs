//! The stores from outside: the suite that each passes, and what happens to files in a crash.

mod conformance;

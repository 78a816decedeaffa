//! `cim repair`: a damaged store can be used again.

//! Whatever a crash leaves of the end of the log, a prefix is there that has all that was answered
//! for.

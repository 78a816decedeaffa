//! The names that stand in requests and answers.

/// The header of an error's text, in the protocol of micro services.
pub(super) const ERROR: &str = "Nats-Service-Error";

/// The header of an error's code.
pub(super) const ERROR_CODE: &str = "Nats-Service-Error-Code";

/// The queue group in which processes share the requests: the one of the protocol.
pub(super) const QUEUE_GROUP: &str = "q";

/// The keys of a request that carries a command.
pub(super) mod request {
    pub(in crate::service) const ID: &str = "id";
    pub(in crate::service) const COMMAND: &str = "command";
    pub(in crate::service) const ACTOR: &str = "actor";
    pub(in crate::service) const COMMAND_ID: &str = "command_id";
    pub(in crate::service) const BECAUSE_OF: &str = "because_of";
    pub(in crate::service) const OF_COMMANDS: &[&str] =
        &[ID, COMMAND, ACTOR, COMMAND_ID, BECAUSE_OF];

    pub(in crate::service) const CORRELATION: &str = "correlation";
    pub(in crate::service) const EVENT: &str = "event";
    pub(in crate::service) const OF_CAUSES: &[&str] = &[CORRELATION, EVENT];

    pub(in crate::service) const QUESTION: &str = "question";
    pub(in crate::service) const AFTER: &str = "after";
    pub(in crate::service) const WITHIN_MS: &str = "within_ms";
    pub(in crate::service) const OF_QUERIES: &[&str] = &[QUESTION, AFTER, WITHIN_MS];
}

/// What stands as the `outcome` of an answer.
pub(super) mod outcome {
    pub(in crate::service) const STORED: &str = "stored";
    pub(in crate::service) const REPEATED: &str = "repeated";
    pub(in crate::service) const UNCHANGED: &str = "unchanged";
    pub(in crate::service) const REFUSED: &str = "refused";
    pub(in crate::service) const NOT_NOW: &str = "not_now";
    pub(in crate::service) const ERROR: &str = "error";
}

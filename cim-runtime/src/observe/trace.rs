//! W3C trace context (<https://www.w3.org/TR/trace-context/>): how tools that know nothing of events
//! see what belongs together.

use uuid::Uuid;

use crate::cid::EventCid;

/// The header, in messages that are stored and in requests.
pub(crate) const HEADER: &str = "traceparent";

/// The trace of a correlation, at one of its commits.
pub(crate) fn at_commit(correlation: Uuid, head: &EventCid) -> String {
    let span = head.digest().first_chunk::<8>();
    traceparent(correlation, span.copied().unwrap_or_default())
}

/// The trace of a correlation, at one of its commands.
pub(crate) fn at_command(correlation: Uuid, command_id: Uuid) -> String {
    // What is random in a UUIDv7 is at its end.
    let span = command_id.as_bytes().last_chunk::<8>();
    traceparent(correlation, span.copied().unwrap_or_default())
}

fn traceparent(correlation: Uuid, span: [u8; 8]) -> String {
    // 0 stands for no span.
    let span = u64::from_be_bytes(span).max(1);
    format!("00-{}-{span:016x}-01", correlation.simple())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trace_is_a_correlation() {
        let correlation = Uuid::from_u128(0x0190_b7e0_0000_7000_8000_0000_0000_002a);
        let command = Uuid::from_u128(0x0190_b7e0_0001_7000_8000_0000_0000_00ff);
        let trace = "00-0190b7e000007000800000000000002a";
        assert_eq!(at_command(correlation, command), format!("{trace}-80000000000000ff-01"));
        assert_eq!(at_command(correlation, Uuid::nil()), format!("{trace}-0000000000000001-01"));
    }
}

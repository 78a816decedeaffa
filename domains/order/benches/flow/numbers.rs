//! What is made of many measurements.

use std::time::Duration;

pub fn median(values: &[f64]) -> f64 {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// The middle, and what few exceed.
pub fn percentiles(times: &[Duration]) -> String {
    let mut times = times.to_vec();
    times.sort_unstable();
    let at = |percent: usize| times[(times.len() - 1) * percent / 100];
    let [p50, p95, p99, most] = [50, 95, 99, 100].map(at);
    format!("p50 {p50:.2?}, p95 {p95:.2?}, p99 {p99:.2?}, at most {most:.2?}")
}

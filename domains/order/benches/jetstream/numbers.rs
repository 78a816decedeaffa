//! What is made of many measurements.

use std::time::Duration;

pub fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

pub fn middle(times: Vec<Duration>) -> Duration {
    percentile(times, 50)
}

/// The time that so many of a hundred do not exceed.
pub fn percentile(mut times: Vec<Duration>, percent: usize) -> Duration {
    times.sort();
    times[(times.len() * percent / 100).min(times.len() - 1)]
}

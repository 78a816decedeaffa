//! The numbers over HTTP, as Prometheus asks for them.

use std::fmt;
use std::net::SocketAddr;

use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder};

/// The upper bounds by which durations are counted, in seconds: from a group commit on a fast disk to
/// a cluster that elects a leader.
const SECONDS: [f64; 12] =
    [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.5, 2.5, 10.0];

/// Serves the numbers of this process at `http://ADDRESS/metrics`, for as long as the runtime runs
/// that this is called in.
///
/// This installs a listener of `metrics` for the whole process, which is the program's to decide and
/// not a library's.
///
/// ```no_run
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// cim_runtime::observe::serve_metrics("127.0.0.1:9464".parse()?)?;
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// When nobody may listen at the address, or the process has such a listener already.
///
/// # Panics
///
/// Outside of a tokio runtime.
pub fn serve_metrics(address: SocketAddr) -> Result<(), MetricsError> {
    let failed = |error: BuildError| MetricsError { address, problem: error.to_string() };
    let durations = Matcher::Suffix("_seconds".to_owned());
    let builder = PrometheusBuilder::new().with_http_listener(address);
    let builder = builder.set_buckets_for_metric(durations, &SECONDS).map_err(failed)?;
    let (recorder, exporter) = builder.build().map_err(failed)?;
    metrics::set_global_recorder(recorder).map_err(|error| failed(error.into()))?;
    super::describe();
    tokio::spawn(exporter);
    Ok(())
}

/// Numbers cannot be served.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MetricsError {
    address: SocketAddr,
    problem: String,
}

impl fmt::Display for MetricsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the metrics cannot be served at {}: {}; name an address of this machine that is free, \
             and serve them once in a process",
            self.address, self.problem
        )
    }
}

impl std::error::Error for MetricsError {}

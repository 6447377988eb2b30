/// \file
/// A run as a picture: trace events (Chrome trace JSON) for ui.perfetto.dev, made from the CSV files of a
/// run.
#pragma once

#include <filesystem>
#include <limits>

namespace hetsched {

/// The part of a run to show, in seconds of simulated time. What overlaps it is shown whole.
struct TraceWindow {
  double from = 0;  ///< s
  double to = std::numeric_limits<double>::infinity();
};

/// Writes the trace of the run whose tasks.csv, transfers.csv, power.csv, requests.csv and accelerators.csv
/// lie in `run_dir`. Throws an InputError if they do not, are damaged, or the window is empty.
///
/// Times are rounded to nanoseconds, which is what Perfetto has. There are
///  - one track per accelerator (per slot, if it has several): a slice per task; inside it, where it is not
///  all
///    computing, slices for overhead, waiting for input and compute; arrows from producer to consumer for
///    transfers that a task waited for or found done;
///  - counters: power of everything, and ready tasks, that is, tasks of tasks.csv that are ready and not
///  started;
///  - one group of spans per stream, for its requests, with an instant where a deadline was missed or a
///  request
///    dropped; and one per pair of memories, for transfers.
/// A task that ends after the next one has begun on its slot (the workload tolerates that completions are
/// noticed early) is cut off there, so that slices of one track nest or are disjoint.
void write_trace(const std::filesystem::path& run_dir, const std::filesystem::path& out, TraceWindow window = {});

}  // namespace hetsched

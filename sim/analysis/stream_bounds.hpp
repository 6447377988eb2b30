/// \file
/// The streams of a run seen as what response-time analysis is for, and the bounds of those that it is for.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "analysis/utilisation.hpp"
#include "base/fields.hpp"
#include "engine/tables.hpp"
#include "model/scenario.hpp"

namespace hetsched::analysis {

/// In which order requests go: that of the policies fp, by its parameter assignment, and edf.
enum class Order { stream, rm, dm, edf };
/// The order of a policy; nothing if there are no bounds for it.
std::optional<Order> known_order(const PolicyChoice& policy);
/// The same. Throws an InputError that names those that there are bounds for.
Order order_of(const PolicyChoice& policy);

enum class Verdict {
  met,          ///< no request is ever late
  not_assured,  ///< the bound is beyond the deadline: requests may be late
  no_deadline,
  no_bound,
};
/// What is known of a stream. A row of `hetsched analyse --csv`.
struct StreamBound {
  std::string stream, accelerator;
  std::optional<double> utilisation, time, blocking, period, jitter, bound, deadline;
  Verdict verdict = Verdict::no_bound;
  std::string why;
};

/// Of the streams that one accelerator alone runs, all of which have bounds.
struct AcceleratorTests {
  std::string accelerator;
  std::size_t streams = 0;
  UtilisationTests tests;      ///< liu_layland and hyperbolic are for rate-monotonic priorities
  std::optional<bool> demand;  ///< under earliest deadline first
};

struct Analysis {
  std::vector<StreamBound> streams;            ///< in the order of the workload
  std::vector<AcceleratorTests> accelerators;  ///< in the order of the platform
};

/// What, besides costs and arrivals, decides in a run and keeps all of its streams from having bounds; else empty.
std::string why_not(const Instance& instance);

/// Bounds hold for what a run predicts: tasks as the originals, each alone at the operating point its accelerator
/// starts at. `tables` are those of the instance.
Analysis analyse(const Instance& instance, const Tables& tables, Order order);

}  // namespace hetsched::analysis

namespace hetsched {

template <>
inline constexpr auto enum_names<analysis::Verdict> = std::array{"met", "not assured", "no deadline", "no bound"};
template <>
inline constexpr auto fields<analysis::StreamBound> = std::tuple{
    field("stream", &analysis::StreamBound::stream, "name of the stream", {}),
    field("accelerator", &analysis::StreamBound::accelerator, "the only one that can run it; empty: there is none", {}),
    field("utilisation", &analysis::StreamBound::utilisation, "time of a request over its period", {}),
    field("time_s", &analysis::StreamBound::time, "time of a request alone, with dispatch", {.unit = "s"}),
    field("blocking_s", &analysis::StreamBound::blocking, "longest wait for a task that is less urgent", {.unit = "s"}),
    field("period_s", &analysis::StreamBound::period, "least time between two arrivals; empty: all may come at once",
          {.unit = "s"}),
    field("jitter_s", &analysis::StreamBound::jitter, "latest release after the nominal arrival", {.unit = "s"}),
    field("bound_s", &analysis::StreamBound::bound, "no request takes longer, from its release to its end",
          {.unit = "s"}),
    field("deadline_s", &analysis::StreamBound::deadline, "relative deadline", {.unit = "s"}),
    field("verdict", &analysis::StreamBound::verdict, "met, not assured, no deadline or no bound", {}),
    field("why", &analysis::StreamBound::why, "why there is no bound", {}),
};

}  // namespace hetsched

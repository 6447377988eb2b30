/// \file
/// How long requests take that have the platform to themselves: what slowdowns, STP and ANTT compare with.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "engine/tables.hpp"
#include "model/scenario.hpp"
#include "policy/catalog.hpp"

namespace hetsched {

/// A workload of one request of a stream, released at 0, and nothing else: no other streams, no outages, no drop rule.
/// Its deadline is as long as the stream's.
Instance alone(const Instance& instance, std::size_t stream);

/// Runs such workloads, each once for all runs that it is the same for.
class AloneTimes {
 public:
  /// Of the streams that the tables are of, which must outlive this.
  explicit AloneTimes(const Tables& tables) : tables_(tables) {}

  /// s from release to end of a request of the stream that is alone, on the scenario's platform, under its policy and
  /// seed, on the fluid executor. Nothing if it does not finish, if the policy cannot decide without the other streams,
  /// or if the options say so.
  std::optional<double> of(std::size_t stream, const Scenario& scenario, const Catalog& catalog);

 private:
  const Tables& tables_;
  std::map<std::size_t, Tables> of_stream_;                                     ///< by stream
  std::map<std::pair<std::size_t, std::string>, std::optional<double>> known_;  ///< by stream and run
};

}  // namespace hetsched

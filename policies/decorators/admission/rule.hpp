/// \file
/// What a rule of the decorator admission is.
#pragma once

#include <cstdint>

#include "decorators/filtered_view.hpp"
#include "hetsched/policy.hpp"

namespace hetsched::admission_rules {

/// A request that asks to be admitted as it arrives.
struct Candidate {
  const Request& request;
  StreamId queue;  ///< whose requests are counted together: its stream, or the first if all are
  const Unknown& rejected;
};

class Rule {
 public:
  virtual ~Rule() = default;

  virtual void begin(const SystemView& /*view*/) {}
  /// Asked once of each request that is live after its arrival, in the order of events.
  virtual bool admits(const SystemView& view, const Candidate& candidate) = 0;
  /// A request of a queue is in the system: it was admitted, or came and went within the instant.
  virtual void entered(StreamId /*queue*/) {}
  /// Such a request has left it. What leaves at an instant leaves before others enter.
  virtual void left(StreamId /*queue*/) {}
};

}  // namespace hetsched::admission_rules

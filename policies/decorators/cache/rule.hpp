/// \file
/// What a rule of the decorator cache is: which weights leave a full memory first.
#pragma once

#include "hetsched/policy.hpp"

namespace hetsched::cache_rules {

/// Weights in a memory.
struct Place {
  WeightsId weights = {};
  MemoryId memory = {};
  auto operator<=>(const Place&) const = default;
};

class Rule {
 public:
  virtual ~Rule() = default;

  /// Does it ask for requests to come (Params::clairvoyant)?
  [[nodiscard]] virtual bool foresees() const { return false; }
  /// How much they are worth keeping, of all in that memory; the least leaves first, of those that differ by rounding
  /// only that with the lower id.
  [[nodiscard]] virtual double worth(const SystemView& view, Place place) const = 0;
  /// A task that needs them is started, there or not.
  virtual void used(const SystemView& /*view*/, Place /*place*/) {}
  /// They leave.
  virtual void evicted(const SystemView& /*view*/, Place /*place*/) {}
};

}  // namespace hetsched::cache_rules

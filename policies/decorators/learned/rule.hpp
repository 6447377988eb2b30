/// \file
/// What a rule of the decorator learned is.
#pragma once

#include <cstddef>

#include "hetsched/policy.hpp"

namespace hetsched::learned_rules {

class Rule {
 public:
  virtual ~Rule() = default;

  /// Forgets everything. Factors are numbered from 0 to below `count`.
  virtual void begin(std::size_t count) = 0;
  /// The factor that follows from one more measurement, measured over predicted time.
  virtual double learn(std::size_t factor, double ratio) = 0;
};

}  // namespace hetsched::learned_rules

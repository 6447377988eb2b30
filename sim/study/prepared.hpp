/// \file
/// What all runs of one platform and workload have in common.
#pragma once

#include <optional>

#include "engine/tables.hpp"
#include "record/summary.hpp"

namespace hetsched {

/// Tables and bounds of an instance, whose options do not matter; each is computed once.
class Prepared {
 public:
  /// Throws an InputError if the instance cannot be run.
  explicit Prepared(const Instance& instance);
  Prepared(const Prepared&) = delete;  // the bounds look into the tables
  Prepared& operator=(const Prepared&) = delete;

  [[nodiscard]] const Tables& tables() const { return tables_; }
  /// When first asked for; the optimum of a request likewise.
  [[nodiscard]] const SummaryBounds& bounds() const;

 private:
  Tables tables_;
  mutable std::optional<SummaryBounds> bounds_;
};

}  // namespace hetsched

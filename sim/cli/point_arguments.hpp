/// \file
/// The arguments that say how points of a study are run, whether by a sweep of all of them or of a part.
#pragma once

#include <string>

#include "cli/arguments.hpp"
#include "study/sweep.hpp"

namespace hetsched {

struct PointArguments {
  std::string timeout, memory;
  bool trust_plugins = false, retry_failed = false;

  /// --trust-plugins, --timeout, --memory, --retry-failed.
  void declare(Arguments& arguments);
  /// Those that are given, as words of a command that declares them.
  [[nodiscard]] Strings words() const;
  /// Throws InputError.
  void set(SweepOptions& options) const;
};

}  // namespace hetsched

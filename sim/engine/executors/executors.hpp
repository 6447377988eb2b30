/// \file
/// What can let simulated time pass: the list of executors, by whose names they are chosen.
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "engine/executor.hpp"

namespace hetsched {

struct ExecutorEntry {
  std::string_view name;              ///< by which it is chosen
  bool repeats;                       ///< a run in a process that has run others is the same to the last digit
  std::string_view library, version;  ///< of what it is built on; empty if it is our own
  std::unique_ptr<Executor> (*make)(const Fabric& fabric);
  void (*load)();  ///< loads the library now, for processes that are forked from this one
};

/// All of them.
std::span<const ExecutorEntry> executors();

/// The one that runs use, and that the others are held against.
const ExecutorEntry& reference_executor();

/// The reference if the name is empty. Throws an InputError that has the names of all if there is none of that name.
const ExecutorEntry& executor_named(std::string_view name);

}  // namespace hetsched

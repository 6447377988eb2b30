/// \file
/// The texts of a new policy: what new_policy.cpp writes.
#pragma once

#include <span>
#include <utility>

namespace hetsched {

/// Name and text. In both @name@, @Class@ and @version@ are to be replaced.
using NewFile = std::pair<const char*, const char*>;

/// A policy in Python: a file, an experiment that runs it, and a README.
std::span<const NewFile> python_policy_files();

// The experiment, which a policy in C++ has as a test.
extern const char* const kNewExperiment;  ///< @policy@ is to be replaced, too
extern const char* const kNewModel;

}  // namespace hetsched

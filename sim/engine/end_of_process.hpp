/// \file
/// How a process ends that cannot go on: one that serves others tells them through a pipe, a program its user.
#pragma once

#include <string_view>

namespace hetsched {

/// Tells `message` and ends the process: does not return. Called in a signal handler: it may not allocate.
using EndOfProcess = void (*)(std::string_view message);

}  // namespace hetsched

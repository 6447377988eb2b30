/// \file
/// What is told of an exception, and the exit code it becomes.
#pragma once

#include "base/errors.hpp"

namespace hetsched {

/// Tells the exception that is being handled, a line of standard error for each of its lines, after all output. Called
/// in a handler: by main(), and where something must be told before what goes away with the stack. An error of our own
/// ends the program: what it has left behind is not taken apart.
ExitCode tell_exception();

}  // namespace hetsched

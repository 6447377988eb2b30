/// \file
/// The messages and exit codes of exceptions.
#pragma once

#include "base/errors.hpp"

namespace hetsched {

/// Prints the exception being handled to standard error, after flushing standard output, and gives its exit code. To be
/// called in a handler: by main(), and where the message must be out before the stack is unwound. An internal error
/// ends the process at once, without destructors.
ExitCode tell_exception();

}  // namespace hetsched

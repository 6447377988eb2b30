/// \file
/// What goes wrong because of where results are written, and not because of what was run.
#pragma once

#include "base/errors.hpp"

namespace hetsched {

/// A file or a folder cannot be written, made or given its name: no space, no permission, too large, in the way.
class WriteError : public InputError {
 public:
  using InputError::InputError;
};

}  // namespace hetsched

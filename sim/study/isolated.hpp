/// \file
/// Code that is not this program's own, tried in a process of its own: it may end that process, or not come back.
#pragma once

#include <functional>

#include "base/errors.hpp"

namespace hetsched {

/// Calls `check` in a process forked from this one and adds the problems that it found. An InputError or a PolicyError
/// is thrown as if it had been called here. False if the process ended before the call did, or did not end within
/// `limit` seconds and was killed.
bool check_isolated(const std::function<void(Problems&)>& check, double limit, Problems& problems);

}  // namespace hetsched

/// \file
/// Columns of results by the shortest end of their name that is no other one's: "rate" for
/// "workload.streams.camera.arrival.rate".
#pragma once

#include <string>

#include "base/errors.hpp"
#include "base/text.hpp"

namespace hetsched {

/// The column of that name, or the only one whose name ends in a dot and that. If there is none, or there are several,
/// a problem at `where`; then it is empty.
std::string column_named(const Strings& columns, const std::string& name, const std::string& where, Problems& problems);

/// The shortest end, after a dot or as a whole, of each column's name that is not an end of another one's.
Strings short_names(const Strings& columns);

}  // namespace hetsched

/// \file
/// The files of a study's directory, and what stands in them.
#pragma once

#include <vector>

#include "record/result_files.hpp"

namespace hetsched {

/// All files that a sweep leaves behind, in the order in which one would look at them. For `hetsched schema
/// results`.
std::vector<ResultFile> study_files();

}  // namespace hetsched

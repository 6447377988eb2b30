/// \file
/// What is said once the results of a study have been put together.
#pragma once

#include <filesystem>
#include <string>

#include "base/errors.hpp"
#include "study/merge.hpp"

namespace hetsched {

/// "hetsched: TEXT"
void note_on_stderr(const std::string& text);

/// Prints what there is, what is missing and what differs. failed_points if anything is missing, failed or different.
ExitCode tell_merged(const MergeOutcome& outcome, const std::filesystem::path& folder);

}  // namespace hetsched

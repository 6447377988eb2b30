/// \file
/// Names for what is written beside its place until it is whole, and what processes that were killed left under them.
#pragma once

#include <filesystem>
#include <string_view>
#include <vector>

namespace hetsched {

/// A name beside `path` that nothing has and nobody foresees: ".NAME.hetsched-MACHINE-PROCESS-RANDOM.SUFFIX", where
/// MACHINE and PROCESS say whose it is. A long NAME is cut. Whoever makes a file of it must do so with O_EXCL.
std::filesystem::path temporary_name(const std::filesystem::path& path, std::string_view suffix = "tmp");

/// What has such a name beside `path` and belongs to nobody any more: its process was on this machine and has ended, or
/// was on another and has not written there for 30 days. Ordered by name. Reads the folder: not for each of many files.
std::vector<std::filesystem::path> abandoned(const std::filesystem::path& path, std::string_view suffix = "tmp");

/// Removes what is abandoned beside `path`; what cannot be removed stays.
void remove_abandoned(const std::filesystem::path& path);

}  // namespace hetsched

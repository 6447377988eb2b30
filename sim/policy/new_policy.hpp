/// \file
/// The first version of a policy outside this tree: a folder that builds, runs and is tested as it stands.
#pragma once

#include <filesystem>
#include <string>

#include "base/text.hpp"

namespace hetsched {

/// Writes source, CMakeLists.txt, test and README of a policy; returns the names of the files. Throws an InputError if
/// the name is none for a policy, or if there is something at `folder` already.
Names write_new_policy(const std::filesystem::path& folder, const std::string& name);

}  // namespace hetsched

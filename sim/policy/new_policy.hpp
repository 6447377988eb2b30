/// \file
/// The first version of a policy outside this tree: a folder that runs and is tested as it stands.
#pragma once

#include <filesystem>
#include <string>

#include "base/text.hpp"

namespace hetsched {

enum class PolicyLanguage { cpp, python };

/// Writes source and README of a policy, in C++ with CMakeLists.txt and test, in Python with an experiment; returns the
/// names of the files. Throws an InputError if the name is none for a policy, or if there is something at `folder`
/// already.
Strings write_new_policy(const std::filesystem::path& folder, const std::string& name, PolicyLanguage language);

}  // namespace hetsched

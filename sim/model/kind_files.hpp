/// \file
/// The files that a platform takes kinds from, read before it, so that something can be changed in them.
#pragma once

#include <map>
#include <string>

#include "model/platform.hpp"

namespace hetsched {

/// By path, as kind_file_paths() has it.
using KindFiles = std::map<std::string, Document>;

/// The paths to open that the kind_files of a platform name; what is no text is passed over.
Strings kind_file_paths(const Node& platform);

/// As read_platform(node, problems), with the documents of `files` instead of the files there.
PlatformSpec read_platform(const Node& node, const KindFiles& files, Problems& problems);

}  // namespace hetsched

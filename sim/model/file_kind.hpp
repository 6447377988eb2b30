/// \file
/// Which kind of input file a JSON value is, by what is in it.
#pragma once

#include "base/json_document.hpp"

namespace hetsched {

enum class FileKind { platform, kinds, model, workload, experiment };

/// A file that is none of the others is taken for an experiment.
FileKind file_kind_of(const Node& root);

/// "a platform file", "a file of kinds", ...
std::string_view in_words(FileKind kind);

}  // namespace hetsched

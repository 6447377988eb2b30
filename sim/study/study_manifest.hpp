/// \file
/// study.json read back. A power cut may leave it empty, and anybody may have edited it: then the study goes on by its
/// plan and its journal, where those are enough.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "base/json_document.hpp"
#include "study/plan.hpp"

namespace hetsched {

inline constexpr std::string_view kStudyFile = "study.json";

struct StudyManifest {
  Json json;           ///< what it says, of the types that hetsched writes; null if there is none, or it is spoilt
  std::string spoilt;  ///< why what is there cannot be made use of, as a clause; else empty
};

/// Never throws because of what stands there.
StudyManifest read_study_manifest(const std::filesystem::path& folder);

/// The same; null if there is none. Throws an InputError, which says the way out, if it is spoilt.
Json study_manifest(const std::filesystem::path& folder);

/// The name of the experiment in a manifest; empty if it has none.
std::string experiment_of(const Json& manifest);

/// The part of the study that the folder is of: all of it, if the manifest does not say.
Shard shard_in(const Json& manifest);

}  // namespace hetsched

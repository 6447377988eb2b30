/// \file
/// The tables of a study made again from its journal, and folders of parts of a study put together.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "base/text.hpp"
#include "study/study_folder.hpp"
#include "study/study_tables.hpp"

namespace hetsched {

struct MergeOutcome {
  PointCounts points;
  std::size_t added = 0;  ///< points that the folder did not have before
  Strings missing;        ///< names of the points that have not been run
  Strings differing;      ///< names of points of which two folders have different results
};

/// Makes the tables of a study's folder again, from its plan and its journal. Throws an InputError if it has none, or
/// if another program is writing to it.
MergeOutcome make_tables(const std::filesystem::path& folder, const Note& note);

/// Takes over what other folders of the same plan have and `folder` has not: results, and the files of runs, which are
/// moved out of its own shards and copied from `others`. `folder` may be new. Done again, it changes nothing. Throws an
/// InputError, with nothing changed, if there is nothing to be merged, or if the folders are not of one plan.
MergeOutcome merge(const std::filesystem::path& folder, const std::vector<std::filesystem::path>& others,
                   const Note& note);

}  // namespace hetsched

/// \file
/// A sweep run in parts (shards), each by a process of its own somewhere on a cluster that shares its files.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.hpp"
#include "study/calibrate.hpp"
#include "study/study.hpp"
#include "study/study_folder.hpp"

namespace hetsched {

struct SweepInParts {
  std::string name;                   ///< of the experiment
  std::size_t points = 0, parts = 1;  ///< numbers of them
  unsigned processors = 1;            ///< that a part uses
  std::filesystem::path program;      ///< this program, absolute
  std::filesystem::path where;        ///< what the words of `sweep` are relative to, absolute
  std::filesystem::path results;      ///< the folder of the study, absolute
  Strings sweep;                      ///< EXPERIMENT and options of the command sweep, but for -o, -j and --shard
  std::vector<std::filesystem::path> inputs;  ///< files that it reads, absolute

  /// The words of a command that runs a part, but for "--shard I/N" and "-j N" behind them.
  [[nodiscard]] Strings part_command() const;
  /// The words of the command that puts the results of all parts together.
  [[nodiscard]] Strings merge_command() const;
  /// Where scripts and logs lie.
  [[nodiscard]] std::filesystem::path cluster_folder() const { return results / kClusterFolder; }
  /// "tiny: 60 points in 12 parts", on one line.
  [[nodiscard]] std::string title() const;
};

/// So many parts that each takes about `duration` seconds: at least one, at most `most`, and none without a point.
std::size_t parts_of(std::size_t points, const PointCost& cost, double duration, unsigned processors, std::size_t most);

/// The number of parts that a study was begun in, in its folder of results; nothing if it was not. Of several, the one
/// with most folders.
std::optional<std::size_t> parts_begun(const std::filesystem::path& results);

}  // namespace hetsched

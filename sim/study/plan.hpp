/// \file
/// The plan of a study: its points in the order of points.csv, each with what tells it apart and its id. plan.csv.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/errors.hpp"
#include "base/text.hpp"
#include "study/study.hpp"

namespace hetsched {

inline constexpr std::string_view kPlanFile = "plan.csv";

struct Plan {
  struct Point {
    std::string name;  ///< its number; names of folders are made of it
    std::string id;    ///< Study::id()
    std::size_t cell;  ///< number of the combination that it replicates
    Strings labels;    ///< values of label_names
  };
  Strings label_names;
  std::vector<Point> points;

  /// Throws an InputError if an input can no longer be read.
  static Plan of(const Study& study);
  /// Reads what text() wrote, and nothing else: names are the numbers of the points in their order, ids 32 hexadecimal
  /// digits. What is wrong is added to `problems`; then it is empty.
  static Plan read(const std::filesystem::path& file, Problems& problems);
  /// As CSV: point, cell, id, then the labels.
  [[nodiscard]] std::string text() const;
  /// A hash of the ids, in their order.
  [[nodiscard]] std::string hash() const;
};

/// Part of a plan that one of several programs runs: number `index` of `count`, from 1.
struct Shard {
  std::size_t index = 1, count = 1;

  /// "3-of-7"
  [[nodiscard]] std::string name() const { return std::to_string(index) + "-of-" + std::to_string(count); }
};

/// Points of a shard, in their order: each point is in one of the shards, which are of equal size but for one point
/// (one cell, if cells stay `whole`). Which it is in depends on its id (that of its cell's first point): neighbours,
/// which take equally long, are in different ones.
std::vector<std::size_t> points_of(const Shard& shard, const Plan& plan, bool whole);

}  // namespace hetsched

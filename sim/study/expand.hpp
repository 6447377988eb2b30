/// \file
/// Factors and their levels: the combinations that an experiment's `list` and `grid` ask for.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/json_document.hpp"
#include "base/text.hpp"
#include "study/experiment.hpp"

namespace hetsched {

/// A value for what a path names.
struct Assignment {
  std::string path;  ///< "policy", "workload.streams.camera.arrival.rate"
  Json value;
  std::string origin;            ///< where it was written, for messages
  std::filesystem::path folder;  ///< what a file that it names is relative to
};

/// One level of each factor; a combination of `list` may leave factors out.
using Combination = std::vector<std::shared_ptr<const Assignment>>;

struct Expansion {
  Names paths;  ///< of the factors, in order of appearance: those of `list`, then those of `grid`
  std::vector<Combination> combinations;
};

/// More points than this are refused: it is a slip, or work for several studies.
inline constexpr std::size_t kMaxPoints = 200'000;

/// Expands an experiment: each entry of `list` with each combination of `grid`, of which the last path varies
/// fastest. Factors whose path is in `fixed` are left out. At least one combination, which may be empty.
/// Problems: paths that cannot vary, levels that are no list, are none or are there twice, and too many
/// points.
Expansion expand(const Node& experiment, const Names& fixed, Problems& problems);

/// The assignment that a setting is. A value that is no JSON is a text.
Assignment assignment_of(const Setting& setting, Problems& problems);

/// Can what the path names differ from point to point?
bool can_vary(std::string_view path);

/// A level as it stands in results: texts without quotes, numbers at their shortest, else JSON.
std::string level_text(const Json& value);

/// The parts of a path; "a.b.0" -> a, b, 0.
Names path_parts(std::string_view path);

/// The JSON pointer for Document::set of the parts from `first` on, starting at `root`: keys and names that
/// contain dots are put together again.
std::string pointer_of(const Json& root, const Names& parts, std::size_t first);

}  // namespace hetsched

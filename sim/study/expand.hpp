/// \file
/// Factors and their levels: the combinations that an experiment's `list` and `grid` ask for.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/json_document.hpp"
#include "base/text.hpp"
#include "study/setting.hpp"

namespace hetsched {

/// One level of each factor; a combination of `list` may leave factors out.
using Combination = std::vector<std::shared_ptr<const Setting>>;

struct Expansion {
  Strings paths;  ///< of the factors, in order of appearance: those of `list`, then those of `grid`
  std::vector<Combination> combinations;
};

/// More points than this are refused: it is a slip, or work for several studies.
inline constexpr std::size_t kMaxPoints = 200'000;

/// Expands an experiment: each entry of `list` with each combination of `grid`, of which the last path varies
/// fastest. Factors whose path is in `fixed` are left out. At least one combination, which may be empty.
/// Levels are in_si(); those that mean the same are one. Problems: paths that cannot vary, levels that are no list, are
/// none or are written twice, and too many points.
Expansion expand(const Node& experiment, const Strings& fixed, Problems& problems);

/// Can the value at the path differ between points?
bool can_vary(const SettingPath& path);

/// The value as a number, if it is a text with a unit ("10 Hz") and the path leads to a field of such a quantity in a
/// platform, a workload or the experiment itself; else as it is.
Json in_si(const SettingPath& path, const Json& value);

/// A level as it is written in results: texts without quotes, numbers at their shortest, else JSON.
std::string level_text(const Json& value);

/// The JSON pointer, for Document::set, of the parts of a path from `first` on, starting at `root`. Keys and names that
/// contain dots are recognised.
std::string pointer_of(const Json& root, const Strings& parts, std::size_t first);

}  // namespace hetsched

/// \file
/// Factors and their levels: the combinations that an experiment's `list`, `zip`, `random`, `latin_hypercube` and
/// `grid` ask for.
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
  Strings paths;  ///< of the factors, in order of appearance: as the sections above, from `list` to `grid`
  std::vector<Combination> combinations;
};

/// More points than this are refused: it is a slip, or work for several studies.
inline constexpr std::size_t kMaxPoints = 200'000;

/// Expands an experiment. The sections are crossed with each other, and so is each object of `zip` and each path of
/// `grid`; what comes first varies slowest. A zip takes the levels of its paths side by side. `random` and
/// `latin_hypercube` are drawn, with the experiment's seed unless they have their own.
/// Factors whose path is in `fixed` are left out. At least one combination, which may be empty.
/// Levels are in_si(); those that mean the same are one. Problems: paths that cannot vary or are factors twice, levels
/// that are no list, are none, are written twice or are not as many as those beside them, and too many points.
Expansion expand(const Node& experiment, const Strings& fixed, Problems& problems);

}  // namespace hetsched

/// \file
/// The homogeneous platforms that an experiment asks for in `baseline`: made of its heterogeneous ones, run beside
/// them.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/json_document.hpp"
#include "base/text.hpp"
#include "model/baseline.hpp"
#include "study/expand.hpp"

namespace hetsched {

/// Is it a key of `baseline` that says which platforms are to be made? Else it is a column of points.csv.
bool is_baseline_word(std::string_view key);

/// Does `baseline` ask for homogeneous platforms?
bool asks_for_homogeneous(const Json& baseline);

/// Is the one platform made of the other? Names tell.
bool is_made_of(std::string_view made, std::string_view source);

/// Makes the levels. Each platform is looked at once.
class HomogeneousPlatforms {
 public:
  /// `baseline` of an experiment; problems are added. Reads its file of kinds.
  HomogeneousPlatforms(const Node& baseline, Problems& problems);

  /// Those of a platform, as levels of the factor platform; none of one that is homogeneous itself.
  std::vector<std::shared_ptr<const Setting>> levels_of(const PlatformSpec& platform, Problems& problems);

  /// May those that do not fit the workload be left out? Not if the experiment names a kind.
  [[nodiscard]] bool is_each() const { return wanted_.kind.empty() || wanted_.kind == kEachKind; }
  /// Clauses: of which kinds there are no platforms.
  [[nodiscard]] const Strings& notes() const { return notes_; }
  /// The file of kinds, if there is one.
  [[nodiscard]] const std::optional<std::filesystem::path>& kinds_file() const { return kinds_file_; }

 private:
  BaselineSpec wanted_;
  Problem at_;  ///< where `baseline` stands, nothing wrong
  std::filesystem::path folder_;
  std::vector<KindSpec> candidates_;
  std::optional<std::filesystem::path> kinds_file_;
  bool readable_ = true;
  Strings notes_;
};

}  // namespace hetsched

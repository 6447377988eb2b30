#include "study/homogeneous.hpp"

#include <algorithm>
#include <utility>

#include "base/files.hpp"

namespace hetsched {

bool is_baseline_word(std::string_view key) {
  const Strings words = field_names<BaselineSpec>();
  return std::find(words.begin(), words.end(), key) != words.end();
}

bool asks_for_homogeneous(const Json& baseline) {
  if (!baseline.is_object()) return false;
  const auto items = baseline.items();
  return std::any_of(items.begin(), items.end(), [](const auto& item) { return is_baseline_word(item.key()); });
}

bool is_made_of(std::string_view made, std::string_view source) {
  return made.size() > source.size() + 1 && made.starts_with(source) && made[source.size()] == '=';
}

HomogeneousPlatforms::HomogeneousPlatforms(const Node& baseline, Problems& problems)
    : at_(baseline.problem("")), folder_(baseline.folder()) {
  const std::size_t before = problems.size();
  for_each_field<BaselineSpec>([&](const auto& f) {
    if (baseline.has(f.name)) detail::read_value(baseline.child(f.name), f.about, problems, wanted_.*f.member);
  });
  if (problems.size() == before && !wanted_.equal && wanted_.same_box.empty())
    problems.add(
        baseline.problem("says of which homogeneous platforms, but not how they are made; add \"equal\": \"power\" (or "
                         "price, area, pes, "
                         "peak_ops) or \"same_box\": [\"idle\"]"));
  if (baseline.has("platform"))
    problems.add(baseline.child("platform")
                     .problem("names a platform to compare with, but equal or same_box have each platform compared "
                              "with those made of it; "
                              "use one of the two"));
  if (!wanted_.kinds.empty() && !wanted_.equal && problems.size() == before)
    problems.add(baseline.child("kinds").problem("is for equal; in the same box the kinds are those of the platform"));
  if (!wanted_.kinds.empty()) {
    kinds_file_ = baseline.child("kinds").resolve(wanted_.kinds);
    if (const std::string missing = missing_file("kinds", *kinds_file_); !missing.empty()) {
      problems.add(baseline.child("kinds").problem(missing));
      kinds_file_.reset();
    } else {
      candidates_ = read_kinds(Document::from_file(*kinds_file_, problems).root(), problems).kinds;
    }
  }
  readable_ = problems.size() == before;
}

std::vector<std::shared_ptr<const Setting>> HomogeneousPlatforms::levels_of(const PlatformSpec& platform,
                                                                            Problems& problems) {
  std::vector<std::shared_ptr<const Setting>> levels;
  if (!readable_ || !is_heterogeneous(platform)) return levels;
  const std::size_t before = problems.size();
  const Baselines made = make_baselines(platform, wanted_, candidates_, at_, problems);
  for (const NoBaseline& none : made.without) {
    std::string note = "no baseline of " + none.kind + " for " + platform.name + ": it " + none.why;
    if (std::find(notes_.begin(), notes_.end(), note) == notes_.end()) notes_.push_back(std::move(note));
  }
  if (made.platforms.empty() && problems.size() == before)
    problems.add(at_.where, at_.pointer,
                 "leaves platform " + in_quotes(platform.name) + " without a baseline: " + join(notes_, "; "));
  for (const BaselinePlatform& each : made.platforms)
    levels.push_back(std::make_shared<const Setting>(Setting{SettingPath("platform"), platform_json(each.platform),
                                                             at_.where + " (" + each.platform.name + ")", folder_}));
  return levels;
}

}  // namespace hetsched

#include "study/expand.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <set>

#include "study/experiment.hpp"
#include "study/paths.hpp"
#include "study/sample.hpp"

namespace hetsched {
namespace {

bool contains(const Strings& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// Reads the sections of an experiment that name factors.
class Expander {
 public:
  Expander(const Node& experiment, const Strings& fixed, Problems& problems)
      : fixed_(fixed), problems_(problems), folder_(experiment.folder()) {
    read_list(experiment.child("list"));
    read_zips(experiment.child("zip"));
    Problems reported;
    std::uint64_t seed = ExperimentSpec{}.seed;
    if (experiment.has("seed")) detail::read_value(experiment.child("seed"), About{}, reported, seed);
    read_sample(experiment.child("random"), seed, random_parts);
    read_sample(experiment.child("latin_hypercube"), seed, latin_parts);
    read_grid(experiment.child("grid"));
  }

  Expansion expand() {
    std::size_t count = 1;
    for (const Block& block : blocks_) {
      count *= block.choices.size();
      if (count > kMaxPoints) {
        problems_.add(block.at.where, block.at.pointer,
                      "makes more than " + std::to_string(kMaxPoints) + " combinations; leave out levels");
        return expansion_;
      }
    }
    cross({}, 0);
    return std::move(expansion_);
  }

 private:
  using Level = std::shared_ptr<const Setting>;
  using Factor = std::vector<Level>;  // its levels

  /// What is crossed with all else.
  struct Block {
    std::vector<Combination> choices;
    Problem at;  ///< where it was written, nothing wrong yet
  };

  /// Adds the choices of a block that differ from those before; false for the others.
  class Distinct {
   public:
    [[nodiscard]] bool add(Combination choice, Block& block) {
      std::string text;
      for (const Level& level : choice)
        text += level->path.text() + "=" + level_meaning(level->path, level->value) + "\n";
      if (!seen_.insert(text).second) return false;
      block.choices.push_back(std::move(choice));
      return true;
    }

   private:
    std::set<std::string> seen_;
  };

  [[nodiscard]] Level level(const std::string& path, const Json& value, const std::string& origin) const {
    return std::make_shared<const Setting>(Setting{SettingPath(path), value, origin, folder_});
  }
  [[nodiscard]] Level level(const std::string& path, const Node& node) const {
    return level(path, in_si(SettingPath(path), node.value()), node.where());
  }

  /// Is the path, which is the key of `node`, to be read as a factor of this section? One that is a factor of another
  /// section (or of another zip), or that cannot be one, is reported.
  bool takes(const std::string& path, const Node& node, const std::string& section, const std::string& pointer) {
    if (contains(fixed_, path)) return false;
    if (!can_vary(SettingPath(path))) {
      report_no_factor(SettingPath(path), node, problems_);
      return false;
    }
    const auto [known, added] = sections_.emplace(path, std::pair(section, pointer));
    if (added) expansion_.paths.push_back(path);
    if (known->second.second != pointer)
      problems_.add(node.key_problem("varies in " + known->second.first + " already; a factor is in one of the two"));
    return true;
  }

  void read_list(const Node& list) {
    if (!list.value().is_array()) return;
    Block block{{}, list.problem("")};
    Distinct distinct;
    for (std::size_t i = 0; i < list.value().size(); ++i) {
      const Node entry = list.child(i);
      if (!entry.value().is_object()) continue;  // has been reported
      Combination combination;
      for (const auto& item : entry.value().items())
        if (takes(item.key(), entry.child(item.key()), "list", list.pointer()))
          combination.push_back(level(item.key(), entry.child(item.key())));
      if (!distinct.add(std::move(combination), block) && fixed_.empty())
        problems_.add(entry.problem("is in the list twice; its runs would be the same"));
    }
    if (list.value().empty())
      problems_.add(list.problem("has no entry, so there would be no run; add one, or leave out the list"));
    add(std::move(block));
  }

  void read_zips(const Node& zips) {
    const Json& value = zips.value();
    if (value.is_object()) return read_zip(zips);
    const bool objects =
        value.is_array() && std::all_of(value.begin(), value.end(), [](const Json& zip) { return zip.is_object(); });
    if (!objects && !value.is_null())
      problems_.add(zips.problem("must be an object of path -> levels, or a list of such; found " + shown(value)));
    for (std::size_t i = 0; objects && i < value.size(); ++i) read_zip(zips.child(i));
  }

  /// The levels of the paths side by side.
  void read_zip(const Node& zip) {
    std::vector<Factor> factors;
    std::optional<std::pair<std::string, Node>> first;
    for (const auto& item : zip.value().items()) {
      const Node levels = zip.child(item.key());
      if (!takes(item.key(), levels, "zip", zip.pointer()) || !is_levels(levels)) continue;
      if (!first) first.emplace(item.key(), levels);
      if (levels.value().size() != first->second.value().size()) {
        problems_.add(levels.problem("has " + levels_of(levels) + ", but " + first->first + " has " +
                                     levels_of(first->second) + "; paths that vary together need equally many"));
        continue;
      }
      Factor factor;
      for (std::size_t i = 0; i < levels.value().size(); ++i) factor.push_back(level(item.key(), levels.child(i)));
      factors.push_back(std::move(factor));
    }
    if (factors.empty()) return;
    Block block{{}, zip.problem("")};
    Distinct distinct;
    for (std::size_t i = 0; i < factors.front().size(); ++i) {
      Combination combination;
      for (const Factor& factor : factors) combination.push_back(factor[i]);
      if (!distinct.add(std::move(combination), block) && fixed_.empty())
        problems_.add(
            first->second.child(i).problem("stands beside the same levels twice; its runs would be the same"));
    }
    add(std::move(block));
  }

  static std::string levels_of(const Node& levels) {
    const std::size_t size = levels.value().size();
    return std::to_string(size) + (size == 1 ? " level" : " levels");
  }

  /// `random` or `latin_hypercube`; `parts` draws for a path.
  void read_sample(const Node& node, std::uint64_t experiment_seed,
                   const std::function<std::vector<double>(std::uint64_t, const std::string&, std::uint64_t)>& parts) {
    Problems reported;
    if (!node.value().is_object()) return;
    const auto spec = read<SampleSpec>(node, reported);
    if (!reported.empty()) return;
    const Node factors = node.child("factors");
    const std::string section(std::string_view(node.pointer()).substr(1));
    Block block{std::vector<Combination>(spec.count), node.problem("")};
    bool any = false;
    for (const auto& item : factors.value().items()) {
      const Node factor = factors.child(item.key());
      if (!takes(item.key(), factor, section, node.pointer())) continue;
      any = true;
      const auto sampler = Sampler::read(SettingPath(item.key()), factor, problems_);
      if (!sampler) continue;
      std::map<std::string, Level> levels;  // equal ones are one: what is prepared for them is shared
      const std::vector<double> drawn = parts(spec.seed.value_or(experiment_seed), item.key(), spec.count);
      for (std::size_t i = 0; i < drawn.size(); ++i) {
        const Json value = sampler->level(drawn[i]);
        Level& known = levels[dumped(value)];
        if (!known) known = level(item.key(), value, factor.where());
        block.choices[i].push_back(known);
      }
    }
    if (factors.value().empty()) problems_.add(factors.problem("has no path; name a factor, or leave out " + section));
    if (!any) return;
    Block different{{}, block.at};
    Distinct distinct;
    for (Combination& choice : block.choices) (void)distinct.add(std::move(choice), different);
    add(std::move(different));
  }

  void read_grid(const Node& grid) {
    if (!grid.value().is_object()) return;
    for (const auto& item : grid.value().items()) {
      const Node levels = grid.child(item.key());
      if (!takes(item.key(), levels, "grid", grid.pointer()) || !is_levels(levels)) continue;
      Block block{{}, grid.problem("")};
      std::set<std::string> written;
      Distinct distinct;
      for (std::size_t i = 0; i < levels.value().size(); ++i) {
        const Node node = levels.child(i);
        if (!written.insert(dumped(node.value())).second)
          problems_.add(node.problem(shown(node.value()) + " is a level of " + item.key() + " already"));
        else
          (void)distinct.add({level(item.key(), node)}, block);
      }
      add(std::move(block));
    }
  }

  bool is_levels(const Node& levels) {
    if (levels.value().is_array() && !levels.value().empty()) return true;
    problems_.add(levels.problem("must be a list of at least one level; found " + shown(levels.value())));
    return false;
  }

  void add(Block block) {
    if (!block.choices.empty()) blocks_.push_back(std::move(block));
  }

  void cross(const Combination& combination, std::size_t block) {
    if (block == blocks_.size()) {
      expansion_.combinations.push_back(combination);
      return;
    }
    for (const Combination& choice : blocks_[block].choices) {
      Combination longer = combination;
      longer.insert(longer.end(), choice.begin(), choice.end());
      cross(longer, block + 1);
    }
  }

  const Strings& fixed_;
  Problems& problems_;
  std::filesystem::path folder_;
  std::map<std::string, std::pair<std::string, std::string>> sections_;  ///< of a path: its word and its pointer
  std::vector<Block> blocks_;
  Expansion expansion_;
};

}  // namespace

Expansion expand(const Node& experiment, const Strings& fixed, Problems& problems) {
  return Expander(experiment, fixed, problems).expand();
}

}  // namespace hetsched

#include "study/expand.hpp"

#include <algorithm>
#include <set>
#include <span>

#include "base/errors.hpp"
#include "base/fields_path.hpp"
#include "base/units.hpp"
#include "model/platform.hpp"
#include "model/workload.hpp"
#include "study/alternatives.hpp"
#include "study/experiment.hpp"

namespace hetsched {
namespace {

const Strings kVarying = {"platform", "workload", "policy", "seed", "execution_jitter", "decision_latency", "outages"};

bool contains(const Strings& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// Reads `list` and `grid` of an experiment.
class Expander {
 public:
  Expander(const Node& experiment, const Strings& fixed, Problems& problems)
      : fixed_(fixed),
        problems_(problems),
        folder_(experiment.folder()),
        grid_where_(experiment.child("grid").where()) {
    read_list(experiment.child("list"));
    listed_ = expansion_.paths;
    read_grid(experiment.child("grid"));
  }

  Expansion expand() {
    std::size_t count = listed_combinations_.size();
    for (const Factor& factor : grid_) {
      count *= factor.size();
      if (count > kMaxPoints) {
        problems_.add(grid_where_, "/grid",
                      "makes more than " + std::to_string(kMaxPoints) + " combinations; leave out levels");
        return expansion_;
      }
    }
    for (const Combination& combination : listed_combinations_) cross(combination, 0);
    return std::move(expansion_);
  }

 private:
  using Factor = std::vector<std::shared_ptr<const Setting>>;  // its levels

  std::shared_ptr<const Setting> level(const std::string& path, const Node& node) const {
    const SettingPath to(path);
    return std::make_shared<const Setting>(Setting{to, in_si(to, node.value()), node.where(), folder_});
  }

  bool check_path(const SettingPath& path, const Node& node) {
    if (can_vary(path)) {
      if (!contains(expansion_.paths, path.text())) expansion_.paths.push_back(path.text());
      return true;
    }
    problems_.add(node.key_problem("cannot vary from run to run" + alternatives(path.field(), "what can", kVarying)));
    return false;
  }

  /// The same for values that mean the same, as "10 Hz", 10 and 10.0 may.
  static std::string meaning(const std::string& path, const Json& value) {
    const Json number = in_si(SettingPath(path), value);
    return number.is_number() ? level_text(number) : dumped(number);
  }

  void read_list(const Node& list) {
    listed_combinations_.clear();
    std::set<std::string> seen;
    const std::size_t size = list.value().is_array() ? list.value().size() : 0;
    for (std::size_t i = 0; i < size; ++i) {
      const Node entry = list.child(i);
      if (!entry.value().is_object()) continue;  // has been reported
      Combination combination;
      std::string text;
      for (const auto& item : entry.value().items()) {
        if (contains(fixed_, item.key()) || !check_path(SettingPath(item.key()), entry.child(item.key()))) continue;
        combination.push_back(level(item.key(), entry.child(item.key())));
        text += item.key() + "=" + meaning(item.key(), item.value()) + "\n";
      }
      if (seen.insert(text).second)
        listed_combinations_.push_back(std::move(combination));
      else if (fixed_.empty())
        problems_.add(entry.problem("is in the list twice; its runs would be the same"));
    }
    if (list.value().is_array() && size == 0)
      problems_.add(list.problem("has no entry, so there would be no run; add one, or leave out the list"));
    if (listed_combinations_.empty()) listed_combinations_.emplace_back();
  }

  void read_grid(const Node& grid) {
    if (!grid.value().is_object()) return;
    for (const auto& item : grid.value().items()) {
      const Node levels = grid.child(item.key());
      if (contains(fixed_, item.key()) || !check_path(SettingPath(item.key()), levels)) continue;
      if (contains(listed_, item.key()))
        problems_.add(levels.key_problem("varies in list already; a factor is in one of the two"));
      if (!levels.value().is_array() || levels.value().empty()) {
        problems_.add(levels.problem("must be a list of at least one level; found " + shown(levels.value())));
        continue;
      }
      read_levels(item.key(), levels);
    }
  }

  void read_levels(const std::string& path, const Node& levels) {
    Factor factor;
    std::set<std::string> written, seen;
    for (std::size_t i = 0; i < levels.value().size(); ++i) {
      const Node node = levels.child(i);
      if (!written.insert(dumped(node.value())).second)
        problems_.add(node.problem(shown(node.value()) + " is a level of " + path + " already"));
      else if (seen.insert(meaning(path, node.value())).second)
        factor.push_back(level(path, node));
    }
    grid_.push_back(std::move(factor));
  }

  void cross(const Combination& combination, std::size_t factor) {
    if (factor == grid_.size()) {
      expansion_.combinations.push_back(combination);
      return;
    }
    for (const auto& each : grid_[factor]) {
      Combination longer = combination;
      longer.push_back(each);
      cross(longer, factor + 1);
    }
  }

  const Strings& fixed_;
  Problems& problems_;
  std::filesystem::path folder_;
  std::string grid_where_;
  Strings listed_;
  std::vector<Combination> listed_combinations_;
  std::vector<Factor> grid_;
  Expansion expansion_;
};

/// Is `key` a key of the object, or the name of an element of the list?
bool names_something(const Json& value, const std::string& key) {
  if (value.is_object()) return value.contains(key);
  return std::any_of(value.begin(), value.end(), [&](const Json& element) {
    return element.is_object() && element.contains("name") && element["name"] == key;
  });
}

const Json* inside(const Json& value, const std::string& key) {
  if (value.is_object()) return value.contains(key) ? &value[key] : nullptr;
  for (const Json& element : value)
    if (element.is_object() && element.contains("name") && element["name"] == key) return &element;
  if (!key.empty() && key.size() < 10 && key.find_first_not_of("0123456789") == std::string::npos) {
    const std::size_t index = std::stoul(key);
    if (index < value.size()) return &value[index];
  }
  return nullptr;
}

}  // namespace

Expansion expand(const Node& experiment, const Strings& fixed, Problems& problems) {
  return Expander(experiment, fixed, problems).expand();
}

bool can_vary(const SettingPath& path) {
  const Strings& parts = path.parts();
  const bool whole = std::none_of(parts.begin(), parts.end(), [](const std::string& part) { return part.empty(); });
  return whole && contains(kVarying, path.field());
}

Json in_si(const SettingPath& path, const Json& value) {
  if (!value.is_string()) return value;
  const std::span<const std::string> parts = path.parts();
  const About* about = nullptr;
  if (path.field() == "platform")
    about = about_field<PlatformSpec>(parts.subspan(1));
  else if (path.field() == "workload")
    about = about_field<WorkloadSpec>(parts.subspan(1));
  else
    about = about_field<ExperimentSpec>(parts);
  if (about == nullptr || about->unit.empty()) return value;
  const auto& text = value.get_ref<const std::string&>();
  if (std::find(about->words.begin(), about->words.end(), text) != about->words.end()) return value;
  const ParsedQuantity parsed = parse_quantity(text, about->unit);
  return parsed.value ? Json(*parsed.value) : value;
}

std::string level_text(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  return value.is_number_float() ? format_number(value.get<double>()) : dumped(value);
}

std::string pointer_of(const Json& root, const Strings& parts, std::size_t first) {
  std::string pointer;
  const Json* at = &root;
  while (first < parts.size()) {
    std::string key = parts[first];
    std::size_t used = 1;
    if (at && at->is_structured() && !inside(*at, key)) {
      std::string longer = key;
      for (std::size_t next = first + 1; next < parts.size(); ++next) {
        longer += "." + parts[next];
        if (!names_something(*at, longer)) continue;
        key = longer;
        used = next - first + 1;
        break;
      }
    }
    pointer += pointer_part(key);
    at = at && at->is_structured() ? inside(*at, key) : nullptr;
    first += used;
  }
  return pointer;
}

}  // namespace hetsched

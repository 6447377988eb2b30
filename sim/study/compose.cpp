#include "study/compose.hpp"

#include <algorithm>

#include "base/files.hpp"
#include "study/paths.hpp"

namespace hetsched {
namespace {

/// Replaces the short form "policy": "rr" by {"name": "rr"}, so that a parameter can be set in it.
void spell_out_policy(Document& experiment, Problems& problems) {
  const Node policy = experiment.at("/policy");
  if (!policy.value().is_string()) return;
  const std::string origin = policy.where();
  Json object = {{"name", policy.value()}};
  experiment.set("/policy", std::move(object), origin, problems);
}

}  // namespace

bool Composer::concerns_points(const SettingPath& path) { return can_vary(path) && path.field() != "seed"; }

void Composer::apply(const Setting& setting, Document& experiment, Problems& problems) {
  const SettingPath& path = setting.path;
  const bool free_keys = path.field() == "grid" || path.field() == "baseline";  // their keys are paths
  const std::string pointer = free_keys && path.parts().size() > 2 ? "/" + path.field() + pointer_part(path.after(1))
                                                                   : pointer_of(experiment.value(), path.parts(), 0);
  experiment.set(pointer, setting.value, setting.origin, problems);
}

Composed Composer::compose(const Combination& combination, Problems& problems) {
  Ordered ordered;
  for (const auto& level : combination) ordered.push_back(level.get());
  for (const Setting& setting : settings_) ordered.push_back(&setting);
  std::stable_sort(ordered.begin(), ordered.end(),
                   [](const Setting* a, const Setting* b) { return a->path.parts().size() < b->path.parts().size(); });
  Composed composed{experiment_, std::nullopt, std::nullopt, "", ""};
  if (!experiment_.parsed() || !experiment_.value().is_object()) return composed;
  place_part("platform", ordered, composed, composed.platform, composed.platform_source, problems);
  place_part("workload", ordered, composed, composed.workload, composed.workload_source, problems);
  for (const Setting* setting : ordered) {
    const Strings& parts = setting->path.parts();
    std::optional<Document>* own = nullptr;
    if (parts.front() == "platform") own = &composed.platform;
    if (parts.front() == "workload") own = &composed.workload;
    if (own && parts.size() == 1) continue;  // has been placed
    if (parts.front() == "policy" && parts.size() > 1) spell_out_policy(composed.experiment, problems);
    const bool separate = own && *own;
    Document& target = separate ? **own : composed.experiment;
    const std::string pointer = pointer_of(target.value(), parts, separate ? 1 : 0);
    target.set(pointer, setting->value, setting->origin, problems, setting->folder);
  }
  return composed;
}

/// Finds the value that the part ends up with, and reads the file if it names one.
void Composer::place_part(const std::string& part, const Ordered& ordered, Composed& composed,
                          std::optional<Document>& own, std::string& source, Problems& problems) {
  const Setting* last = nullptr;
  for (const Setting* setting : ordered)
    if (setting->path.text() == part) last = setting;
  const Node node = composed.experiment.at("/" + part);
  const Json& value = last ? last->value : node.value();
  const Problem at = last ? Problem{last->origin, "/" + part, ""} : node.problem("");
  source = dumped(value);
  if (value.is_null()) return;  // reported by ScenarioReader, if it is needed
  if (value.is_string()) {
    const std::string& file = value.get_ref<const std::string&>();
    const auto path = last ? (last->folder / file).lexically_normal() : node.resolve(file);
    source = path.string();
    const Document* document = read_part(part, path, at, problems);
    own = document ? *document : Document();
  } else if (!value.is_object()) {
    problems.add(at.where, at.pointer, "must be the path of a file or an object; found " + shown(value));
    own = Document();
  } else if (last) {
    own = Document::from_value(value, last->origin, last->folder);
  }
}

/// Null if the file does not exist; not if it cannot be parsed.
const Document* Composer::read_part(const std::string& part, const std::filesystem::path& path, const Problem& at,
                                    Problems& problems) {
  if (const auto known = documents_.find(path.string()); known != documents_.end()) return &known->second;
  if (const std::string missing = missing_file(part, path); !missing.empty()) {
    problems.add(at.where, at.pointer, missing);
    return nullptr;
  }
  files_.insert(path.string());
  return &documents_.emplace(path.string(), Document::from_file(path, problems)).first->second;
}

}  // namespace hetsched

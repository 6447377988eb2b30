#include "study/compose.hpp"

#include <algorithm>

#include "base/files.hpp"
#include "study/alternatives.hpp"
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

/// Does it lead into a kind of the platform?
bool is_of_kind(const Setting& setting) {
  const Strings& parts = setting.path.parts();
  return parts.size() > 2 && parts[0] == "platform" && parts[1] == "kinds";
}

void add_names(const Json& list, Strings& names) {
  if (!list.is_array()) return;
  for (const Json& element : list)
    if (element.is_object() && element.contains("name") && element["name"].is_string())
      names.push_back(element["name"].get<std::string>());
}

}  // namespace

bool Composer::concerns_points(const SettingPath& path) { return can_vary(path) && path.field() != "seed"; }

void Composer::apply(const Setting& setting, Document& experiment, Problems& problems) {
  const SettingPath& path = setting.path;
  const Strings keyed = {"grid", "zip", "baseline"};  // their keys are paths
  const bool free_keys = std::find(keyed.begin(), keyed.end(), path.field()) != keyed.end() &&
                         !experiment.at("/" + path.field()).value().is_array();
  const std::string pointer = free_keys && path.parts().size() > 2 ? "/" + path.field() + pointer_part(path.after(1))
                                                                   : pointer_of(experiment.value(), path.parts(), 0);
  experiment.set(pointer, setting.value, setting.origin, problems);
}

void Composer::add_made(std::shared_ptr<const Setting> level, const std::string& source) {
  const Setting* key = level.get();
  made_.insert_or_assign(key, Made{std::move(level), source});
}

Composer Composer::with(Document experiment, std::vector<Setting> settings) const {
  Composer other(std::move(experiment), std::move(settings));
  other.made_ = made_;
  return other;
}

Composed Composer::compose(const Combination& combination, Problems& problems) {
  Ordered ordered;
  for (const auto& level : combination) ordered.push_back(level.get());
  for (const Setting& setting : settings_) ordered.push_back(&setting);
  const auto made =
      std::find_if(ordered.begin(), ordered.end(), [&](const Setting* each) { return made_.contains(each); });
  if (made != ordered.end())
    std::erase_if(ordered, [made = *made](const Setting* each) {
      return each != made && each->path.field() == made->path.field();
    });
  std::stable_sort(ordered.begin(), ordered.end(),
                   [](const Setting* a, const Setting* b) { return a->path.parts().size() < b->path.parts().size(); });
  Composed composed{experiment_, std::nullopt, std::nullopt, "", ""};
  if (!experiment_.parsed() || !experiment_.value().is_object()) return composed;
  place_part("platform", ordered, composed, composed.platform, composed.platform_source, problems);
  place_part("workload", ordered, composed, composed.workload, composed.workload_source, problems);
  // Which file a kind is taken from is known when all else of the platform is.
  for (const bool of_kinds : {false, true})
    for (const Setting* setting : ordered)
      if (is_of_kind(*setting) == of_kinds) apply_to_point(*setting, composed, problems);
  return composed;
}

void Composer::apply_to_point(const Setting& setting, Composed& composed, Problems& problems) {
  const Strings& parts = setting.path.parts();
  std::optional<Document>* own = nullptr;
  if (parts.front() == "platform") own = &composed.platform;
  if (parts.front() == "workload") own = &composed.workload;
  if (own && parts.size() == 1) return;  // has been placed
  if (is_of_kind(setting) && apply_to_kind_files(setting, composed, problems)) return;
  if (parts.front() == "policy" && parts.size() > 1) spell_out_policy(composed.experiment, problems);
  const bool separate = own && *own;
  Document& target = separate ? **own : composed.experiment;
  for (const std::string& pointer : pointers_of(target.value(), parts, separate ? 1 : 0))
    target.set(pointer, setting.value, setting.origin, problems, setting.folder);
}

/// Does so if the platform takes the kind from a file; if the path says *, in all kinds of its files. False: there is
/// something to set in the platform itself.
bool Composer::apply_to_kind_files(const Setting& setting, Composed& composed, Problems& problems) {
  const Strings& parts = setting.path.parts();
  const Node platform = composed.platform_node();
  const Strings paths = kind_file_paths(platform);
  const Node own_kinds = platform.child("kinds");
  const Json& own = own_kinds.value();
  const bool every = parts[2] == "*", any_own = own.is_array() && !own.empty();
  if (paths.empty() || (!every && name_length(own, parts, 2) > 0)) return false;
  bool found = false, all_read = true;
  Strings names;
  add_names(own, names);
  for (const std::string& path : paths) {
    const Document* file = kind_file(path);
    all_read = all_read && file != nullptr;
    if (file == nullptr) continue;  // reported when the platform is read
    const Node kinds_of_file = file->root().child("kinds");
    const Json& kinds = kinds_of_file.value();
    add_names(kinds, names);
    if (every ? !kinds.is_array() || kinds.empty() : name_length(kinds, parts, 2) == 0) continue;
    found = true;
    Document& changed = composed.kind_files.emplace(path, *file).first->second;
    for (const std::string& pointer : pointers_of(changed.value(), parts, 1))
      changed.set(pointer, setting.value, setting.origin, problems, setting.folder);
  }
  if (found) composed.kind_settings += setting.path.text() + "=" + dumped(setting.value) + "\n";
  const bool index = parts[2].find_first_not_of("0123456789") == std::string::npos;
  if (any_own && (every || (index && !found))) return false;
  if (!found && all_read)
    problems.add(setting.origin, "/kinds" + pointer_part(parts[2]),
                 "is no kind of the platform" + alternatives(parts[2], "kinds", names));
  return true;
}

/// Null if it cannot be read.
const Document* Composer::kind_file(const std::string& path) {
  Problems reported;
  const auto known = documents_.find(path);
  if (known == documents_.end() && !missing_file("kind", path).empty()) return nullptr;
  const Document& file = known == documents_.end()
                             ? documents_.emplace(path, Document::from_file(path, reported)).first->second
                             : known->second;
  return file.parsed() ? &file : nullptr;
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
  const auto made = made_.find(last);
  source = made == made_.end() ? dumped(value) : made->second.source;
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

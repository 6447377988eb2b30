#include "study/paths.hpp"

#include <algorithm>
#include <span>

#include "base/fields_path.hpp"
#include "base/units.hpp"
#include "model/platform.hpp"
#include "model/workload.hpp"
#include "study/alternatives.hpp"
#include "study/experiment.hpp"

namespace hetsched {
namespace {

const Strings kVarying = {"platform", "workload", "policy", "seed", "execution_jitter", "decision_latency", "outages"};

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

/// Follows parts [first, last); returns their pointer, and what it leads to (null if that is not there).
std::string follow(const Json& root, const Strings& parts, std::size_t first, std::size_t last, const Json*& at) {
  std::string pointer;
  at = &root;
  while (first < last) {
    std::string key = parts[first];
    std::size_t used = 1;
    // A name comes before an index: of 1.5GHz, the 1 is none.
    if (at && at->is_structured() && !names_something(*at, key)) {
      std::string longer = key;
      for (std::size_t next = first + 1; next < last; ++next) {
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

}  // namespace

bool can_vary(const SettingPath& path) {
  const Strings& parts = path.parts();
  const bool whole = std::none_of(parts.begin(), parts.end(), [](const std::string& part) { return part.empty(); });
  return whole && std::find(kVarying.begin(), kVarying.end(), path.field()) != kVarying.end();
}

void report_no_factor(const SettingPath& path, const Node& node, Problems& problems) {
  problems.add(node.key_problem("cannot vary from run to run" + alternatives(path.field(), "what can", kVarying)));
}

const About* about_path(const SettingPath& path) {
  const std::span<const std::string> parts = path.parts();
  if (path.field() == "platform") return about_field<PlatformSpec>(parts.subspan(1));
  if (path.field() == "workload") return about_field<WorkloadSpec>(parts.subspan(1));
  return about_field<ExperimentSpec>(parts);
}

Json in_si(const SettingPath& path, const Json& value) {
  if (!value.is_string()) return value;
  const About* about = about_path(path);
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

std::string level_meaning(const SettingPath& path, const Json& value) {
  const Json number = in_si(path, value);
  return number.is_number() ? level_text(number) : dumped(number);
}

std::size_t name_length(const Json& list, const Strings& parts, std::size_t first) {
  std::string name;
  for (std::size_t next = first; list.is_array() && next < parts.size(); ++next) {
    name += (next == first ? "" : ".") + parts[next];
    if (names_something(list, name)) return next - first + 1;
  }
  return 0;
}

std::string pointer_of(const Json& root, const Strings& parts, std::size_t first) {
  const Json* at = nullptr;
  return follow(root, parts, first, parts.size(), at);
}

Strings pointers_of(const Json& root, const Strings& parts, std::size_t first) {
  const auto from = parts.begin() + static_cast<std::ptrdiff_t>(std::min(first, parts.size()));
  const auto star = static_cast<std::size_t>(std::find(from, parts.end(), "*") - parts.begin());
  if (star == parts.size()) return {pointer_of(root, parts, first)};
  const Json* list = nullptr;
  const std::string before = follow(root, parts, first, star, list);
  if (!list || !list->is_array() || list->empty() || names_something(*list, "*"))
    return {pointer_of(root, parts, first)};
  Strings pointers;
  for (std::size_t i = 0; i < list->size(); ++i)
    for (const std::string& after : pointers_of((*list)[i], parts, star + 1))
      pointers.push_back(before + "/" + std::to_string(i) + after);
  return pointers;
}

}  // namespace hetsched

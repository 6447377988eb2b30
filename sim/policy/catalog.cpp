#include "policy/catalog.hpp"

#include <algorithm>
#include <cmath>

#include "base/random.hpp"

namespace hetsched {
namespace {

/// The JSON value as a parameter; nothing if no parameter can have such a value.
std::optional<Params::Value> as_parameter(const Json& value) {
  if (value.is_boolean()) return value.get<bool>();
  if (value.is_number()) return value.get<double>();
  if (value.is_string()) return value.get<std::string>();
  return std::nullopt;
}

Json as_json(const Params::Value& value) {
  const auto* number = std::get_if<double>(&value);
  if (number && *number == std::floor(*number) && std::abs(*number) < 1e15)
    return static_cast<std::int64_t>(*number);
  return std::visit([](const auto& v) { return Json(v); }, value);
}

Params::Values given_values(const PolicyChoice& choice) {
  Params::Values values;
  if (!choice.parameters.value.is_object()) return values;
  for (const auto& item : choice.parameters.value.items())
    if (const auto value = as_parameter(item.value())) values[item.key()] = *value;
  return values;
}

Names names_of(const std::vector<Params::Declared>& declared) {
  Names names;
  for (const Params::Declared& d : declared) names.push_back(d.name);
  return names;
}

/// `; did you mean "x"? policies: x, y`.
std::string alternatives(std::string_view word, std::string_view plural, const Names& there) {
  const std::string near = did_you_mean(word, there);
  return near + (near.empty() ? "; " : " ") + std::string(plural) + ": " +
         (there.empty() ? "none" : listed(there));
}

/// Adds a problem for each parameter that the policy does not read, or whose value is of no type it could
/// read.
void check_given(const PolicyChoice& choice, const Names& known, Problems& problems) {
  const Node node = choice.parameters.node();
  for (const auto& item : node.value().items()) {
    const Node value = node.child(item.key());
    if (std::find(known.begin(), known.end(), item.key()) == known.end())
      problems.add(value.key_problem("is no parameter of policy " + choice.name +
                                     alternatives(item.key(), "parameters", known)));
    else if (!as_parameter(item.value()))
      problems.add(value.problem("must be a number, true or false, or a text; found " + shown(item.value())));
  }
}

/// Whatever goes wrong when a policy is made is the policy's fault.
std::unique_ptr<Policy> made(const PolicyEntry& entry, Params& params) {
  const auto fail = [&](const std::string& why) {
    throw PolicyError(std::string(entry.name), 0, "being made from its parameters", why);
  };
  std::unique_ptr<Policy> policy;
  try {
    policy = entry.make(params);
  } catch (const std::exception& error) {
    fail(std::string("it failed: ") + error.what());
  } catch (...) {
    fail("it threw something that is no std::exception");
  }
  if (!policy) fail("there is no policy object");
  return policy;
}

}  // namespace

Catalog::Catalog(std::span<const PolicyEntry> entries) : entries_(entries.begin(), entries.end()) {
  sort();
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    HETSCHED_ASSERT(!entries_[i].name.empty() && entries_[i].make,
                    "a policy of the list has no name or no maker");
    if (i > 0 && entries_[i].name == entries_[i - 1].name)
      throw InternalError("two policies of the list have the name " + std::string(entries_[i].name));
  }
}

Catalog::Catalog(std::span<const PolicyEntry> entries, std::vector<Plugin> plugins, Problems& problems)
    : Catalog(entries) {
  for (Plugin& plugin : plugins) {
    plugins_.push_back(std::move(plugin));
    for (const PolicyEntry& entry : plugins_.back().policies) {
      if (const PolicyEntry* other = find(entry.name)) {
        const Plugin* owner = plugin_of(*other);
        problems.add("", "",
                     "plugin " + plugins_.back().file.string() + ": its policy " + in_quotes(entry.name) +
                         " has the name of " +
                         (owner ? "one of plugin " + owner->file.string() : "a built-in policy") + "; give it another");
        continue;
      }
      entries_.push_back(entry);
      sort();
    }
  }
}

void Catalog::sort() {
  std::sort(entries_.begin(), entries_.end(),
            [](const PolicyEntry& a, const PolicyEntry& b) { return a.name < b.name; });
}

const Plugin* Catalog::plugin_of(const PolicyEntry& entry) const {
  for (const Plugin& plugin : plugins_)
    for (const PolicyEntry& each : plugin.policies)
      if (each.name.data() == entry.name.data()) return &plugin;
  return nullptr;
}

Names Catalog::names() const {
  Names names;
  for (const PolicyEntry& entry : entries_) names.emplace_back(entry.name);
  return names;
}

const PolicyEntry* Catalog::find(std::string_view name) const {
  const auto at =
      std::lower_bound(entries_.begin(), entries_.end(), name,
                       [](const PolicyEntry& entry, std::string_view n) { return entry.name < n; });
  return at != entries_.end() && at->name == name ? &*at : nullptr;
}

std::string Catalog::unknown(std::string_view name) const {
  const Names all = names();
  return in_quotes(name) + " is no policy" + alternatives(name, "policies", all);
}

const PolicyEntry& Catalog::get(std::string_view name) const {
  if (const PolicyEntry* entry = find(name)) return *entry;
  throw InputError(unknown(name));
}

std::vector<Params::Declared> Catalog::declared(std::string_view name) const {
  Params params;
  (void)made(get(name), params);
  return params.declared();
}

std::unique_ptr<Policy> Catalog::make(const PolicyChoice& choice, std::uint64_t run_seed, Problems& problems,
                                      const Node* at) const {
  const std::size_t before = problems.size();
  const PolicyEntry* entry = find(choice.name);
  if (!entry) {
    problems.add(at ? at->problem(unknown(choice.name)) : Problem{"", "", unknown(choice.name)});
    return nullptr;
  }
  Params params(given_values(choice), policy_seed(run_seed, choice.name));
  std::unique_ptr<Policy> policy = made(*entry, params);
  if (choice.parameters.value.is_object()) check_given(choice, names_of(params.declared()), problems);
  for (const Params::Problem& problem : params.problems()) {
    const Node node = choice.parameters.node();
    const bool given = node.has(problem.name);
    problems.add(node.child(problem.name)
                     .problem(problem.what + (given ? "; found " + shown(node.child(problem.name).value())
                                                    : " by its own default")));
  }
  return problems.size() == before ? std::move(policy) : nullptr;
}

Json Catalog::effective_parameters(const PolicyChoice& choice) const {
  const Params::Values given = given_values(choice);
  Json parameters = Json::object();
  for (const Params::Declared& declared : declared(choice.name)) {
    const auto value = given.find(declared.name);
    parameters[declared.name] = as_json(value != given.end() ? value->second : declared.fallback);
  }
  return parameters;
}

std::uint64_t policy_seed(std::uint64_t run_seed, std::string_view policy) {
  const RandomStream stream(run_seed, "policy", policy);
  constexpr double kHalf = 4294967296.0;  // 32 bits from each of two draws
  const auto high = static_cast<std::uint64_t>(stream.uniform(0) * kHalf);
  const auto low = static_cast<std::uint64_t>(stream.uniform(1) * kHalf);
  return high << 32 | low;
}

}  // namespace hetsched

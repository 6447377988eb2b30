#include "policy/catalog.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "base/files.hpp"
#include "base/random.hpp"
#include "base/units.hpp"
#include "policy/read_only_policy.hpp"

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
  if (number && *number == std::floor(*number) && std::abs(*number) < 1e15) return static_cast<std::int64_t>(*number);
  return std::visit([](const auto& v) { return Json(v); }, value);
}

Params::Values given_values(const JsonValue& parameters) {
  Params::Values values;
  if (!parameters.value.is_object()) return values;
  for (const auto& item : parameters.value.items())
    if (const auto value = as_parameter(item.value())) values[item.key()] = *value;
  return values;
}

Strings names_of(const std::vector<Params::Declared>& declared) {
  Strings names;
  for (const Params::Declared& d : declared) names.push_back(d.name);
  return names;
}

/// `; did you mean "x"? policies: x, y`.
std::string alternatives(std::string_view word, std::string_view plural, const Strings& there) {
  const std::string near = did_you_mean(word, there);
  return near + (near.empty() ? "; " : " ") + std::string(plural) + ": " + (there.empty() ? "none" : listed(there));
}

/// A policy or decorator as it was chosen.
struct Chosen {
  std::string name;
  const JsonValue& parameters;
  const char* what;  ///< "policy" or "decorator"
};

/// Adds a problem for each parameter that is not read (if it is `known` what is), or whose value is of no type that
/// could be read.
void check_given(const Chosen& chosen, const Strings* known, Problems& problems) {
  const Node node = chosen.parameters.node();
  for (const auto& item : node.value().items()) {
    const Node value = node.child(item.key());
    if (known != nullptr && std::find(known->begin(), known->end(), item.key()) == known->end())
      problems.add(value.key_problem("is no parameter of " + std::string(chosen.what) + " " + chosen.name +
                                     alternatives(item.key(), "parameters", *known)));
    else if (!as_parameter(item.value()))
      problems.add(value.problem("must be a number, true or false, or a text; found " + shown(item.value())));
  }
}

/// Reads a parameter's number with a unit.
std::string read_quantity(const std::string& text, std::string_view unit, double& value) {
  if (quantity_pattern(unit).empty())
    return "can only be a number: the policy declares it in " + in_quotes(unit) + ", which hetsched does not know";
  const ParsedQuantity parsed = parse_quantity(text, unit);
  if (!parsed.value)
    return "must be a " + quantity_description(unit) + " (" + allowed_units(unit) + "), or a number of " +
           std::string(unit);
  value = *parsed.value;
  return "";
}

/// Files are relative to the one that the parameters are written in.
ParamReaders readers_of(const JsonValue& parameters) {
  const auto file = [&parameters](std::string_view name, const std::string& path, std::string& content) -> std::string {
    Problems problems;
    auto read = read_file(parameters.node().child(name).resolve(path), problems);
    if (!read) return to_string(problems.all().front());
    content = std::move(*read);
    return "";
  };
  return {file, read_quantity};
}

/// Whatever goes wrong when a policy is made is the policy's fault.
template <class Make>
std::unique_ptr<Policy> made(std::string_view name, const Make& make) {
  const auto fail = [&](const std::string& why) {
    throw PolicyError(std::string(name), 0, "being made from its parameters", why);
  };
  std::unique_ptr<Policy> policy;
  try {
    policy = make();
  } catch (const std::exception& error) {
    fail(std::string("it failed: ") + error.what());
  } catch (...) {
    fail("it threw something that is no std::exception");
  }
  if (!policy) fail("there is no policy object");
  return policy;
}

/// Makes a policy or decorator and reports what is wrong with its parameters.
template <class Make>
std::unique_ptr<Policy> made_from(const Chosen& chosen, std::uint64_t run_seed, const Make& make, Problems& problems,
                                  bool& asks_for_seed) {
  // A file has the same seed wherever it lies.
  const std::string seeded = std::filesystem::path(chosen.name).filename().string();
  Params params(given_values(chosen.parameters), policy_seed(run_seed, seeded), readers_of(chosen.parameters));
  std::unique_ptr<Policy> policy = made(chosen.name, [&] { return make(params); });
  asks_for_seed = asks_for_seed || params.is_seeded();
  const Strings known = names_of(params.declared());
  if (chosen.parameters.value.is_object()) check_given(chosen, &known, problems);
  for (const Params::Problem& problem : params.problems()) {
    const Node node = chosen.parameters.node();
    const auto is_of = [&](const Params::Declared& d) { return d.name == problem.name; };
    const auto declared = std::find_if(params.declared().begin(), params.declared().end(), is_of);
    std::string what = problem.what;
    const bool is_declared = declared != params.declared().end();
    if (node.has(problem.name) && !(is_declared && declared->type == "file"))  // a file's problem names it
      what += "; found " + shown(node.child(problem.name).value());
    if (!node.has(problem.name) && is_declared && !declared->required)
      what += "; its default is " + shown(as_json(declared->fallback));
    problems.add(node.child(problem.name).problem(what));
  }
  return policy;
}

/// What decorators are asked for their parameters with, and what stands for a policy that is taken on trust.
class Nothing final : public Policy {
  void decide(const SystemView& /*view*/, Decisions& /*out*/) override {}
};

/// The value that a parameter has in the end: in SI, its file found.
Json effective_value(const Params::Declared& declared, const JsonValue& chosen) {
  const Params::Values given = given_values(chosen);
  const auto value = given.find(declared.name);
  if (value == given.end()) return as_json(declared.fallback);
  const auto* text = std::get_if<std::string>(&value->second);
  if (text && !quantity_pattern(declared.unit).empty())
    return as_json(parse_quantity(*text, declared.unit).value.value_or(0));
  if (text && declared.type == "file" && !text->empty())
    return std::filesystem::absolute(chosen.node().child(declared.name).resolve(*text)).lexically_normal().string();
  return as_json(value->second);
}

Json effective_parameters(const std::vector<Params::Declared>& parameters, const JsonValue& chosen) {
  Json json = Json::object();
  for (const Params::Declared& declared : parameters) json[declared.name] = effective_value(declared, chosen);
  return json;
}

}  // namespace

Catalog::Catalog(std::span<const PolicyEntry> entries, std::span<const DecoratorEntry> decorators)
    : entries_(entries.begin(), entries.end()), decorators_(decorators.begin(), decorators.end()) {
  sort();
  std::sort(decorators_.begin(), decorators_.end(),
            [](const DecoratorEntry& a, const DecoratorEntry& b) { return a.name < b.name; });
  for (const DecoratorEntry& decorator : decorators_)
    HETSCHED_ASSERT(!decorator.name.empty() && decorator.wrap && !find(decorator.name),
                    "decorators have a name of their own and something to make them with");
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    HETSCHED_ASSERT(!entries_[i].name.empty() && entries_[i].make, "a policy of the list has no name or no maker");
    if (i > 0 && entries_[i].name == entries_[i - 1].name)
      throw InternalError("two policies of the list have the name " + std::string(entries_[i].name));
  }
}

Catalog::Catalog(std::span<const PolicyEntry> entries, std::span<const DecoratorEntry> decorators,
                 std::vector<Plugin> plugins, Problems& problems)
    : Catalog(entries, decorators) {
  for (Plugin& plugin : plugins) {
    plugins_.push_back(std::move(plugin));
    for (const PolicyEntry& entry : plugins_.back().policies) {
      if (find_decorator(entry.name)) {
        problems.add("", "",
                     "plugin " + plugins_.back().file.string() + ": its policy " + in_quotes(entry.name) +
                         " has the name of a decorator; give it another");
        continue;
      }
      if (const PolicyEntry* other = find(entry.name)) {
        const Plugin* owner = plugin_of(*other);
        problems.add("", "",
                     "plugin " + plugins_.back().file.string() + ": its policy " + in_quotes(entry.name) +
                         " has the name of " + (owner ? "one of plugin " + owner->file.string() : "a built-in policy") +
                         "; give it another");
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

Strings Catalog::names() const {
  Strings names;
  for (const PolicyEntry& entry : entries_) names.emplace_back(entry.name);
  return names;
}

const PolicyEntry* Catalog::find(std::string_view name) const {
  const auto at = std::lower_bound(entries_.begin(), entries_.end(), name,
                                   [](const PolicyEntry& entry, std::string_view n) { return entry.name < n; });
  return at != entries_.end() && at->name == name ? &*at : nullptr;
}

std::string Catalog::unknown(std::string_view name) const {
  const std::size_t end = name.find_first_of("+:");
  if (const std::string_view first = name.substr(0, end); end != std::string_view::npos && find(first))
    return in_quotes(name) + " is how the command line has it; here write {\"name\": " + in_quotes(first) +
           ", \"parameters\": {...}, \"decorators\": [...]}";
  if (find_decorator(name))
    return in_quotes(name) + " is a decorator, which goes around a policy: edf+" + std::string(name) +
           ", or in a file {\"name\": \"edf\", \"decorators\": [" + in_quotes(name) + "]}";
  const std::string near = did_you_mean(name, names());
  return in_quotes(name) + " is no policy" + (near.empty() ? ";" : near) + " hetsched policies lists them" +
         (plugins_.empty() ? "; those of plugins need --plugin FILE" : "");
}

const PolicyEntry& Catalog::get(std::string_view name) const {
  if (const PolicyEntry* entry = find(name)) return *entry;
  throw InputError(unknown(name));
}

const DecoratorEntry* Catalog::find_decorator(std::string_view name) const {
  const auto at = std::find_if(decorators_.begin(), decorators_.end(),
                               [&](const DecoratorEntry& decorator) { return decorator.name == name; });
  return at != decorators_.end() ? &*at : nullptr;
}

bool Catalog::is_script(std::string_view name) const {
  return language_ && name.size() > language_->suffix.size() && name.ends_with(language_->suffix);
}

bool Catalog::is_foreign(const PolicyChoice& choice) const {
  if (is_script(choice.name)) return true;
  const PolicyEntry* entry = find(choice.name);
  return entry != nullptr && plugin_of(*entry) != nullptr;
}

bool Catalog::is_on_trust(const PolicyChoice& choice) const {
  if (code_ == ForeignCode::runs) return false;
  if (is_script(choice.name)) return true;
  return !find(choice.name) && !find_decorator(choice.name) &&
         std::any_of(plugins_.begin(), plugins_.end(), [](const Plugin& plugin) { return plugin.policies.empty(); });
}

void Catalog::prepare(const PolicyChoice& choice) const {
  if (is_script(choice.name) && language_->start != nullptr) language_->start();
}

std::filesystem::path Catalog::script(const PolicyChoice& choice) const {
  return (choice.folder / choice.name).lexically_normal();
}

std::string Catalog::script_summary(const PolicyChoice& choice) const {
  (void)maker(choice);
  return language_->summary(script(choice));
}

std::filesystem::path Catalog::existing_script(const PolicyChoice& choice) const {
  std::filesystem::path file = script(choice);
  if (const std::string missing = missing_file("policy", file); !missing.empty()) throw InputError(missing);
  return file;
}

Catalog::Maker Catalog::maker(const PolicyChoice& choice) const {
  if (is_on_trust(choice)) {
    Problems unread;
    if (is_script(choice.name)) (void)read_file(existing_script(choice), unread);
    unread.throw_if_any();
    return [](Params&) -> std::unique_ptr<Policy> { return std::make_unique<Nothing>(); };
  }
  if (!is_script(choice.name)) return get(choice.name).make;
  const std::filesystem::path file = existing_script(choice);
  try {
    language_->load(file);
  } catch (const InputError&) {
    throw;
  } catch (const std::exception& error) {
    throw PolicyError(choice.name, 0, "being loaded", std::string("it threw: ") + error.what());
  }
  return [this, file](Params& params) { return language_->make(file, params); };
}

std::vector<Params::Declared> Catalog::declared(const PolicyChoice& choice) const {
  Params params;
  const Maker make = maker(choice);
  (void)made(choice.name, [&] { return make(params); });
  return params.declared();
}

std::vector<Params::Declared> Catalog::declared(std::string_view name) const {
  Params params;
  if (const DecoratorEntry* entry = find_decorator(name)) {
    (void)made(name, [&] { return entry->wrap(params, std::make_unique<Nothing>()); });
  } else {
    const PolicyEntry& policy = get(name);
    (void)made(name, [&] { return policy.make(params); });
  }
  return params.declared();
}

std::unique_ptr<Policy> Catalog::make(const PolicyChoice& choice, std::uint64_t run_seed, Problems& problems,
                                      const Node* at, bool* seeded) const {
  const std::size_t before = problems.size();
  bool ignored = false;
  bool& asks_for_seed = seeded != nullptr ? *seeded : ignored;
  asks_for_seed = false;
  Maker make;
  try {
    make = maker(choice);
  } catch (const InputError& error) {
    const auto name = [&] { return at->value().is_object() ? at->child("name") : *at; };
    for (const Problem& problem : error.problems()) problems.add(at ? name().problem(to_string(problem)) : problem);
    return nullptr;
  }
  const Chosen chosen{choice.name, choice.parameters, "policy"};
  Params none;
  std::unique_ptr<Policy> policy;
  if (!is_on_trust(choice)) {
    policy = made_from(chosen, run_seed, make, problems, asks_for_seed);
  } else {
    policy = make(none);
    if (choice.parameters.value.is_object()) check_given(chosen, nullptr, problems);
  }
  const auto watched = [&](std::unique_ptr<Policy> any) -> std::unique_ptr<Policy> {
    return any && watches_views_ ? std::make_unique<ReadOnlyPolicy>(std::move(any), choice.title()) : std::move(any);
  };
  policy = watched(std::move(policy));
  for (std::size_t d = choice.decorators.size(); d-- > 0;) {
    const DecoratorChoice& decorator = choice.decorators[d];
    const DecoratorEntry* found = find_decorator(decorator.name);
    if (!found) {
      Strings names;
      for (const DecoratorEntry& each : decorators_) names.emplace_back(each.name);
      const Node node = at ? at->child("decorators").child(d) : decorator.parameters.node();
      problems.add(node.problem(in_quotes(decorator.name) + " is no decorator" +
                                alternatives(decorator.name, "decorators", names)));
      continue;
    }
    const auto wrap = [&](Params& params) { return found->wrap(params, std::move(policy)); };
    policy =
        made_from({decorator.name, decorator.parameters, "decorator"}, run_seed + d, wrap, problems, asks_for_seed);
  }
  if (problems.size() != before) return nullptr;
  return choice.decorators.empty() ? std::move(policy) : watched(std::move(policy));
}

bool Catalog::is_clairvoyant(const PolicyChoice& choice) const {
  Params params(given_values(choice.parameters));
  const Maker make = maker(choice);
  (void)made(choice.name, [&] { return make(params); });
  bool clairvoyant = params.is_clairvoyant();
  for (const DecoratorChoice& decorator : choice.decorators) {
    const DecoratorEntry* found = find_decorator(decorator.name);
    if (found == nullptr) continue;
    Params own(given_values(decorator.parameters));
    (void)made(decorator.name, [&] { return found->wrap(own, std::make_unique<Nothing>()); });
    clairvoyant = clairvoyant || own.is_clairvoyant();
  }
  return clairvoyant;
}

Json Catalog::effective(const PolicyChoice& choice) const {
  const std::string name =
      is_script(choice.name) ? std::filesystem::absolute(script(choice)).lexically_normal().string() : choice.name;
  Json json = {{"name", name}, {"parameters", effective_parameters(declared(choice), choice.parameters)}};
  if (is_clairvoyant(choice)) json["clairvoyant"] = true;
  if (choice.decorators.empty()) return json;
  json["decorators"] = Json::array();
  for (const DecoratorChoice& decorator : choice.decorators)
    json["decorators"].push_back(
        {{"name", decorator.name},
         {"parameters", effective_parameters(declared(decorator.name), decorator.parameters)}});
  return json;
}

std::uint64_t policy_seed(std::uint64_t run_seed, std::string_view policy) {
  const RandomStream stream(run_seed, "policy", policy);
  constexpr double kHalf = 4294967296.0;  // 32 bits from each of two draws
  const auto high = static_cast<std::uint64_t>(stream.uniform(0) * kHalf);
  const auto low = static_cast<std::uint64_t>(stream.uniform(1) * kHalf);
  return high << 32 | low;
}

}  // namespace hetsched

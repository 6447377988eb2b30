#include "cli/policy_arguments.hpp"

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <cstdlib>

#include "builtin.hpp"
#include "cli/output.hpp"
#include "python/python.hpp"
#include "study/experiment.hpp"

namespace hetsched {

void PluginArguments::declare(Arguments& arguments) {
  arguments.list("--plugin", "FILE",
                 "shared library with policies; also looked for in the folder of the experiment and in "
                 "HETSCHED_PLUGIN_PATH; may be repeated",
                 files);
}

void CodeArgument::declare(Arguments& arguments) {
  arguments.flag("--code", "when only checking, try policies of plugins and Python files, too", run);
}

void tell_not_tried(const Strings& files) {
  if (!files.empty())
    std::fprintf(stderr, "hetsched: policies of %s: not tried; --code runs them\n", visible(listed(files, 8)).c_str());
}

void tell_passed_over(const Strings& notes) {
  for (const std::string& note : notes) std::fprintf(stderr, "hetsched: passed over: %s\n", visible(note).c_str());
}

void tell_assumed(const Strings& notes) {
  for (const std::string& note : notes) std::fprintf(stderr, "hetsched: assumed: %s\n", visible(note).c_str());
}

void tell_without_effect(const Strings& notes) {
  constexpr std::size_t kMost = 20;
  for (std::size_t i = 0; i < notes.size() && i < kMost; ++i)
    std::fprintf(stderr, "hetsched: no effect: %s\n", visible(notes[i]).c_str());
  if (notes.size() > kMost)
    std::fprintf(stderr, "hetsched: no effect: ... and %s\n", counted(notes.size() - kMost, "more case").c_str());
}

Catalog PluginArguments::load(const std::string& experiment, ForeignCode code) const {
  const char* path = std::getenv("HETSCHED_PLUGIN_PATH");
  const std::vector<std::filesystem::path> everywhere = search_path(path ? path : "");
  std::vector<PluginRequest> requests;
  std::vector<std::filesystem::path> folders = {""};
  if (!experiment.empty()) {
    requests = experiment_plugins(experiment, everywhere);
    folders.push_back(experiment_file(experiment).parent_path());
  }
  folders.insert(folders.end(), everywhere.begin(), everywhere.end());
  for (const std::string& file : files) requests.push_back({file, folders, "--plugin"});
  Problems problems;
  Catalog catalog(builtin_policies(), builtin_decorators(), load_plugins(requests, problems, code), problems);
  problems.throw_if_any();
  catalog.add(python());
  if (code == ForeignCode::rests) catalog.leave_foreign_code();
  return catalog;
}

namespace {

/// "NAME" or "NAME:parameter=value,...", as in an experiment.
Json choice_json(const std::string& text, const std::string& origin, const std::string& refusal, Problems& problems) {
  const std::size_t colon = text.find(':');
  Json parameters = Json::object();
  for (std::size_t begin = colon + 1; colon != std::string::npos && begin <= text.size();) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    const std::string part = text.substr(begin, end - begin);
    const std::size_t equals = part.find('=');
    if (equals == 0 || equals == std::string::npos) throw InputError(refusal);
    const std::string name = part.substr(0, equals);
    if (parameters.contains(name)) throw InputError(refusal + ", where " + name + " is given twice");
    parameters[name] = setting_value(part.substr(equals + 1), origin, problems);
    begin = end + 1;
  }
  return {{"name", text.substr(0, colon)}, {"parameters", std::move(parameters)}};
}

/// Where a decorator begins: a plus sign before a letter (a number may have one, too).
std::size_t next_plus(const std::string& text, std::size_t from) {
  for (std::size_t at = text.find('+', from); at != std::string::npos; at = text.find('+', at + 1))
    if (at + 1 < text.size() && (std::isalpha(static_cast<unsigned char>(text[at + 1])) != 0)) return at;
  return std::string::npos;
}

}  // namespace

Json policy_json(const std::string& argument, const std::string& text) {
  const std::string origin = argument + " " + text;
  const std::string refusal = argument +
                              " must be NAME or NAME:parameter=value,..., then +DECORATOR or "
                              "+DECORATOR:parameter=value,... for each; found " +
                              in_quotes(text);
  Problems problems;
  const std::size_t end = next_plus(text, 0);
  Json policy = choice_json(text.substr(0, end), origin, refusal, problems);
  Json decorators = Json::array();
  for (std::size_t begin = end; begin != std::string::npos;) {
    const std::size_t stop = next_plus(text, begin + 1);
    decorators.insert(decorators.begin(),
                      choice_json(text.substr(begin + 1, stop - begin - 1), origin, refusal, problems));
    begin = stop;
  }
  problems.throw_if_any();
  if (!decorators.empty()) policy["decorators"] = std::move(decorators);
  return policy;
}

std::vector<Setting> policy_settings(const std::string& argument, const std::string& text) {
  const std::string origin = argument + " " + text;
  const Json policy = policy_json(argument, text);
  std::vector<Setting> settings = {{SettingPath("policy"), policy["name"], origin}};
  for (const auto& parameter : policy["parameters"].items())
    settings.push_back({SettingPath("policy.parameters." + parameter.key()), parameter.value(), origin});
  if (policy.contains("decorators"))
    settings.push_back({SettingPath("policy.decorators"), policy["decorators"], origin});
  return settings;
}

}  // namespace hetsched

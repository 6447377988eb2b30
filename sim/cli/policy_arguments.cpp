#include "cli/policy_arguments.hpp"

#include <algorithm>
#include <cctype>
#include <cstdlib>

#include "builtin.hpp"
#include "python/python.hpp"
#include "study/expand.hpp"

namespace hetsched {

void PluginArguments::declare(Arguments& arguments) {
  arguments.list("--plugin", "FILE",
                 "shared library with policies; also looked for in the folder of the experiment and in "
                 "HETSCHED_PLUGIN_PATH; may be repeated",
                 files);
}

Catalog PluginArguments::load(const std::string& experiment) const {
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
  Catalog catalog(builtin_policies(), builtin_decorators(), load_plugins(requests, problems), problems);
  problems.throw_if_any();
  catalog.add(python());
  return catalog;
}

namespace {

struct Named {
  std::string name;
  std::vector<std::pair<std::string, std::string>> parameters;
};

/// "NAME" or "NAME:parameter=value,...".
Named named(const std::string& text, const std::string& refusal) {
  const std::size_t colon = text.find(':');
  Named result{text.substr(0, colon), {}};
  if (colon == std::string::npos) return result;
  for (std::size_t begin = colon + 1; begin <= text.size();) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    const std::string part = text.substr(begin, end - begin);
    const std::size_t equals = part.find('=');
    if (equals == 0 || equals == std::string::npos) throw InputError(refusal);
    for (const auto& [name, value] : result.parameters)
      if (name == part.substr(0, equals)) throw InputError(refusal + ", where " + name + " is given twice");
    result.parameters.emplace_back(part.substr(0, equals), part.substr(equals + 1));
    begin = end + 1;
  }
  return result;
}

/// Where a decorator begins: a plus sign before a letter (a number may have one, too).
std::size_t next_plus(const std::string& text, std::size_t from) {
  for (std::size_t at = text.find('+', from); at != std::string::npos; at = text.find('+', at + 1))
    if (at + 1 < text.size() && (std::isalpha(static_cast<unsigned char>(text[at + 1])) != 0)) return at;
  return std::string::npos;
}

}  // namespace

std::vector<Setting> policy_settings(const std::string& argument, const std::string& text) {
  const std::string origin = argument + " " + text;
  const std::string refusal = argument +
                              " must be NAME or NAME:parameter=value,..., then +DECORATOR or "
                              "+DECORATOR:parameter=value,... for each; found " +
                              in_quotes(text);
  const std::size_t end = next_plus(text, 0);
  const Named policy = named(text.substr(0, end), refusal);
  std::vector<Setting> settings = {{"policy", policy.name, origin}};
  for (const auto& [name, value] : policy.parameters) settings.push_back({"policy.parameters." + name, value, origin});
  Problems problems;
  Json decorators = Json::array();
  for (std::size_t begin = end; begin != std::string::npos;) {
    const std::size_t stop = next_plus(text, begin + 1);
    const Named decorator = named(text.substr(begin + 1, stop - begin - 1), refusal);
    Json json = {{"name", decorator.name}, {"parameters", Json::object()}};
    for (const auto& [name, value] : decorator.parameters)
      json["parameters"][name] = assignment_of({"", value, origin}, problems).value;
    decorators.insert(decorators.begin(), std::move(json));
    begin = stop;
  }
  problems.throw_if_any();
  if (!decorators.empty()) settings.push_back({"policy.decorators", decorators.dump(), origin});
  return settings;
}

}  // namespace hetsched

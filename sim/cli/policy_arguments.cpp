#include "cli/policy_arguments.hpp"

#include <algorithm>
#include <cstdlib>

#include "builtin.hpp"

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
  Catalog catalog(builtin_policies(), load_plugins(requests, problems), problems);
  problems.throw_if_any();
  return catalog;
}

std::vector<Setting> policy_settings(const std::string& argument, const std::string& text) {
  const std::string origin = argument + " " + text;
  const std::size_t colon = text.find(':');
  std::vector<Setting> settings = {{"policy", text.substr(0, colon), origin}};
  if (colon == std::string::npos) return settings;
  for (std::size_t begin = colon + 1; begin <= text.size();) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    const std::string part = text.substr(begin, end - begin);
    const std::size_t equals = part.find('=');
    if (equals == 0 || equals == std::string::npos)
      throw InputError(argument + " must be NAME or NAME:parameter=value,...; found " + in_quotes(text));
    settings.push_back({"policy.parameters." + part.substr(0, equals), part.substr(equals + 1), origin});
    begin = end + 1;
  }
  return settings;
}

}  // namespace hetsched

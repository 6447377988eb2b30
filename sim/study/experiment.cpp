#include "study/experiment.hpp"

#include <system_error>

namespace hetsched {

std::filesystem::path experiment_file(const std::filesystem::path& path) {
  std::error_code error;
  return std::filesystem::is_directory(path, error) ? path / "experiment.json" : path;
}

std::vector<PluginRequest> experiment_plugins(const std::filesystem::path& path,
                                              const std::vector<std::filesystem::path>& search_path) {
  std::vector<PluginRequest> requests;
  Problems ignored;
  const Document document = Document::from_file(experiment_file(path), ignored);
  if (!document.parsed()) return requests;
  const Node list = document.at("/plugins");
  if (!list.value().is_array()) return requests;
  for (std::size_t i = 0; i < list.value().size(); ++i) {
    const Node plugin = list.child(i);
    if (!plugin.value().is_string() || plugin.value().get_ref<const std::string&>().empty()) continue;
    std::vector<std::filesystem::path> folders = {plugin.folder()};
    folders.insert(folders.end(), search_path.begin(), search_path.end());
    requests.push_back({plugin.value().get<std::string>(), folders, plugin.where() + ": " + plugin.pointer()});
  }
  return requests;
}

}  // namespace hetsched

#include "model/file_kind.hpp"

namespace hetsched {

FileKind file_kind_of(const Node& root) {
  if (root.has("accelerators") || root.has("kind_files")) return FileKind::platform;
  if (root.has("kinds")) return FileKind::kinds;
  if (root.has("layers")) return FileKind::model;
  return root.has("streams") ? FileKind::workload : FileKind::experiment;
}

std::string_view in_words(FileKind kind) {
  switch (kind) {
    case FileKind::platform: return "a platform file";
    case FileKind::kinds: return "a file of kinds";
    case FileKind::model: return "a model file";
    case FileKind::workload: return "a workload file";
    case FileKind::experiment: break;
  }
  return "an experiment file";
}

}  // namespace hetsched

/// \file
/// Task graphs of other tools: tasks with times on kinds, edges with bytes. They become models whose layers
/// have no dimensions and whose costs stand in the model.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "import/models/model_import.hpp"

namespace hetsched {

struct FileTask {
  std::string name;
  std::string where;                                       ///< "file:line:column"
  std::vector<std::pair<std::string, double>> times = {};  ///< kind and s
};

struct FileEdge {
  std::string from, to;
  std::optional<double> bytes;
  std::string where;
};

struct TaskFile {
  std::string name;  ///< empty: the file's name
  std::vector<FileTask> tasks;
  std::vector<FileEdge> edges;  ///< two between the same tasks are one with the sum of their bytes
  Strings notes;

  /// Throws InputError for an edge from or to a task that there is not, or without any task. Cycles and
  /// duplicate names are found when the model is checked.
  [[nodiscard]] Imported as_model() const;
};

/// The kind of the number `index` time of a task: as the user says, else as the file does by default. Throws
/// InputError at `where` if the user names kinds, but too few.
std::string kind_name(const ImportOptions& options, std::size_t index, const std::string& fallback,
                      const std::string& where);

}  // namespace hetsched

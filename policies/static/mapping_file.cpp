#include "static/mapping_file.hpp"

#include <algorithm>
#include <stdexcept>

namespace hetsched {
namespace {

std::string_view without_blanks(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

std::vector<std::string> cells(std::string_view line) {
  std::vector<std::string> found;
  for (;;) {
    const std::size_t comma = line.find(',');
    found.emplace_back(without_blanks(line.substr(0, comma)));
    if (comma == std::string_view::npos) return found;
    line.remove_prefix(comma + 1);
  }
}

std::string quoted(std::string_view name) { return "\"" + std::string(name) + "\""; }

}  // namespace

MappingFile::MappingFile(Params& params, std::string_view parameter, std::string_view doc) {
  const std::size_t problems = params.problems().size();
  const Params::File file = params.file(parameter, false, doc);
  if (params.problems().size() > problems) return;  // it could not be read
  path_ = file.path;
  const std::string wrong = parse(file.content);
  if (!wrong.empty()) params.reject(parameter, wrong);
}

/// Reads the lines; returns what is wrong with the first bad one, or nothing. Lines that begin with # are
/// comments.
std::string MappingFile::parse(std::string_view content) {
  bool header = true;
  if (content.starts_with("\xef\xbb\xbf")) content.remove_prefix(3);  // spreadsheets put a mark of UTF-8 there
  for (std::size_t number = 1; !content.empty(); ++number) {
    const std::size_t end = std::min(content.find('\n'), content.size());
    const std::string_view text = without_blanks(content.substr(0, end));
    content.remove_prefix(std::min(end + 1, content.size()));
    if (text.empty() || text.front() == '#') continue;
    const std::string here = path_ + ":" + std::to_string(number) + ": ";
    const std::vector<std::string> row = cells(text);
    if (header) {
      if (row != std::vector<std::string>{"model", "task", "accelerator"})
        return here + "the columns must be model,task,accelerator";
      header = false;
      continue;
    }
    if (row.size() != 3) return here + "has " + std::to_string(row.size()) + " cells instead of 3";
    if (row[0].empty() || row[1].empty() || row[2].empty()) return here + "has an empty cell";
    const auto same = std::find_if(lines_.begin(), lines_.end(),
                                   [&](const Line& line) { return line.model == row[0] && line.task == row[1]; });
    if (same != lines_.end())
      return here + "task " + quoted(row[1]) + " of " + quoted(row[0]) + " is in line " + std::to_string(same->number) +
             " already";
    lines_.push_back({number, row[0], row[1], row[2]});
  }
  return header && !path_.empty() ? path_ + ": has no columns; they must be model,task,accelerator" : "";
}

void MappingFile::fail(const Line& line, const std::string& what) const {
  throw std::runtime_error(path_ + ":" + std::to_string(line.number) + ": " + what);
}

void MappingFile::resolve(const SystemView& view) {
  allowed_.resize(view.models.size());
  for (const ModelId m : view.models.ids()) allowed_[m].resize(view.models[m].tasks.size());
  for (const Line& line : lines_) {
    IdVector<AcceleratorId, bool> which(view.accelerators.size());
    bool any = false;
    for (const AcceleratorId a : which.ids()) {
      const Accelerator& accelerator = view.accelerators[a];
      which[a] = accelerator.name == line.accelerator || view.kinds[accelerator.kind].name == line.accelerator;
      any |= which[a];
    }
    if (!any) fail(line, "no accelerator and no kind of the platform is named " + quoted(line.accelerator));
    bool model_known = false, task_known = false;
    // A network that runs at several granularities is several models of one name.
    for (const ModelId m : view.models.ids()) {
      if (view.models[m].name != line.model) continue;
      model_known = true;
      for (const TaskId t : view.models[m].tasks.ids()) {
        const ModelTask& task = view.models[m].tasks[t];
        if (task.name != line.task) continue;
        task_known = true;
        bool runs = false;
        for (const AcceleratorId a : which.ids()) runs |= which[a] && view.alone_time(task, a) < kNever;
        if (!runs) fail(line, quoted(line.accelerator) + " does not support task " + quoted(line.task));
        allowed_[m][t] = which;
      }
    }
    if (!model_known) fail(line, "no model of the workload is named " + quoted(line.model));
    if (!task_known) fail(line, "model " + quoted(line.model) + " has no task " + quoted(line.task));
  }
}

bool MappingFile::allows(ModelId model, TaskId task, AcceleratorId accelerator) const {
  const IdVector<AcceleratorId, bool>& which = allowed_[model][task];
  return which.empty() || which[accelerator];
}

}  // namespace hetsched

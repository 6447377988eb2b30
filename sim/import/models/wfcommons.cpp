/// \file
/// WfCommons' workflow instances (WfFormat): tasks with parents, runtimes and files. Since version 1.5
/// structure and measurements stand apart (workflow.specification, workflow.execution) and tasks refer to
/// each other by id; before, both stood in workflow.tasks (or jobs), and tasks referred to each other by
/// name. An edge carries the bytes of the files that its producer writes and its consumer reads.

#include <map>
#include <set>

#include "base/errors.hpp"
#include "import/models/model_import.hpp"
#include "import/models/task_file.hpp"

namespace hetsched {
namespace {

[[noreturn]] void refuse(const Node& node, const std::string& what) {
  throw InputError(std::vector{node.problem(what)});
}

std::string text_at(const Node& node) {
  if (!node.value().is_string() || node.value().get_ref<const std::string&>().empty())
    refuse(node, "must be a text; found " + shown(node.value()));
  return node.value().get<std::string>();
}

double number_at(const Node& node) {
  if (!node.value().is_number() || node.value().get<double>() < 0)
    refuse(node, "must be a number of at least 0; found " + shown(node.value()));
  return node.value().get<double>();
}

/// The elements of a list; none if it is not there.
std::vector<Node> elements(const Node& object, std::string_view key) {
  std::vector<Node> list;
  if (!object.has(key)) return list;
  const Node node = object.child(key);
  if (!node.value().is_array()) refuse(node, "must be a list; found " + shown(node.value()));
  for (std::size_t i = 0; i < node.value().size(); ++i) list.push_back(node.child(i));
  return list;
}

/// The member that is there; null, at the place of `object`, if none is.
Node one_of(const Node& object, std::initializer_list<std::string_view> keys) {
  for (const std::string_view key : keys)
    if (object.has(key)) return object.child(key);
  return object.child(*keys.begin());
}

class Workflow {
 public:
  Workflow(const Node& root, const ImportOptions& options) : root_(root), options_(options) {}

  TaskFile read() {
    if (root_.has("name") && root_.child("name").value().is_string())
      result_.name = root_.child("name").value().get<std::string>();
    const Node workflow = root_.child("workflow");
    if (!workflow.value().is_object())
      refuse(root_, "is no workflow of WfCommons: it must have an object \"workflow\"");
    if (workflow.has("specification")) {
      read_files(workflow.child("specification"));
      read_tasks(elements(workflow.child("specification"), "tasks"), "id");
      if (workflow.has("execution")) read_runtimes(elements(workflow.child("execution"), "tasks"));
    } else {
      const auto tasks = elements(workflow, workflow.has("jobs") ? "jobs" : "tasks");
      read_tasks(tasks, "name");
    }
    connect();
    if (const std::size_t without = tasks_without_time(); without > 0)
      result_.notes.push_back(std::to_string(without) + " tasks have no runtime, and so no cost");
    return std::move(result_);
  }

 private:
  struct Files {
    std::set<std::string> read, written;
  };

  void read_files(const Node& specification) {
    for (const Node& file : elements(specification, "files"))
      sizes_[text_at(one_of(file, {"id", "name"}))] = number_at(one_of(file, {"sizeInBytes", "size"}));
  }

  void read_tasks(const std::vector<Node>& tasks, std::string_view key) {
    for (const Node& node : tasks) {
      const std::string name = text_at(node.child(key));
      if (!index_.emplace(name, result_.tasks.size()).second)
        refuse(node.child(key), in_quotes(name) + " is a task already; tasks must differ");
      result_.tasks.push_back({name, node.where()});
      nodes_.push_back(node);
      files_.push_back(files_of(node));
      if (key == "name") {
        if (node.has("id") && node.child("id").value().is_string())
          other_names_.emplace(text_at(node.child("id")), result_.tasks.size() - 1);
        set_time(result_.tasks.size() - 1, one_of(node, {"runtimeInSeconds", "runtime"}));
      }
    }
  }

  Files files_of(const Node& task) {
    Files files;
    for (const Node& file : elements(task, "inputFiles")) files.read.insert(text_at(file));
    for (const Node& file : elements(task, "outputFiles")) files.written.insert(text_at(file));
    for (const Node& file : elements(task, "files")) {
      const std::string name = text_at(one_of(file, {"id", "name"}));
      const std::string link = text_at(file.child("link"));
      if (link != "input" && link != "output")
        refuse(file.child("link"), "must be input or output; found " + in_quotes(link));
      (link == "input" ? files.read : files.written).insert(name);
      sizes_[name] = number_at(one_of(file, {"sizeInBytes", "size"}));
    }
    return files;
  }

  void read_runtimes(const std::vector<Node>& tasks) {
    for (const Node& node : tasks) set_time(task(node.child("id")), one_of(node, {"runtimeInSeconds", "runtime"}));
  }

  void set_time(std::size_t task, const Node& runtime) {
    if (runtime.value().is_null()) return;
    FileTask& at = result_.tasks[task];
    if (!at.times.empty()) refuse(runtime, "is the second runtime of " + in_quotes(at.name));
    at.times.emplace_back(kind_name(options_, 0, "cpu", at.where), number_at(runtime));
  }

  [[nodiscard]] std::size_t task(const Node& node) const {
    const std::string name = text_at(node);
    if (const auto at = index_.find(name); at != index_.end()) return at->second;
    if (const auto at = other_names_.find(name); at != other_names_.end()) return at->second;
    Strings names;
    for (const FileTask& known : result_.tasks) names.push_back(known.name);
    refuse(node, "there is no task " + in_quotes(name) + did_you_mean(name, names));
  }

  void connect() {
    std::set<std::pair<std::size_t, std::size_t>> seen;
    const auto add = [&](std::size_t from, std::size_t to, const Node& node) {
      if (seen.emplace(from, to).second)
        result_.edges.push_back({result_.tasks[from].name, result_.tasks[to].name, bytes(from, to), node.where()});
    };
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
      for (const Node& parent : elements(nodes_[i], "parents")) add(task(parent), i, parent);
      for (const Node& child : elements(nodes_[i], "children")) add(i, task(child), child);
    }
  }

  /// Nothing where no sizes of files are given.
  [[nodiscard]] std::optional<double> bytes(std::size_t from, std::size_t to) const {
    if (sizes_.empty()) return std::nullopt;
    double sum = 0;
    for (const std::string& file : files_[from].written)
      if (files_[to].read.contains(file))
        if (const auto size = sizes_.find(file); size != sizes_.end()) sum += size->second;
    return sum;
  }

  [[nodiscard]] std::size_t tasks_without_time() const {
    std::size_t count = 0;
    for (const FileTask& task : result_.tasks) count += task.times.empty();
    return count;
  }

  const Node& root_;
  const ImportOptions& options_;
  std::map<std::string, double> sizes_;  ///< B, of files
  std::map<std::string, std::size_t> index_, other_names_;
  std::vector<Node> nodes_;   ///< of tasks
  std::vector<Files> files_;  ///< of tasks
  TaskFile result_;
};

}  // namespace

Imported import_wfcommons(const ImportFile& file, const ImportOptions& options) {
  Problems problems;
  const Document document = Document::from_text(file.bytes, file.path.string(), "", problems);
  problems.throw_if_any();
  const Node root = document.root();
  return Workflow(root, options).read().as_model();
}

}  // namespace hetsched

/// \file
/// Standard Task Graphs (Tobita and Kasahara): the number of tasks, then for each task a line with its
/// number, its time, the number of its predecessors and these; with costs of communication each predecessor
/// is followed by one. The count may leave out the two tasks without time at the start and the end. What
/// follows # is a comment.

#include "import/models/model_import.hpp"
#include "import/models/source_text.hpp"
#include "import/models/task_file.hpp"

namespace hetsched {
namespace {

class TaskLines {
 public:
  TaskLines(const ImportFile& file, const ImportOptions& options) : source_(file), options_(options) {}

  TaskFile read() {
    for (std::string_view line : source_.lines()) {
      if (line.starts_with("\xEF\xBB\xBF")) line.remove_prefix(3);
      const auto words = split_words(line.substr(0, line.find('#')));
      if (words.empty()) continue;
      if (!count_)
        read_count(words);
      else
        read_task(words);
    }
    const std::size_t tasks = result_.tasks.size(), count = count_.value_or(0);
    if (tasks != count && tasks != count + 2)
      source_.fail_at_end("the file says that it has " + std::to_string(count) + " tasks, or " +
                          std::to_string(count + 2) + " with start and end, but has " + std::to_string(tasks));
    return std::move(result_);
  }

 private:
  void read_count(const std::vector<std::string_view>& words) {
    if (words.size() != 1)
      source_.fail(words[0], "must be the number of tasks alone; found " + std::to_string(words.size()) + " values");
    count_ = source_.whole(words[0], "the number of tasks", 1);
  }

  void read_task(const std::vector<std::string_view>& words) {
    if (words.size() < 3)
      source_.fail(words[0], "a task has a number, a time and a number of predecessors; found " +
                                 std::to_string(words.size()) + " values");
    const std::string name = task_name(words[0]), where = source_.where(words[0]);
    const double time = scaled(source_.number(words[1], "the time"), options_.time_unit.value_or(1));
    const std::size_t needs = source_.whole(words[2], "the number of predecessors"), rest = words.size() - 3;
    if (rest != needs && rest != 2 * needs)
      source_.fail(words[2], "says that there are " + std::to_string(needs) + " predecessors, but " +
                                 std::to_string(rest) + " values follow: one each, or two with costs of communication");
    result_.tasks.push_back({name, where, {{kind_name(options_, 0, "cpu", where), time}}});
    const std::size_t step = needs > 0 ? rest / needs : 1;
    for (std::size_t i = 3; i < words.size(); i += step) {
      FileEdge edge{task_name(words[i]), name, std::nullopt, source_.where(words[i])};
      if (step == 2)
        edge.bytes = scaled(source_.number(words[i + 1], "the cost of communication"), options_.bytes_unit.value_or(1));
      result_.edges.push_back(std::move(edge));
    }
  }

  [[nodiscard]] std::string task_name(std::string_view number) const {
    return "t" + std::to_string(source_.whole(number, "the number of a task"));
  }

  SourceText source_;
  const ImportOptions& options_;
  std::optional<std::size_t> count_;
  TaskFile result_;
};

}  // namespace

Imported import_stg(const ImportFile& file, const ImportOptions& options) {
  return TaskLines(file, options).read().as_model();
}

}  // namespace hetsched

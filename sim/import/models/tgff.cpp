/// \file
/// TGFF's files: @TASK_GRAPH n { PERIOD, TASK name TYPE t, ARC name FROM a TO b TYPE t, HARD_DEADLINE,
/// SOFT_DEADLINE }, and tables @NAME n { ... } whose columns a comment "# type version ... task_time" names.
/// A table with a column of times is a kind of processor; one with a column of quantities (or called
/// COMMUN..., with two columns) gives the bytes of arcs by type, and that with the graph's number is taken,
/// else the first. Of several versions of a type the first that is valid counts. A model has neither period
/// nor deadlines: they are told in its description.

#include <algorithm>
#include <array>
#include <cctype>
#include <map>

#include "import/models/model_import.hpp"
#include "import/models/source_text.hpp"
#include "import/models/task_file.hpp"

namespace hetsched {
namespace {

constexpr std::array kTimeColumns = {"task_time", "exec_time", "execution_time", "exec-time",
                                     "wcet",      "time",      "runtime"};
constexpr std::array kQuantityColumns = {"quantity", "quant", "bytes", "size", "volume", "comm_quantity"};

using Words = std::vector<std::string_view>;

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return result;
}

/// A table's rows under the comment that names its columns.
struct Table {
  std::string name;  ///< "pe0"
  std::uint32_t index = 0;
  std::string_view at;
  Strings columns;
  std::vector<Words> rows;
};

struct Task {
  std::string_view name;
  std::uint32_t type;
};
struct Arc {
  std::string_view from, to;
  std::uint32_t type;
};
struct Graph {
  std::uint32_t index = 0;
  std::string_view at;
  std::vector<Task> tasks;
  std::vector<Arc> arcs;
  Strings timing;  ///< "period 300", "hard deadline of t0_2 at 300"
};

template <class Keys>
std::optional<std::size_t> column_of(const Table& table, const Keys& keys) {
  for (const char* key : keys) {
    const auto at = std::find(table.columns.begin(), table.columns.end(), key);
    if (at != table.columns.end()) return static_cast<std::size_t>(at - table.columns.begin());
  }
  return std::nullopt;
}

class TgffFile {
 public:
  TgffFile(const ImportFile& file, const ImportOptions& options) : source_(file), options_(options) {}

  Imported read() {
    for (std::string_view line : source_.lines()) {
      if (line.starts_with("\xEF\xBB\xBF")) line.remove_prefix(3);
      read_comment(line);
      read_words(split_words(line.substr(0, line.find('#'))));
    }
    if (inside_ != Inside::nothing) source_.fail_at_end("the file ends where \"}\" is expected");
    return as_model(chosen_graph());
  }

 private:
  enum class Inside { nothing, graph, table };

  /// A comment that begins with "type" names the columns of what follows.
  void read_comment(std::string_view line) {
    const std::size_t hash = line.find('#');
    if (hash == std::string_view::npos || inside_ != Inside::table) return;
    Strings columns;
    for (const std::string_view word : split_words(line.substr(hash + 1))) columns.push_back(lower(word));
    if (!columns.empty() && columns.front() == "type" && tables_.back().columns.empty())
      tables_.back().columns = columns;
  }

  void read_words(Words words) {
    // "}" may end a line of words, and "{" stand alone.
    if (!words.empty() && words.front() == "{") words.erase(words.begin());
    const bool closes = !words.empty() && words.back() == "}";
    if (closes) words.pop_back();
    if (!words.empty()) read_statement(words);
    if (!closes) return;
    if (inside_ == Inside::nothing) source_.fail(source_.text().substr(0, 0), "has a \"}\" that closes nothing");
    inside_ = Inside::nothing;
  }

  void read_statement(Words& words) {
    if (words.front().starts_with('@')) {
      if (inside_ != Inside::nothing) source_.fail(words[0], "starts inside of another block; \"}\" is missing before");
      return open(words);
    }
    if (inside_ == Inside::nothing) source_.fail(words[0], "stands outside of any block; blocks start with @NAME");
    if (inside_ == Inside::graph) return read_graph_line(words);
    Table& table = tables_.back();
    const bool counts = !table.columns.empty() || is_quantities(table);
    if (counts) table.rows.push_back(words);
  }

  void open(Words& words) {
    const bool has_brace = words.back() == "{" || words.back().ends_with('{');
    if (words.back() == "{") words.pop_back();
    const std::string_view name = words[0].substr(1);
    if (lower(name) == "hyperperiod" && !has_brace) return;
    if (words.size() < 2) source_.fail(words[0], "needs a number after its name");
    std::string_view number = words[1];
    if (number.ends_with('{')) number.remove_suffix(1);
    const std::uint32_t index = source_.whole(number, "the number of a block");
    if (lower(name) == "task_graph") {
      for (const Graph& graph : graphs_)
        if (graph.index == index) source_.fail(words[0], "is the second task graph " + std::to_string(index));
      inside_ = Inside::graph;
      graphs_.push_back({index, words[0], {}, {}, {}});
    } else {
      inside_ = Inside::table;
      tables_.push_back({lower(name) + std::to_string(index), index, words[0], {}, {}});
    }
  }

  static bool is_quantities(const Table& table) { return table.name.starts_with("commun"); }

  /// The word after `keyword`, which stands at words[at].
  std::string_view after(const Words& words, std::size_t at, const std::string& keyword) const {
    if (words.size() < at + 2) source_.fail(words[0], "is not whole: " + keyword + " and a value are missing");
    if (lower(words[at]) != keyword) source_.fail(words[at], "must be " + keyword + "; found " + in_quotes(words[at]));
    return words[at + 1];
  }

  void read_graph_line(const Words& words) {
    const std::string keyword = lower(words[0]);
    Graph& graph = graphs_.back();
    if (keyword == "task") {
      const std::string_view type = after(words, 2, "type");
      graph.tasks.push_back({words[1], source_.whole(type, "the type")});
    } else if (keyword == "arc") {
      const std::string_view from = after(words, 2, "from"), to = after(words, 4, "to"), type = after(words, 6, "type");
      graph.arcs.push_back({from, to, source_.whole(type, "the type")});
    } else if (keyword == "period") {
      graph.timing.push_back("period " + format_number(source_.number(after(words, 0, "period"), "the period")));
    } else if (keyword == "hard_deadline" || keyword == "soft_deadline") {
      const std::string_view task = after(words, 2, "on"), time = after(words, 4, "at");
      graph.timing.push_back(keyword.substr(0, 4) + " deadline of " + std::string(task) + " at " +
                             format_number(source_.number(time, "the deadline")));
    } else {
      const Strings known = {"PERIOD", "TASK", "ARC", "HARD_DEADLINE", "SOFT_DEADLINE"};
      source_.fail(words[0], "must be one of " + join(known, ", ") + "; found " + in_quotes(words[0]) +
                                 did_you_mean(words[0], known));
    }
  }

  [[nodiscard]] const Graph& chosen_graph() const {
    Strings indices;
    for (const Graph& graph : graphs_) {
      if (options_.graph == graph.index) return graph;
      indices.push_back(std::to_string(graph.index));
    }
    if (graphs_.empty()) source_.fail_at_end("there is no @TASK_GRAPH in the file");
    if (options_.graph)
      source_.fail(graphs_[0].at,
                   "there is no task graph " + std::to_string(*options_.graph) + "; the file has " + listed(indices));
    if (graphs_.size() > 1)
      source_.fail(graphs_[1].at, "is one of several task graphs (" + listed(indices) + "); choose with --graph");
    return graphs_[0];
  }

  /// Value by type: the first row of each type that is valid.
  [[nodiscard]] std::map<std::uint32_t, double> values_of(const Table& table, std::size_t column,
                                                          const std::string& noun) const {
    std::map<std::uint32_t, double> values;
    const auto valid = column_of(table, std::array{"valid"});
    for (const Words& row : table.rows) {
      if (row.size() <= column)
        source_.fail(row[0], "has " + std::to_string(row.size()) + " values; " + noun + " is the " +
                                 std::to_string(column + 1) + ". one");
      const std::uint32_t type = source_.whole(row[0], "the type");
      if (valid && source_.number(row[*valid < row.size() ? *valid : 0], "valid") == 0) continue;
      values.emplace(type, source_.number(row[column], noun));
    }
    return values;
  }

  [[nodiscard]] std::map<std::uint32_t, double> quantities(const Graph& graph) const {
    const Table* chosen = nullptr;
    std::size_t column = 1;
    for (const Table& table : tables_) {
      const auto named = column_of(table, kQuantityColumns);
      if (!named && !is_quantities(table)) continue;
      if (chosen && (chosen->index == graph.index || table.index != graph.index)) continue;
      chosen = &table;
      column = named.value_or(1);
    }
    return chosen ? values_of(*chosen, column, "the quantity") : std::map<std::uint32_t, double>{};
  }

  Imported as_model(const Graph& graph) const {
    TaskFile file;
    for (const Task& task : graph.tasks) file.tasks.push_back({std::string(task.name), source_.where(task.name)});
    std::size_t kinds = 0;
    for (const Table& table : tables_) {
      const auto column = column_of(table, kTimeColumns);
      if (!column || column_of(table, kQuantityColumns) || is_quantities(table)) continue;
      const std::string kind = kind_name(options_, kinds++, table.name, source_.where(table.at));
      const auto times = values_of(table, *column, "the time");
      for (std::size_t i = 0; i < graph.tasks.size(); ++i)
        if (const auto time = times.find(graph.tasks[i].type); time != times.end())
          file.tasks[i].times.emplace_back(kind, scaled(time->second, options_.time_unit.value_or(1)));
    }
    const auto without =
        std::count_if(file.tasks.begin(), file.tasks.end(), [](const FileTask& t) { return t.times.empty(); });
    if (without > 0)
      file.notes.push_back(std::to_string(without) +
                           " tasks have a type without a time on any processor, and so no cost");
    add_arcs(graph, file);
    if (!graph.timing.empty())
      file.notes.push_back("say in the workload what a model cannot: " + listed(graph.timing, 4));
    Imported result = file.as_model();
    if (!graph.timing.empty()) result.network.description = "In units of the file: " + join(graph.timing, ", ") + ".";
    result.network.source = ", task graph " + std::to_string(graph.index);
    return result;
  }

  void add_arcs(const Graph& graph, TaskFile& file) const {
    const auto bytes = quantities(graph);
    std::size_t without = 0;
    for (const Arc& arc : graph.arcs) {
      const auto found_bytes = bytes.find(arc.type);
      const bool known = found_bytes != bytes.end();
      without += known ? 0 : 1;
      file.edges.push_back(
          {std::string(arc.from), std::string(arc.to),
           known ? std::optional(scaled(found_bytes->second, options_.bytes_unit.value_or(1))) : std::nullopt,
           source_.where(arc.from)});
    }
    if (without > 0)
      file.notes.push_back(std::to_string(without) + " arcs have a type without a quantity, and so no bytes");
  }

  SourceText source_;
  const ImportOptions& options_;
  Inside inside_ = Inside::nothing;
  std::vector<Graph> graphs_;
  std::vector<Table> tables_;
};

}  // namespace

Imported import_tgff(const ImportFile& file, const ImportOptions& options) { return TgffFile(file, options).read(); }

}  // namespace hetsched

/// \file
/// DOT digraphs as task graphs. Of a node the first attribute that is there of time, cost, runtime, weight, w
/// gives its time: a number, a number with a unit, or a list of them with commas, one per kind, "-" where the
/// kind cannot run it. Of an edge the first of bytes, size, data, weight, w, label gives its bytes (a label
/// only if it is a number).

#include <array>

#include "base/units.hpp"
#include "import/models/dot_graph.hpp"
#include "import/models/model_import.hpp"
#include "import/models/task_file.hpp"

namespace hetsched {
namespace {

constexpr std::array kTimes = {"time", "cost", "runtime", "weight", "w"};
constexpr std::array kBytes = {"bytes", "size", "data", "weight", "w"};

template <class Keys>
const DotAttribute* first_of(const DotAttributes& attributes, const Keys& keys) {
  for (const char* key : keys)
    if (const auto at = attributes.find(key); at != attributes.end()) return &at->second;
  return nullptr;
}

/// A plain number counts in `scale`; one with a unit is what it says.
double quantity_of(const SourceText& source, std::string_view text, std::string_view at, double scale,
                   std::string_view unit, const std::string& noun) {
  if (const auto plain = parse_decimal(text); plain && *plain >= 0) return scaled(*plain, scale);
  const ParsedQuantity parsed = parse_quantity(text, unit);
  if (!parsed.value || *parsed.value < 0)
    source.fail(
        at, noun + " must be a number of at least 0, or a " + quantity_description(unit) + "; found " + found(text));
  return *parsed.value;
}

Strings parts_of(std::string_view list) {
  Strings parts;
  while (true) {
    const std::size_t end = std::min(list.find_first_of(",;"), list.size());
    parts.emplace_back(trimmed(list.substr(0, end)));
    if (end == list.size()) return parts;
    list.remove_prefix(end + 1);
  }
}

class Tasks {
 public:
  Tasks(const SourceText& source, const ImportOptions& options) : source_(source), options_(options) {}

  TaskFile read(const DotGraph& graph) {
    result_.name = graph.name;
    for (const DotNode& node : graph.nodes) add(node);
    for (const DotEdge& edge : graph.edges)
      result_.edges.push_back(
          {graph.nodes[edge.from].name, graph.nodes[edge.to].name, bytes_of(edge), source_.where(edge.at)});
    if (without_time_ > 0)
      result_.notes.push_back(std::to_string(without_time_) +
                              " tasks have none of the attributes time, cost, runtime, weight, w, and so no cost");
    return std::move(result_);
  }

 private:
  void add(const DotNode& node) {
    FileTask task{node.name, source_.where(node.at)};
    const DotAttribute* given = first_of(node.attributes, kTimes);
    if (!given) {
      ++without_time_;
      result_.tasks.push_back(std::move(task));
      return;
    }
    const Strings parts = parts_of(given->value);
    if (!first_with_time_.empty() && parts.size() != count_)
      source_.fail(given->at, "task " + in_quotes(node.name) + " has " + std::to_string(parts.size()) + " times, but " +
                                  in_quotes(first_with_time_) + " has " + std::to_string(count_));
    if (first_with_time_.empty()) first_with_time_ = node.name;
    count_ = parts.size();
    for (std::size_t i = 0; i < parts.size(); ++i) {
      if (parts[i] == "-") continue;
      const std::string fallback = count_ == 1 ? "cpu" : "P" + std::to_string(i + 1);
      task.times.emplace_back(
          kind_name(options_, i, fallback, source_.where(given->at)),
          quantity_of(source_, parts[i], given->at, options_.time_unit.value_or(1), "s", "the time"));
    }
    result_.tasks.push_back(std::move(task));
  }

  [[nodiscard]] std::optional<double> bytes_of(const DotEdge& edge) const {
    const double unit = options_.bytes_unit.value_or(1);
    if (const DotAttribute* given = first_of(edge.attributes, kBytes))
      return quantity_of(source_, given->value, given->at, unit, "B", "the bytes of an edge");
    const auto label = edge.attributes.find("label");
    if (label == edge.attributes.end()) return std::nullopt;
    const auto plain = parse_decimal(label->second.value);
    return plain && *plain >= 0 ? std::optional(scaled(*plain, unit)) : std::nullopt;
  }

  const SourceText& source_;
  const ImportOptions& options_;
  TaskFile result_;
  std::string first_with_time_;
  std::size_t count_ = 0, without_time_ = 0;
};

}  // namespace

Imported import_dot(const ImportFile& file, const ImportOptions& options) {
  const SourceText source(file);
  const DotGraph graph = read_dot(source);
  return Tasks(source, options).read(graph).as_model();
}

}  // namespace hetsched

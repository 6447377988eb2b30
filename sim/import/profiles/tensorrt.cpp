#include <algorithm>

#include "base/json_document.hpp"
#include "import/profiles/measurements.hpp"

namespace hetsched {
namespace {

constexpr std::string_view kCopyPrefix = "Reformatting CopyNode for ";
constexpr double kMostOfAll = 0.5;

/// A node of the file: what trtexec calls a layer.
struct TrtNode {
  Measurement measured;
  bool copy = false;
  std::string target;  ///< of a copy: the node that it is for, if its name says so
};

/// Is it a copy that changes a tensor's place or format, and whose? The names are those that TensorRT 7 to 10
/// give.
void classify(TrtNode& node) {
  const std::string& name = node.measured.name;
  if (name.starts_with(kCopyPrefix)) {
    node.copy = true;
    if (const auto to = name.find(" to "); to != std::string::npos) node.target = name.substr(to + 4);
    return;
  }
  for (const std::string_view kind : {" input reformatter ", " output reformatter "})
    if (const auto at = name.rfind(kind); at != std::string::npos) {
      node.copy = true;
      node.target = name.substr(0, at);
      return;
    }
  node.copy = name.starts_with("[HostToDeviceCopy") || name.starts_with("[DeviceToHostCopy") || name == "data to nvm" ||
              name == "data copy finish" || name.ends_with(" finish") || name.ends_with(" copy");
  if (name.ends_with(" copy")) node.target = name.substr(0, name.size() - 5);
}

/// The duration of a node in ms: the column asked for, or the mean per run.
double duration_of(const Node& node, const std::string& wanted, double count, Problems& problems) {
  const std::string column =
      !wanted.empty() || node.has("averageMs") ? (wanted.empty() ? "averageMs" : wanted) : "timeMs";
  const Node duration = node.child(column);
  const Json& value = duration.value();
  if (!value.is_number() || !(value.get<double>() >= 0)) {
    problems.add(duration.problem("must be a number of at least 0; found " + shown(value)));
    return 0;
  }
  const bool all_runs = column == "timeMs";
  if (all_runs && !(count > 0)) {
    problems.add(duration.problem("is of all runs together, but the list does not begin with their count"));
    return 0;
  }
  return all_runs ? value.get<double>() / count : value.get<double>();
}

std::vector<TrtNode> read_nodes(const Node& root, const std::string& column, Problems& problems) {
  std::vector<TrtNode> nodes;
  if (!root.value().is_array()) {
    problems.add(root.problem("must be a list, as trtexec --exportProfile=FILE writes it"));
    return nodes;
  }
  double count = 0;
  for (std::size_t i = 0; i < root.value().size(); ++i) {
    const Node node = root.child(i);
    if (node.has("count") && node.child("count").value().is_number()) {
      count = node.child("count").value().get<double>();
      continue;
    }
    const Node name_node = node.child("name");
    const Json& name = name_node.value();
    if (!name.is_string() || name.get<std::string>().empty()) {
      problems.add(
          node.problem("must be an object with the text name, or the count of runs; found " + shown(node.value())));
      continue;
    }
    TrtNode& added = nodes.emplace_back();
    added.measured = {name.get<std::string>(), "", node.where(), duration_of(node, column, count, problems), {}};
    classify(added);
  }
  if (nodes.empty() && problems.empty()) problems.add(root.problem("lists no layers"));
  return nodes;
}

/// The node that a copy is for: the one it names, else the next, else the one before; none if all are copies.
TrtNode* owner_of(std::vector<TrtNode>& nodes, std::size_t copy) {
  for (TrtNode& node : nodes)
    if (!node.copy && node.measured.name == nodes[copy].target) return &node;
  for (std::size_t i = copy + 1; i < nodes.size(); ++i)
    if (!nodes[i].copy) return &nodes[i];
  for (std::size_t i = copy; i-- > 0;)
    if (!nodes[i].copy) return &nodes[i];
  return nullptr;
}

}  // namespace

/// The JSON of trtexec --exportProfile: the number of runs, then one node per kernel. Copies that only change
/// a tensor's format are added to the node that they are for.
Measurements read_tensorrt(const ProfileRequest& request, Problems& problems) {
  Measurements found;
  const Document document = Document::from_file(request.file, problems);
  if (!document.parsed()) return found;
  std::vector<TrtNode> nodes = read_nodes(document.root(), request.column, problems);
  double total = 0, copied = 0;
  for (const TrtNode& node : nodes) total += node.measured.duration;
  Strings copies;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    if (!nodes[i].copy) continue;
    const Measurement& copy = nodes[i].measured;
    if (copy.duration > kMostOfAll * total) {
      found.notes.push_back(
          in_quotes(copy.name, 80) + " takes " + rounded(copy.duration) +
          " ms, most of all time: it waits for an accelerator (a DLA) that is not profiled; left out");
      continue;
    }
    TrtNode* owner = owner_of(nodes, i);
    if (owner == nullptr) continue;
    owner->measured.duration += copy.duration;
    copied += copy.duration;
    copies.push_back(in_quotes(copy.name, 60) + " -> " + in_quotes(owner->measured.name));
  }
  if (!copies.empty())
    found.notes.push_back(std::to_string(copies.size()) + (copies.size() == 1 ? " copy (" : " copies (") +
                          rounded(copied) + " ms) added to the nodes they are for: " + listed(copies));
  for (TrtNode& node : nodes)
    if (!node.copy) found.rows.push_back(std::move(node.measured));
  if (found.rows.empty() && problems.empty())
    problems.add(request.file, "", "lists nothing but copies; the layers ran elsewhere or were not profiled");
  found.column = "time_ms";
  found.said = "TensorRT, " + (request.column.empty() ? "mean of the runs" : request.column);
  found.fused = true;
  return found;
}

}  // namespace hetsched

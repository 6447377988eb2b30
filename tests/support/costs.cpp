#include "support/costs.hpp"

#include <algorithm>
#include <filesystem>
#include <set>

#include "base/errors.hpp"
#include "base/json_document.hpp"
#include "model/cost_specs.hpp"
#include "model/network.hpp"

namespace hetsched::test {
namespace {

const std::filesystem::path kSource = HETSCHED_SOURCE_DIR;

LayerCost cost_of(const LayerWork& work, const CostModel& model, std::span<const OperatingPointSpec> points) {
  std::vector<LayerCost> costs(points.size());
  model.cost(work, points, costs);
  return costs.back();
}

}  // namespace

std::map<std::string, LibraryKind> kind_library() {
  std::map<std::string, LibraryKind> kinds;
  Problems problems;
  std::set<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(kSource / "platforms" / "kinds"))
    if (entry.path().extension() == ".json") files.insert(entry.path());
  for (const std::filesystem::path& path : files) {
    const Document document = Document::from_file(path, problems);
    const Node list = document.root().child("kinds");
    for (std::size_t i = 0; i < list.value().size(); ++i) {
      const Node node = list.child(i);
      if (!node.has("costs") && node.has("profile")) continue;  // its costs are in profiles alone
      LibraryKind kind;
      std::vector<CostSpec> costs;
      detail::read_value(node.child("operating_points"), About{}, problems, kind.points);
      detail::read_value(node.child("costs"), About{}, problems, costs);
      if (costs.size() != 1 || !std::holds_alternative<RooflineSpec>(costs.front()))
        problems.add(node.problem("must have one roofline"));
      else
        kind.roofline = std::get<RooflineSpec>(costs.front());
      if (!kinds.emplace(node.child("name").value().get<std::string>(), kind).second)
        problems.add(node.problem("has the name of another kind"));
    }
  }
  problems.throw_if_any();
  return kinds;
}

Network zoo_network(const std::string& name, std::string_view precision, std::uint32_t batch) {
  Problems problems;
  Document document = Document::from_file(kSource / "workloads" / "models" / "zoo" / (name + ".json"), problems);
  document.set("precision", std::string(precision), "test", problems);
  document.set("batch", batch, "test", problems);
  Network network = read_network(document.root(), problems);
  problems.throw_if_any();
  return network;
}

NetworkCost sum_of(const Network& network, const CostModel& model, std::span<const OperatingPointSpec> points,
                   const CostModel* fallback, std::span<const OperatingPointSpec> fallback_points) {
  NetworkCost sum;
  for (const LayerSpec& layer : network.layers) {
    const LayerWork work = *work_of(network, layer);
    LayerCost cost = cost_of(work, model, points);
    if (cost.time == kNever && fallback != nullptr) cost = cost_of(work, *fallback, fallback_points);
    sum.time += cost.time;
    sum.energy += cost.energy;
    sum.traffic += cost.traffic;
  }
  return sum;
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

}  // namespace hetsched::test

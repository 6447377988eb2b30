/// \file
/// Shipped device kinds and networks, for tests of cost models.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "cost/cost_model.hpp"
#include "model/roofline_spec.hpp"

namespace hetsched::test {

/// What platforms/kinds says of a kind's costs.
struct LibraryKind {
  std::vector<OperatingPointSpec> points;
  RooflineSpec roofline;
};

/// All kinds of platforms/kinds, by name. Throws what is wrong with the files.
std::map<std::string, LibraryKind> kind_library();

/// A network of the model zoo with another number format and batch.
Network zoo_network(const std::string& name, std::string_view precision, std::uint32_t batch);

/// Sum over layers; those that a kind cannot run are taken from `fallback`, if there is one.
struct NetworkCost {
  double time = 0, energy = 0, traffic = 0;
};
NetworkCost sum_of(const Network& network, const CostModel& model, std::span<const OperatingPointSpec> points,
                   const CostModel* fallback = nullptr, std::span<const OperatingPointSpec> fallback_points = {});

double median(std::vector<double> values);

}  // namespace hetsched::test

/// \file
/// What whole models amount to: the sums over their layers, and the search for model files.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "model/network.hpp"

namespace hetsched {

/// The sums over the layers of one model. One row of `hetsched models --csv`.
struct ModelTotals {
  std::string file, name;
  std::uint64_t layers = 0;
  double macs = 0, params = 0, weight_bytes = 0, input_bytes = 0, output_bytes = 0;
};
template <>
inline constexpr auto fields<ModelTotals> = std::tuple{
    field("file", &ModelTotals::file, "the model file", {}),
    field("name", &ModelTotals::name, "its name", {}),
    field("layers", &ModelTotals::layers, "number of layers", {}),
    field("macs", &ModelTotals::macs, "multiply-accumulates of one inference", {}),
    field("params", &ModelTotals::params, "parameters", {}),
    field("weight_bytes", &ModelTotals::weight_bytes, "sum of the layers' weights, those used twice counted twice", {}),
    field("input_bytes", &ModelTotals::input_bytes, "sum of the activations that the layers read", {}),
    field("output_bytes", &ModelTotals::output_bytes, "sum of the activations that the layers write", {}),
};

/// Of a network that read_network() completed.
ModelTotals totals_of(const Network& network);

/// The totals of every model named or found (in folders and the folders below, in the order of their paths). Files
/// in folders that are no models are passed over; a file that is named must be one. Problems are added.
std::vector<ModelTotals> totals_of_files(const Strings& paths, Problems& problems);

}  // namespace hetsched

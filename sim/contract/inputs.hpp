/// \file
/// Small scenarios written as JSON text.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "model/scenario.hpp"

namespace hetsched::contract {

/// The JSON texts of a scenario. Streams name their models by the keys of `models`.
struct Inputs {
  std::string platform, workload;
  std::map<std::string, std::string> models;
};

/// Throws InputError if something is wrong with the inputs.
std::shared_ptr<Scenario> make_scenario(const Inputs& inputs);

}  // namespace hetsched::contract

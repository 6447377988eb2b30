/// \file
/// Makes a scenario that breaks a rule as small as it gets while it still does.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "base/json_document.hpp"
#include "contract/random_scenario.hpp"

namespace hetsched::contract {

/// A scenario as JSON: platform, workload, models by name, options.
Json to_json(const RandomScenario& scenario);
/// The reverse; throws InputError if the JSON is no scenario that can be read.
RandomScenario scenario_of(const Json& json, std::uint64_t seed);

/// Leaves out, one after the other, members and elements of the scenario's JSON, and rounds its numbers, as long as
/// `still_breaks` says so of what is left; it is asked about scenarios that can be read only. Stops after `attempts`
/// questions.
RandomScenario shrunk(const RandomScenario& scenario, const std::function<bool(const RandomScenario&)>& still_breaks,
                      std::size_t attempts);

/// Writes the scenario as an experiment with its platform, workload and model files, for `hetsched run FOLDER`.
/// Refuses a folder that holds anything but such a case. Throws InputError.
void write_case(const std::filesystem::path& folder, const RandomScenario& scenario, const Json& policy);

}  // namespace hetsched::contract

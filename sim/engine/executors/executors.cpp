#include "engine/executors/executors.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "base/errors.hpp"
#include "base/text.hpp"
#include "engine/executors/fluid.hpp"
#include "engine/executors/simgrid.hpp"

namespace hetsched {

std::span<const ExecutorEntry> executors() {
  static const std::array all = {
      ExecutorEntry{"simgrid", false, "SimGrid", HETSCHED_SIMGRID_VERSION, make_simgrid_executor, load_simgrid},
      ExecutorEntry{"fluid", true, "", "", make_fluid_executor, [] {}},
  };
  return all;
}

const ExecutorEntry& reference_executor() { return executors().front(); }

const ExecutorEntry& executor_named(std::string_view name) {
  if (name.empty()) return reference_executor();
  const std::span<const ExecutorEntry> all = executors();
  const auto at = std::find_if(all.begin(), all.end(), [&](const ExecutorEntry& entry) { return entry.name == name; });
  if (at != all.end()) return *at;
  Strings names;
  for (const ExecutorEntry& entry : all) names.emplace_back(entry.name);
  throw InputError("\"" + std::string(name) + "\" is no executor; there are: " + join(names, ", "));
}

}  // namespace hetsched

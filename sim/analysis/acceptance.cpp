#include "analysis/acceptance.hpp"

#include <algorithm>

#include "analysis/edf.hpp"
#include "analysis/fixed_priority.hpp"
#include "analysis/utilisation.hpp"
#include "hetsched/tolerance.hpp"

namespace hetsched::analysis {
namespace {

bool within_deadlines(const std::vector<Demand>& demands) {
  const std::vector<Bound> bounds = fixed_priority_bounds(demands);
  for (std::size_t i = 0; i < demands.size(); ++i)
    if (!bounds[i].lateness || clearly_less(demands[i].deadline, *bounds[i].lateness)) return false;
  return true;
}

}  // namespace

Acceptance acceptance(const TaskSetSpec& spec, std::uint64_t count) {
  Acceptance row{.utilisation = spec.utilisation, .sets = count};
  const auto all = static_cast<double>(count);
  std::uint64_t liu_layland = 0, hyperbolic = 0, response_time = 0, edf = 0, rm_layers = 0, edf_layers = 0;
  for (std::uint64_t number = 0; number < count; ++number) {
    const std::vector<DrawnStream> streams = draw_task_set(spec, number);
    const std::vector<Demand> anywhere = demands_of(streams, true), between = demands_of(streams, false);
    const UtilisationTests tests = utilisation_tests(anywhere);
    liu_layland += tests.liu_layland.value_or(false);
    hyperbolic += tests.hyperbolic.value_or(false);
    response_time += within_deadlines(anywhere);
    edf += meets_demand(anywhere).value_or(false);
    rm_layers += within_deadlines(between);
    edf_layers += meets_demand(between).value_or(false);
  }
  row.rm_liu_layland = static_cast<double>(liu_layland) / all;
  row.rm_hyperbolic = static_cast<double>(hyperbolic) / all;
  row.rm_response_time = static_cast<double>(response_time) / all;
  row.edf = static_cast<double>(edf) / all;
  row.rm_layers = static_cast<double>(rm_layers) / all;
  row.edf_layers = static_cast<double>(edf_layers) / all;
  return row;
}

}  // namespace hetsched::analysis

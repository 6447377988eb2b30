/// \file
/// The graphs of two papers, and schedules of them, as problems of static scheduling.
#pragma once

#include <string>
#include <vector>

#include "planning/problem.hpp"

namespace hetsched::testing {

/// Ten tasks on three processors. Topcuoglu, Hariri, Wu, IEEE TPDS 13(3), 2002, fig. 2.
planning::Problem topcuoglu_2002();
/// Likewise. Arabnejad, Barbosa, IEEE TPDS 25(3), 2014, fig. 2.
planning::Problem arabnejad_2014();

/// A schedule of one of the graphs by one rule (tests/data/policies/static_schedules.csv).
struct PublishedSchedule {
  std::string graph;  ///< "heft_2002" or "peft_2014", as the files of workloads/
  std::string rule;
  double makespan = 0;
  std::vector<std::size_t> accelerators;  ///< by task, from 0
  std::vector<double> starts;
};
std::vector<PublishedSchedule> published_schedules();

}  // namespace hetsched::testing

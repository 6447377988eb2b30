#include "support/published_graphs.hpp"

#include <fstream>
#include <sstream>

#include "support/planning_cases.hpp"

namespace hetsched::testing {
namespace {

struct WeightedEdge {
  std::size_t from, to;  ///< from 1, as printed
  double weight;
};

/// One second per byte between two accelerators, none inside.
planning::Problem graph(const std::vector<std::vector<double>>& times, const std::vector<WeightedEdge>& edges) {
  planning::Problem problem = independent_tasks(times);
  for (const WeightedEdge& edge : edges)
    problem.add_edge(id_of<planning::PlanTaskId>(edge.from - 1), id_of<planning::PlanTaskId>(edge.to - 1), edge.weight);
  return problem;
}

template <class Number>
std::vector<Number> numbers(const std::string& text, Number offset) {
  std::istringstream in(text);
  std::vector<Number> found;
  for (Number value = 0; in >> value;) found.push_back(value + offset);
  return found;
}

}  // namespace

planning::Problem topcuoglu_2002() {
  return graph({{14, 16, 9},
                {13, 19, 18},
                {11, 13, 19},
                {13, 8, 17},
                {12, 13, 10},
                {13, 16, 9},
                {7, 15, 11},
                {5, 11, 14},
                {18, 12, 20},
                {21, 7, 16}},
               {{1, 2, 18},
                {1, 3, 12},
                {1, 4, 9},
                {1, 5, 11},
                {1, 6, 14},
                {2, 8, 19},
                {2, 9, 16},
                {3, 7, 23},
                {4, 8, 27},
                {4, 9, 23},
                {5, 9, 13},
                {6, 8, 15},
                {7, 10, 17},
                {8, 10, 11},
                {9, 10, 13}});
}

planning::Problem arabnejad_2014() {
  return graph({{22, 21, 36},
                {22, 18, 18},
                {32, 27, 43},
                {7, 10, 4},
                {29, 27, 35},
                {26, 17, 24},
                {14, 25, 30},
                {29, 23, 36},
                {15, 21, 8},
                {13, 16, 33}},
               {{1, 2, 17},
                {1, 3, 31},
                {1, 4, 29},
                {1, 5, 13},
                {1, 6, 7},
                {2, 8, 3},
                {2, 9, 30},
                {3, 7, 16},
                {4, 8, 11},
                {4, 9, 7},
                {5, 9, 57},
                {6, 8, 5},
                {7, 10, 9},
                {8, 10, 42},
                {9, 10, 7}});
}

std::vector<PublishedSchedule> published_schedules() {
  std::ifstream file(HETSCHED_SOURCE_DIR "/tests/data/policies/static_schedules.csv");
  std::vector<PublishedSchedule> found;
  std::string line;
  std::getline(file, line);  // the source
  std::getline(file, line);  // the columns
  while (std::getline(file, line)) {
    std::istringstream in(line);
    PublishedSchedule schedule;
    std::string makespan, accelerators, starts;
    std::getline(in, schedule.graph, ',');
    std::getline(in, schedule.rule, ',');
    std::getline(in, makespan, ',');
    std::getline(in, accelerators, ',');
    std::getline(in, starts, ',');
    schedule.makespan = std::stod(makespan);
    schedule.accelerators = numbers<std::size_t>(accelerators, static_cast<std::size_t>(-1));  // from 1 to from 0
    schedule.starts = numbers<double>(starts, 0);
    found.push_back(std::move(schedule));
  }
  return found;
}

}  // namespace hetsched::testing

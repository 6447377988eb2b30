/// \file
/// What the journal costs: tiny points, of which many share a process, are run with and without it, by turns in one
/// program. Prints points per second, and the ratio.
///
/// usage: bench_journal [--smoke]

#include <chrono>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <string>

#include "base/files.hpp"
#include "builtin.hpp"
#include "study/agenda.hpp"
#include "study/execution.hpp"
#include "study/journal.hpp"
#include "study/plan.hpp"
#include "study/study.hpp"
#include "support/folder.hpp"

namespace {

using namespace hetsched;
using Clock = std::chrono::steady_clock;

Study tiny_study(const std::filesystem::path& folder, const Catalog& catalog, std::size_t points) {
  write_file(folder / "p.json", R"({"format": 1, "name": "p", "kinds": [{"name": "k", "type": "npu"}],
    "accelerators": [{"name": "a", "kind": "k"}, {"name": "b", "kind": "k"}]})");
  write_file(folder / "m.json", R"({"format": 1, "name": "m", "layers": [{"name": "l"}, {"name": "n"}],
    "costs": [{"layer": "l", "kind": "k", "time": "1 ms"}, {"layer": "n", "kind": "k", "time": "2 ms"}]})");
  write_file(folder / "w.json", R"({"format": 1, "name": "w", "streams": [{"name": "s", "model": "m.json",
    "arrival": {"type": "burst", "count": 3}, "deadline": "5 ms"}]})");
  write_file(folder / "e.json", R"({"format": 1, "name": "tiny", "platform": "p.json", "workload": "w.json",
    "policy": "edf", "executor": "fluid", "execution_jitter": {"distribution": "lognormal", "spread": 0.5},
    "replicates": )" + std::to_string(points) +
                                    "}");
  Problems problems;
  Study study = Study::load(folder / "e.json", {}, catalog, problems);
  problems.throw_if_any();
  return study;
}

/// s that all points take.
double run(const Study& study, const Catalog& catalog, const Plan& plan, unsigned jobs, Journal* journal) {
  std::vector<std::size_t> points(plan.points.size());
  for (std::size_t i = 0; i < points.size(); ++i) points[i] = i;
  Agenda agenda(points);
  agenda.add(points);
  const PointSetting setting{study, catalog, plan, RecordLevel::none, "", {}, "", journal ? journal->descriptor() : -1};
  std::size_t ended = 0;
  Execution::Events events;
  events.ended = [&](std::size_t, const PointReport&, bool) { ++ended; };
  events.recorded = [](const auto&) { return std::map<std::size_t, PointReport>(); };
  const auto begin = Clock::now();
  Execution(setting, agenda, {jobs, false, std::nullopt}, events).run();
  if (journal) journal->sync();
  const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
  if (ended != points.size()) std::fprintf(stderr, "only %zu points ended\n", ended);
  return seconds;
}

}  // namespace

int main(int argc, char** argv) {
  const bool smoke = argc > 1 && std::strcmp(argv[1], "--smoke") == 0;
  const std::size_t points = smoke ? 300 : 40000;
  const int rounds = smoke ? 1 : 5;
  const Catalog catalog(builtin_policies());
  const TestFolder folder;
  const Study study = tiny_study(folder.path(), catalog, points);
  const Plan plan = Plan::of(study);
  for (const unsigned jobs : {1U, 2U}) {
    double without = 1e9, with = 1e9;
    for (int round = 0; round < rounds; ++round) {
      without = std::min(without, run(study, catalog, plan, jobs, nullptr));
      Journal journal(folder.path());
      journal.keep_on_disk();
      with = std::min(with, run(study, catalog, plan, jobs, &journal));
    }
    const auto count = static_cast<double>(points);
    std::printf("-j %u: %.0f points/s without journal, %.0f with it: %.1f %%\n", jobs, count / without, count / with,
                100 * without / with);
  }
}

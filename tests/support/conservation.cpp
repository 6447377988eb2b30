#include "support/conservation.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <tuple>

#include "support/simulation.hpp"

namespace hetsched::testing {
namespace {

constexpr double kTolerance = 1e-9;

bool close(double a, double b) { return std::abs(a - b) <= kTolerance * std::max({1e-12, std::abs(a), std::abs(b)}); }

void check_slots(const Log& log) {
  std::vector<const TaskRecord*> tasks;
  for (const TaskRecord& t : log.tasks) tasks.push_back(&t);
  std::sort(tasks.begin(), tasks.end(), [](const TaskRecord* a, const TaskRecord* b) {
    return std::tuple(a->accelerator, a->slot, a->start, a->end) < std::tuple(b->accelerator, b->slot, b->start, b->end);
  });
  const double slack = 1e-12 + log.scenario->workload.completion_tolerance;
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    const TaskRecord& t = *tasks[i];
    CHECK(t.ready <= t.start);
    CHECK(t.start <= t.inputs);
    CHECK(t.inputs <= t.compute);
    CHECK(t.compute <= t.end);
    if (i == 0 || tasks[i - 1]->accelerator != t.accelerator || tasks[i - 1]->slot != t.slot) continue;
    CHECK_MESSAGE(tasks[i - 1]->end <= t.start + slack, "two tasks at once in a slot of " << t.accelerator);
  }
}

void check_order(const Log& log) {
  SystemView view;
  log.tables->fill(view);
  std::map<std::pair<std::uint64_t, std::string_view>, const TaskRecord*> finished;
  for (const TaskRecord& t : log.tasks)
    if (t.status == TaskStatus::finished) CHECK(finished.emplace(std::pair{t.request, t.task}, &t).second);
  const auto memory_of = [&](const TaskRecord& t) {
    const auto infos = log.tables->accelerators();
    return std::find_if(infos.begin(), infos.end(), [&](const AcceleratorInfo& a) { return a.name == t.accelerator; })->memory;
  };
  for (const TaskRecord& t : log.tasks) {
    const auto stream = std::find_if(view.streams.begin(), view.streams.end(), [&](const Stream& s) { return s.name == t.stream; });
    const Model& model = view.models[stream->model];
    const auto task = std::find_if(model.tasks.begin(), model.tasks.end(), [&](const ModelTask& m) { return m.name == t.task; });
    for (const Edge& edge : task->inputs) {
      const std::string_view producer_name = model.tasks[edge.task].name;
      const auto producer = finished.find({t.request, producer_name});
      REQUIRE(producer != finished.end());
      CHECK_MESSAGE(producer->second->end <= t.ready + log.scenario->workload.completion_tolerance,
                    t.task << " was ready before " << producer_name << " finished");
      if (t.status != TaskStatus::finished || edge.bytes <= 0) continue;
      const std::uint32_t from = memory_of(*producer->second), to = memory_of(t);
      if (from == to) continue;
      CHECK_MESSAGE(std::any_of(log.transfers.begin(), log.transfers.end(),
                                [&](const TransferRecord& r) {
                                  return r.request == t.request && r.producer == producer_name &&
                                         r.to == log.tables->memories()[to].name && r.end <= t.compute + 1e-12;
                                }),
                    t.task << " computed before its input from " << producer_name << " was there");
    }
  }
}

void check_requests(const Log& log) {
  std::set<std::uint64_t> ids;
  for (const RequestRecord& r : log.requests) {
    CHECK_MESSAGE(ids.insert(r.request).second, "request " << r.request << " ended twice");
    const bool finished = r.status == RequestStatus::finished || r.status == RequestStatus::late;
    CHECK(finished == r.finish.has_value());
    if (r.start) CHECK(*r.start >= r.arrival);
  }
  if (!ids.empty()) CHECK_MESSAGE(*ids.rbegin() + 1 == ids.size(), "a request was lost");
  for (const TaskRecord& t : log.tasks) CHECK(ids.count(t.request) == 1);
}

void check_energy(const Log& log) {
  double requests = 0, pieces = 0, tasks = 0, idle = 0, active = 0;
  for (const RequestRecord& r : log.requests) requests += r.energy;
  for (const TaskRecord& t : log.tasks) tasks += t.energy;
  for (const PowerRecord& p : log.pieces) pieces += p.power * (p.to - p.from);
  for (const AcceleratorRecord& a : log.accelerators) {
    idle += a.energy_idle;
    active += a.energy_active;
  }
  CHECK(close(pieces, log.energy()));
  CHECK(close(requests, log.totals.energy_active + log.totals.energy_transfer));
  CHECK(tasks <= requests * (1 + kTolerance) + 1e-12);
  CHECK(close(idle, log.totals.energy_idle));
  CHECK(close(active, log.totals.energy_active));
  CHECK(close(log.totals.energy_base, log.scenario->platform.base_power * log.totals.end));
}

void check_shares(const Log& log) {
  if (log.totals.end <= 0) return;
  for (const AcceleratorRecord& a : log.accelerators)
    CHECK(a.busy + a.overhead + a.waiting + a.idle + a.off == doctest::Approx(1).epsilon(1e-9));
}

}  // namespace

void check_conservation(const Log& log) {
  check_slots(log);
  check_order(log);
  check_requests(log);
  check_energy(log);
  check_shares(log);
}

}  // namespace hetsched::testing

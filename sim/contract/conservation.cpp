#include "contract/conservation.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <tuple>

namespace hetsched::contract {
namespace {

constexpr double kTolerance = 1e-9;

bool close(double a, double b) { return std::abs(a - b) <= kTolerance * std::max({1e-12, std::abs(a), std::abs(b)}); }

class Audit {
 public:
  explicit Audit(const Log& log) : log_(log), slack_(log.scenario->workload.completion_tolerance) {}

  Strings broken() {
    slots();
    order();
    requests();
    energy();
    shares();
    return std::move(broken_);
  }

 private:
  void expect(bool holds, const std::string& what) {
    if (!holds) broken_.push_back(what);
  }
  static std::string called(const TaskRecord& t) {
    return "task " + std::string(t.task) + " of request " + std::to_string(t.request);
  }

  void slots();
  void order();
  void inputs_there(const TaskRecord& t, const TaskRecord& producer);
  void own_input_there(const TaskRecord& t, MemoryId source, Bytes bytes);
  void result_there(const TaskRecord& t, MemoryId sink, Bytes bytes);
  void requests();
  void energy();
  void shares();
  [[nodiscard]] MemoryId memory_of(const TaskRecord& t) const {
    const auto infos = log_.tables->accelerators();
    return std::find_if(infos.begin(), infos.end(), [&](const Accelerator& a) { return a.name == t.accelerator; })
        ->memory;
  }

  const Log& log_;
  double slack_;
  Strings broken_;
};

void Audit::slots() {
  std::vector<const TaskRecord*> tasks;
  for (const TaskRecord& t : log_.tasks) tasks.push_back(&t);
  std::sort(tasks.begin(), tasks.end(), [](const TaskRecord* a, const TaskRecord* b) {
    return std::tuple(a->accelerator, a->slot, a->start, a->end) <
           std::tuple(b->accelerator, b->slot, b->start, b->end);
  });
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    const TaskRecord& t = *tasks[i];
    expect(t.ready <= t.start && t.start <= t.inputs && t.inputs <= t.compute && t.compute <= t.end,
           "the times of " + called(t) + " are out of order");
    if (i == 0 || tasks[i - 1]->accelerator != t.accelerator || tasks[i - 1]->slot != t.slot) continue;
    const bool one_batch = t.batch > 1 && tasks[i - 1]->batch == t.batch && tasks[i - 1]->start == t.start &&
                           tasks[i - 1]->model == t.model && tasks[i - 1]->task == t.task;
    if (one_batch) continue;
    expect(tasks[i - 1]->end <= t.start + 1e-12 + slack_,
           "two tasks at once in a slot of " + std::string(t.accelerator));
  }
}

void Audit::order() {
  SystemView view;
  log_.tables->fill(view);
  std::map<std::pair<std::uint64_t, std::string_view>, const TaskRecord*> finished;
  const auto may_run_again = [&](const TaskRecord& t) {
    return std::any_of(view.models.begin(), view.models.end(),
                       [&](const Model& model) { return model.name == t.model && model.recompute; });
  };
  for (const TaskRecord& t : log_.tasks)
    if (t.status == TaskStatus::finished)
      expect(finished.emplace(std::pair{t.request, t.task}, &t).second || may_run_again(t),
             called(t) + " finished twice");
  for (const TaskRecord& t : log_.tasks) {
    const auto whole = finished.find({t.request, t.task});
    expect(whole == finished.end() || t.end <= whole->second->end || may_run_again(t),
           called(t) + " went on after it had finished");
    const auto stream =
        std::find_if(view.streams.begin(), view.streams.end(), [&](const Stream& s) { return s.name == t.stream; });
    const Model& model = view.models[stream->model];
    const auto task =
        std::find_if(model.tasks.begin(), model.tasks.end(), [&](const ModelTask& m) { return m.name == t.task; });
    if (t.status == TaskStatus::finished) {
      own_input_there(t, stream->source, task->source.bytes);
      result_there(t, stream->sink, task->sink_bytes);
    }
    for (const Edge& edge : task->inputs) {
      const auto producer = finished.find({t.request, model.tasks[edge.task].name});
      if (producer == finished.end()) {
        broken_.push_back(called(t) + " started, but a predecessor never finished");
        continue;
      }
      expect(producer->second->end <= t.ready + slack_, called(t) + " was ready before a predecessor finished");
      if (t.status == TaskStatus::finished && edge.bytes > 0) inputs_there(t, *producer->second);
    }
  }
}

void Audit::inputs_there(const TaskRecord& t, const TaskRecord& producer) {
  const MemoryId from = memory_of(producer), to = memory_of(t);
  if (from == to) return;
  expect(std::any_of(log_.transfers.begin(), log_.transfers.end(),
                     [&](const TransferRecord& r) {
                       return r.request == t.request && r.producer == producer.task &&
                              r.to == log_.tables->memories()[to].name && r.end <= t.compute + 1e-12;
                     }),
         called(t) + " computed before its input from " + std::string(producer.task) + " was there");
}

void Audit::own_input_there(const TaskRecord& t, MemoryId source, Bytes bytes) {
  const MemoryId to = memory_of(t);
  if (source == MemoryId::none || source == to || !(bytes > 0)) return;
  expect(std::any_of(log_.transfers.begin(), log_.transfers.end(),
                     [&](const TransferRecord& r) {
                       return r.request == t.request && r.producer == kSourceName &&
                              r.from == log_.tables->memories()[source].name &&
                              r.to == log_.tables->memories()[to].name && r.bytes == bytes &&
                              r.end <= t.compute + 1e-12;
                     }),
         called(t) + " computed before its part of the request's input was there");
}

void Audit::result_there(const TaskRecord& t, MemoryId sink, Bytes bytes) {
  const MemoryId from = memory_of(t);
  if (sink == MemoryId::none || sink == from || !(bytes > 0)) return;
  const auto request = std::find_if(log_.requests.begin(), log_.requests.end(),
                                    [&](const RequestRecord& r) { return r.request == t.request; });
  if (request == log_.requests.end() || !request->finish) return;
  expect(std::any_of(log_.transfers.begin(), log_.transfers.end(),
                     [&](const TransferRecord& r) {
                       return r.request == t.request && r.producer == t.task && r.consumer == kSinkName &&
                              r.to == log_.tables->memories()[sink].name && r.bytes == bytes &&
                              r.start + slack_ + 1e-12 >= t.end && r.end <= *request->finish + 1e-12;
                     }),
         "request " + std::to_string(t.request) + " finished before the result of " + std::string(t.task) +
             " was at its sink");
}

void Audit::requests() {
  std::set<std::uint64_t> ids;
  for (const RequestRecord& r : log_.requests) {
    const std::string name = "request " + std::to_string(r.request);
    expect(ids.insert(r.request).second, name + " ended twice");
    const bool finished = r.status == RequestStatus::finished || r.status == RequestStatus::late;
    expect(finished == r.finish.has_value(), name + " has a finish time without having finished, or the reverse");
    expect(!r.start || *r.start >= r.arrival, name + " started before it arrived");
  }
  expect(ids.empty() || *ids.rbegin() + 1 == ids.size(), "a request was lost");
  for (const TaskRecord& t : log_.tasks) expect(ids.count(t.request) == 1, called(t) + ": there is no such request");
}

void Audit::energy() {
  double requests = 0, pieces = 0, tasks = 0, idle = 0, active = 0, loads = 0;
  for (const RequestRecord& r : log_.requests) requests += r.energy;
  for (const TaskRecord& t : log_.tasks) tasks += t.energy;
  for (const TransferRecord& t : log_.transfers) loads += t.request ? 0 : t.energy;
  for (const PowerRecord& p : log_.pieces) pieces += p.power * (p.to - p.from);
  for (const AcceleratorRecord& a : log_.accelerators) {
    idle += a.energy_idle;
    active += a.energy_active;
  }
  expect(close(pieces, log_.energy()), "energy: the power over time does not add up to the total");
  expect(close(requests + loads, log_.totals.energy_active + log_.totals.energy_transfer),
         "energy: the requests, and loads of weights, do not add up to what tasks and transfers drew");
  expect(tasks <= requests * (1 + kTolerance) + 1e-12, "energy: tasks drew more than their requests");
  expect(close(idle, log_.totals.energy_idle), "energy: idle accelerators do not add up to the total");
  expect(close(active, log_.totals.energy_active), "energy: active accelerators do not add up to the total");
  expect(close(log_.totals.energy_base, log_.scenario->platform.base_power * log_.totals.end),
         "energy: the base power times the time is not the base energy");
}

void Audit::shares() {
  if (log_.totals.end <= 0) return;
  for (const AcceleratorRecord& a : log_.accelerators)
    expect(std::abs(a.busy + a.overhead + a.waiting + a.idle + a.off - 1) <= 2e-9,
           "the shares of the time of " + std::string(a.accelerator) + " do not add up to 1");
}

}  // namespace

Strings broken_conservation(const Log& log) { return Audit(log).broken(); }

}  // namespace hetsched::contract

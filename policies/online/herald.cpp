#include <map>
#include <vector>

#include "hetsched/policy.hpp"
#include "support/free_slots.hpp"
#include "support/pinned_queues.hpp"
#include "support/running_sum.hpp"

namespace hetsched {
namespace {

/// Herald: when a request arrives, each of its tasks is given to an accelerator, in order of the tasks: the
/// one of the least metric (ties: lowest index); with `balance`, the one with the least work assigned, if
/// that is another one and its metric is less than `factor` times the least. Accelerators that are off count
/// only if all that could run the task are. Tasks then run where they belong, in order of (request id, task);
/// while that is off, anywhere. Work assigned is time alone of tasks that have not finished: Herald plans all
/// models at once, before they run. The paper's removal of idle times afterwards is left out. O(tasks A) per
/// request, O(log ready) per task.
class Herald final : public Policy {
 public:
  explicit Herald(Params& p)
      : metric_(p.choice("metric", {.fallback = "latency",
                                    .of = {"latency", "energy", "edp", "ed2p"},
                                    .doc = "of a task alone: T, E, E T or E T^2"})),
        balance_(p.flag("balance", true, "prefer the accelerator with the least work, within the factor")),
        factor_(p.number("factor", {.fallback = 2, .min = 1, .doc = "how much worse the metric may get"})) {}

  void decide(const SystemView& view, Decisions& out) override {
    work_.resize(view.accelerators.size());
    for (const Event& event : view.events) {
      if (event.type == Event::Type::task_finished) done(view, event.task);
      if (event.type == Event::Type::request_finished || event.type == Event::Type::request_dropped)
        forget(view.request(event.task).id);
      if (event.type == Event::Type::task_ready && view.request(event.task).live) assign(view, event.task.request);
    }
    queues_.update(
        view, [&](TaskRef task) { return view.request(task).id; },
        [&](TaskRef task) { return assigned_.at(view.request(task).id)[task.task].accelerator; });
    free_.reset(view);
    if (free_.any()) queues_.dispatch(view, free_, out);
  }

 private:
  struct Assigned {
    AcceleratorId accelerator = AcceleratorId::none;
    Seconds work = 0;
  };

  [[nodiscard]] double metric(const SystemView& view, const ModelTask& task, AcceleratorId a) const {
    const Seconds time = view.alone_time(task, a);
    if (metric_ == "latency" || !(time < kNever)) return time;
    const Joules energy = view.alone_energy_at(task, a, view.accelerators[a].point);
    if (metric_ == "energy") return energy;
    return metric_ == "edp" ? energy * time : energy * time * time;
  }

  void assign(const SystemView& view, RequestRef r) {
    const Request& request = view.requests[r];
    const auto [at, fresh] = assigned_.try_emplace(request.id);
    if (!fresh) return;
    for (const ModelTask& task : view.models[request.model].tasks) {
      AcceleratorId a = choose(view, task, true);
      if (a == AcceleratorId::none) a = choose(view, task, false);
      at->second.push_back({a, a == AcceleratorId::none ? 0 : view.alone_time(task, a)});
      if (a != AcceleratorId::none) work_[a] += at->second.back().work;
    }
  }

  [[nodiscard]] AcceleratorId choose(const SystemView& view, const ModelTask& task, bool only_on) const {
    AcceleratorId best = AcceleratorId::none, idlest = AcceleratorId::none;
    double least = kNever;
    for (const AcceleratorId a : work_.ids()) {
      if (only_on && !view.accelerators[a].available) continue;
      const double value = metric(view, task, a);
      if (!(value < kNever)) continue;
      if (clearly_less(value, least)) {
        least = value;
        best = a;
      }
      // What differs by less than rounding of the task's own time does not count.
      if (idlest == AcceleratorId::none ||
          clearly_less(work_[a].value(), work_[idlest].value(), view.alone_time(task, a)))
        idlest = a;
    }
    if (balance_ && idlest != best && clearly_less(metric(view, task, idlest), factor_ * least)) return idlest;
    return best;
  }

  void done(const SystemView& view, TaskRef task) {
    const auto at = assigned_.find(view.request(task).id);
    if (at != assigned_.end()) take_off(at->second[task.task]);
  }

  void forget(std::uint64_t id) {
    const auto at = assigned_.find(id);
    if (at == assigned_.end()) return;
    for (Assigned& assigned : at->second) take_off(assigned);
    assigned_.erase(at);
  }

  void take_off(Assigned& assigned) {
    if (assigned.accelerator != AcceleratorId::none) work_[assigned.accelerator] -= assigned.work;
    assigned.work = 0;
  }

  std::string metric_;
  bool balance_;
  double factor_;
  IdVector<AcceleratorId, RunningSum> work_;                      ///< assigned, not finished, s
  std::map<std::uint64_t, IdVector<TaskId, Assigned>> assigned_;  ///< by request id
  PinnedQueues<std::uint64_t> queues_;
  FreeSlots free_;
};

}  // namespace

PolicyEntry herald() {
  return policy<Herald>("herald", "Herald: layers to sub-accelerators by latency, energy or EDP, greedy or balanced",
                        {.source = "Kwon et al., Herald, HPCA 2021, and its assignment engine in XRBench's public code",
                         .complexity = "per request: tasks A",
                         .knowledge = "the layers of requests, energy",
                         .verified_by = "assignments by hand: greedy, balanced within and beyond the factor"});
}

}  // namespace hetsched

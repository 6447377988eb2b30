#include <algorithm>
#include <functional>
#include <limits>
#include <map>
#include <queue>
#include <utility>
#include <vector>

#include "hetsched/policy.hpp"
#include "online/spatial_shares.hpp"
#include "support/estimates.hpp"
#include "support/free_slots.hpp"
#include "support/ranked_ready.hpp"
#include "support/request_queue.hpp"

namespace hetsched {
namespace {

/// Planaria's spatial sharing: whenever a request arrives or ends, or an accelerator is turned on or off, all
/// slots that are on are divided among the requests (spatial_shares.hpp). A request never has more
/// tasks running than its share; its ready tasks go, in order of request id, to the free accelerators that
/// would finish them first. With n slots a request takes as long as its tasks that are left do on n equal
/// slots, each its estimated time, started in order as they become ready (list scheduling). Slots are also
/// divided anew when a task ends of a request that could meet its deadline with its share, and now could not
/// any more. Priorities below 1 count as 1. Slots that the shares leave idle go to other ready tasks in the
/// same order (`backfill`); without that they do only when nothing else would run. Per division O(requests x
/// (slots that make a difference) x tasks log tasks), per call O(R + A per task).
///
/// division = dysta is what the public code of Dysta makes of it for one array: requests by priority / slack,
/// those past their deadline after all others, the latest arrival first.
class Planaria final : public Policy {
 public:
  explicit Planaria(Params& p)
      : estimates_(p),
        ranked_only_(p.choice("division", {.fallback = "shares",
                                           .of = {"shares", "dysta"},
                                           .doc = "shares of slots, or one request after the other by "
                                                  "priority / slack"}) == "dysta"),
        backfill_(p.flag("backfill", true, "other requests may use slots that shares leave idle")) {}

  void decide(const SystemView& view, Decisions& out) override {
    free_.reset(view);
    if (ranked_only_) {
      if (!free_.any()) return;
      ranked_.offer(
          view, [&](TaskRef task) { return score(view, task); },
          [&](TaskRef task) { return free_.start_fastest(view, task, out); });
      return;
    }
    if (std::any_of(view.events.begin(), view.events.end(),
                    [](const Event& e) {
                      return e.type == Event::Type::request_arrived || e.type == Event::Type::request_finished ||
                             e.type == Event::Type::request_dropped || e.type == Event::Type::accelerator_changed;
                    }) ||
        any_behind(view))
      divide(view);
    if (free_.any()) dispatch(view, out);
  }

 private:
  [[nodiscard]] static std::pair<bool, double> score(const SystemView& view, TaskRef task) {
    const Request& request = view.request(task);
    const Seconds slack = request.deadline - view.now;
    if (clearly_before(view.now, request.deadline)) return {false, -std::max(1, request.priority) / slack};
    return {true, -static_cast<double>(request.id)};
  }

  struct Share {
    RequestRef request = RequestRef::none;
    std::uint32_t slots = 0;
    bool in_time = false;  ///< they were to be enough for the deadline
  };
  /// What a request takes, as long as nothing of it ends or runs.
  struct Known {
    std::uint64_t id = ~std::uint64_t{0};
    std::uint32_t unfinished = 0;
    std::vector<TaskId> first;  ///< what can run now
    SpatialDemand demand;
  };
  template <class T>
  using MinQueue = std::priority_queue<T, std::vector<T>, std::greater<>>;

  void divide(const SystemView& view) {
    std::uint32_t slots = 0;
    for (const Accelerator& a : view.accelerators) slots += a.available ? a.slots : 0;
    forget_if_changed(view, slots);
    known_.resize(view.requests.size());
    demands_.clear();
    for (const RequestRef r : view.live) {
      const Request& request = view.requests[r];
      Known& known = known_[r];
      if (!is_as_known(request, known)) learn(view, request, slots, known);
      const bool late = clearly_before(request.deadline, view.now);
      known.demand.slack = late ? request.deadline - view.now : time_until(request.deadline, view.now);
      demands_.push_back(&known.demand);
    }
    const std::vector<std::uint32_t> shares = spatial_shares(demands_, slots);
    shares_.clear();
    for (std::size_t i = 0; i < shares.size(); ++i) {
      if (shares[i] == 0) continue;
      const bool in_time = !clearly_less(demands_[i]->slack, demands_[i]->times[shares[i] - 1]);
      shares_[view.requests[view.live[i]].id] = {view.live[i], shares[i], in_time};
    }
  }

  /// Other slots, or other estimates (they may be learned).
  void forget_if_changed(const SystemView& view, std::uint32_t slots) {
    std::vector<Seconds> estimates;
    for (const Model& model : view.models)
      for (const ModelTask& task : model.tasks) estimates.push_back(estimates_.of(task));
    if (slots == slots_ && estimates == known_estimates_) return;
    slots_ = slots;
    known_estimates_ = std::move(estimates);
    known_.clear();
  }

  static bool is_as_known(const Request& request, const Known& known) {
    return known.id == request.id && known.unfinished == request.unfinished &&
           std::none_of(known.first.begin(), known.first.end(),
                        [&](TaskId t) { return request.tasks[t].progress == Progress::running; });
  }

  void learn(const SystemView& view, const Request& request, std::uint32_t slots, Known& known) {
    known.demand.priority = std::max(1, request.priority);
    std::vector<Seconds>& times = known.demand.times;
    times.clear();
    const Seconds chain = slots > 0 ? list_time(view, request, std::numeric_limits<std::uint32_t>::max()) : 0;
    for (std::uint32_t n = 1; n <= slots; ++n) {
      const bool enough = n > 1 && !clearly_less(chain, times.back());
      times.push_back(enough ? chain : list_time(view, request, n));
    }
    known.demand.least_time = times.empty() ? 0 : *std::min_element(times.begin(), times.end());
    known.first.clear();
    bool runs = false;
    for (const TaskId t : request.tasks.ids()) {
      runs |= request.tasks[t].progress == Progress::running;
      if (request.tasks[t].progress != Progress::finished && request.tasks[t].missing == 0) known.first.push_back(t);
    }
    known.id = runs ? ~std::uint64_t{0} : request.id;
    known.unfinished = request.unfinished;
  }

  /// How long the tasks left of a request take on so many slots.
  Seconds list_time(const SystemView& view, const Request& request, std::uint32_t slots) {
    const Model& model = view.models[request.model];
    running_.clear();
    first_ = {};
    missing_.assign(request.tasks.size(), 0);
    for (const TaskId t : request.tasks.ids()) {
      const TaskState& task = request.tasks[t];
      for (const Edge& edge : model.tasks[t].inputs)
        if (request.tasks[edge.task].progress != Progress::finished) ++missing_[t];
      if (task.progress == Progress::running) {
        run(time_until(task.finish, view.now), t);
      } else if (task.progress != Progress::finished && missing_[t] == 0) {
        first_.push(t);
      }
    }
    Seconds time = 0;
    while (!running_.empty() || !first_.empty()) {
      for (; !first_.empty() && running_.size() < slots; first_.pop())
        run(time + estimates_.of(model.tasks[first_.top()]), first_.top());
      std::pop_heap(running_.begin(), running_.end(), std::greater<>());
      const TaskId ended = running_.back().second;
      time = running_.back().first;
      running_.pop_back();
      for (const Edge& edge : model.tasks[ended].outputs)
        if (--missing_[edge.task] == 0) first_.push(edge.task);
    }
    return time;
  }

  /// Ends that tie are the same: then tasks end in their order.
  void run(Seconds end, TaskId task) {
    for (const auto& [other, _] : running_)
      if (nearly_equal(other, end)) end = other;
    running_.emplace_back(end, task);
    std::push_heap(running_.begin(), running_.end(), std::greater<>());
  }

  /// Has a task ended of a request whose share was to be enough for its deadline, and is not?
  bool any_behind(const SystemView& view) {
    return std::any_of(view.events.begin(), view.events.end(), [&](const Event& e) {
      if (e.type != Event::Type::task_finished || !view.request(e.task).live) return false;
      const Request& request = view.request(e.task);
      const auto at = shares_.find(request.id);
      return at != shares_.end() && at->second.in_time && request.deadline < kNever &&
             clearly_less(request.deadline - view.now, list_time(view, request, at->second.slots));
    });
  }

  void dispatch(const SystemView& view, Decisions& out) {
    bool runs = false;
    placed_.clear();
    for (const auto& [id, share] : shares_) {
      const Request& request = view.requests[share.request];
      if (!request.live || request.id != id) continue;
      std::uint32_t left = share_left(request, share);
      for (const TaskRef task : ready_tasks(view, request)) {
        if (left == 0 || !free_.any()) break;
        placed_.push_back(task);  // or not to be placed
        if (free_.fastest(view, task) == AcceleratorId::none) continue;
        free_.start_fastest(view, task, out);
        --left;
        runs = true;
      }
    }
    for (const Accelerator& a : view.accelerators) runs |= a.free_slots < a.slots;
    for (const TaskRef task : view.ready) {
      if (!free_.any() || (!backfill_ && runs)) return;
      if (std::find(placed_.begin(), placed_.end(), task) != placed_.end()) continue;
      if (free_.fastest(view, task) == AcceleratorId::none) continue;
      free_.start_fastest(view, task, out);
      runs = true;
    }
  }

  [[nodiscard]] static std::uint32_t share_left(const Request& request, const Share& share) {
    const auto running =
        static_cast<std::uint32_t>(std::count_if(request.tasks.begin(), request.tasks.end(),
                                                 [](const TaskState& t) { return t.progress == Progress::running; }));
    return share.slots > running ? share.slots - running : 0;
  }

  Estimates estimates_;
  bool ranked_only_, backfill_;
  std::map<std::uint64_t, Share> shares_;  ///< by request id: those that have any
  IdVector<RequestRef, Known> known_;
  std::uint32_t slots_ = 0;                    ///< for which it is
  std::vector<Seconds> known_estimates_;       ///< likewise
  std::vector<const SpatialDemand*> demands_;  ///< of live requests
  // What list_time() works with:
  std::vector<std::pair<Seconds, TaskId>> running_;  ///< ends and tasks: a heap, the first to end at the front
  MinQueue<TaskId> first_;                           ///< ready tasks
  IdVector<TaskId, std::uint32_t> missing_;          ///< inputs that do not exist yet
  std::vector<TaskRef> placed_;                      ///< by shares, at this call
  RankedReady<std::pair<bool, double>> ranked_;
  FreeSlots free_;
};

}  // namespace

PolicyEntry planaria() {
  return policy<Planaria>(
      "planaria", "Planaria: slots divided among requests by deadline, priority and what they still take",
      {.source = "Ghodrati et al., Planaria, MICRO 2020, and its public scheduler",
       .complexity =
           "per arrival or end: live, slots x tasks log tasks for each that has changed; A for each task looked at",
       .knowledge = "deadlines, priorities, the models of requests",
       .verified_by =
           "fit and no-fit divisions and runs by hand; one array: the public Dysta code's order and finish times"});
}

}  // namespace hetsched

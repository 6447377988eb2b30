#include <algorithm>
#include <cmath>
#include <map>
#include <ranges>

#include "hetsched/policy.hpp"
#include "support/start_check.hpp"
#include "support/veil.hpp"

namespace hetsched {
namespace {

/// Computes equal tasks of several requests as one batch, on kinds that allow it (Kind::max_batch). When the policy
/// inside starts one of them, others that wait join, the oldest first. First tasks of requests are hidden from it while
/// they wait for others to come; later ones go on with whoever is there.
///
/// - fixed: when `size` of them wait, or the oldest has waited for `delay`.
/// - triton: at once, or after `delay` if fewer than `size` wait; whoever waits when the accelerator is free joins, up
///   to its max_batch (NVIDIA Triton's dynamic batcher: max_queue_delay, preferred_batch_size).
/// - aimd: as triton, but the largest size of a model grows by `step` with each batch that was in time and shrinks by a
///   tenth with each that was not (Crankshaw et al., Clipper, NSDI 2017). A batch counts once, when requests end with
///   it: as in time if all of these were.
/// - nexus: size = the largest b with 2 l(b) <= relative deadline (Shen et al., Nexus, SOSP 2019), l(b) being the time
///   that the whole model takes as batches of b: each task where it is fastest, the longest way through them, and no
///   less than their sum spread over all slots. Goes earlier if the oldest would otherwise be late.
/// - slo: by deadline; at the start the batch grows while its earliest deadline is at or after the end of what is left
///   of the model with it: the task as it starts, then the longest way through those after it as batches of that size.
///   Requests that would be late even alone are given up.
///
/// What the policy inside drops in the same call joins no batch.
class Batch final : public Policy {
 public:
  Batch(Params& p, std::unique_ptr<Policy> inner)
      : inner_(std::move(inner)),
        rule_(p.choice("rule", {.fallback = "triton",
                                .of = {"fixed", "triton", "aimd", "nexus", "slo"},
                                .doc = "when a batch goes, and how large it is"})),
        size_(p.number("size", {.fallback = 0,
                                .min = 0,
                                .max = 1024,
                                .integer = true,
                                .doc = "fixed: size; triton: size that need not wait; 0: the largest max_batch"})),
        delay_(p.number(
            "delay",
            {.fallback = 0, .min = 0, .max = 1e9, .doc = "that the oldest waits for others at most", .unit = "s"})),
        step_(p.number(
            "step",
            {.fallback = 1, .min = 0, .max = 1024, .doc = "aimd: growth of the size with each batch in time"})) {}

  void begin(const SystemView& view) override {
    for (const Accelerator& a : view.accelerators) largest_ = std::max(largest_, view.kinds[a.kind].max_batch);
    limit_.assign(view.models.size(), 1);
    inner_->begin(view);
  }

  void decide(const SystemView& view, Decisions& out) override {
    veil_.reset(view);
    if (largest_ == 1) {
      inner_->decide(view, out);
      return;
    }
    if (rule_ == "aimd") learn(view);
    gather(view);
    ready_.clear();
    ended_.clear();
    for (auto& [key, group] : groups_) open(view, group, out);
    if (!given_up_.empty()) veil_.hide_requests([&](RequestRef r) { return given_up_.contains(view.requests[r].id); });
    for (const RequestRef r : ended_) veil_.end(r);
    given_up_.forget_gone(view);
    veil_.hide_tasks([&](TaskRef t) { return !ready_.contains(id_of(view, t)); });
    for (const auto& [id, task] : ready_)
      if (shown_.insert(id).second) veil_.announce(task);
    std::erase_if(shown_, [&](const Id& id) { return !ready_.contains(id); });
    inside_.clear();
    inner_->decide(veil_.shown(), inside_);
    joined_.clear();
    dropped_.clear();
    for (const Decision& decision : inside_.all())
      if (const auto* drop = std::get_if<Drop>(&decision)) dropped_.insert(drop->request);
    for (const Decision& decision : inside_.all()) {
      if (const auto* start = std::get_if<Start>(&decision); start && is_there(view, *start)) {
        if (!joined_.contains(id_of(view, start->task))) out.add(number(view, batch_of(view, *start)));
      } else {
        out.add(decision);
      }
    }
  }

 private:
  using Id = std::pair<std::uint64_t, TaskId>;  ///< request id, task
  struct Key {
    ModelId model = {};
    TaskId task = {};
    auto operator<=>(const Key&) const = default;
  };
  /// Equal tasks that are ready, by request id, or by deadline.
  struct Group {
    std::vector<TaskRef> waiting;
  };

  static Id id_of(const SystemView& view, TaskRef t) { return {view.request(t).id, t.task}; }

  void gather(const SystemView& view) {
    for (auto& [key, group] : groups_) group.waiting.clear();
    for (const TaskRef t : view.ready) groups_[{view.request(t).model, t.task}].waiting.push_back(t);
    std::erase_if(groups_, [](const auto& entry) { return entry.second.waiting.empty(); });
    if (rule_ != "slo") return;
    for (auto& [key, group] : groups_)
      std::stable_sort(group.waiting.begin(), group.waiting.end(),
                       [&](TaskRef a, TaskRef b) { return view.request(a).deadline < view.request(b).deadline; });
  }

  [[nodiscard]] std::size_t wanted(const SystemView& view, const Group& group) {
    const Request& oldest = view.request(group.waiting.front());
    if (rule_ == "aimd") return static_cast<std::size_t>(limit_[oldest.model]);
    if (rule_ == "slo") return 1;
    if (rule_ != "nexus") return static_cast<std::size_t>(size_ > 0 ? size_ : largest_);
    std::uint32_t b = 1;
    const Seconds allowed = (oldest.deadline - oldest.arrival) * (1 + 1e-12);
    while (b < largest_ && 2 * latencies(view, oldest.model, b + 1).whole <= allowed) ++b;
    return b;
  }

  /// Of a model computed as batches of one size, each task on the accelerator that is best for it.
  struct Latencies {
    IdVector<TaskId, Seconds> after;  ///< the longest way from its end to the end of the request
    Seconds whole = 0;                ///< of all: the longest way, at least the sum spread over all slots
  };

  /// Kept until an operating point changes. O(1) after O(tasks x accelerators) for a new size.
  const Latencies& latencies(const SystemView& view, ModelId model, std::uint32_t batch) {
    const bool same = std::equal(points_.begin(), points_.end(), view.accelerators.begin(), view.accelerators.end(),
                                 [](PointId point, const Accelerator& a) { return point == a.point; });
    if (!same) {
      latencies_.clear();
      points_.clear();
      for (const Accelerator& a : view.accelerators) points_.push_back(a.point);
    }
    const auto [at, is_new] = latencies_.try_emplace({model, batch});
    Latencies& found = at->second;
    if (!is_new) return found;
    const auto& tasks = view.models[model].tasks;
    found.after.assign(tasks.size(), 0);
    IdVector<TaskId, Seconds> own(tasks.size());
    Seconds sum = 0;
    for (const TaskId t : tasks.ids() | std::views::reverse) {
      own[t] = latency(view, tasks[t], batch);
      sum += own[t];
      for (const Edge& edge : tasks[t].outputs)
        found.after[t] = std::max(found.after[t], own[edge.task] + found.after[edge.task]);
      found.whole = std::max(found.whole, own[t] + found.after[t]);
    }
    double slots = 0;
    for (const Accelerator& a : view.accelerators) slots += a.slots;
    found.whole = std::max(found.whole, sum / slots);
    return found;
  }

  /// What is left of a request from the start of this task on, as batches of one size.
  Seconds from(const SystemView& view, TaskRef t, std::uint32_t batch) {
    return latency(view, view.model_task(t), batch) + latencies(view, view.request(t).model, batch).after[t.task];
  }

  /// Of a batch on the accelerator that is best for it, with its dispatch.
  static Seconds latency(const SystemView& view, const ModelTask& task, std::uint32_t batch) {
    Seconds least = kNever;
    for (const AcceleratorId a : view.accelerators.ids())
      if (batch <= view.kind(a).max_batch)
        least = std::min(least, view.kind(a).dispatch_time + view.alone_time_at(task, a, view.accelerators[a].point,
                                                                                VariantId::original, batch));
    return least;
  }

  /// Shows a group, once it need not wait any longer.
  void open(const SystemView& view, Group& group, Decisions& out) {
    if (rule_ == "slo") give_up_late(view, group, out);
    if (group.waiting.empty()) return;
    const TaskRef first = group.waiting.front();
    const bool is_open = std::any_of(group.waiting.begin(), group.waiting.end(),
                                     [&](TaskRef t) { return shown_.contains(id_of(view, t)); });
    const bool begins = view.model_task(first).inputs.empty();
    Seconds go = view.state(first).ready;
    if (!is_open && begins && group.waiting.size() < wanted(view, group)) {
      if (rule_ == "nexus") {
        const Request& oldest = view.request(first);
        go = oldest.deadline - latencies(view, oldest.model, static_cast<std::uint32_t>(group.waiting.size())).whole;
      } else {
        go += delay_;
      }
    }
    // Sums of times of a few roundings.
    if (go > view.now * (1 + 1e-12) && go < kNever) {
      out.wake_at(go);
      return;
    }
    for (const TaskRef t : group.waiting) ready_.emplace(id_of(view, t), t);
  }

  void give_up_late(const SystemView& view, Group& group, Decisions& out) {
    std::erase_if(group.waiting, [&](TaskRef t) {
      const Request& request = view.request(t);
      if (!view.model_task(t).inputs.empty() || given_up_.contains(request.id)) return given_up_.contains(request.id);
      if (view.now + from(view, t, 1) <= request.deadline * (1 + 1e-12) + 1e-10) return false;
      given_up_.add(request.id);
      ended_.push_back(t.request);
      out.drop(t.request);
      return true;
    });
  }

  /// The start with all that join it.
  Start batch_of(const SystemView& view, const Start& start) {
    Start batch = start;
    const auto group = groups_.find({view.request(start.task).model, start.task.task});
    const std::uint32_t most = view.kinds[view.accelerators[start.accelerator].kind].max_batch;
    if (group == groups_.end()) return batch;
    joined_.insert(id_of(view, start.task));
    for (const TaskRef t : start.also) joined_.insert(id_of(view, t));
    std::size_t limit = most;
    if (rule_ == "aimd")
      limit = std::min<std::size_t>(limit, static_cast<std::size_t>(limit_[view.request(start.task).model]));
    if (rule_ == "fixed" || rule_ == "nexus") limit = std::min(limit, wanted(view, group->second));
    Seconds earliest = view.request(start.task).deadline;
    for (const TaskRef t : group->second.waiting) {
      if (batch.also.size() + 1 >= limit) break;
      if (joined_.contains(id_of(view, t)) || !(view.accuracy_loss(t, start.variant) < kNever)) continue;
      if (dropped_.contains(t.request) || given_up_.contains(view.request(t).id)) continue;
      const auto size = static_cast<std::uint32_t>(batch.also.size() + 2);
      const Seconds time = view.alone_time_at(view.model_task(t), start.accelerator,
                                              view.accelerators[start.accelerator].point, start.variant, size);
      const Seconds deadline = std::min(earliest, view.request(t).deadline);
      if (time == kNever) break;
      if (rule_ == "slo") {
        const Seconds rest = latencies(view, view.request(t).model, size).after[t.task];
        if (view.now + view.overhead(t, start.accelerator) + time + rest > deadline * (1 + 1e-12)) break;
      }
      earliest = deadline;
      batch.also.push_back(t);
      joined_.insert(id_of(view, t));
    }
    return batch;
  }

  /// Notes, for aimd, in which batch each of its tasks is.
  const Start& number(const SystemView& view, const Start& batch) {
    if (rule_ != "aimd" || !view.requests.contains(batch.task.request)) return batch;
    ++batches_;
    batch_of_[id_of(view, batch.task)] = batches_;
    for (const TaskRef t : batch.also) batch_of_[id_of(view, t)] = batches_;
    return batch;
  }

  void learn(const SystemView& view) {
    struct Ended {
      ModelId model = {};
      bool in_time = true;
    };
    std::map<std::uint64_t, Ended> ended;  // by number of the batch
    for (const Event& e : view.events) {
      if (e.type != Event::Type::request_finished && e.type != Event::Type::request_dropped) continue;
      const Request& request = view.request(e.task);
      if (e.type == Event::Type::request_finished) {
        const auto last = std::max_element(request.tasks.begin(), request.tasks.end(),
                                           [](const TaskState& x, const TaskState& y) { return x.finish < y.finish; });
        const auto found =
            batch_of_.find({request.id, hetsched::id_of<TaskId>(static_cast<std::size_t>(last - request.tasks.begin()))});
        if (found != batch_of_.end()) {
          Ended& batch = ended[found->second];
          batch.model = request.model;
          batch.in_time &= view.now <= request.deadline * (1 + 1e-12) + 1e-10;
        }
      }
      batch_of_.erase(batch_of_.lower_bound({request.id, TaskId{}}), batch_of_.lower_bound({request.id + 1, TaskId{}}));
    }
    for (const auto& [number, batch] : ended) {
      double& limit = limit_[batch.model];
      limit = batch.in_time ? std::min<double>(limit + step_, largest_) : std::max(1.0, limit * 0.9);
    }
  }

  std::unique_ptr<Policy> inner_;
  std::string rule_;
  double size_, delay_, step_;
  std::uint32_t largest_ = 1;
  IdVector<ModelId, double> limit_;       ///< for aimd
  std::map<Id, std::uint64_t> batch_of_;  ///< for aimd: in which batch a task of a live request was started last
  std::uint64_t batches_ = 0;
  std::vector<PointId> points_;  ///< of the accelerators, for which latencies_ hold
  std::map<std::pair<ModelId, std::uint32_t>, Latencies> latencies_;  ///< by model and size
  std::map<Key, Group> groups_;
  std::map<Id, TaskRef> ready_;    ///< what the policy inside sees ready
  std::set<Id> shown_;             ///< what it has been told of
  std::set<Id> joined_;            ///< started at this call
  std::set<RequestRef> dropped_;   ///< by the policy inside at this call
  std::vector<RequestRef> ended_;  ///< given up at this call
  Unknown given_up_;
  Decisions inside_;
  Veil veil_;
};

}  // namespace

DecoratorEntry batch() {
  return decorator<Batch>("batch",
                          "computes equal tasks of several requests as one: fixed, Triton, AIMD, Nexus, SLO-aware",
                          {.source = "Triton's documentation; Clipper, NSDI 2017 (aimd); Nexus, SOSP 2019",
                           .complexity = "R log R",
                           .knowledge = "nexus, slo, aimd: deadlines",
                           .verified_by = "a worked example of arrivals and delays; "
                                          "Nexus's rule: b = 9, 375 requests/s"});
}

}  // namespace hetsched

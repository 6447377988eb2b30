#include <algorithm>
#include <deque>
#include <functional>
#include <vector>

#include "hetsched/policy.hpp"
#include "support/free_slots.hpp"

namespace hetsched {
namespace {

/// Heteroprio, automatic: ready tasks lie in buckets, one per task of a model (or per model), oldest request
/// first. A free accelerator looks through them in its kind's order, which is by how much slower the kind is
/// than the fastest one (its slow factor; ties: the bucket in which it is furthest ahead of the second
/// fastest, then the lowest index). It takes from a bucket whose fastest kind it is not only if that has
///   tasks in the bucket / slots of the fastest kind >= slow factor of its own kind.
/// Accelerators that are off do not count: the fastest kind is the fastest of those that are on. Accelerators
/// choose one task after the other, in order of index. O(R + buckets per start) per call with a free slot.
class Heteroprio final : public Policy {
 public:
  explicit Heteroprio(Params& p)
      : by_model_(p.choice("buckets", {.fallback = "task",
                                       .of = {"task", "model"},
                                       .doc = "one per task of each model, or one per model"}) == "model"),
        strictness_(p.number("slow_factor", {.fallback = 1, .min = 0, .doc = "multiplies all slow factors"})) {}

  void begin(const SystemView& view) override {
    for (const Model& model : view.models) {
      bucket_of_.emplace_back();
      for (const TaskId t : model.tasks.ids()) {
        const bool own = bucket_of_.back().empty() || !by_model_;
        const BucketId bucket =
            own ? times_.push_back(IdVector<KindId, Seconds>(view.kinds.size(), kNever)) : bucket_of_.back().back();
        bucket_of_.back().push_back(bucket);
        for (const AcceleratorId a : view.accelerators.ids()) add_time(view, model.tasks[t], a, times_[bucket]);
      }
    }
    rank(view);
  }

  void decide(const SystemView& view, Decisions& out) override {
    free_.reset(view);
    for (const Event& event : view.events)
      if (event.type == Event::Type::accelerator_changed) {
        rank(view);
        break;
      }
    if (!free_.any() || view.ready.empty()) return;
    buckets_.resize(times_.size());
    for (auto& bucket : buckets_) bucket.clear();
    for (const TaskRef task : view.ready) buckets_[bucket_of_[view.request(task).model][task.task]].push_back(task);
    for (bool started = true; started && free_.any();) {
      started = false;
      for (const AcceleratorId a : view.accelerators.ids())
        if (free_.at(a)) started |= serve(view, a, out);
    }
  }

 private:
  enum class BucketId : std::uint32_t {};

  /// Least time of a kind's accelerators for a bucket's tasks, together; tasks a kind cannot run do not
  /// count.
  void add_time(const SystemView& view, const ModelTask& task, AcceleratorId a, IdVector<KindId, Seconds>& times) {
    const KindId kind = view.accelerators[a].kind;
    for (const AcceleratorId before : IdRange(AcceleratorId{}, a))
      if (view.accelerators[before].kind == kind) return;
    const Seconds alone = view.alone_time(task, a);
    // A kind that lacks a task of a model's bucket is compared by the others as if it took the mean for it.
    const Seconds counted = alone < kNever ? alone : by_model_ ? task.mean_time : kNever;
    if (counted < kNever) times[kind] = (times[kind] < kNever ? times[kind] : 0) + counted;
  }

  /// Orders the buckets for each kind and finds the fastest kind of each, of those that are on.
  void rank(const SystemView& view) {
    slots_.assign(view.kinds.size(), 0);
    for (const Accelerator& a : view.accelerators) slots_[a.kind] += a.available ? a.slots : 0;
    fastest_.assign(times_.size(), KindId::none);
    IdVector<BucketId, Seconds> second(times_.size(), kNever);
    for (const BucketId b : times_.ids())
      for (const KindId k : slots_.ids()) {
        if (slots_[k] == 0 || !(times_[b][k] < kNever)) continue;
        if (fastest_[b] == KindId::none || clearly_less(times_[b][k], times_[b][fastest_[b]])) {
          if (fastest_[b] != KindId::none) second[b] = times_[b][fastest_[b]];
          fastest_[b] = k;
        } else {
          second[b] = std::min(second[b], times_[b][k]);
        }
      }
    orders_.assign(slots_.size(), {});
    for (const KindId k : orders_.ids()) {
      std::vector<BucketId>& order = orders_[k];
      order = times_.ids().list();
      sort_by_scores(
          order.begin(), order.end(), [&](BucketId b) { return slow_factor(b, k); },
          [&](BucketId b) { return -ahead(b, second); }, std::less<>());
    }
  }

  [[nodiscard]] double slow_factor(BucketId bucket, KindId kind) const {
    if (fastest_[bucket] == KindId::none) return kNever;
    const Seconds best = times_[bucket][fastest_[bucket]], own = times_[bucket][kind];
    if (nearly_equal(own, best)) return 1;
    return best > 0 ? own / best : kNever;
  }

  [[nodiscard]] double ahead(BucketId bucket, const IdVector<BucketId, Seconds>& second) const {
    if (fastest_[bucket] == KindId::none) return 0;
    const Seconds best = times_[bucket][fastest_[bucket]];
    return best > 0 ? second[bucket] / best : kNever;
  }

  bool serve(const SystemView& view, AcceleratorId a, Decisions& out) {
    const KindId kind = view.accelerators[a].kind;
    for (const BucketId b : orders_[kind]) {
      std::deque<TaskRef>& bucket = buckets_[b];
      if (bucket.empty()) continue;
      const auto task = std::find_if(bucket.begin(), bucket.end(), [&](TaskRef t) { return view.can_start(t, a); });
      if (task == bucket.end() || !may_take(view, *task, b, kind)) continue;
      out.start(*task, a);
      free_.take(a);
      bucket.erase(task);
      return true;
    }
    return false;
  }

  [[nodiscard]] bool may_take(const SystemView& view, TaskRef task, BucketId b, KindId kind) const {
    if (kind == fastest_[b] || fastest_[b] == KindId::none) return true;
    const bool fastest_can = std::any_of(view.accelerators.begin(), view.accelerators.end(), [&](const Accelerator& a) {
      return a.available && a.kind == fastest_[b] && view.cost(view.model_task(task), a.kind, a.point).time < kNever;
    });
    if (!fastest_can) return true;
    const auto waiting = static_cast<double>(buckets_[b].size());
    return !clearly_less(waiting / slots_[fastest_[b]], strictness_ * slow_factor(b, kind));
  }

  bool by_model_;
  double strictness_;
  IdVector<ModelId, IdVector<TaskId, BucketId>> bucket_of_;
  IdVector<BucketId, IdVector<KindId, Seconds>> times_;
  IdVector<KindId, std::uint32_t> slots_;  ///< of accelerators that are on
  IdVector<BucketId, KindId> fastest_;
  IdVector<KindId, std::vector<BucketId>> orders_;
  IdVector<BucketId, std::deque<TaskRef>> buckets_;
  FreeSlots free_;
};

}  // namespace

PolicyEntry heteroprio() {
  return policy<Heteroprio>("heteroprio",
                            "Heteroprio: each kind takes first the tasks that suit it; slow ones help out",
                            {.source = "Agullo et al., Euro-Par 2015 workshops; Flint et al. 2022; StarPU's heteroprio",
                             .complexity = "R + buckets per start",
                             .knowledge = "-",
                             .verified_by = "thresholds by hand: a kind half as fast helps from two waiting tasks on"});
}

}  // namespace hetsched

#include <algorithm>
#include <deque>
#include <numeric>
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
      first_bucket_.push_back(static_cast<std::uint32_t>(times_.size()));
      for (std::size_t t = 0; t < model.tasks.size(); ++t) {
        if (t == 0 || !by_model_) times_.emplace_back(view.kinds.size(), kNever);
        for (std::uint32_t a = 0; a < view.accelerators.size(); ++a) add_time(view, model.tasks[t], a);
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
    for (const TaskRef task : view.ready)
      buckets_[first_bucket_[view.request(task).model] + (by_model_ ? 0 : task.task)].push_back(task);
    for (bool started = true; started && free_.any();) {
      started = false;
      for (std::uint32_t a = 0; a < view.accelerators.size(); ++a)
        if (free_.at(a)) started |= serve(view, a, out);
    }
  }

 private:
  /// Least time of a kind's accelerators for a bucket's tasks, together; tasks a kind cannot run do not
  /// count.
  void add_time(const SystemView& view, const ModelTask& task, std::uint32_t a) {
    Seconds& time = times_.back()[view.accelerators[a].kind];
    for (std::uint32_t before = 0; before < a; ++before)
      if (view.accelerators[before].kind == view.accelerators[a].kind) return;
    const Seconds alone = view.alone_time(task, a);
    // A kind that lacks a task of a model's bucket is compared by the others as if it took the mean for it.
    const Seconds counted = alone < kNever ? alone : by_model_ ? task.mean_time : kNever;
    if (counted < kNever) time = (time < kNever ? time : 0) + counted;
  }

  /// Orders the buckets for each kind and finds the fastest kind of each, of those that are on.
  void rank(const SystemView& view) {
    slots_.assign(view.kinds.size(), 0);
    for (const Accelerator& a : view.accelerators) slots_[a.kind] += a.available ? a.slots : 0;
    fastest_.assign(times_.size(), kNone);
    std::vector<Seconds> second(times_.size(), kNever);
    for (std::size_t b = 0; b < times_.size(); ++b)
      for (std::uint32_t k = 0; k < slots_.size(); ++k) {
        if (slots_[k] == 0 || !(times_[b][k] < kNever)) continue;
        if (fastest_[b] == kNone || times_[b][k] < times_[b][fastest_[b]]) {
          if (fastest_[b] != kNone) second[b] = times_[b][fastest_[b]];
          fastest_[b] = k;
        } else {
          second[b] = std::min(second[b], times_[b][k]);
        }
      }
    orders_.assign(slots_.size(), {});
    for (std::uint32_t k = 0; k < orders_.size(); ++k) {
      std::vector<std::uint32_t>& order = orders_[k];
      order.resize(times_.size());
      std::iota(order.begin(), order.end(), 0u);
      std::stable_sort(order.begin(), order.end(), [&](std::uint32_t x, std::uint32_t y) {
        const double slow_x = slow_factor(x, k), slow_y = slow_factor(y, k);
        if (slow_x != slow_y) return slow_x < slow_y;
        return ahead(x, second) > ahead(y, second);
      });
    }
  }

  [[nodiscard]] double slow_factor(std::uint32_t bucket, std::uint32_t kind) const {
    if (fastest_[bucket] == kNone) return kNever;
    const Seconds best = times_[bucket][fastest_[bucket]], own = times_[bucket][kind];
    if (own == best) return 1;
    return best > 0 ? own / best : kNever;
  }

  [[nodiscard]] double ahead(std::uint32_t bucket, const std::vector<Seconds>& second) const {
    if (fastest_[bucket] == kNone) return 0;
    const Seconds best = times_[bucket][fastest_[bucket]];
    return best > 0 ? second[bucket] / best : kNever;
  }

  bool serve(const SystemView& view, std::uint32_t a, Decisions& out) {
    const std::uint32_t kind = view.accelerators[a].kind;
    for (const std::uint32_t b : orders_[kind]) {
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

  [[nodiscard]] bool may_take(const SystemView& view, TaskRef task, std::uint32_t b, std::uint32_t kind) const {
    if (kind == fastest_[b] || fastest_[b] == kNone) return true;
    const bool fastest_can = std::any_of(view.accelerators.begin(), view.accelerators.end(), [&](const Accelerator& a) {
      return a.available && a.kind == fastest_[b] && view.cost(view.model_task(task), a.kind, a.point).time < kNever;
    });
    if (!fastest_can) return true;
    const auto waiting = static_cast<double>(buckets_[b].size());
    return waiting / slots_[fastest_[b]] >= strictness_ * slow_factor(b, kind);
  }

  bool by_model_;
  double strictness_;
  std::vector<std::uint32_t> first_bucket_;         ///< by model
  std::vector<std::vector<Seconds>> times_;         ///< by bucket, then kind
  std::vector<std::uint32_t> slots_;                ///< by kind, of accelerators that are on
  std::vector<std::uint32_t> fastest_;              ///< by bucket: a kind
  std::vector<std::vector<std::uint32_t>> orders_;  ///< by kind: buckets
  std::vector<std::deque<TaskRef>> buckets_;
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

#include <algorithm>
#include <set>

#include "decorators/batch/rule.hpp"
#include "decorators/filtered_view.hpp"
#include "decorators/rules.hpp"
#include "decorators/start_check.hpp"
#include "hetsched/policy.hpp"

namespace hetsched {
namespace batch_rules {

using Maker = std::unique_ptr<Rule>(Params&, const Waiting&);
// One file each in batch/.
Maker fixed, triton, aimd, nexus, slo;

namespace {

// In the order in which help names them. A batch goes
constexpr RuleEntry<Rule, Waiting> kRules[] = {
    {"fixed", fixed},    // when it has its size, or the oldest has waited long enough
    {"triton", triton},  // when it has a preferred size, or the oldest has waited long enough
    {"aimd", aimd},      // likewise, with a size that follows from whether batches were in time
    {"nexus", nexus},    // when it has the size that deadlines allow
    {"slo", slo},        // at once, as large as deadlines allow
};

}  // namespace
}  // namespace batch_rules

namespace {

/// Computes equal tasks of several requests as one batch, on kinds that allow it (Kind::max_batch). When the policy
/// inside starts one of them, others that wait join, the oldest first; what it starts elsewhere at the same call,
/// though that has joined, the next of its equals is started for. First tasks of requests are hidden from it while they
/// wait for others to come, by a rule; later ones go on with whoever is there. What the policy inside drops in the same
/// call joins no batch.
class Batch final : public Policy {
 public:
  Batch(Params& p, std::unique_ptr<Policy> inner) : inner_(std::move(inner)) {
    const RuleChoice choice(p, batch_rules::kRules, "triton", "when a batch goes, and how large it is");
    const batch_rules::Waiting waiting(p);
    rule_ = choice.make(p, waiting);
    if (waiting.sizes.size() > 1 && !rule_->has_sizes()) p.reject("size", "must be one size; triton prefers several");
  }

  void begin(const SystemView& view) override {
    for (const Accelerator& a : view.accelerators) largest_ = std::max(largest_, view.kinds[a.kind].max_batch);
    for (const Model& model : view.models) groups_.emplace_back(model.tasks.size());
    rule_->begin(view, largest_);
    inner_->begin(view);
  }

  void decide(const SystemView& view, Decisions& out) override {
    filtered_.reset(view);
    if (largest_ == 1) {
      inner_->decide(view, out);
      return;
    }
    rule_->learn(view);
    gather(view);
    ended_.clear();
    for (const Key& key : used_) open(view, groups_[key.model][key.task], out);
    if (!given_up_.empty())
      filtered_.hide_requests([&](RequestRef r) { return given_up_.contains(view.requests[r].id); });
    for (const RequestRef r : ended_) filtered_.end(r);
    given_up_.forget_gone(view);
    show(view);
    inside_.clear();
    inner_->decide(filtered_.shown(), inside_);
    joined_.clear();
    dropped_.clear();
    for (const Decision& decision : inside_.all()) std::visit([this](const auto& d) { note_dropped(d); }, decision);
    for (const Decision& decision : inside_.all()) std::visit([&](const auto& d) { hand_on(view, d, out); }, decision);
  }

 private:
  void note_dropped(const Drop& d) { dropped_.insert(d.request); }
  void note_dropped(const Start&) {}
  void note_dropped(const Prefetch&) {}
  void note_dropped(const SetOperatingPoint&) {}
  void note_dropped(const WakeAt&) {}
  void note_dropped(const Forecast&) {}
  void note_dropped(const Load&) {}
  void note_dropped(const Evict&) {}
  void note_dropped(const GiveUp&) {}

  void hand_on(const SystemView& view, const Start& start, Decisions& out) {
    if (!is_there(view, start)) {
      out.add(start);
      return;
    }
    Start own = start;
    if (joined_.contains(id_of(view, start.task))) own.task = next_like(view, start);
    if (own.task.request == RequestRef::none || (own.task != start.task && !start.also.empty())) return;
    Start batch = batch_of(view, own);
    rule_->started(view, batch);
    out.add(std::move(batch));
  }
  /// What is to be started in the place of a task that has gone with a batch elsewhere at this call: the next of its
  /// equals, so that the accelerator is not left idle beside those that wait; none: all have gone.
  [[nodiscard]] TaskRef next_like(const SystemView& view, const Start& start) {
    const Waiting& others = waiting(view, start.task);
    for (std::size_t i = 0; others.used && i < others.open; ++i) {
      const TaskRef t = others.tasks[i];
      if (joined_.contains(id_of(view, t)) || dropped_.contains(t.request) || given_up_.contains(view.request(t).id))
        continue;
      if (view.accuracy_loss(t, start.variant) < kNever) return t;
    }
    return {};
  }
  void hand_on(const SystemView&, const Prefetch& d, Decisions& out) { out.add(d); }
  void hand_on(const SystemView&, const SetOperatingPoint& d, Decisions& out) { out.add(d); }
  void hand_on(const SystemView&, const Drop& d, Decisions& out) { out.add(d); }
  void hand_on(const SystemView&, const WakeAt& d, Decisions& out) { out.add(d); }
  void hand_on(const SystemView&, const Forecast& d, Decisions& out) { out.add(d); }
  void hand_on(const SystemView&, const Load& d, Decisions& out) { out.add(d); }
  void hand_on(const SystemView&, const Evict& d, Decisions& out) { out.add(d); }
  void hand_on(const SystemView&, const GiveUp& d, Decisions& out) { out.add(d); }

  using Id = std::pair<std::uint64_t, TaskId>;  ///< request id, task
  struct Key {
    ModelId model = {};
    TaskId task = {};
    auto operator<=>(const Key&) const = default;
  };

  /// Equal tasks that are ready.
  struct Waiting {
    batch_rules::Group tasks;
    std::size_t shown = 0;  ///< of them, before this call
    bool used = false;      ///< at this call
    std::size_t open = 0;   ///< likewise: so many, from the first on, the policy inside sees
  };

  static Id id_of(const SystemView& view, TaskRef t) { return {view.request(t).id, t.task}; }

  [[nodiscard]] Waiting& waiting(const SystemView& view, TaskRef t) { return groups_[view.request(t).model][t.task]; }

  void gather(const SystemView& view) {
    for (const Key& key : used_) {
      Waiting& group = groups_[key.model][key.task];
      group.tasks.clear();
      group.shown = group.open = 0;
      group.used = false;
    }
    used_.clear();
    auto shown = shown_.begin();
    for (const TaskRef t : view.ready) {
      Waiting& group = waiting(view, t);
      if (!group.used) used_.push_back({view.request(t).model, t.task});
      group.used = true;
      group.tasks.push_back(t);
      while (shown != shown_.end() && *shown < id_of(view, t)) ++shown;
      if (shown != shown_.end() && *shown == id_of(view, t)) ++group.shown;
    }
    std::sort(used_.begin(), used_.end());
    for (const Key& key : used_) rule_->order(view, groups_[key.model][key.task].tasks);
  }

  /// Hides what waits for others, and announces what no longer does.
  void show(const SystemView& view) {
    const auto has_hidden = [&](const Key& key) {
      const Waiting& group = groups_[key.model][key.task];
      return group.open < group.tasks.size();
    };
    if (std::any_of(used_.begin(), used_.end(), has_hidden))
      filtered_.hide_tasks([&](TaskRef t) { return !is_open(view, t); });
    before_.swap(shown_);
    shown_.clear();
    auto before = before_.begin();
    for (const TaskRef t : view.ready) {
      const Id id = id_of(view, t);
      if (!is_open(view, t) || (!given_up_.empty() && given_up_.contains(id.first))) continue;
      shown_.push_back(id);
      while (before != before_.end() && *before < id) ++before;
      if (before == before_.end() || *before != id) filtered_.announce(t);
    }
  }

  [[nodiscard]] bool is_open(const SystemView& view, TaskRef t) {
    const Waiting& group = waiting(view, t);
    const auto hidden = group.tasks.begin() + static_cast<std::ptrdiff_t>(group.open);
    return group.open > 0 && std::find(hidden, group.tasks.end(), t) == group.tasks.end();
  }

  /// Shows those of a group that need not wait any longer.
  void open(const SystemView& view, Waiting& waiting, Decisions& out) {
    give_up(view, waiting, out);
    const batch_rules::Group& group = waiting.tasks;
    if (group.empty()) return;
    const bool begins = view.model_task(group.front()).inputs.empty();
    waiting.open = begins ? rule_->go(view, group, waiting.shown) : group.size();
    if (waiting.open == group.size()) return;
    rest_.assign(group.begin() + static_cast<std::ptrdiff_t>(waiting.open), group.end());
    out.wake_at(rule_->goes_at(view, rest_));
  }

  void give_up(const SystemView& view, Waiting& waiting, Decisions& out) {
    const std::size_t left = std::erase_if(waiting.tasks, [&](TaskRef t) {
      const Request& request = view.request(t);
      if (!given_up_.empty() && given_up_.contains(request.id)) return true;
      if (!view.model_task(t).inputs.empty() || !rule_->gives_up(view, t)) return false;
      given_up_.add(request.id);
      ended_.push_back(t.request);
      out.drop(t.request);
      return true;
    });
    if (left > 0)
      waiting.shown =
          static_cast<std::size_t>(std::count_if(waiting.tasks.begin(), waiting.tasks.end(), [&](TaskRef t) {
            return std::binary_search(shown_.begin(), shown_.end(), id_of(view, t));
          }));
  }

  /// The start with all that join it.
  Start batch_of(const SystemView& view, const Start& start) {
    Start batch = start;
    const Waiting& others = waiting(view, start.task);
    if (!others.used) return batch;
    rest_.clear();  // that can join, and the one itself
    for (std::size_t i = 0; i < others.open; ++i)
      if (!joined_.contains(id_of(view, others.tasks[i]))) rest_.push_back(others.tasks[i]);
    joined_.insert(id_of(view, start.task));
    for (const TaskRef t : start.also) joined_.insert(id_of(view, t));
    std::size_t limit = view.kind(start.accelerator).max_batch;
    if (!rest_.empty()) limit = rule_->most(view, rest_, limit);
    Seconds earliest = view.request(start.task).deadline;
    for (const TaskRef t : rest_) {
      if (batch.also.size() + 1 >= limit) break;
      if (joined_.contains(id_of(view, t)) || !(view.accuracy_loss(t, start.variant) < kNever)) continue;
      if (dropped_.contains(t.request) || given_up_.contains(view.request(t).id)) continue;
      const auto size = static_cast<std::uint32_t>(batch.also.size() + 2);
      const Seconds time = view.alone_time_at(view.model_task(t), start.accelerator,
                                              view.accelerators[start.accelerator].point, start.variant, size);
      const Seconds deadline = std::min(earliest, view.request(t).deadline);
      if (time == kNever || !rule_->allows(view, {batch, t, size, time, deadline})) break;
      earliest = deadline;
      batch.also.push_back(t);
      joined_.insert(id_of(view, t));
    }
    return batch;
  }

  std::unique_ptr<Policy> inner_;
  std::unique_ptr<batch_rules::Rule> rule_;
  std::uint32_t largest_ = 1;
  IdVector<ModelId, IdVector<TaskId, Waiting>> groups_;
  std::vector<Key> used_;          ///< of groups, those with tasks
  std::vector<Id> shown_;          ///< what the policy inside sees ready
  std::vector<Id> before_;         ///< what it saw at the call before
  std::set<Id> joined_;            ///< started at this call
  std::set<RequestRef> dropped_;   ///< by the policy inside at this call
  std::vector<RequestRef> ended_;  ///< given up at this call
  Unknown given_up_;
  batch_rules::Group rest_;  ///< of a group
  Decisions inside_;
  FilteredView filtered_;
};

}  // namespace

DecoratorEntry batch() {
  return decorator<Batch>("batch",
                          "computes equal tasks of several requests as one: fixed, Triton, AIMD, Nexus, SLO-aware",
                          {.source = "Triton's documentation; Clipper, NSDI 2017 (aimd); Nexus, SOSP 2019",
                           .complexity = "R",
                           .knowledge = "nexus, slo, aimd: deadlines",
                           .verified_by = "a worked example of arrivals and delays; "
                                          "Nexus's rule: b = 9, 375 requests/s",
                           .needs = Needs::batches});
}

}  // namespace hetsched

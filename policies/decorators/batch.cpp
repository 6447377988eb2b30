#include <algorithm>
#include <map>
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
    {"triton", triton},  // likewise, with all that have come until an accelerator is free
    {"aimd", aimd},      // likewise, with a size that follows from whether batches were in time
    {"nexus", nexus},    // when it has the size that deadlines allow
    {"slo", slo},        // at once, as large as deadlines allow
};

}  // namespace
}  // namespace batch_rules

namespace {

/// Computes equal tasks of several requests as one batch, on kinds that allow it (Kind::max_batch). When the policy
/// inside starts one of them, others that wait join, the oldest first. First tasks of requests are hidden from it while
/// they wait for others to come, by a rule; later ones go on with whoever is there. What the policy inside drops in the
/// same call joins no batch.
class Batch final : public Policy {
 public:
  Batch(Params& p, std::unique_ptr<Policy> inner) : inner_(std::move(inner)) {
    const RuleChoice choice(p, batch_rules::kRules, "triton", "when a batch goes, and how large it is");
    const batch_rules::Waiting waiting(p);
    rule_ = choice.make(p, waiting);
  }

  void begin(const SystemView& view) override {
    for (const Accelerator& a : view.accelerators) largest_ = std::max(largest_, view.kinds[a.kind].max_batch);
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
    ready_.clear();
    ended_.clear();
    for (auto& [key, group] : groups_) open(view, group, out);
    if (!given_up_.empty())
      filtered_.hide_requests([&](RequestRef r) { return given_up_.contains(view.requests[r].id); });
    for (const RequestRef r : ended_) filtered_.end(r);
    given_up_.forget_gone(view);
    filtered_.hide_tasks([&](TaskRef t) { return !ready_.contains(id_of(view, t)); });
    for (const auto& [id, task] : ready_)
      if (shown_.insert(id).second) filtered_.announce(task);
    std::erase_if(shown_, [&](const Id& id) { return !ready_.contains(id); });
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

  void hand_on(const SystemView& view, const Start& start, Decisions& out) {
    if (!is_there(view, start)) {
      out.add(start);
    } else if (!joined_.contains(id_of(view, start.task))) {
      Start batch = batch_of(view, start);
      rule_->started(view, batch);
      out.add(std::move(batch));
    }
  }
  void hand_on(const SystemView&, const Prefetch& d, Decisions& out) { out.add(d); }
  void hand_on(const SystemView&, const SetOperatingPoint& d, Decisions& out) { out.add(d); }
  void hand_on(const SystemView&, const Drop& d, Decisions& out) { out.add(d); }
  void hand_on(const SystemView&, const WakeAt& d, Decisions& out) { out.add(d); }
  void hand_on(const SystemView&, const Forecast& d, Decisions& out) { out.add(d); }

  using Id = std::pair<std::uint64_t, TaskId>;  ///< request id, task
  struct Key {
    ModelId model = {};
    TaskId task = {};
    auto operator<=>(const Key&) const = default;
  };

  static Id id_of(const SystemView& view, TaskRef t) { return {view.request(t).id, t.task}; }

  void gather(const SystemView& view) {
    for (auto& [key, group] : groups_) group.clear();
    for (const TaskRef t : view.ready) groups_[{view.request(t).model, t.task}].push_back(t);
    std::erase_if(groups_, [](const auto& entry) { return entry.second.empty(); });
    for (auto& [key, group] : groups_) rule_->order(view, group);
  }

  /// Shows a group, once it need not wait any longer.
  void open(const SystemView& view, batch_rules::Group& group, Decisions& out) {
    give_up(view, group, out);
    if (group.empty()) return;
    const TaskRef first = group.front();
    const bool is_open =
        std::any_of(group.begin(), group.end(), [&](TaskRef t) { return shown_.contains(id_of(view, t)); });
    const bool begins = view.model_task(first).inputs.empty();
    Seconds go = view.state(first).ready;
    if (!is_open && begins && group.size() < rule_->enough(view, group)) go = rule_->goes_at(view, group);
    if (clearly_before(view.now, go) && go < kNever) {
      out.wake_at(go);
      return;
    }
    for (const TaskRef t : group) ready_.emplace(id_of(view, t), t);
  }

  void give_up(const SystemView& view, batch_rules::Group& group, Decisions& out) {
    std::erase_if(group, [&](TaskRef t) {
      const Request& request = view.request(t);
      if (given_up_.contains(request.id)) return true;
      if (!view.model_task(t).inputs.empty() || !rule_->gives_up(view, t)) return false;
      given_up_.add(request.id);
      ended_.push_back(t.request);
      out.drop(t.request);
      return true;
    });
  }

  /// The start with all that join it.
  Start batch_of(const SystemView& view, const Start& start) {
    Start batch = start;
    const auto found = groups_.find({view.request(start.task).model, start.task.task});
    if (found == groups_.end()) return batch;
    const batch_rules::Group& group = found->second;
    joined_.insert(id_of(view, start.task));
    for (const TaskRef t : start.also) joined_.insert(id_of(view, t));
    std::size_t limit = view.kind(start.accelerator).max_batch;
    if (!group.empty()) limit = std::min(limit, rule_->most(view, group));
    Seconds earliest = view.request(start.task).deadline;
    for (const TaskRef t : group) {
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
  std::map<Key, batch_rules::Group> groups_;
  std::map<Id, TaskRef> ready_;    ///< what the policy inside sees ready
  std::set<Id> shown_;             ///< what it has been told of
  std::set<Id> joined_;            ///< started at this call
  std::set<RequestRef> dropped_;   ///< by the policy inside at this call
  std::vector<RequestRef> ended_;  ///< given up at this call
  Unknown given_up_;
  Decisions inside_;
  FilteredView filtered_;
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

#include <algorithm>
#include <cstdint>
#include <memory>
#include <set>
#include <utility>
#include <vector>

#include "decorators/cache/rule.hpp"
#include "decorators/filtered_view.hpp"
#include "decorators/held_starts.hpp"
#include "decorators/rules.hpp"
#include "decorators/start_check.hpp"
#include "hetsched/policy.hpp"

namespace hetsched {
namespace cache_rules {

using Maker = std::unique_ptr<Rule>(Params&);
// One file each in cache/.
Maker lru, cost, belady;

namespace {

// In the order in which help names them. What leaves first:
constexpr RuleEntry<Rule> kRules[] = {
    {"lru", lru},        // what was used least recently
    {"cost", cost},      // what is cheap to load again for its size
    {"belady", belady},  // what is needed again last
};

}  // namespace
}  // namespace cache_rules

namespace {

using cache_rules::Place;

/// Most that the tensors and workspace of one request take of a memory at once: of a chain of tasks exactly (inputs and
/// outputs of the one that runs, and what later ones still read); else all of its tensors and workspaces together, as
/// any of its tasks may run side by side.
Bytes peak_of(const SystemView& view, const Model& model) {
  const auto is_chain = [&] {
    for (const TaskId t : model.tasks.ids()) {
      if (index_of(t) == 0) continue;
      bool follows = false;
      for (const Edge& e : model.tasks[t].inputs) follows = follows || index_of(e.task) + 1 == index_of(t);
      if (!follows) return false;
    }
    return true;
  };
  // Variants have the tensors of the original.
  Bytes all = 0, input = 0;
  for (const ModelTask& task : model.tasks) {
    const Room& room = view.room_by_row[task.first_row];
    all += room.outputs + room.workspace;
    input += std::ceil(task.source.bytes);
  }
  if (!is_chain()) return all + input;
  std::vector<Bytes> freed(model.tasks.size(), 0);  // after each task
  for (const TaskId t : model.tasks.ids()) {
    const std::span<const Edge> outputs = model.tasks[t].outputs;
    for (std::size_t i = 0; i < outputs.size(); ++i) {
      const auto later = [&](const Edge& e) { return e.tensor == outputs[i].tensor; };
      if (std::none_of(outputs.begin() + static_cast<std::ptrdiff_t>(i) + 1, outputs.end(), later))
        freed[index_of(outputs[i].task)] += std::ceil(outputs[i].bytes);
    }
  }
  Bytes there = 0, most = 0;
  for (const TaskId t : model.tasks.ids()) {
    const Room& room = view.room_by_row[model.tasks[t].first_row];
    there += room.outputs;
    most = std::max(most, there + room.workspace);
    there -= freed[index_of(t)];
  }
  return most + input;
}

/// Makes any policy work where memories are full: a start that does not fit waits, in the order in which the policy
/// inside decided, until weights that nobody uses have made room, by a rule, or others have finished. One thing is
/// loaded into a memory at a time; what was loaded and not used yet stays, unless nothing runs or moves.
///
/// With admit=peak requests wait, unseen by the policy inside, until the most that their tensors can take of a memory
/// fits beside that of those that were let in, and beside the largest weights of one task: then whatever is ready fits
/// as soon as nothing else runs. A request that exceeds this alone is let in alone; one that waits for another stream
/// (StreamSpec::after) comes when its turn has come.
class Cache final : public Policy {
 public:
  Cache(Params& p, std::unique_ptr<Policy> inner) : inner_(std::move(inner)) {
    const RuleChoice choice(p, cache_rules::kRules, "lru", "what leaves a full memory first");
    rule_ = choice.make(p);
    ahead_ = p.flag("ahead", true, "load weights of tasks that wait, while others run");
    by_peak_ = p.choice("admit", {.fallback = "peak",
                                  .of = {"peak", "all"},
                                  .doc = "which requests are let in: those whose tensors fit at their most, or all"}) ==
               "peak";
    if (rule_->foresees()) p.clairvoyant();
  }

  void begin(const SystemView& view) override {
    inner_->begin(view);
    peaks_.clear();
    if (view.memory_states.empty()) return;
    for (const Model& model : view.models) peaks_.push_back(peak_of(view, model));
    // Nothing has been loaded yet: what is used is what cannot leave.
    at_most_.assign(view.memory_states.size(), kNever);
    for (const Accelerator& a : view.accelerators) {
      const MemoryState& memory = view.memory_states[a.memory];
      Bytes largest = 0;
      for (const WeightsId w : view.weights.ids())
        if (!view.residence(w, a.memory).kept) largest = std::max(largest, memory.in_pages(view.weights[w].bytes));
      at_most_[a.memory] = memory.free() - largest;
    }
  }

  void decide(const SystemView& view, Decisions& out) override {
    if (view.memory_states.empty()) {
      inner_->decide(view, out);
      return;
    }
    account(view);
    held_.begin_call(view);
    held_.start_those([&](const Start& start) { return start_if_it_fits(view, start, out); });
    std::erase_if(prefetches_, [&](const Later& p) { return !is_open(view, p) || prefetch_if_it_fits(view, p, out); });
    filtered_.reset(view);
    admit(view);
    held_.show(view, filtered_);
    // Room is the business of this decorator: the policy inside decides as if there were enough.
    roomy_.all().assign(view.memory_states.begin(), view.memory_states.end());
    for (MemoryState& memory : roomy_) memory.capacity = kNever;
    SystemView& shown = filtered_.shown();
    shown.memory_states = roomy_;
    inside_.clear();
    inner_->decide(shown, inside_);
    for (const Decision& decision : inside_.all()) std::visit([&](const auto& d) { take(view, d, out); }, decision);
    if (ahead_ && view.home != MemoryId::none) load_ahead(view, out);
  }

 private:
  struct Later {
    Prefetch prefetch;
    std::uint64_t request_id = 0;
  };

  /// How memories stand; decisions of this call are added as they are made.
  void account(const SystemView& view) {
    free_.clear();
    for (const MemoryState& memory : view.memory_states) free_.push_back(memory.free());
    loading_.assign(view.memory_states.size(), false);
    reserved_.clear();
    gone_.clear();
    in_use_.clear();
    idle_ = std::all_of(view.accelerators.begin(), view.accelerators.end(),
                        [](const Accelerator& a) { return a.free_slots == a.slots; });
    for (const MemoryId m : view.memory_states.ids())
      for (const WeightsId w : view.weights.ids()) {
        const Presence presence = view.residence(w, m).presence;
        if (presence == Presence::reserved || presence == Presence::coming) loading_[m] = true;
      }
    for (const bool loads : loading_) idle_ = idle_ && !loads;
    for (const RequestRef r : view.live)
      for (const Replica& copy : view.requests[r].replicas) idle_ = idle_ && copy.arrived;
  }

  /// Are the weights there, or will they come?
  [[nodiscard]] bool has(const SystemView& view, Place place) const {
    if (reserved_.contains(place)) return true;
    return view.residence(place.weights, place.memory).presence != Presence::absent && !gone_.contains(place);
  }

  /// Has room in a memory become, or been, free? Evicts what it takes, no more, and nothing if all together is not
  /// enough.
  bool make_room(const SystemView& view, Bytes needed, Place except, Decisions& out) {
    const MemoryId memory = except.memory;
    if (needed <= free_[memory]) return true;
    std::vector<std::pair<double, WeightsId>> leaving;
    Bytes possible = free_[memory];
    for (const WeightsId w : view.weights.ids()) {
      const Place place{w, memory};
      const Residence& lie = view.residence(w, memory);
      if (lie.presence != Presence::there || lie.kept || lie.users > 0 || w == except.weights) continue;
      if (gone_.contains(place) || in_use_.contains(place) || (lie.uses == 0 && !idle_)) continue;
      leaving.emplace_back(rule_->worth(view, place), w);
      possible += view.memory_states[memory].in_pages(view.weights[w].bytes);
    }
    if (possible < needed) return false;
    std::sort(leaving.begin(), leaving.end());
    settle_ties(
        leaving.begin(), leaving.end(), [](const auto& a, const auto& b) { return clearly_less(a.first, b.first); },
        [](const auto& a, const auto& b) { return a.second < b.second; });
    for (const auto& [worth, w] : leaving) {
      if (needed <= free_[memory]) break;
      rule_->evicted(view, {w, memory});
      gone_.insert({w, memory});
      free_[memory] += view.memory_states[memory].in_pages(view.weights[w].bytes);
      out.evict(w, memory);
    }
    return true;
  }

  bool start_if_it_fits(const SystemView& view, const Start& start, Decisions& out) {
    const MemoryId memory = view.accelerators[start.accelerator].memory;
    const Place place{view.weights_of(view.model_task(start.task), start.variant), memory};
    Bytes needed = view.needed(start.task, start.also, start.accelerator, start.variant);
    const bool weighs = place.weights != WeightsId::none;
    const bool absent = weighs && !has(view, place);
    if (weighs) {
      const Bytes bytes = view.memory_states[memory].in_pages(view.weights[place.weights].bytes);
      const bool counted = view.residence(place.weights, memory).presence == Presence::absent;
      needed += (absent ? bytes : 0) - (counted ? bytes : 0);
    }
    if (absent && loading_[memory]) return false;
    if (!make_room(view, needed, place, out)) return false;
    free_[memory] -= needed;
    idle_ = false;
    if (weighs) {
      in_use_.insert(place);
      rule_->used(view, place);
    }
    if (absent) {
      reserved_.insert(place);
      loading_[memory] = true;
    }
    out.add(start);
    return true;
  }

  [[nodiscard]] static bool is_open(const SystemView& view, const Later& p) {
    const TaskRef t = p.prefetch.task;
    return view.requests.contains(t.request) && view.request(t).live && view.request(t).id == p.request_id &&
           view.state(t).progress < Progress::running;
  }
  bool prefetch_if_it_fits(const SystemView& view, const Later& p, Decisions& out) {
    const MemoryId memory = view.accelerators[p.prefetch.accelerator].memory;
    const Bytes needed = view.needed_for_inputs(p.prefetch.task, memory);
    if (!make_room(view, needed, {WeightsId::none, memory}, out)) return false;
    free_[memory] -= needed;
    idle_ = idle_ && needed <= 0;
    out.add(p.prefetch);
    return true;
  }

  /// Is any of its tasks ready, or was?
  [[nodiscard]] static bool has_begun(const Request& request) {
    return std::any_of(request.tasks.begin(), request.tasks.end(),
                       [](const TaskState& task) { return task.progress != Progress::waiting; });
  }

  /// Lets requests in, in order of arrival, and hides the others.
  void admit(const SystemView& view) {
    if (!by_peak_) return;
    IdVector<MemoryId, Bytes> taken(view.memory_states.size(), 0);
    const auto fits = [&](const Request& request) {
      for (const MemoryId m : taken.ids())
        if (taken[m] + peaks_[request.model] > at_most_[m]) return false;
      return true;
    };
    std::set<std::uint64_t> in;
    std::vector<RequestRef> late;  // they arrived at an earlier call
    bool full = false;
    for (const RequestRef r : view.live) {
      const Request& request = view.requests[r];
      const bool was_in = in_.contains(request.id);
      if (!was_in && !has_begun(request)) continue;  // it waits for another stream, and must keep nobody out
      full = full || (!was_in && !in.empty() && !fits(request));
      if (!was_in && full) continue;
      in.insert(request.id);
      for (Bytes& bytes : taken) bytes += peaks_[request.model];
      if (waiting_.contains(request.id)) late.push_back(r);
    }
    for (const RequestRef r : late) waiting_.erase(view.requests[r].id);
    for (const RequestRef r : view.live)
      if (!in.contains(view.requests[r].id)) waiting_.add(view.requests[r].id);
    in_ = std::move(in);
    if (!waiting_.empty())
      filtered_.hide_requests([&](RequestRef r) { return waiting_.contains(view.requests[r].id); });
    waiting_.forget_gone(view);
    for (const RequestRef r : late) filtered_.arrive(r);
  }

  // What the policy inside decided is handed on, held or left out. What is illegal now is the engine's to refuse.
  void take(const SystemView& view, const Start& start, Decisions& out) {
    const auto ready = [&](TaskRef t) { return view.state(t).progress == Progress::ready; };
    if (!is_there(view, start) || !ready(start.task) || !std::all_of(start.also.begin(), start.also.end(), ready)) {
      out.add(start);
      return;
    }
    const auto batch = static_cast<std::uint32_t>(1 + start.also.size());
    const Accelerator& a = view.accelerators[start.accelerator];
    if (!a.available || a.free_slots == 0 ||
        !(view.cost(view.model_task(start.task), a.kind, a.point, start.variant, batch).time < kNever)) {
      out.add(start);
      return;
    }
    if (!start_if_it_fits(view, start, out)) held_.hold(view, start);
  }
  void take(const SystemView& view, const Prefetch& d, Decisions& out) {
    const bool is_known = view.requests.contains(d.task.request) && view.request(d.task).live &&
                          view.request(d.task).tasks.contains(d.task.task) && view.accelerators.contains(d.accelerator);
    if (!is_known) {
      out.add(d);
      return;
    }
    const Later later{d, view.request(d.task).id};
    if (!prefetch_if_it_fits(view, later, out)) prefetches_.push_back(later);
  }
  void take(const SystemView&, const SetOperatingPoint& d, Decisions& out) { out.add(d); }
  void take(const SystemView&, const Drop& d, Decisions& out) { out.add(d); }
  void take(const SystemView&, const WakeAt& d, Decisions& out) { out.add(d); }
  void take(const SystemView&, const Forecast& d, Decisions& out) { out.add(d); }
  // Loads are hints, and evictions too: what does not fit, or is not possible any more at this call, is left out.
  void take(const SystemView& view, const Load& d, Decisions& out) {
    const Place place{d.weights, d.memory};
    if (!exists(view, place)) {
      out.add(d);
    } else if (!has(view, place) && !loading_[d.memory] &&
               make_room(view, view.memory_states[d.memory].in_pages(view.weights[d.weights].bytes), place, out)) {
      reserve(view, place);
      out.add(d);
    }
  }
  void take(const SystemView& view, const Evict& d, Decisions& out) {
    const Place place{d.weights, d.memory};
    if (exists(view, place)) {
      if (gone_.contains(place) || in_use_.contains(place) || reserved_.contains(place)) return;
      gone_.insert(place);
      free_[d.memory] += view.memory_states[d.memory].in_pages(view.weights[d.weights].bytes);
    }
    out.add(d);
  }
  void take(const SystemView&, const GiveUp& d, Decisions& out) { out.add(d); }

  [[nodiscard]] static bool exists(const SystemView& view, Place place) {
    return view.weights.contains(place.weights) && view.memory_states.contains(place.memory);
  }

  /// They are loaded by themselves.
  void reserve(const SystemView& view, Place place) {
    free_[place.memory] -= view.memory_states[place.memory].in_pages(view.weights[place.weights].bytes);
    reserved_.insert(place);
    loading_[place.memory] = true;
  }

  /// Into each memory that nothing is loaded into, the first that is missing there: of held starts, then of what is
  /// ready, which is expected to go where it would be done first.
  void load_ahead(const SystemView& view, Decisions& out) {
    IdVector<MemoryId, bool> looked_at = loading_;
    const auto want = [&](WeightsId weights, MemoryId memory) {
      if (weights == WeightsId::none || looked_at[memory] || has(view, {weights, memory})) return;
      looked_at[memory] = true;
      const Bytes bytes = view.memory_states[memory].in_pages(view.weights[weights].bytes);
      if (!make_room(view, bytes, {weights, memory}, out)) return;
      reserve(view, {weights, memory});
      out.load(weights, memory);
    };
    held_.for_each([&](const Start& start) {
      want(view.weights_of(view.model_task(start.task), start.variant), view.accelerators[start.accelerator].memory);
    });
    for (const TaskRef t : filtered_.shown().ready) {
      const WeightsId weights = view.weights_of(view.model_task(t));
      if (weights == WeightsId::none) continue;
      AcceleratorId best = AcceleratorId::none;
      Seconds soonest = kNever;
      for (const AcceleratorId a : view.accelerators.ids()) {
        if (!view.accelerators[a].available || !(view.cost_on(t, a).time < kNever)) continue;
        const Seconds free_in = std::max(0.0, view.accelerators[a].free_at - view.now);
        const Seconds done = free_in + view.run_time(t, a);
        if (best != AcceleratorId::none && !clearly_less(done, soonest)) continue;
        best = a;
        soonest = done;
      }
      if (best != AcceleratorId::none) want(weights, view.accelerators[best].memory);
    }
  }

  std::unique_ptr<Policy> inner_;
  std::unique_ptr<cache_rules::Rule> rule_;
  bool ahead_ = true, by_peak_ = true;
  IdVector<ModelId, Bytes> peaks_;
  IdVector<MemoryId, Bytes> at_most_;  ///< what peaks may add up to
  std::set<std::uint64_t> in_;         ///< requests that were let in
  Unknown waiting_;                    ///< and those that were not
  HeldStarts held_;
  std::vector<Later> prefetches_;  ///< that did not fit
  // At this call:
  IdVector<MemoryId, Bytes> free_;
  IdVector<MemoryId, bool> loading_;  ///< is anything on its way there
  std::set<Place> reserved_, gone_, in_use_;
  bool idle_ = false;  ///< nothing runs or moves
  IdVector<MemoryId, MemoryState> roomy_;
  Decisions inside_;
  FilteredView filtered_;
};

}  // namespace

DecoratorEntry cache() {
  return decorator<Cache>(
      "cache", "keeps weights in memories of limited capacity: lru, cost or belady; what does not fit waits",
      {.source = "cost: GreedyDual-Size, Cao and Irani, USITS 1997; belady: IBM Systems Journal 5(2), 1966",
       .complexity = "memories x weights + held starts + (ready x accelerators) of one call",
       .knowledge = "what lies in memories; belady: requests to come",
       .verified_by = "loads and ends of hand-worked sequences; the hit rate of LRU under uniform requests, k / N",
       .needs = Needs::room});
}

}  // namespace hetsched

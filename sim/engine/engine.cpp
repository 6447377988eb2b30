#include "engine/engine.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/errors.hpp"
#include "base/text.hpp"
#include "base/units.hpp"
#include "engine/co_run.hpp"
#include "engine/delayed_decisions.hpp"
#include "engine/devices.hpp"
#include "engine/event_queue.hpp"
#include "engine/guarded_policy.hpp"
#include "engine/releases.hpp"
#include "engine/reporter.hpp"
#include "engine/residency.hpp"
#include "engine/rules.hpp"
#include "engine/state.hpp"
#include "engine/transfers.hpp"

namespace hetsched {
namespace {

/// An instant that sets off more rounds of events than this never ends.
constexpr std::uint64_t kMostRounds = 2000000;

class Engine {
 public:
  Engine(const Instance& instance, const Tables& tables, const Decider& decider, Executor& executor,
         std::span<Observer* const> observers)
      : instance_(instance),
        tables_(tables),
        policy_(decider.policy, decider.title, instance.options.decision_limit),
        executor_(executor),
        reporter_(observers),
        state_(tables),
        devices_(tables, instance.options.execution_jitter, instance.options.seed, state_, executor, events_,
                 reporter_),
        transfers_(tables, state_, executor, events_, reporter_, devices_.slots().size()),
        residency_(tables, state_, devices_.slots().size()),
        releases_(instance.workload, instance.options.seed, state_, events_),
        co_run_(tables, state_, devices_, transfers_),
        clairvoyant_(decider.clairvoyant) {
    state_.tell_co_run(co_run_);
  }

  DecisionTime run();

 private:
  // An instant, in this order:
  void begin();
  bool advance();
  void handle_instant();
  void handle_due();
  void decide();
  void check_end();
  void close();

  void flow_finished(FlowId flow);
  void handle(due::StageEnd event, std::uint64_t stamp);
  void handle(due::LatencyEnd event, std::uint64_t stamp) { transfers_.begin_flow(event.transfer, stamp); }
  void handle(due::Arrival event, std::uint64_t) { releases_.arrival_due(event.stream, now_); }
  void handle(due::Triggered event, std::uint64_t) { releases_.triggered_due(event.stream, now_); }
  void handle(due::Poll, std::uint64_t);
  void handle(due::Deadline event, std::uint64_t stamp);
  void handle(due::TurnOff event, std::uint64_t) { turn_off(event.accelerator); }
  void handle(due::TurnOn event, std::uint64_t) { turn_on(event.accelerator); }
  void handle(due::Wake, std::uint64_t) { state_.push_event({Event::Type::woken}); }
  void handle(due::Instant, std::uint64_t) {}
  void handle(due::Apply, std::uint64_t) { apply_ = true; }
  void handle(due::RunEnd, std::uint64_t) { over_ = true; }
  void finish_early();
  void overhead_over(SlotId slot);
  void work_finished(SlotId slot);
  void task_finished(SlotId slot, double at);
  void finished(TaskRef task, double at);
  void end_finished(RequestRef request, double at);
  void end_request(RequestRef request, RequestStatus status, double finish);
  void drop(RequestRef request);
  void turn_off(AcceleratorId accelerator);
  void turn_on(AcceleratorId accelerator);

  void call_policy();
  void apply_delayed();
  void ask_again();
  void apply(const Decision& decision);
  void carry_out(const Start& d);
  void carry_out(const Prefetch& d);
  void carry_out(const SetOperatingPoint& d) {
    if (state_.accelerator(d.accelerator).point != d.point) devices_.set_operating_point(d.accelerator, d.point, now_);
  }
  void carry_out(const Drop& d) { drop(d.request); }
  void carry_out(const WakeAt& d) { events_.add(d.time, due::Wake{}); }
  void carry_out(const Forecast& d) { state_.account(d.request).forecast = d.finish; }
  void carry_out(const Load& d);
  void carry_out(const Evict& d) {
    stalled_ = false;
    residency_.evict(d.weights, d.memory);
  }
  void carry_out(const GiveUp& d);
  [[nodiscard]] bool tell_stall();
  [[nodiscard]] std::string stall();
  [[noreturn]] void stands_still() const;

  const Instance& instance_;
  const Tables& tables_;
  GuardedPolicy policy_;
  Executor& executor_;
  EventQueue events_;
  Reporter reporter_;
  State state_;
  Devices devices_;
  Transfers transfers_;
  Residency residency_;
  Releases releases_;
  CoRun co_run_;
  Decisions decisions_;

  double now_ = 0;            ///< s
  double latest_finish_ = 0;  ///< of a task: may lie after now_ by the tolerance, s
  bool clairvoyant_;
  bool over_ = false;
  bool completion_ = false;  ///< a task finished at this instant
  bool tick_ = false;        ///< a poll is due at this instant
  bool apply_ = false;       ///< the policy's latency is over at this instant
  bool stalled_ = false;     ///< the policy knows that nothing fits
  std::uint32_t slots_in_use_ = 0;
  std::uint64_t instants_here_ = 0;                   ///< since time advanced
  IdVector<AcceleratorId, std::uint32_t> times_off_;  ///< outages that hold
  DelayedDecisions delayed_;
  std::vector<FlowId> flows_;        ///< that finished at this instant
  std::vector<SlotId> waiting_;      ///< for a transfer that finished
  std::vector<RequestRef> expired_;  ///< to be dropped unstarted
  std::vector<RequestRef> sent_;     ///< a part of whose results arrived at this instant
  std::vector<EventQueue::Entry> due_;
};

DecisionTime Engine::run() {
  begin();
  while (!over_) {
    if (!advance()) continue;
    handle_instant();
    if (!over_) decide();
    devices_.seat_guests(now_);
    if (!over_) check_end();
  }
  close();
  return policy_.time();
}

void Engine::begin() {
  if (clairvoyant_) state_.foretell(releases_.foreseen());
  policy_.begin(state_.view(0));
  times_off_.assign(tables_.accelerators().size(), 0);
  for (const Outage& outage : instance_.options.outages) {
    const auto all = tables_.accelerators().ids();
    const auto at = std::find_if(all.begin(), all.end(),
                                 [&](AcceleratorId a) { return tables_.accelerators()[a].name == outage.accelerator; });
    HETSCHED_ASSERT(at != all.end(), "outages are checked when the scenario is resolved");
    events_.add(outage.off, due::TurnOff{*at});
    if (outage.on) events_.add(*outage.on, due::TurnOn{*at});
  }
  releases_.begin();
  switch (instance_.workload.end) {
    case EndRule::drain:
    case EndRule::last_release: break;  // check_end() sees to those
    case EndRule::at_duration: events_.add(*instance_.workload.duration, due::RunEnd{}); break;
  }
  events_.add(0, due::Instant{});
  state_.push_event({});
}

/// Lets time pass to the next instant. False if nothing happened yet.
bool Engine::advance() {
  if (tables_.rates_change()) devices_.share([this](MemoryId memory) { return transfers_.demand_at(memory); }, now_);
  executor_.wait(events_.next(), flows_);
  const double clock = executor_.now();
  const double next = events_.next();
  const bool due = next <= clock + instant_width(clock);
  if (!due && flows_.empty()) return false;
  const double before = std::exchange(now_, std::max(now_, due ? next : clock));
  instants_here_ = now_ > before ? 0 : instants_here_ + 1;
  if (instants_here_ > kMostRounds) stands_still();
  return true;
}

/// What one event causes at once belongs to the same instant: goes on until nothing more is due.
void Engine::handle_instant() {
  apply_ = false;
  completion_ = false;
  // Transfers first: a request that ends gives up those that are still under way.
  sent_.clear();
  for (std::size_t i = flows_.size(); i-- > 0;) flow_finished(flows_[i]);
  for (const RequestRef request : sent_)
    if (state_.departing(request)) end_finished(request, now_);
  std::uint64_t rounds = 0;
  do {
    handle_due();
    devices_.seat_guests(now_);
    if (++rounds > kMostRounds) stands_still();
  } while (events_.due(now_));
}

void Engine::handle_due() {
  tick_ = false;
  due_.clear();
  while (events_.due(now_)) due_.push_back(events_.pop());
  std::sort(due_.begin(), due_.end(), [](const EventQueue::Entry& a, const EventQueue::Entry& b) {
    return a.what.index() != b.what.index() ? a.what.index() < b.what.index() : a.order < b.order;
  });
  const auto handle_one = [this](const EventQueue::Entry& entry) {
    std::visit([&](auto event) { handle(event, entry.stamp); }, entry.what);
  };
  const auto arrivals =
      std::find_if(due_.begin(), due_.end(), [](const EventQueue::Entry& entry) { return !ends_work(entry.what); });
  std::for_each(due_.begin(), arrivals, handle_one);
  if (instance_.workload.completion_tolerance > 0) finish_early();
  std::for_each(arrivals, due_.end(), handle_one);
  if (releases_.polled() && (tick_ || completion_)) releases_.poll(now_);
  completion_ = false;
  expired_.clear();
  releases_.find_expired(now_, expired_);
  for (const RequestRef request : expired_) drop(request);
}

void Engine::flow_finished(FlowId flow) {
  const std::size_t slots = devices_.slots().size();
  if (is_traffic(flow, slots)) {
    work_finished(slot_of(flow));
    return;
  }
  waiting_.clear();
  const Transfers::Arrival arrival = transfers_.finish(transfer_of(flow, slots), now_, waiting_);
  if (arrival.is_result()) {
    sent_.push_back(arrival.request);
  } else if (residency_.limited() && arrival.request != RequestRef::none) {
    residency_.arrived(arrival);
  }
  for (const SlotId slot : waiting_) devices_.fetched(slot, now_);
}

void Engine::handle(due::StageEnd event, std::uint64_t stamp) {
  const Slot& slot = devices_.slot(event.slot);
  if (slot.stamp != stamp) return;
  if (slot.stage == Stage::overhead) {
    overhead_over(event.slot);
  } else {
    work_finished(event.slot);
  }
}

void Engine::handle(due::Poll, std::uint64_t) {
  tick_ = true;
  releases_.tick();
}

void Engine::handle(due::Deadline event, std::uint64_t stamp) {
  const Request& request = state_.request(event.request);
  if (request.id == stamp && (request.live || state_.departing(event.request))) drop(event.request);
}

void Engine::finish_early() {
  const WorkloadSpec& workload = instance_.workload;
  const double until = now_ + workload.completion_tolerance;
  const double last = workload.end == EndRule::at_duration ? std::max(now_, *workload.duration) : kNever;
  for (const SlotId id : devices_.slots()) {
    const Slot& slot = devices_.slot(id);
    if (devices_.is_guest(id) || devices_.has_more_parts(id)) continue;
    if (slot.stage == Stage::computing && !slot.flowing && slot.end <= until)
      task_finished(id, std::min(std::max(now_, slot.end), last));
  }
}

void Engine::overhead_over(SlotId id) {
  const Slot& slot = devices_.slot(id);
  const MemoryId memory = state_.accelerator(slot.accelerator).memory;
  std::uint32_t coming = 0;
  if (tables_.memories().size() > 1 && !devices_.is_guest(id))
    for_each_task(slot, [&](TaskRef task) { coming += transfers_.bring(task, memory, id, now_); });
  if (residency_.limited() && !devices_.is_guest(id)) {
    const SystemView& view = state_.view(now_);
    const WeightsId weights = view.weights_of(view.model_task(slot.task), view.state(slot.task).variant);
    if (weights != WeightsId::none && transfers_.load(weights, memory, id, now_)) ++coming;
  }
  devices_.begin_waiting(id, coming, now_);
}

/// What a slot computed is done: its task, or a part of it, or of the task that it is a guest for.
void Engine::work_finished(SlotId id) {
  const SlotId host = devices_.host_of(id);
  if (devices_.has_more_parts(host)) {
    devices_.next_part(host, now_);
  } else {
    task_finished(host, now_);
  }
}

void Engine::task_finished(SlotId id, double at) {
  const Slot& slot = devices_.slot(id);
  const TaskRef task = slot.task;
  const std::vector<TaskRef> also = slot.also;
  devices_.finish(id, at);
  state_.free_slot(slot.accelerator, now_);
  --slots_in_use_;
  completion_ = true;
  latest_finish_ = std::max(latest_finish_, at);
  policy_.progress();
  if (residency_.limited()) residency_.slot_freed(id, slot.accelerator);
  finished(task, at);
  for (const TaskRef other : also) finished(other, at);
}

void Engine::finished(TaskRef task, double at) {
  const bool last = state_.finish(task, at, now_);
  if (residency_.limited()) residency_.finished(task);
  state_.push_event({Event::Type::task_finished, task});
  transfers_.send(task, now_);
  if (last) end_finished(task.request, at);
}

/// Ends a request all of whose tasks have finished, unless parts of its result are still on their way.
void Engine::end_finished(RequestRef request, double at) {
  if (state_.account(request).leaving > 0) {
    if (!state_.departing(request)) state_.depart(request);
    return;
  }
  const double deadline = state_.request(request).deadline;
  const bool late = at > deadline + late_tolerance(deadline);
  end_request(request, late ? RequestStatus::late : RequestStatus::finished, at);
}

void Engine::end_request(RequestRef request, RequestStatus status, double finish) {
  transfers_.give_up(request, now_);
  const bool finished = status == RequestStatus::finished || status == RequestStatus::late;
  reporter_.request_ended(state_.record(request, status, finished ? finish : now_));
  if (status == RequestStatus::unfinished) return;
  if (residency_.limited()) residency_.request_ended(request);
  state_.end(request);
  state_.push_event({finished ? Event::Type::request_finished : Event::Type::request_dropped, {request}});
  releases_.request_ended(request, finished, now_);
}

void Engine::drop(RequestRef request) {
  stalled_ = false;
  for (const SlotId id : devices_.slots()) {
    if (state_.account(request).running == 0) break;
    if (!devices_.in_use(id) || devices_.is_guest(id)) continue;
    const Slot& slot = devices_.slot(id);
    TaskRef task;
    for_each_task(slot, [&](TaskRef t) { task = t.request == request ? t : task; });
    if (task.request == RequestRef::none) continue;
    const bool alone = slot.also.empty();
    if (alone) {
      transfers_.forget_slot(id);
      devices_.interrupt(id, TaskStatus::aborted, now_);
      state_.free_slot(slot.accelerator, now_);
      --slots_in_use_;
    } else {
      devices_.leave(id, task, transfers_.forget_slot(id, request), now_);
    }
    state_.interrupt(task, now_, false);
    if (!residency_.limited()) continue;
    if (alone) {
      residency_.interrupted(task, slot.accelerator);
      residency_.slot_freed(id, slot.accelerator);
    } else {
      residency_.left_batch(task, id, slot.accelerator);
    }
  }
  end_request(request, RequestStatus::dropped, now_);
}

void Engine::turn_off(AcceleratorId accelerator) {
  if (times_off_[accelerator]++ > 0) return;
  for (const SlotId id : devices_.slots_of(accelerator)) {
    if (!devices_.in_use(id)) continue;
    if (devices_.is_guest(id)) {
      devices_.send_back(id, now_);
      continue;
    }
    std::vector<TaskRef> tasks;
    for_each_task(devices_.slot(id), [&](TaskRef task) { tasks.push_back(task); });
    transfers_.forget_slot(id);
    devices_.interrupt(id, TaskStatus::failed, now_);
    state_.free_slot(accelerator, now_);
    --slots_in_use_;
    if (residency_.limited()) residency_.slot_freed(id, accelerator);
    for (const TaskRef task : tasks) {
      state_.interrupt(task, now_, true);
      if (residency_.limited()) residency_.interrupted(task, accelerator);
      state_.push_event({Event::Type::task_failed, task, accelerator});
    }
  }
  devices_.set_available(accelerator, false, now_);
  state_.push_event({Event::Type::accelerator_changed, {}, accelerator});
}

void Engine::turn_on(AcceleratorId accelerator) {
  if (--times_off_[accelerator] > 0) return;
  devices_.set_available(accelerator, true, now_);
  state_.push_event({Event::Type::accelerator_changed, {}, accelerator});
}

void Engine::decide() {
  if (apply_) apply_delayed();
  if (delayed_.waiting() || !state_.has_events()) return;
  call_policy();
  const DecisionLatency& latency = instance_.options.decision_latency;
  const std::span<const Decision> decided = decisions_.all();
  if (decided.empty()) return;
  if (latency.per_call <= 0 && latency.per_start <= 0) {
    for (const Decision& decision : decided) apply(decision);
    ask_again();
    return;
  }
  const double delay = delayed_.hold(decided, state_.view(now_), latency);
  events_.add(now_ + delay, due::Apply{});
}

void Engine::call_policy() {
  state_.sort_events();
  decisions_.clear();
  policy_.decide(state_.view(now_), decisions_, slots_in_use_ > 0 || transfers_.any() || !releases_.exhausted());
  ++reporter_.totals.instants;
  state_.clear_events();
  state_.free_ended();
}

void Engine::apply_delayed() {
  std::uint64_t stale = 0;
  for (const DelayedDecisions::Held& held : delayed_.release()) {
    if (DelayedDecisions::holds(held, state_.view(now_))) {
      apply(held.decision);
    } else if (!held.broken_rule.empty()) {
      policy_.failed(now_, held.in_words, held.broken_rule);
    } else {
      ++stale;
    }
  }
  reporter_.totals.decisions_stale += stale;
  // The policy believes that these tasks run: it must be asked again.
  if (stale > 0) state_.push_event({Event::Type::woken});
  ask_again();
}

/// What decisions themselves caused (a request dropped, an accelerator freed by it) needs a call, too.
void Engine::ask_again() {
  if (state_.has_events()) events_.add(now_, due::Instant{});
}

void Engine::apply(const Decision& decision) {
  const SystemView& view = state_.view(now_);
  if (const std::string rule = broken_rule(decision, view); !rule.empty())
    policy_.failed(now_, in_words(decision, view), rule);
  std::visit([this](const auto& d) { carry_out(d); }, decision);
}

void Engine::carry_out(const Start& d) {
  const SystemView& view = state_.view(now_);
  const auto apply_variant = [&](TaskRef task) {
    Request& request = state_.request(task.request);
    request.accuracy_loss = view.accuracy_loss(task, d.variant);
    request.alternatives = view.alternatives(task, d.variant);
  };
  apply_variant(d.task);
  for (const TaskRef task : d.also) apply_variant(task);
  if (residency_.limited()) residency_.start(d, now_);
  stalled_ = false;
  const SlotId slot = devices_.start(d, now_);
  ++slots_in_use_;
  policy_.progress();
  if (devices_.slot(slot).overhead <= 0) overhead_over(slot);
}

void Engine::carry_out(const Prefetch& d) {
  const MemoryId memory = state_.accelerator(d.accelerator).memory;
  if (residency_.limited()) residency_.reserve_inputs(d.task, memory);
  if (tables_.memories().size() > 1) transfers_.bring(d.task, memory, SlotId::none, now_);
}

void Engine::carry_out(const Load& d) {
  residency_.reserve_weights(d.weights, d.memory);
  (void)transfers_.load(d.weights, d.memory, SlotId::none, now_);
}

void Engine::carry_out(const GiveUp& d) {
  stalled_ = false;
  if (d.to == MemoryId::none) {
    residency_.give_up(d.task, d.memory, now_);
    return;
  }
  for (const Edge& output : residency_.reserve_outputs(d.task, d.memory, d.to))
    transfers_.offload(d.task, output, d.memory, d.to, now_);
}

void Engine::check_end() {
  switch (instance_.workload.end) {
    case EndRule::drain: over_ |= releases_.exhausted() && state_.live().empty() && state_.departing().empty(); break;
    case EndRule::last_release: over_ |= releases_.exhausted(); break;
    case EndRule::at_duration: break;  // an event ends it
  }
  if (over_ || slots_in_use_ > devices_.waiting_guests() || transfers_.any()) return;
  if (residency_.limited() && !delayed_.waiting() && tell_stall()) return;
  if (!events_.empty()) return;
  if (residency_.limited() && stalled_) policy_.failed(now_, "decided nothing", stall());
  if (const std::string forgotten = startable(state_.view(now_)); !forgotten.empty())
    policy_.failed(now_, "decided nothing",
                   "deadlock: nothing runs, nothing will arrive or wake the policy, but tasks are ready: " + forgotten);
  // What is left waits for a stream that finishes no more requests, or for accelerators that are off for good.
  over_ = true;
  reporter_.totals.stuck = true;
}

/// Nothing runs or moves: if that is because nothing that is ready fits, the policy is told, once until it does
/// something about it.
bool Engine::tell_stall() {
  if (stalled_) return false;
  const SystemView& view = state_.view(now_);
  bool wanted = false;
  for (const TaskRef t : view.ready)
    for (const AcceleratorId a : view.accelerators.ids())
      for (const VariantId v : view.model_task(t).variant_ids()) {
        if (!view.accelerators[a].available || !(view.cost_on(t, a, v).time < kNever)) continue;
        if (view.fits(t, a, v)) return false;
        wanted = true;
      }
  if (!wanted) return false;
  stalled_ = true;
  state_.push_event({Event::Type::memory_stalled});
  events_.add(now_, due::Instant{});
  return true;
}

/// Why nothing goes on, in words.
std::string Engine::stall() {
  const SystemView& view = state_.view_of_now();
  for (const TaskRef t : view.ready)
    for (const AcceleratorId a : view.accelerators.ids()) {
      if (!view.accelerators[a].available || !(view.cost_on(t, a).time < kNever)) continue;
      const MemoryId memory = view.accelerators[a].memory;
      return "memory stalled: nothing runs or moves, and nothing that is ready fits: task " +
             std::string(view.model_task(t).name) + " of request " + std::to_string(view.request(t).id) +
             " of stream " + std::string(view.streams[view.request(t).stream].name) + " needs " +
             format_number(view.needed(t, a)) + " B of memory " + std::string(view.memory_states[memory].name) +
             ", where " + format_number(view.memory_states[memory].free()) + " B of " +
             format_number(view.memory_states[memory].capacity) + " B are free, beside " +
             residency_.holders(memory, now_);
    }
  return "memory stalled: nothing that is ready fits";
}

void Engine::stands_still() const {
  throw InputError("simulated time stands still at " + format_number(now_) +
                   " s: requests come and go at one instant for "
                   "ever; check closed loops whose tasks take no time or whose deadlines have passed at once");
}

void Engine::close() {
  if (releases_.released() == 0) {
    Problems problems;
    problems.add({"", "/workload",
                  "no request is released: the run would do no work; give a longer duration, a higher "
                  "rate or probability, or another seed"});
    problems.throw_if_any();
  }
  now_ = std::max(now_, latest_finish_);
  std::vector<RequestRef> left(state_.live().begin(), state_.live().end());
  left.insert(left.end(), state_.departing().begin(), state_.departing().end());
  std::sort(left.begin(), left.end(),
            [this](RequestRef a, RequestRef b) { return state_.request(a).id < state_.request(b).id; });
  for (const SlotId slot : devices_.slots())
    if (devices_.in_use(slot)) transfers_.forget_slot(slot);
  for (const RequestRef request : left) transfers_.give_up(request, now_);
  transfers_.give_up(RequestRef::none, now_);
  devices_.close(now_);
  for (const RequestRef request : left) end_request(request, RequestStatus::unfinished, now_);
  RunTotals& totals = reporter_.totals;
  totals.end = now_;
  reporter_.end(now_);
  totals.energy_base = instance_.platform.base_power * now_;
  reporter_.power("base", "base", 0, now_, instance_.platform.base_power);
  reporter_.run_ended();
}

}  // namespace

DecisionTime simulate(const Instance& instance, const Tables& tables, const Decider& decider, Executor& executor,
                      std::span<Observer* const> observers) {
  return Engine(instance, tables, decider, executor, observers).run();
}

}  // namespace hetsched

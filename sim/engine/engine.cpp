#include "engine/engine.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/errors.hpp"
#include "base/units.hpp"
#include "engine/calendar.hpp"
#include "engine/delayed_decisions.hpp"
#include "engine/devices.hpp"
#include "engine/guarded_policy.hpp"
#include "engine/releases.hpp"
#include "engine/reporter.hpp"
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
        devices_(tables, instance.options.execution_jitter, instance.options.seed, state_, executor, calendar_,
                 reporter_),
        transfers_(tables, state_, executor, calendar_, reporter_, devices_.lanes()),
        releases_(instance.workload, instance.options.seed, state_, calendar_),
        clairvoyant_(decider.clairvoyant) {}

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

  void flow_finished(std::uint32_t flow);
  void entry_due(const Calendar::Entry& entry);
  void lane_due(std::uint32_t lane, std::uint64_t stamp);
  void finish_early();
  void overhead_over(std::uint32_t lane);
  void task_finished(std::uint32_t lane, double at);
  void finished(TaskRef task, double at);
  void end_request(std::uint32_t request, RequestStatus status, double finish);
  void drop(std::uint32_t request);
  void turn_off(std::uint32_t accelerator);
  void turn_on(std::uint32_t accelerator);

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
  void carry_out(const WakeAt& d) { calendar_.add(d.time, Calendar::What::wake); }
  void carry_out(const Forecast& d) { state_.ledger(d.request).forecast = d.finish; }
  [[noreturn]] void stands_still() const;

  const Instance& instance_;
  const Tables& tables_;
  GuardedPolicy policy_;
  Executor& executor_;
  Calendar calendar_;
  Reporter reporter_;
  State state_;
  Devices devices_;
  Transfers transfers_;
  Releases releases_;
  Decisions decisions_;

  double now_ = 0;
  double latest_finish_ = 0;  ///< of a task: may lie after now_ by the tolerance
  bool clairvoyant_;
  bool over_ = false;
  bool completion_ = false;  ///< a task finished at this instant
  bool tick_ = false;        ///< a poll is due at this instant
  bool apply_ = false;       ///< the policy's latency is over at this instant
  std::uint32_t lanes_in_use_ = 0;
  std::uint64_t instants_here_ = 0;       ///< since time advanced
  std::vector<std::uint32_t> times_off_;  ///< by accelerator: outages that hold
  DelayedDecisions delayed_;
  std::vector<std::uint32_t> flows_, waiting_, expired_;
  std::vector<Calendar::Entry> due_;
};

DecisionTime Engine::run() {
  begin();
  while (!over_) {
    if (!advance()) continue;
    handle_instant();
    if (!over_) decide();
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
    const auto& accelerators = tables_.accelerators();
    const auto at = std::find_if(accelerators.begin(), accelerators.end(),
                                 [&](const AcceleratorInfo& a) { return a.name == outage.accelerator; });
    HETSCHED_ASSERT(at != accelerators.end(), "outages are checked when the scenario is resolved");
    const auto index = static_cast<std::uint32_t>(at - accelerators.begin());
    calendar_.add(outage.off, Calendar::What::turn_off, index);
    if (outage.on) calendar_.add(*outage.on, Calendar::What::turn_on, index);
  }
  releases_.begin();
  switch (instance_.workload.end) {
    case EndRule::drain:
    case EndRule::last_release: break;  // check_end() sees to those
    case EndRule::at_duration: calendar_.add(*instance_.workload.duration, Calendar::What::end); break;
  }
  calendar_.add(0, Calendar::What::wake, kNone);
  state_.push_event({});
}

/// Lets time pass to the next instant. False if nothing happened yet.
bool Engine::advance() {
  executor_.wait(calendar_.next(), flows_);
  const double clock = executor_.now();
  const double next = calendar_.next();
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
  for (std::size_t i = flows_.size(); i-- > 0;) flow_finished(flows_[i]);
  std::uint64_t rounds = 0;
  do {
    handle_due();
    if (++rounds > kMostRounds) stands_still();
  } while (calendar_.next() <= now_ + instant_width(now_));
}

void Engine::handle_due() {
  tick_ = false;
  due_.clear();
  while (calendar_.next() <= now_ + instant_width(now_)) due_.push_back(calendar_.pop());
  std::sort(due_.begin(), due_.end(), [](const Calendar::Entry& a, const Calendar::Entry& b) {
    return a.what != b.what ? a.what < b.what : a.order < b.order;
  });
  std::size_t next = 0;
  for (; next < due_.size() && due_[next].what <= Calendar::What::transfer; ++next) entry_due(due_[next]);
  if (instance_.workload.completion_tolerance > 0) finish_early();
  for (; next < due_.size(); ++next) entry_due(due_[next]);
  if (releases_.polled() && (tick_ || completion_)) releases_.poll(now_);
  completion_ = false;
  expired_.clear();
  releases_.find_expired(now_, expired_);
  for (std::uint32_t request : expired_) drop(request);
}

void Engine::flow_finished(std::uint32_t flow) {
  if (flow < devices_.lanes()) {
    task_finished(flow, now_);
    return;
  }
  waiting_.clear();
  transfers_.flow_finished(flow, now_, waiting_);
  for (std::uint32_t lane : waiting_) devices_.fetched(lane, now_);
}

void Engine::entry_due(const Calendar::Entry& entry) {
  switch (entry.what) {
    case Calendar::What::lane: lane_due(entry.subject, entry.stamp); break;
    case Calendar::What::transfer: transfers_.begin_flow(entry.subject, entry.stamp); break;
    case Calendar::What::arrival: releases_.arrival_due(entry.subject, now_); break;
    case Calendar::What::triggered: releases_.triggered_due(entry.subject, now_); break;
    case Calendar::What::poll:
      tick_ = true;
      releases_.tick();
      break;
    case Calendar::What::late:
      if (state_.request(entry.subject).id == entry.stamp && state_.request(entry.subject).live) drop(entry.subject);
      break;
    case Calendar::What::turn_off: turn_off(entry.subject); break;
    case Calendar::What::turn_on: turn_on(entry.subject); break;
    case Calendar::What::wake:
      if (entry.subject != kNone) state_.push_event({Event::Type::woken, {}, kNone});
      break;
    case Calendar::What::apply: apply_ = true; break;
    case Calendar::What::end: over_ = true; break;
  }
}

void Engine::lane_due(std::uint32_t lane, std::uint64_t stamp) {
  const Lane& l = devices_.lane(lane);
  if (l.stamp != stamp) return;
  if (l.stage == Stage::overhead) {
    overhead_over(lane);
  } else {
    task_finished(lane, now_);
  }
}

void Engine::finish_early() {
  const WorkloadSpec& workload = instance_.workload;
  const double until = now_ + workload.completion_tolerance;
  const double last = workload.end == EndRule::at_duration ? std::max(now_, *workload.duration) : kNever;
  for (std::uint32_t lane = 0; lane < devices_.lanes(); ++lane) {
    const Lane& l = devices_.lane(lane);
    if (l.stage == Stage::computing && !l.flowing && l.end <= until)
      task_finished(lane, std::min(std::max(now_, l.end), last));
  }
}

void Engine::overhead_over(std::uint32_t lane) {
  const Lane& l = devices_.lane(lane);
  const std::uint32_t memory = state_.accelerator(l.accelerator).memory;
  std::uint32_t coming = 0;
  if (tables_.memories().size() > 1)
    for_each_task(l, [&](TaskRef task) { coming += transfers_.bring(task, memory, lane, now_); });
  devices_.begin_waiting(lane, coming, now_);
}

void Engine::task_finished(std::uint32_t lane, double at) {
  const TaskRef task = devices_.lane(lane).task;
  const std::vector<TaskRef> also = devices_.lane(lane).also;
  devices_.finish(lane, at);
  state_.free_slot(devices_.lane(lane).accelerator, now_);
  --lanes_in_use_;
  completion_ = true;
  latest_finish_ = std::max(latest_finish_, at);
  policy_.progress();
  finished(task, at);
  for (const TaskRef other : also) finished(other, at);
}

void Engine::finished(TaskRef task, double at) {
  const bool last = state_.finish(task, at, now_);
  state_.push_event({Event::Type::task_finished, task, kNone});
  if (!last) return;
  const double deadline = state_.request(task.request).deadline;
  const bool late = at > deadline + late_tolerance(deadline);
  end_request(task.request, late ? RequestStatus::late : RequestStatus::finished, at);
}

void Engine::end_request(std::uint32_t request, RequestStatus status, double finish) {
  transfers_.give_up(request, now_);
  const bool finished = status == RequestStatus::finished || status == RequestStatus::late;
  reporter_.request_ended(state_.record(request, status, finished ? finish : now_));
  if (status == RequestStatus::unfinished) return;
  state_.end(request);
  state_.push_event({finished ? Event::Type::request_finished : Event::Type::request_dropped, {request, kNone}, kNone});
  releases_.request_ended(request, finished, now_);
}

void Engine::drop(std::uint32_t request) {
  for (std::uint32_t lane = 0; state_.ledger(request).running > 0 && lane < devices_.lanes(); ++lane) {
    if (!devices_.in_use(lane)) continue;
    TaskRef task;
    for_each_task(devices_.lane(lane), [&](TaskRef t) { task = t.request == request ? t : task; });
    if (task.request == kNone) continue;
    if (devices_.lane(lane).also.empty()) {
      transfers_.forget_lane(lane);
      devices_.interrupt(lane, TaskStatus::aborted, now_);
      state_.free_slot(devices_.lane(lane).accelerator, now_);
      --lanes_in_use_;
    } else {
      devices_.leave(lane, task, transfers_.forget_lane(lane, request), now_);
    }
    state_.interrupt(task, now_, false);
  }
  end_request(request, RequestStatus::dropped, now_);
}

void Engine::turn_off(std::uint32_t accelerator) {
  if (times_off_[accelerator]++ > 0) return;
  for (std::uint32_t lane = devices_.first_lane(accelerator); lane < devices_.first_lane(accelerator + 1); ++lane) {
    if (!devices_.in_use(lane)) continue;
    std::vector<TaskRef> tasks;
    for_each_task(devices_.lane(lane), [&](TaskRef task) { tasks.push_back(task); });
    transfers_.forget_lane(lane);
    devices_.interrupt(lane, TaskStatus::failed, now_);
    state_.free_slot(accelerator, now_);
    --lanes_in_use_;
    for (const TaskRef task : tasks) {
      state_.interrupt(task, now_, true);
      state_.push_event({Event::Type::task_failed, task, accelerator});
    }
  }
  devices_.set_available(accelerator, false, now_);
  state_.push_event({Event::Type::accelerator_changed, {}, accelerator});
}

void Engine::turn_on(std::uint32_t accelerator) {
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
  calendar_.add(now_ + delay, Calendar::What::apply);
}

void Engine::call_policy() {
  state_.sort_events();
  decisions_.clear();
  policy_.decide(state_.view(now_), decisions_, lanes_in_use_ > 0 || !releases_.exhausted());
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
  if (stale > 0) state_.push_event({Event::Type::woken, {}, kNone});
  ask_again();
}

/// What decisions themselves caused (a request dropped, an accelerator freed by it) needs a call, too.
void Engine::ask_again() {
  if (state_.has_events()) calendar_.add(now_, Calendar::What::wake, kNone);
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
  const std::uint32_t lane = devices_.start(d, now_);
  ++lanes_in_use_;
  policy_.progress();
  if (devices_.lane(lane).overhead <= 0) overhead_over(lane);
}

void Engine::carry_out(const Prefetch& d) {
  if (tables_.memories().size() > 1) transfers_.bring(d.task, state_.accelerator(d.accelerator).memory, kNone, now_);
}

void Engine::check_end() {
  switch (instance_.workload.end) {
    case EndRule::drain: over_ |= releases_.exhausted() && state_.live().empty(); break;
    case EndRule::last_release: over_ |= releases_.exhausted(); break;
    case EndRule::at_duration: break;  // the calendar has it
  }
  if (over_ || lanes_in_use_ > 0 || transfers_.any() || !calendar_.empty()) return;
  if (const std::string forgotten = startable(state_.view(now_)); !forgotten.empty())
    policy_.failed(now_, "decided nothing",
                   "deadlock: nothing runs, nothing will arrive or wake the policy, but tasks are ready: " + forgotten);
  // What is left waits for a stream that finishes no more requests, or for accelerators that are off for good.
  over_ = true;
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
  const std::vector<std::uint32_t> left(state_.live().begin(), state_.live().end());
  for (std::uint32_t lane = 0; lane < devices_.lanes(); ++lane)
    if (devices_.in_use(lane)) transfers_.forget_lane(lane);
  for (std::uint32_t request : left) transfers_.give_up(request, now_);
  devices_.close(now_);
  for (std::uint32_t request : left) end_request(request, RequestStatus::unfinished, now_);
  RunTotals& totals = reporter_.totals;
  totals.end = now_;
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

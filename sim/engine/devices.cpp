#include "engine/devices.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/errors.hpp"

namespace hetsched {
namespace {

std::string_view power_part(Stage stage) {
  return stage == Stage::overhead || stage == Stage::computing ? "active" : "idle";
}

}  // namespace

Devices::Devices(const Tables& tables, const ExecutionJitter& jitter, std::uint64_t seed, State& state,
                 Executor& executor, EventQueue& events, Reporter& reporter)
    : tables_(tables),
      jitter_(jitter),
      state_(state),
      executor_(executor),
      events_(events),
      reporter_(reporter),
      meters_(tables.accelerators().size()),
      shares_(tables),
      power_changed_(tables.accelerators().size(), false) {
  tables.fill(fixed_);
  for (const Stream& stream : fixed_.streams) jitter_random_.emplace_back(seed, "execution", stream.name);
  for (const AcceleratorId a : tables.accelerators().ids()) {
    const auto first = id_of<SlotId>(slots_.size());
    for (std::uint32_t number = 0; number < tables.accelerators()[a].slots; ++number) {
      Slot slot;
      slot.accelerator = a;
      slot.number = number;
      slot.power = stage_power(slot, Stage::idle);
      slots_.push_back(slot);
    }
    slots_of_.push_back({first, id_of<SlotId>(slots_.size())});
  }
}

Cost Devices::cost(const Slot& slot) const {
  const Slot& host = slot.host == SlotId::none ? slot : slots_[slot.host];
  const Accelerator& a = state_.accelerator(slot.accelerator);
  if (!host.parts.empty()) return cost_of(host.parts[host.part], a, fixed_.kinds[a.kind]);
  return fixed_.cost(state_.model_task(slot.task), a.kind, a.point, state_.task(slot.task).variant, slot.batch);
}

ResourceUse Devices::use(const Slot& slot) const {
  const Accelerator& a = state_.accelerator(slot.accelerator);
  return fixed_.use(state_.model_task(slot.task), a.kind, a.point, state_.task(slot.task).variant, slot.batch);
}

bool Devices::limited(const Slot& slot) const {
  return tables_.memory_bandwidths()[state_.accelerator(slot.accelerator).memory] < kNever;
}

double Devices::stage_power(const Slot& slot, Stage stage) const {
  if (stage == Stage::off) return 0;
  const Accelerator& a = state_.accelerator(slot.accelerator);
  if (stage == Stage::computing && fixed_.kinds[a.kind].energy_is_total) {
    const Cost c = cost(slot);
    return c.time > 0 ? c.energy / c.time : 0;
  }
  const OperatingPoint& point = fixed_.kinds[a.kind].points[a.point];
  const bool active = stage == Stage::overhead || stage == Stage::computing;
  return (active ? point.active_power : point.idle_power) / a.slots;
}

double Devices::true_factor(TaskRef task) const {
  if (jitter_.distribution == JitterDistribution::none) return 1;
  const Request& request = state_.request(task.request);
  const RandomStream& random = jitter_random_[request.stream];
  const std::uint64_t draw = request.index * request.tasks.size() + index_of(task.task);
  switch (jitter_.distribution) {
    case JitterDistribution::uniform: return 1 + jitter_.spread * (2 * random.uniform(draw) - 1);
    case JitterDistribution::lognormal: return random.lognormal_mean1(draw, jitter_.spread);
    case JitterDistribution::exponential: return random.exponential(draw);
    case JitterDistribution::none: break;
  }
  return 1;
}

/// A batch takes as long as its tasks would on average.
double Devices::true_factor(const Start& start) const {
  double sum = true_factor(start.task);
  for (const TaskRef task : start.also) sum += true_factor(task);
  return sum / static_cast<double>(1 + start.also.size());
}

void Devices::settle(Slot& slot, double now) {
  const double time = now - slot.since;
  if (time <= 0) return;
  Meter& meter = meters_[slot.accelerator];
  meter.time[static_cast<int>(slot.stage)] += time;
  const double energy = slot.power * time;
  if (slot.rest > 0) {
    meter.idle += slot.rest * time;
    reporter_.power(tables_.accelerators()[slot.accelerator].name, "idle", slot.since, now, slot.rest);
  }
  if (slot.stage == Stage::overhead || slot.stage == Stage::computing) {
    slot.share += energy;
    meter.active += energy;
  } else {
    meter.idle += energy;
  }
  reporter_.power(tables_.accelerators()[slot.accelerator].name, power_part(slot.stage), slot.since, now, slot.power);
  slot.since = now;
}

void Devices::enter(Slot& slot, Stage stage, double now) {
  settle(slot, now);
  slot.stage = stage;
  ++slot.stamp;
  slot.power = stage_power(slot, stage);
  if (tables_.rates_change() && fixed_.kinds[state_.accelerator(slot.accelerator).kind].shares_device)
    power_changed_[slot.accelerator] = true;
}

SlotId Devices::start(const Start& start, double now) {
  const TaskRef task = start.task;
  const AcceleratorId accelerator = start.accelerator;
  const IdRange<SlotId> slots = slots_of_[accelerator];
  const auto free =
      std::find_if(slots.begin(), slots.end(), [this](SlotId s) { return slots_[s].stage == Stage::idle; });
  HETSCHED_ASSERT(free != slots.end(), "a start needs a free slot");
  const SlotId id = *free;
  Slot& slot = slots_[id];
  const SystemView& view = state_.view(now);
  const double overhead = view.overhead(task, accelerator);
  const Kind& kind = view.kind(accelerator);
  const ModelId last_model = view.accelerators[accelerator].last_model;
  const bool switched = last_model != ModelId::none && last_model != view.request(task).model;
  const double finish = now + view.run_time(start.task, start.also, accelerator, start.variant);
  settle(slot, now);
  slot.task = task;
  slot.also = start.also;
  slot.batch = static_cast<std::uint32_t>(1 + start.also.size());
  slot.start = slot.inputs = slot.compute = now;
  slot.predicted = finish - now;
  slot.expected = start.expected < kNever ? start.expected : slot.predicted;
  slot.finish = finish;
  slot.lump = slot.share = slot.transfer = slot.done = 0;
  slot.overhead = overhead;
  slot.switch_time = 0;
  slot.flowing = false;
  slot.factor = true_factor(start);
  if (!view.programs.empty() || !view.transitions.empty()) slot.parts = parts_of(start, view);
  slot.part = 0;
  if (switched) {
    ++meters_[accelerator].switches;
    slot.switch_time = kind.switch_time;
    slot.lump = kind.switch_energy;
  }
  state_.take_slot(accelerator, view.request(task).model);
  for_each_task(slot, [&](TaskRef t) { state_.start(t, accelerator, start.variant, now, finish); });
  refresh_free_at(accelerator);
  enter(slot, Stage::overhead, now);
  if (overhead > 0) events_.add_end(now, now + overhead, due::StageEnd{id}, slot.stamp);
  return id;
}

void Devices::begin_waiting(SlotId id, std::uint32_t fetching, double now) {
  Slot& slot = slots_[id];
  slot.inputs = now;
  slot.fetching = fetching;
  if (fetching > 0) {
    enter(slot, Stage::waiting, now);
  } else {
    compute(id, now);
  }
}

void Devices::fetched(SlotId id, double now) {
  if (--slots_[id].fetching == 0) compute(id, now);
}

void Devices::compute(SlotId id, double now) {
  Slot& slot = slots_[id];
  if (slot.host == SlotId::none && !slot.parts.empty()) return begin_parts(id, now);
  begin_computing(id, now);
}

void Devices::begin_computing(SlotId id, double now) {
  Slot& slot = slots_[id];
  enter(slot, Stage::computing, now);
  slot.compute = now;
  run_piece(id, now);
}

void Devices::expect_end(Slot& slot, double end) {
  slot.finish = end;
  if (slot.host == SlotId::none && slot.parts.empty()) {
    for_each_task(slot, [&](TaskRef t) { state_.begin_compute(t, slot.compute, end); });
    return refresh_free_at(slot.accelerator);
  }
  Slot& host = slot.host == SlotId::none ? slot : slots_[slot.host];
  host.finish = end + time_after(host);
  for_each_task(host, [&](TaskRef t) { state_.begin_compute(t, host.task_compute, host.finish); });
  refresh_free_at(host.accelerator);
  if (&host != &slot) refresh_free_at(slot.accelerator);
}

void Devices::run_piece(SlotId id, double now) {
  Slot& slot = slots_[id];
  const Cost& c = slot.piece = cost(slot);
  const double left = 1 - slot.done;
  slot.piece_start = now;
  slot.piece_time = c.time * slot.factor;
  const double expected = std::max(c.time, c.traffic / state_.accelerator(slot.accelerator).bandwidth);
  expect_end(slot, now + left * expected);
  slot.flowing = c.traffic * left > 0 && limited(slot);
  slot.speed = 1;
  if (slot.flowing) {
    check_date(now + left * std::max(slot.piece_time, expected));
    start_flow(id, c);
  } else {
    if (tables_.rates_change())
      shares_.join(id, {slot.accelerator, state_.accelerator(slot.accelerator).kind, use(slot), 0});
    const double port = tables_.port_bandwidth(state_.accelerator(slot.accelerator).kind);
    slot.whole = std::max(slot.piece_time, c.traffic / port);
    set_end(id, now);
  }
}

void Devices::start_flow(SlotId id, const Cost& c) {
  Slot& slot = slots_[id];
  const Accelerator& a = state_.accelerator(slot.accelerator);
  const double left = 1 - slot.done, port = tables_.port_bandwidth(a.kind);
  if (!tables_.rates_change() && fixed_.uses.empty()) {
    slot.flow = c.traffic;
    const double most = slot.piece_time > 0 ? std::min(port, c.traffic / slot.piece_time) : port;
    return executor_.start_traffic(id, c.traffic * left, most);
  }
  const ResourceUse shared = use(slot);
  double wanted = slot.piece_time > 0 ? std::min(port, c.traffic / slot.piece_time) : a.bandwidth;
  slot.flow = c.traffic;
  if (wanted < a.bandwidth) {  // its computing takes longer than its bytes: the load is what the bus sees meanwhile
    wanted = std::min(a.bandwidth, wanted * shared.bus_factor);
    slot.flow = wanted * slot.piece_time;
  }
  executor_.start_traffic(id, slot.flow * left, wanted);
  if (tables_.rates_change()) shares_.join(id, {slot.accelerator, a.kind, shared, wanted});
}

void Devices::set_end(SlotId id, double now) {
  Slot& slot = slots_[id];
  slot.end = now + (1 - slot.done) / slot.speed * slot.whole;
  events_.add_end(now, slot.end, due::StageEnd{id}, slot.stamp);
}

double Devices::end_piece(SlotId id, double now, bool complete) {
  Slot& slot = slots_[id];
  double part = 1 - slot.done;
  if (!complete && slot.flowing) {
    part -= executor_.cancel(flow_of(id)) / slot.flow;
  } else if (!complete) {
    const double whole = slot.end - slot.piece_start;
    part *= whole > 0 ? (now - slot.piece_start) / whole : 0;
  }
  book(slot, std::max(part, 0.0), now);
  if (tables_.rates_change()) shares_.leave(id);
  slot.flowing = false;
  return slot.done;
}

void Devices::book(Slot& slot, double share, double now) {
  const Cost& c = slot.piece;
  const Accelerator& a = state_.accelerator(slot.accelerator);
  if (!fixed_.kinds[a.kind].energy_is_total) slot.lump += share * c.energy;
  const MemoryInfo& memory = tables_.memories()[a.memory];
  const double moved = share * c.traffic * memory.energy_per_byte;
  if (moved > 0) {
    slot.transfer += moved;
    reporter_.totals.energy_transfer += moved;
    reporter_.energy(memory.name, "transfer", slot.piece_start, now, moved);
  }
  slot.done += share;
}

void Devices::finish(SlotId id, double at) {
  Slot& slot = slots_[id];
  const bool in_parts = !slot.parts.empty();
  const double begin = in_parts ? slot.task_start : slot.start;
  if (const double measured = at - begin; measured > 0) {
    ++reporter_.totals.measured;
    reporter_.totals.prediction_error +=
        std::abs(measured - (in_parts ? slot.task_predicted : slot.predicted)) / measured;
    reporter_.totals.expectation_error +=
        std::abs(measured - (in_parts ? slot.task_expected : slot.expected)) / measured;
  }
  meters_[slot.accelerator].tasks += 1 + slot.also.size();
  if (!end_guest(id, TaskStatus::finished, at)) {
    end_piece(id, at, true);
    slot.done = 1;
    end_row(slot, TaskStatus::finished, at);
  }
  vacate(slot, at);
}

void Devices::interrupt(SlotId id, TaskStatus why, double now) {
  Slot& slot = slots_[id];
  std::erase(queue_, id);
  if (slot.stage == Stage::computing) end_piece(id, now, false);
  if (now <= slot.start) slot.lump = 0;  // given up at the instant it began: nothing was switched or computed
  if (why == TaskStatus::failed) ++meters_[slot.accelerator].failures;
  if (!end_guest(id, why, now) || slot.share + slot.lump > 0) end_row(slot, why, now);
  vacate(slot, now);
}

/// What was drawn for the slot's task is charged to it and recorded.
void Devices::end_row(Slot& slot, TaskStatus status, double at) {
  settle(slot, at);
  meters_[slot.accelerator].active += slot.lump;
  reporter_.energy(tables_.accelerators()[slot.accelerator].name, "task", slot.start, at, slot.lump);
  for_each_task(slot, [&](TaskRef task) { report(slot, task, status, at); });
  slot.lump = slot.share = slot.transfer = 0;
}

void Devices::vacate(Slot& slot, double at) {
  enter(slot, Stage::idle, at);
  slot.also.clear();
  slot.batch = 1;
  slot.parts.clear();
  slot.host = SlotId::none;
}

/// Charges a task of the slot with its part of what the slot has drawn, and records it.
void Devices::report(const Slot& slot, TaskRef ref, TaskStatus status, double at) {
  const auto parts = static_cast<double>(1 + slot.also.size());
  RequestAccount& account = state_.account(ref.request);
  const double fetched = account.fetched.empty() ? 0 : std::exchange(account.fetched[ref.task], 0.0);
  const double energy = (slot.share + slot.lump + slot.transfer) / parts;
  account.energy += energy;
  if (!reporter_.detailed()) return;
  const Request& request = state_.request(ref.request);
  const TaskState& task = state_.task(ref);
  const Accelerator& a = state_.accelerator(slot.accelerator);
  TaskRecord record;
  record.request = request.id;
  record.stream = fixed_.streams[request.stream].name;
  record.model = fixed_.models[request.model].name;
  record.task = state_.model_task(ref).name;
  record.variant = tables_.variant_name(state_.model_task(ref).row(task.variant));
  record.accelerator = tables_.accelerators()[slot.accelerator].name;
  record.slot = slot.number;
  record.operating_point = fixed_.kinds[a.kind].points[a.point].name;
  record.batch = slot.batch;
  record.ready = task.ready;
  record.start = slot.start;
  record.inputs = slot.stage == Stage::overhead ? at : slot.inputs;
  record.compute = slot.stage == Stage::computing ? slot.compute : at;
  record.end = at;
  record.predicted = slot.predicted;
  record.expected = slot.expected;
  record.status = status;
  record.switch_time = slot.switch_time;
  const bool leaves = status == TaskStatus::aborted && !slot.also.empty();  // the others' bytes are those of the batch
  record.bytes = slot.stage == Stage::computing && !leaves ? slot.piece.traffic * slot.done / parts : 0;
  record.energy = energy + fetched;
  record.energy_transfer = slot.transfer / parts + fetched;
  reporter_.task_ended(record);
}

void Devices::leave(SlotId id, TaskRef task, std::uint32_t fetching, double now) {
  Slot& slot = slots_[id];
  if (slot.guest != SlotId::none) take_out(slots_[slot.guest], task, true, now);
  settle(slot, now);
  take_out(slot, task, slot.guest == SlotId::none || slot.share + slot.lump > 0, now);
  slot.fetching -= fetching;
  if (slot.stage == Stage::waiting && fetching > 0 && slot.fetching == 0) compute(id, now);
}

/// `told`: what was drawn for it until now is charged to it and recorded.
void Devices::take_out(Slot& slot, TaskRef task, bool told, double now) {
  settle(slot, now);
  if (told) {
    report(slot, task, TaskStatus::aborted, now);
    const auto parts = static_cast<double>(1 + slot.also.size());
    meters_[slot.accelerator].active += slot.lump / parts;
    reporter_.energy(tables_.accelerators()[slot.accelerator].name, "task", slot.start, now, slot.lump / parts);
    for (double* drawn : {&slot.lump, &slot.share, &slot.transfer}) *drawn *= 1 - 1 / parts;
  }
  if (slot.task == task) {
    slot.task = slot.also.back();
    slot.also.pop_back();
  } else {
    std::erase(slot.also, task);
  }
}

void Devices::refresh_free_at(AcceleratorId accelerator) {
  Accelerator& a = state_.accelerator(accelerator);
  if (a.free_slots > 0) return;
  double earliest = kNever;
  for (const SlotId s : slots_of_[accelerator]) earliest = std::min(earliest, slots_[s].finish);
  a.free_at = earliest;
}

void Devices::set_operating_point(AcceleratorId accelerator, PointId point, double now) {
  for (const SlotId s : slots_of_[accelerator]) {
    settle(slots_[s], now);
    if (slots_[s].stage == Stage::computing) end_piece(s, now, false);
  }
  state_.accelerator(accelerator).point = point;
  for (const SlotId s : slots_of_[accelerator]) {
    Slot& slot = slots_[s];
    slot.power = stage_power(slot, slot.stage);
    if (slot.stage != Stage::computing) continue;
    ++slot.stamp;
    run_piece(s, now);
  }
}

void Devices::set_available(AcceleratorId accelerator, bool on, double now) {
  for (const SlotId s : slots_of_[accelerator]) {
    HETSCHED_ASSERT(!in_use(s), "only an idle accelerator is turned off or on");
    enter(slots_[s], on ? Stage::idle : Stage::off, now);
  }
  Accelerator& a = state_.accelerator(accelerator);
  a.available = on;
  a.last_model = ModelId::none;  // weights do not survive
}

void Devices::share(const std::function<double(MemoryId)>& transfers_at, double now) {
  shares_.update(transfers_at);
  for (const SlotId s : shares_.reshared())
    if (!slots_[s].flowing) reshare(s, shares_.share(s), now);
  for (const SlotId s : shares_.recapped()) {
    executor_.set_max_rate(s, shares_.cap(s));
    const double alone = std::min(shares_.wanted(s), state_.accelerator(slots_[s].accelerator).bandwidth);
    reshare(s, std::min(1.0, shares_.cap(s) / alone), now);
  }
  for (const AcceleratorId a : power_changed_.ids())
    if (power_changed_[a]) share_power(a, now);
}

void Devices::reshare(SlotId id, double speed, double now) {
  Slot& slot = slots_[id];
  const double before = std::exchange(slot.speed, speed);
  if (!slot.flowing) {
    const double whole = slot.end - slot.piece_start;
    book(slot, whole > 0 ? (1 - slot.done) * (now - slot.piece_start) / whole : 0, now);
    slot.piece_start = now;
    ++slot.stamp;
    set_end(id, now);
  }
  const double end = slot.finish - time_after(slot);  // of what is computed now, if other parts follow
  expect_end(slot, now + std::max(0.0, end - now) * before / speed);
  power_changed_[slot.accelerator] =
      power_changed_[slot.accelerator] || fixed_.kinds[state_.accelerator(slot.accelerator).kind].shares_device;
}

/// Of a device that slots share: a task that computes draws its part of the active power, by occupancy and share; while
/// nothing else is done with the device, what is left of it idles; dispatches and switches take what is left.
void Devices::share_power(AcceleratorId accelerator, double now) {
  power_changed_[accelerator] = false;
  const Accelerator& a = state_.accelerator(accelerator);
  const Kind& kind = fixed_.kinds[a.kind];
  const OperatingPoint& point = kind.points[a.point];
  double busy = 0, preparing = 0;
  for (const SlotId s : slots_of_[accelerator]) {
    if (slots_[s].stage == Stage::computing) busy += use(slots_[s]).occupancy * shares_.share(s);
    if (slots_[s].stage == Stage::overhead) ++preparing;
  }
  const double left = std::max(0.0, 1 - busy);
  for (const SlotId s : slots_of_[accelerator]) {
    Slot& slot = slots_[s];
    settle(slot, now);
    slot.rest = slot.stage == Stage::off || preparing > 0 ? 0 : point.idle_power * left / a.slots;
    switch (slot.stage) {
      case Stage::computing:
        slot.power = kind.energy_is_total ? stage_power(slot, slot.stage) * shares_.share(s)
                                          : point.active_power * use(slot).occupancy * shares_.share(s);
        break;
      case Stage::overhead: slot.power = point.active_power * left / preparing; break;
      case Stage::idle:
      case Stage::waiting:
      case Stage::off: slot.power = 0; break;
    }
  }
}

void Devices::close(double now) {
  for (const SlotId s : slots()) {
    if (in_use(s) && !is_guest(s)) interrupt(s, TaskStatus::unfinished, now);  // and its guest
    settle(slots_[s], now);
  }
  for (const AcceleratorId a : meters_.ids()) {
    const Meter& meter = meters_[a];
    const double whole = now * tables_.accelerators()[a].slots;
    const auto share = [&](Stage stage) { return whole > 0 ? meter.time[static_cast<int>(stage)] / whole : 0; };
    AcceleratorRecord record;
    record.accelerator = tables_.accelerators()[a].name;
    record.kind = fixed_.kind(a).name;
    record.slots = tables_.accelerators()[a].slots;
    record.tasks = meter.tasks;
    record.busy = share(Stage::computing);
    record.overhead = share(Stage::overhead);
    record.waiting = share(Stage::waiting);
    record.idle = share(Stage::idle);
    record.off = share(Stage::off);
    record.switches = meter.switches;
    record.failures = meter.failures;
    record.energy_idle = meter.idle;
    record.energy_active = meter.active;
    reporter_.totals.energy_idle += meter.idle;
    reporter_.totals.energy_active += meter.active;
    reporter_.accelerator(record);
  }
}

}  // namespace hetsched

#include "engine/devices.hpp"

#include <algorithm>
#include <cmath>

#include "base/errors.hpp"

namespace hetsched {
namespace {

std::string_view power_part(Stage stage) {
  return stage == Stage::overhead || stage == Stage::computing ? "active" : "idle";
}

}  // namespace

Devices::Devices(const Tables& tables, const ExecutionJitter& jitter, std::uint64_t seed, State& state,
                 Executor& executor, Calendar& calendar, Reporter& reporter)
    : tables_(tables),
      jitter_(jitter),
      state_(state),
      executor_(executor),
      calendar_(calendar),
      reporter_(reporter),
      meters_(tables.accelerators().size()) {
  tables.fill(fixed_);
  for (const Stream& stream : fixed_.streams) jitter_random_.emplace_back(seed, "execution", stream.name);
  for (std::uint32_t a = 0; a < tables.accelerators().size(); ++a) {
    first_lane_.push_back(lanes());
    for (std::uint32_t slot = 0; slot < tables.accelerators()[a].slots; ++slot) {
      Lane lane;
      lane.accelerator = a;
      lane.slot = slot;
      lane.power = stage_power(lane, Stage::idle);
      lanes_.push_back(lane);
    }
  }
  first_lane_.push_back(lanes());
}

const Cost& Devices::cost(const Lane& lane) const {
  const Accelerator& a = state_.accelerator(lane.accelerator);
  return fixed_.cost(state_.model_task(lane.task), a.kind, a.point, state_.task(lane.task).variant, lane.batch);
}

bool Devices::limited(const Lane& lane) const {
  return tables_.memories()[state_.accelerator(lane.accelerator).memory].bandwidth > 0;
}

double Devices::stage_power(const Lane& lane, Stage stage) const {
  if (stage == Stage::off) return 0;
  const Accelerator& a = state_.accelerator(lane.accelerator);
  if (stage == Stage::computing && tables_.kinds()[a.kind].task_energy == TaskEnergy::total) {
    const Cost& c = cost(lane);
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
  const std::uint64_t draw = request.index * request.tasks.size() + task.task;
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

void Devices::settle(Lane& lane, double now) {
  const double time = now - lane.since;
  if (time <= 0) return;
  Meter& meter = meters_[lane.accelerator];
  meter.time[static_cast<int>(lane.stage)] += time;
  const double energy = lane.power * time;
  if (lane.stage == Stage::overhead || lane.stage == Stage::computing) {
    lane.share += energy;
    meter.active += energy;
  } else {
    meter.idle += energy;
  }
  reporter_.power(tables_.accelerators()[lane.accelerator].name, power_part(lane.stage), lane.since, now, lane.power);
  lane.since = now;
}

void Devices::enter(Lane& lane, Stage stage, double now) {
  settle(lane, now);
  lane.stage = stage;
  ++lane.stamp;
  lane.power = stage_power(lane, stage);
}

std::uint32_t Devices::start(const Start& start, double now) {
  const TaskRef task = start.task;
  const std::uint32_t accelerator = start.accelerator;
  std::uint32_t index = first_lane_[accelerator];
  while (lanes_[index].stage != Stage::idle) ++index;
  HETSCHED_ASSERT(index < first_lane_[accelerator + 1], "a start needs a free slot");
  Lane& lane = lanes_[index];
  const SystemView& view = state_.view(now);
  const double overhead = view.overhead(task, accelerator);
  const Kind& kind = fixed_.kinds[view.accelerators[accelerator].kind];
  const std::uint32_t last_model = view.accelerators[accelerator].last_model;
  const bool switched = last_model != kNone && last_model != view.request(task).model;
  const double finish = now + view.run_time(start.task, start.also, accelerator, start.variant);
  settle(lane, now);
  lane.task = task;
  lane.also = start.also;
  lane.batch = static_cast<std::uint32_t>(1 + start.also.size());
  lane.start = lane.inputs = lane.compute = now;
  lane.predicted = finish - now;
  lane.expected = start.expected < kNever ? start.expected : lane.predicted;
  lane.lump = lane.share = lane.transfer = lane.done = 0;
  lane.overhead = overhead;
  lane.switch_time = 0;
  lane.flowing = false;
  lane.factor = true_factor(start);
  if (switched) {
    ++meters_[accelerator].switches;
    lane.switch_time = kind.switch_time;
    lane.lump = tables_.kinds()[view.accelerators[accelerator].kind].switch_energy;
  }
  state_.take_slot(accelerator, view.request(task).model);
  for_each_task(lane, [&](TaskRef t) { state_.start(t, accelerator, start.variant, now, finish); });
  refresh_free_at(accelerator);
  enter(lane, Stage::overhead, now);
  if (overhead > 0) calendar_.add(now + overhead, Calendar::What::lane, index, lane.stamp);
  return index;
}

void Devices::begin_waiting(std::uint32_t index, std::uint32_t fetching, double now) {
  Lane& lane = lanes_[index];
  lane.inputs = now;
  lane.fetching = fetching;
  if (fetching > 0) {
    enter(lane, Stage::waiting, now);
  } else {
    compute(lane, now);
  }
}

void Devices::fetched(std::uint32_t index, double now) {
  if (--lanes_[index].fetching == 0) compute(lanes_[index], now);
}

void Devices::compute(Lane& lane, double now) {
  enter(lane, Stage::computing, now);
  lane.compute = now;
  run_piece(lane, now);
}

void Devices::run_piece(Lane& lane, double now) {
  const Cost& c = cost(lane);
  const double left = 1 - lane.done;
  const auto index = static_cast<std::uint32_t>(&lane - lanes_.data());
  const std::uint32_t kind = state_.accelerator(lane.accelerator).kind;
  const double port = tables_.kinds()[kind].port_bandwidth;
  lane.piece_start = now;
  lane.piece_time = c.time * lane.factor;
  const double expected = std::max(c.time, c.traffic / state_.accelerator(lane.accelerator).bandwidth);
  for_each_task(lane, [&](TaskRef t) { state_.begin_compute(t, lane.compute, now + left * expected); });
  refresh_free_at(lane.accelerator);
  lane.flowing = c.traffic * left > 0 && limited(lane);
  if (lane.flowing) {
    executor_.start_traffic(index, c.traffic * left,
                            lane.piece_time > 0 ? std::min(port, c.traffic / lane.piece_time) : port);
  } else {
    lane.end = now + left * std::max(lane.piece_time, c.traffic / port);
    calendar_.add(lane.end, Calendar::What::lane, index, lane.stamp);
  }
}

double Devices::end_piece(Lane& lane, double now, bool complete) {
  const Cost& c = cost(lane);
  const auto index = static_cast<std::uint32_t>(&lane - lanes_.data());
  double share = 1 - lane.done;
  if (!complete && lane.flowing) {
    share -= executor_.cancel(index) / c.traffic;
  } else if (!complete) {
    const double whole = lane.end - lane.piece_start;
    share *= whole > 0 ? (now - lane.piece_start) / whole : 0;
  }
  share = std::max(share, 0.0);
  const std::uint32_t kind = state_.accelerator(lane.accelerator).kind;
  if (tables_.kinds()[kind].task_energy == TaskEnergy::dynamic) lane.lump += share * c.energy;
  const MemoryInfo& memory = tables_.memories()[state_.accelerator(lane.accelerator).memory];
  const double moved = share * c.traffic * memory.energy_per_byte;
  if (moved > 0) {
    lane.transfer += moved;
    reporter_.totals.energy_transfer += moved;
    reporter_.energy(memory.name, "transfer", lane.piece_start, now, moved);
  }
  lane.flowing = false;
  lane.done += share;
  return lane.done;
}

void Devices::finish(std::uint32_t index, double at) {
  Lane& lane = lanes_[index];
  end_piece(lane, at, true);
  lane.done = 1;
  if (const double measured = at - lane.start; measured > 0) {
    ++reporter_.totals.measured;
    reporter_.totals.prediction_error += std::abs(measured - lane.predicted) / measured;
    reporter_.totals.expectation_error += std::abs(measured - lane.expected) / measured;
  }
  meters_[lane.accelerator].tasks += 1 + lane.also.size();
  release(lane, TaskStatus::finished, at);
}

void Devices::interrupt(std::uint32_t index, TaskStatus why, double now) {
  Lane& lane = lanes_[index];
  if (lane.stage == Stage::computing) end_piece(lane, now, false);
  if (now <= lane.start) lane.lump = 0;  // given up at the instant it began: nothing was switched or computed
  if (why == TaskStatus::failed) ++meters_[lane.accelerator].failures;
  release(lane, why, now);
}

void Devices::release(Lane& lane, TaskStatus status, double at) {
  settle(lane, at);
  meters_[lane.accelerator].active += lane.lump;
  reporter_.energy(tables_.accelerators()[lane.accelerator].name, "task", lane.start, at, lane.lump);
  for_each_task(lane, [&](TaskRef task) { report(lane, task, status, at); });
  lane.lump = lane.share = lane.transfer = 0;
  enter(lane, Stage::idle, at);
  lane.also.clear();
  lane.batch = 1;
}

/// Charges a task of the lane with its part of what the lane has drawn, and records it.
void Devices::report(const Lane& lane, TaskRef ref, TaskStatus status, double at) {
  const auto parts = static_cast<double>(1 + lane.also.size());
  RequestLedger& ledger = state_.ledger(ref.request);
  const double fetched = ledger.fetched.empty() ? 0 : std::exchange(ledger.fetched[ref.task], 0.0);
  const double energy = (lane.share + lane.lump + lane.transfer) / parts;
  ledger.energy += energy;
  if (!reporter_.detailed()) return;
  const Request& request = state_.request(ref.request);
  const TaskState& task = state_.task(ref);
  const Accelerator& a = state_.accelerator(lane.accelerator);
  TaskRecord record;
  record.request = request.id;
  record.stream = fixed_.streams[request.stream].name;
  record.model = fixed_.models[request.model].name;
  record.task = state_.model_task(ref).name;
  record.variant = tables_.variant_name(state_.model_task(ref).first_row + task.variant);
  record.accelerator = tables_.accelerators()[lane.accelerator].name;
  record.slot = lane.slot;
  record.operating_point = fixed_.kinds[a.kind].points[a.point].name;
  record.batch = lane.batch;
  record.ready = task.ready;
  record.start = lane.start;
  record.inputs = lane.stage == Stage::overhead ? at : lane.inputs;
  record.compute = lane.stage == Stage::computing ? lane.compute : at;
  record.end = at;
  record.predicted = lane.predicted;
  record.expected = lane.expected;
  record.status = status;
  record.switch_time = lane.switch_time;
  const bool leaves = status == TaskStatus::aborted && !lane.also.empty();  // the others' bytes are those of the batch
  record.bytes = lane.stage == Stage::computing && !leaves ? cost(lane).traffic * lane.done / parts : 0;
  record.energy = energy + fetched;
  record.energy_transfer = lane.transfer / parts + fetched;
  reporter_.task_ended(record);
}

void Devices::leave(std::uint32_t index, TaskRef task, std::uint32_t fetching, double now) {
  Lane& lane = lanes_[index];
  settle(lane, now);
  report(lane, task, TaskStatus::aborted, now);
  const auto parts = static_cast<double>(1 + lane.also.size());
  meters_[lane.accelerator].active += lane.lump / parts;
  reporter_.energy(tables_.accelerators()[lane.accelerator].name, "task", lane.start, now, lane.lump / parts);
  for (double* drawn : {&lane.lump, &lane.share, &lane.transfer}) *drawn *= 1 - 1 / parts;
  if (lane.task == task) {
    lane.task = lane.also.back();
    lane.also.pop_back();
  } else {
    std::erase(lane.also, task);
  }
  lane.fetching -= fetching;
  if (lane.stage == Stage::waiting && lane.fetching == 0) compute(lane, now);
}

void Devices::refresh_free_at(std::uint32_t accelerator) {
  Accelerator& a = state_.accelerator(accelerator);
  if (a.free_slots > 0) return;
  double earliest = kNever;
  for (std::uint32_t l = first_lane_[accelerator]; l < first_lane_[accelerator + 1]; ++l)
    earliest = std::min(earliest, state_.task(lanes_[l].task).finish);
  a.free_at = earliest;
}

void Devices::set_operating_point(std::uint32_t accelerator, std::uint32_t point, double now) {
  for (std::uint32_t l = first_lane_[accelerator]; l < first_lane_[accelerator + 1]; ++l) {
    settle(lanes_[l], now);
    if (lanes_[l].stage == Stage::computing) end_piece(lanes_[l], now, false);
  }
  state_.accelerator(accelerator).point = point;
  for (std::uint32_t l = first_lane_[accelerator]; l < first_lane_[accelerator + 1]; ++l) {
    Lane& lane = lanes_[l];
    lane.power = stage_power(lane, lane.stage);
    if (lane.stage != Stage::computing) continue;
    ++lane.stamp;
    run_piece(lane, now);
  }
}

void Devices::set_available(std::uint32_t accelerator, bool on, double now) {
  for (std::uint32_t l = first_lane_[accelerator]; l < first_lane_[accelerator + 1]; ++l) {
    HETSCHED_ASSERT(!in_use(l), "only an idle accelerator is turned off or on");
    enter(lanes_[l], on ? Stage::idle : Stage::off, now);
  }
  Accelerator& a = state_.accelerator(accelerator);
  a.available = on;
  a.last_model = kNone;  // weights do not survive
}

void Devices::close(double now) {
  for (std::uint32_t l = 0; l < lanes(); ++l) {
    if (in_use(l)) interrupt(l, TaskStatus::unfinished, now);
    settle(lanes_[l], now);
  }
  for (std::uint32_t a = 0; a < meters_.size(); ++a) {
    const Meter& meter = meters_[a];
    const double whole = now * (first_lane_[a + 1] - first_lane_[a]);
    const auto share = [&](Stage stage) { return whole > 0 ? meter.time[static_cast<int>(stage)] / whole : 0; };
    AcceleratorRecord record;
    record.accelerator = tables_.accelerators()[a].name;
    record.kind = fixed_.kinds[tables_.accelerators()[a].kind].name;
    record.slots = first_lane_[a + 1] - first_lane_[a];
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

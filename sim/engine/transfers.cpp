#include "engine/transfers.hpp"

#include <algorithm>

#include "base/errors.hpp"

namespace hetsched {

Transfers::Transfers(const Tables& tables, State& state, Executor& executor, EventQueue& events, Reporter& reporter,
                     std::size_t slots)
    : tables_(tables), state_(state), executor_(executor), events_(events), reporter_(reporter), slots_(slots) {
  tables.fill(fixed_);
}

Transfers::Transfer* Transfers::on_its_way(RequestRef request, TensorId tensor, MemoryId to) {
  for (const TransferId id : active_) {
    Transfer& t = transfers_[id];
    if (t.request == request && t.tensor == tensor && t.to == to) return &t;
  }
  return nullptr;
}

std::uint32_t Transfers::bring(TaskRef task, MemoryId memory, SlotId slot, double now) {
  std::uint32_t coming = 0;
  const ModelTask& what = state_.model_task(task);
  for (const Edge& edge : what.inputs) {
    const TaskState& producer = state_.task({task.request, edge.task});
    if (producer.progress != Progress::finished || edge.bytes <= 0) continue;
    const MemoryId from = place_of({task.request, edge.task}, edge.tensor);
    const Cargo input{{task.request, edge.task, task.task, edge.tensor, from, memory}, edge.bytes};
    coming += bring(input, slot, now) ? 1 : 0;
  }
  const MemoryId source = fixed_.streams[state_.request(task.request).stream].source;
  if (source == MemoryId::none || what.source.bytes <= 0) return coming;
  const Cargo input{{task.request, TaskId::none, task.task, what.source.tensor, source, memory}, what.source.bytes};
  return coming + (bring(input, slot, now) ? 1 : 0);
}

MemoryId Transfers::place_of(TaskRef producer, TensorId tensor) const {
  if (!fixed_.memory_states.empty())
    for (const Replica& copy : state_.replicas(producer.request))
      if (copy.moved && copy.tensor == tensor) return copy.memory;
  return state_.accelerator(state_.task(producer).accelerator).memory;
}

bool Transfers::bring(const Cargo& cargo, SlotId slot, double now) {
  if (cargo.from == cargo.to) return false;
  const std::vector<Replica>& copies = state_.replicas(cargo.request);
  const auto copy = std::find_if(copies.begin(), copies.end(),
                                 [&](const Replica& r) { return r.tensor == cargo.tensor && r.memory == cargo.to; });
  if (copy != copies.end() && copy->arrived) return false;
  Transfer* transfer = nullptr;
  if (copy != copies.end()) {
    transfer = on_its_way(cargo.request, cargo.tensor, cargo.to);
    HETSCHED_ASSERT(transfer != nullptr, "a tensor under way has a transfer");
  } else {
    transfer = &transfers_[open_copy(cargo, now)];
  }
  if (slot == SlotId::none) return false;
  transfer->waiting.push_back(slot);
  return true;
}

void Transfers::send(TaskRef task, double now) {
  const MemoryId sink = fixed_.streams[state_.request(task.request).stream].sink;
  const Bytes bytes = state_.model_task(task).sink_bytes;
  if (sink == MemoryId::none || bytes <= 0) return;
  const MemoryId from = state_.accelerator(state_.task(task).accelerator).memory;
  if (from == sink) return;
  ++state_.account(task.request).leaving;
  open({{task.request, task.task, TaskId::none, TensorId::none, from, sink}, bytes}, now);
}

bool Transfers::load(WeightsId weights, MemoryId memory, SlotId slot, double now) {
  Residence& lie = state_.residence(weights, memory);
  if (lie.presence == Presence::there) return false;
  if (lie.presence == Presence::reserved) {
    lie.presence = Presence::coming;
    lie.since = now;
    Cargo what;
    what.weights = weights;
    what.from = fixed_.home;
    what.to = memory;
    what.bytes = fixed_.weights[weights].bytes;
    open(what, now);
  }
  if (slot == SlotId::none) return true;
  const auto at = std::find_if(active_.begin(), active_.end(), [&](TransferId id) {
    return transfers_[id].weights == weights && transfers_[id].to == memory;
  });
  HETSCHED_ASSERT(at != active_.end(), "weights that come have a transfer");
  transfers_[*at].waiting.push_back(slot);
  return true;
}

void Transfers::offload(TaskRef producer, const Edge& output, MemoryId from, MemoryId to, double now) {
  open_copy({{producer.request, producer.task, producer.task, output.tensor, from, to, true}, output.bytes}, now);
}

TransferId Transfers::open_copy(const Cargo& cargo, double now) {
  state_.replicas(cargo.request).push_back({cargo.tensor, cargo.to, false});
  state_.publish_replicas(cargo.request);
  return open(cargo, now);
}

TransferId Transfers::open(const Cargo& cargo, double now) {
  const auto places = transfers_.ids();
  const auto free =
      std::find_if(places.begin(), places.end(), [this](TransferId id) { return !transfers_[id].active; });
  const TransferId id = free != places.end() ? *free : transfers_.push_back({});
  Transfer& t = transfers_[id];
  static_cast<Cargo&>(t) = cargo;
  t.active = true;
  t.flowing = false;
  t.start = now;
  ++t.stamp;
  t.waiting.clear();
  active_.push_back(id);
  const Route& route = fixed_.route(cargo.from, cargo.to);
  const double latency = route.latency;
  check_date(now + latency + t.bytes * route.seconds_per_byte);
  if (latency > 0) {
    events_.add_end(now, now + latency, due::LatencyEnd{id}, t.stamp);
  } else {
    begin_flow(id, t.stamp);
  }
  return id;
}

void Transfers::begin_flow(TransferId id, std::uint64_t stamp) {
  Transfer& t = transfers_[id];
  if (!t.active || t.stamp != stamp) return;
  t.flowing = true;
  executor_.start_transfer(flow_of(id, slots_), t.from, t.to, t.bytes);
}

Transfers::Arrival Transfers::finish(TransferId id, double now, std::vector<SlotId>& waiting) {
  Transfer& t = transfers_[id];
  const Arrival arrival = t;
  if (t.weights != WeightsId::none) {
    Residence& lie = state_.residence(t.weights, t.to);
    lie.presence = Presence::there;
    lie.since = now;
    state_.push_event({Event::Type::weights_arrived});
  } else {
    if (t.is_result()) {
      --state_.account(t.request).leaving;
    } else {
      for (Replica& copy : state_.replicas(t.request))
        if (copy.tensor == t.tensor && copy.memory == t.to) copy.arrived = true;
      state_.publish_replicas(t.request);
    }
    state_.push_event({Event::Type::tensor_arrived, {t.request, t.is_result() ? t.producer : t.consumer}});
  }
  waiting.insert(waiting.end(), t.waiting.begin(), t.waiting.end());
  close(id, t.bytes, now);
  return arrival;
}

void Transfers::close(TransferId id, double moved, double now) {
  Transfer& t = transfers_[id];
  double energy = 0;
  const auto charge = [&](std::string_view component, double per_byte) {
    const double joules = moved * per_byte;
    energy += joules;
    reporter_.energy(component, "transfer", t.start, now, joules);
  };
  charge(tables_.memories()[t.from].name, tables_.memories()[t.from].energy_per_byte);
  for (const LinkId link : tables_.route_table().links(t.from, t.to))
    charge(tables_.links()[link].name, tables_.links()[link].energy_per_byte);
  charge(tables_.memories()[t.to].name, tables_.memories()[t.to].energy_per_byte);
  reporter_.totals.energy_transfer += energy;
  if (t.weights == WeightsId::none) {
    RequestAccount& account = state_.account(t.request);
    account.energy += energy;
    if (t.consumer != TaskId::none) {
      if (account.fetched.empty()) account.fetched.resize(state_.request(t.request).tasks.size(), 0.0);
      account.fetched[t.consumer] += energy;
    }
  }
  if (reporter_.detailed()) record(t, t.start, moved, energy, now);
  t.active = t.flowing = false;
  active_.erase(std::find(active_.begin(), active_.end(), id));
}

void Transfers::record(const Cargo& t, double start, double moved, double energy, double now) {
  TransferRecord record;
  if (t.weights != WeightsId::none) {
    const Weights& weights = fixed_.weights[t.weights];
    record.producer = fixed_.models[weights.model].name;
    record.consumer = fixed_.models[weights.model].tasks[weights.task].name;
  } else {
    const Request& request = state_.request(t.request);
    const Model& model = fixed_.models[request.model];
    record.request = request.id;
    record.producer = t.producer != TaskId::none ? model.tasks[t.producer].name : kSourceName;
    record.consumer = t.consumer != TaskId::none ? model.tasks[t.consumer].name : kSinkName;
  }
  record.from = tables_.memories()[t.from].name;
  record.to = tables_.memories()[t.to].name;
  record.start = start;
  record.end = now;
  record.bytes = moved;
  record.energy = energy;
  reporter_.transfer_ended(record);
}

double Transfers::demand_at(MemoryId memory) const {
  double wanted = 0;
  for (const TransferId id : active_) {
    const Transfer& t = transfers_[id];
    if (t.flowing && (t.from == memory || t.to == memory)) wanted += 1 / fixed_.route(t.from, t.to).seconds_per_byte;
  }
  return wanted;
}

void Transfers::forget_slot(SlotId slot) {
  for (const TransferId id : active_) std::erase(transfers_[id].waiting, slot);
}

std::uint32_t Transfers::forget_slot(SlotId slot, RequestRef request) {
  std::size_t forgotten = 0;
  for (const TransferId id : active_)
    if (transfers_[id].request == request) forgotten += std::erase(transfers_[id].waiting, slot);
  return static_cast<std::uint32_t>(forgotten);
}

void Transfers::give_up(RequestRef request, double now) {
  const std::vector<TransferId> active = active_;
  for (const TransferId id : active) {
    Transfer& t = transfers_[id];
    if (t.request != request) continue;
    const double left = t.flowing ? executor_.cancel(flow_of(id, slots_)) : t.bytes;
    close(id, t.bytes - left, now);
  }
}

}  // namespace hetsched

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
    if (t.producer.request == request && t.tensor == tensor && t.to == to) return &t;
  }
  return nullptr;
}

std::uint32_t Transfers::bring(TaskRef task, MemoryId memory, SlotId slot, double now) {
  std::uint32_t coming = 0;
  for (const Edge& edge : state_.model_task(task).inputs) {
    const TaskState& producer = state_.task({task.request, edge.task});
    if (producer.progress != Progress::finished || edge.bytes <= 0) continue;
    const MemoryId from = state_.accelerator(producer.accelerator).memory;
    if (from == memory) continue;
    const std::vector<Replica>& copies = state_.replicas(task.request);
    const auto copy = std::find_if(copies.begin(), copies.end(),
                                   [&](const Replica& r) { return r.tensor == edge.tensor && r.memory == memory; });
    if (copy != copies.end() && copy->arrived) continue;
    Transfer* transfer = nullptr;
    if (copy != copies.end()) {
      transfer = on_its_way(task.request, edge.tensor, memory);
      HETSCHED_ASSERT(transfer != nullptr, "a tensor under way has a transfer");
    } else {
      transfer = &transfers_[open(task, edge, memory, now)];
    }
    if (slot == SlotId::none) continue;
    transfer->waiting.push_back(slot);
    ++coming;
  }
  return coming;
}

TransferId Transfers::open(TaskRef task, const Edge& edge, MemoryId to, double now) {
  const auto places = transfers_.ids();
  const auto free =
      std::find_if(places.begin(), places.end(), [this](TransferId id) { return !transfers_[id].active; });
  const TransferId id = free != places.end() ? *free : transfers_.push_back({});
  const TaskRef producer{task.request, edge.task};
  const MemoryId from = state_.accelerator(state_.task(producer).accelerator).memory;
  Transfer& t = transfers_[id];
  t.active = true;
  t.flowing = false;
  t.producer = producer;
  t.consumer = task.task;
  t.tensor = edge.tensor;
  t.from = from;
  t.to = to;
  t.bytes = edge.bytes;
  t.start = now;
  ++t.stamp;
  t.waiting.clear();
  active_.push_back(id);
  state_.replicas(task.request).push_back({edge.tensor, to, false});
  state_.publish_replicas(task.request);
  const Route& route = fixed_.route(from, to);
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

void Transfers::finish(TransferId id, double now, std::vector<SlotId>& waiting) {
  Transfer& t = transfers_[id];
  const RequestRef request = t.producer.request;
  for (Replica& copy : state_.replicas(request))
    if (copy.tensor == t.tensor && copy.memory == t.to) copy.arrived = true;
  state_.publish_replicas(request);
  state_.push_event({Event::Type::tensor_arrived, {request, t.consumer}});
  waiting.insert(waiting.end(), t.waiting.begin(), t.waiting.end());
  close(id, t.bytes, now);
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

  RequestAccount& account = state_.account(t.producer.request);
  account.energy += energy;
  const Request& request = state_.request(t.producer.request);
  if (account.fetched.empty()) account.fetched.resize(request.tasks.size(), 0.0);
  account.fetched[t.consumer] += energy;
  if (reporter_.detailed()) {
    const Model& model = fixed_.models[request.model];
    TransferRecord record;
    record.request = request.id;
    record.producer = model.tasks[t.producer.task].name;
    record.consumer = model.tasks[t.consumer].name;
    record.from = tables_.memories()[t.from].name;
    record.to = tables_.memories()[t.to].name;
    record.start = t.start;
    record.end = now;
    record.bytes = moved;
    record.energy = energy;
    reporter_.transfer_ended(record);
  }
  t.active = t.flowing = false;
  active_.erase(std::find(active_.begin(), active_.end(), id));
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
    if (transfers_[id].producer.request == request) forgotten += std::erase(transfers_[id].waiting, slot);
  return static_cast<std::uint32_t>(forgotten);
}

void Transfers::give_up(RequestRef request, double now) {
  const std::vector<TransferId> active = active_;
  for (const TransferId id : active) {
    Transfer& t = transfers_[id];
    if (t.producer.request != request) continue;
    const double left = t.flowing ? executor_.cancel(flow_of(id, slots_)) : t.bytes;
    close(id, t.bytes - left, now);
  }
}

}  // namespace hetsched

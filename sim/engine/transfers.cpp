#include "engine/transfers.hpp"

#include <algorithm>

#include "base/errors.hpp"

namespace hetsched {

Transfers::Transfers(const Tables& tables, State& state, Executor& executor, Calendar& calendar, Reporter& reporter,
                     std::uint32_t first_flow)
    : tables_(tables),
      state_(state),
      executor_(executor),
      calendar_(calendar),
      reporter_(reporter),
      first_flow_(first_flow) {
  tables.fill(fixed_);
}

Transfers::Transfer* Transfers::on_its_way(std::uint32_t request, std::uint32_t tensor, std::uint32_t to) {
  for (std::uint32_t index : active_) {
    Transfer& t = transfers_[index];
    if (t.producer.request == request && t.tensor == tensor && t.to == to) return &t;
  }
  return nullptr;
}

std::uint32_t Transfers::bring(TaskRef task, std::uint32_t memory, std::uint32_t lane, double now) {
  std::uint32_t coming = 0;
  for (const Edge& edge : state_.model_task(task).inputs) {
    const TaskState& producer = state_.task({task.request, edge.task});
    if (producer.progress != Progress::finished || edge.bytes <= 0) continue;
    const std::uint32_t from = state_.accelerator(producer.accelerator).memory;
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
    if (lane == kNone) continue;
    transfer->waiting.push_back(lane);
    ++coming;
  }
  return coming;
}

std::uint32_t Transfers::open(TaskRef task, const Edge& edge, std::uint32_t to, double now) {
  std::uint32_t index = 0;
  while (index < transfers_.size() && transfers_[index].active) ++index;
  if (index == transfers_.size()) transfers_.emplace_back();
  const TaskRef producer{task.request, edge.task};
  const std::uint32_t from = state_.accelerator(state_.task(producer).accelerator).memory;
  Transfer& t = transfers_[index];
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
  active_.push_back(index);
  state_.replicas(task.request).push_back({edge.tensor, to, false});
  state_.publish_replicas(task.request);
  const double latency = fixed_.routes[std::size_t{from} * fixed_.memories + to].latency;
  if (latency > 0) {
    calendar_.add(now + latency, Calendar::What::transfer, index, t.stamp);
  } else {
    begin_flow(index, t.stamp);
  }
  return index;
}

void Transfers::begin_flow(std::uint32_t index, std::uint64_t stamp) {
  Transfer& t = transfers_[index];
  if (!t.active || t.stamp != stamp) return;
  t.flowing = true;
  executor_.start_transfer(first_flow_ + index, t.from, t.to, t.bytes);
}

void Transfers::flow_finished(std::uint32_t flow, double now, std::vector<std::uint32_t>& waiting) {
  Transfer& t = transfers_[flow - first_flow_];
  const std::uint32_t request = t.producer.request;
  for (Replica& copy : state_.replicas(request))
    if (copy.tensor == t.tensor && copy.memory == t.to) copy.arrived = true;
  state_.publish_replicas(request);
  state_.push_event({Event::Type::tensor_arrived, {request, t.consumer}, kNone});
  waiting.insert(waiting.end(), t.waiting.begin(), t.waiting.end());
  close(t, t.bytes, now);
}

void Transfers::close(Transfer& t, double moved, double now) {
  double energy = 0;
  const auto charge = [&](std::string_view component, double per_byte) {
    const double joules = moved * per_byte;
    energy += joules;
    reporter_.energy(component, "transfer", t.start, now, joules);
  };
  charge(tables_.memories()[t.from].name, tables_.memories()[t.from].energy_per_byte);
  for (std::uint32_t link : tables_.route_links(t.from, t.to))
    charge(tables_.links()[link].name, tables_.links()[link].energy_per_byte);
  charge(tables_.memories()[t.to].name, tables_.memories()[t.to].energy_per_byte);
  reporter_.totals.energy_transfer += energy;

  RequestLedger& ledger = state_.ledger(t.producer.request);
  ledger.energy += energy;
  const Request& request = state_.request(t.producer.request);
  if (ledger.fetched.empty()) ledger.fetched.resize(request.tasks.size(), 0.0);
  ledger.fetched[t.consumer] += energy;
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
  active_.erase(std::find(active_.begin(), active_.end(), static_cast<std::uint32_t>(&t - transfers_.data())));
}

void Transfers::forget_lane(std::uint32_t lane) {
  for (std::uint32_t index : active_) std::erase(transfers_[index].waiting, lane);
}

std::uint32_t Transfers::forget_lane(std::uint32_t lane, std::uint32_t request) {
  std::size_t forgotten = 0;
  for (std::uint32_t index : active_)
    if (transfers_[index].producer.request == request) forgotten += std::erase(transfers_[index].waiting, lane);
  return static_cast<std::uint32_t>(forgotten);
}

void Transfers::give_up(std::uint32_t request, double now) {
  const std::vector<std::uint32_t> active = active_;
  for (std::uint32_t index : active) {
    Transfer& t = transfers_[index];
    if (t.producer.request != request) continue;
    const double left = t.flowing ? executor_.cancel(first_flow_ + index) : t.bytes;
    close(t, t.bytes - left, now);
  }
}

}  // namespace hetsched

// Tasks in parts, some of which other accelerators compute as guests: the part of Devices that is about those.
#include <algorithm>
#include <map>

#include "base/errors.hpp"
#include "engine/devices.hpp"

namespace hetsched {

double Devices::time_on(const Part& part, AcceleratorId by) const {
  const Accelerator& a = state_.accelerator(by);
  return time_of(part, a, fixed_.kinds[a.kind]);
}

double Devices::part_time(const Slot& host, const Part& part) const {
  const double dispatch = part.place == host.accelerator ? 0 : fixed_.kind(part.place).dispatch_time;
  return dispatch + time_on(part, part.place);
}

double Devices::time_after(const Slot& host) const {
  double sum = 0;
  for (std::size_t p = host.part + 1; p < host.parts.size(); ++p) sum += part_time(host, host.parts[p]);
  return sum;
}

/// In order of id.
std::vector<AcceleratorId> Devices::helpers_of(const Slot& host) const {
  std::vector<AcceleratorId> helpers;
  for (const AcceleratorId a : tables_.accelerators().ids())
    if (tables_.may_help(a, host.parts[host.part].place, host.accelerator)) helpers.push_back(a);
  return helpers;
}

void Devices::begin_parts(SlotId id, double now) {
  Slot& slot = slots_[id];
  slot.task_start = slot.start;
  slot.task_predicted = slot.predicted;
  slot.task_expected = slot.expected;
  slot.task_compute = now;
  begin_part(id, now);
}

void Devices::begin_part(SlotId id, double now) {
  Slot& slot = slots_[id];
  const Part& part = slot.parts[slot.part];
  const bool here = part.place == slot.accelerator;
  // Its row begins where the last one of this slot ended; the first with the task.
  const bool first = std::none_of(slot.parts.begin(), slot.parts.begin() + static_cast<std::ptrdiff_t>(slot.part),
                                  [&](const Part& earlier) { return earlier.place == slot.accelerator; });
  if (!first) slot.start = slot.inputs = now;
  slot.predicted = first ? slot.task_predicted - time_after(slot) : part_time(slot, part);
  slot.expected = slot.task_predicted > 0 ? slot.predicted * (slot.task_expected / slot.task_predicted) : 0;
  slot.done = 0;
  if (here) return begin_computing(id, now);
  enter(slot, Stage::waiting, now);
  slot.asked = now;
  queue_.push_back(id);
}

void Devices::next_part(SlotId id, double now) {
  Slot& slot = slots_[id];
  if (!end_guest(id, TaskStatus::part, now)) {
    end_piece(id, now, true);
    slot.done = 1;
    end_row(slot, TaskStatus::part, now);
  }
  ++slot.part;
  begin_part(id, now);
}

void Devices::seat_queue(double now) {
  for (std::size_t i = 0; i < queue_.size();) {
    const SlotId host = queue_[i];
    const std::vector<AcceleratorId> helpers = helpers_of(slots_[host]);
    const auto free = std::find_if(helpers.begin(), helpers.end(), [this](AcceleratorId a) {
      return state_.accelerator(a).available && state_.accelerator(a).free_slots > 0;
    });
    if (free == helpers.end()) {
      ++i;
      continue;
    }
    queue_.erase(queue_.begin() + static_cast<std::ptrdiff_t>(i));
    take_seat(host, *free, now);
  }
  foresee_guests(now);
}

void Devices::take_seat(SlotId host_id, AcceleratorId helper, double now) {
  Slot& host = slots_[host_id];
  const IdRange<SlotId> slots = slots_of_[helper];
  const auto free =
      std::find_if(slots.begin(), slots.end(), [this](SlotId s) { return slots_[s].stage == Stage::idle; });
  HETSCHED_ASSERT(free != slots.end(), "a guest needs a free slot");
  Slot& guest = slots_[*free];
  const ModelId model = state_.request(host.task.request).model;
  const ModelId last_model = state_.accelerator(helper).last_model;
  const Kind& kind = fixed_.kind(helper);
  const bool switched = last_model != ModelId::none && last_model != model;
  settle(guest, now);
  guest.host = host_id;
  guest.task = host.task;
  guest.also = host.also;
  guest.batch = host.batch;
  guest.start = guest.inputs = guest.compute = now;
  guest.lump = guest.share = guest.transfer = guest.done = 0;
  guest.switch_time = switched ? kind.switch_time : 0;
  guest.overhead = kind.dispatch_time + guest.switch_time;
  guest.predicted = guest.overhead + time_on(host.parts[host.part], helper);
  guest.expected = host.task_predicted > 0 ? guest.predicted * (host.task_expected / host.task_predicted) : 0;
  guest.flowing = false;
  guest.factor = host.factor;
  if (switched) {
    ++meters_[helper].switches;
    guest.lump = kind.switch_energy;
  }
  host.guest = *free;
  state_.take_slot(helper, model);
  ++state_.accelerator(helper).guests;
  expect_end(guest, now + guest.predicted);
  enter(guest, Stage::overhead, now);
  if (guest.overhead > 0) {
    events_.add_end(now, now + guest.overhead, due::StageEnd{*free}, guest.stamp);
  } else {
    begin_waiting(*free, 0, now);
  }
}

bool Devices::end_guest(SlotId host, TaskStatus status, double at) {
  const SlotId id = std::exchange(slots_[host].guest, SlotId::none);
  if (id == SlotId::none) return false;
  Slot& guest = slots_[id];
  const bool done = status == TaskStatus::part || status == TaskStatus::finished;
  if (guest.stage == Stage::computing) end_piece(id, at, done);
  if (done) guest.done = 1;
  if (!done && at <= guest.start) guest.lump = 0;
  end_row(guest, status, at);
  vacate(guest, at);
  --state_.accelerator(guest.accelerator).guests;
  state_.free_slot(guest.accelerator, at);
  state_.push_event({Event::Type::guest_left, {}, guest.accelerator});
  return true;
}

void Devices::send_back(SlotId guest, double now) {
  const SlotId host = slots_[guest].host;
  end_guest(host, TaskStatus::failed, now);
  const auto later = std::find_if(queue_.begin(), queue_.end(),
                                  [&](SlotId other) { return slots_[other].asked > slots_[host].asked; });
  queue_.insert(later, host);
}

/// Those that wait are predicted to be computed in their order, each where a slot is predicted to be free first, as if
/// accelerators that are off came back now.
void Devices::foresee_guests(double now) {
  std::map<AcceleratorId, std::vector<double>> free_at;  // of each slot
  for (const SlotId id : queue_) {
    Slot& host = slots_[id];
    AcceleratorId helper = AcceleratorId::none;
    double* first = nullptr;
    for (const AcceleratorId a : helpers_of(host)) {
      std::vector<double>& ends = free_at[a];
      if (ends.empty())
        for (const SlotId s : slots_of_[a]) ends.push_back(in_use(s) ? std::max(now, slots_[s].finish) : now);
      double& end = *std::min_element(ends.begin(), ends.end());
      if (first != nullptr && *first <= end) continue;
      first = &end;
      helper = a;
    }
    HETSCHED_ASSERT(first != nullptr, "what is handed over has an accelerator");
    *first += fixed_.kind(helper).dispatch_time + time_on(host.parts[host.part], helper);
    host.finish = *first + time_after(host);
    for_each_task(host, [&](TaskRef t) { state_.begin_compute(t, host.task_compute, host.finish); });
    refresh_free_at(host.accelerator);
  }
  for (const auto& [a, ends] : free_at)
    if (state_.accelerator(a).free_slots == 0)
      state_.accelerator(a).free_at = *std::min_element(ends.begin(), ends.end());
}

}  // namespace hetsched

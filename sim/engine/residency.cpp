#include "engine/residency.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "base/errors.hpp"
#include "base/text.hpp"

namespace hetsched {

Residency::Residency(const Tables& tables, State& state, std::size_t slots)
    : tables_(tables), state_(state), left_(slots, 0) {}

const Room& Residency::room_of(TaskRef task) const {
  return tables_.room().rooms[state_.model_task(task).row(state_.task(task).variant)];
}

void Residency::take(RequestRef request, const Copy& copy) {
  if (copy.bytes <= 0) return;
  if (copies_.size() <= index_of(request)) copies_.resize(index_of(request) + 1);
  copies_[request].push_back(copy);
  MemoryState& memory = state_.memory(copy.memory);
  memory.used += copy.bytes;
  HETSCHED_ASSERT(memory.used <= memory.capacity, "what is taken from a memory fits into it");
}

template <class Which>
void Residency::free_copies(RequestRef request, const Which& which) {
  if (copies_.size() <= index_of(request)) return;
  std::erase_if(copies_[request], [&](const Copy& copy) {
    if (!which(copy)) return false;
    state_.memory(copy.memory).used -= copy.bytes;
    return true;
  });
}

void Residency::start(const Start& start, double now) {
  const MemoryId memory = state_.accelerator(start.accelerator).memory;
  const Room& room = tables_.room().rooms[state_.model_task(start.task).row(start.variant)];
  if (room.weights != WeightsId::none) {
    Residence& lie = state_.residence(room.weights, memory);
    if (lie.presence == Presence::absent) reserve_weights(room.weights, memory);
    lie.users += static_cast<std::uint32_t>(1 + start.also.size());
    ++lie.uses;
    lie.last_use = now;
  }
  const auto take_room = [&](TaskRef task) {
    reserve_inputs(task, memory);
    Bytes others = room.outputs;  // what nobody in the model reads
    const std::span<const Edge> outputs = state_.model_task(task).outputs;
    for (std::size_t i = 0; i < outputs.size(); ++i) {
      const auto same = [&](const Edge& e) { return e.tensor == outputs[i].tensor; };
      if (std::any_of(outputs.begin(), outputs.begin() + static_cast<std::ptrdiff_t>(i), same)) continue;
      take(task.request, {task.task, outputs[i].tensor, memory, std::ceil(outputs[i].bytes)});
      others -= std::ceil(outputs[i].bytes);
    }
    take(task.request, {task.task, TensorId::none, memory, others});
    state_.memory(memory).used += room.workspace;
  };
  take_room(start.task);
  for (const TaskRef other : start.also) take_room(other);
  HETSCHED_ASSERT(state_.memory(memory).used <= state_.memory(memory).capacity, "what starts fits");
}

void Residency::reserve_inputs(TaskRef task, MemoryId memory) {
  const SystemView& view = state_.view_of_now();
  for (const Edge& edge : state_.model_task(task).inputs) {
    const TaskRef producer{task.request, edge.task};
    if (edge.bytes <= 0 || state_.task(producer).progress != Progress::finished) continue;
    if (!view.has_room(producer, edge.tensor, memory))
      take(task.request, {edge.task, edge.tensor, memory, std::ceil(edge.bytes)});
  }
  const Edge& own = state_.model_task(task).source;
  if (view.source_of(task, memory) != MemoryId::none)
    take(task.request, {TaskId::none, own.tensor, memory, std::ceil(own.bytes)});
}

void Residency::reserve_weights(WeightsId weights, MemoryId memory) {
  MemoryState& state = state_.memory(memory);
  Residence& lie = state_.residence(weights, memory);
  lie.presence = Presence::reserved;
  lie.uses = 0;
  state.used += state.in_pages(tables_.room().weights[weights].bytes);
  HETSCHED_ASSERT(state.used <= state.capacity, "weights that are to be loaded fit");
}

void Residency::evict(WeightsId weights, MemoryId memory) {
  MemoryState& state = state_.memory(memory);
  state.used -= state.in_pages(tables_.room().weights[weights].bytes);
  Residence& lie = state_.residence(weights, memory);
  lie.presence = Presence::absent;
  lie.uses = 0;
  lie.since = kNever;
}

void Residency::stop_using(TaskRef task, MemoryId memory) {
  const Room& room = room_of(task);
  if (room.weights == WeightsId::none) return;
  Residence& lie = state_.residence(room.weights, memory);
  if (--lie.users == 0 && lie.presence == Presence::reserved) evict(room.weights, memory);
}

bool Residency::to_be_read(TaskRef producer, TensorId tensor) const {
  const std::span<const Edge> outputs = state_.model_task(producer).outputs;
  return std::any_of(outputs.begin(), outputs.end(), [&](const Edge& e) {
    return e.tensor == tensor && state_.task({producer.request, e.task}).progress != Progress::finished;
  });
}

bool Residency::is_read_in(TaskRef producer, TensorId tensor, MemoryId memory) const {
  const std::span<const Edge> outputs = state_.model_task(producer).outputs;
  return std::any_of(outputs.begin(), outputs.end(), [&](const Edge& e) {
    const TaskState& reader = state_.task({producer.request, e.task});
    return e.tensor == tensor && reader.progress == Progress::running &&
           state_.accelerator(reader.accelerator).memory == memory;
  });
}

/// Is another copy being made of the tensor, from this memory?
bool Residency::is_copied(RequestRef request, TensorId tensor, MemoryId memory) const {
  const std::vector<Replica>& replicas = state_.replicas(request);
  return std::any_of(replicas.begin(), replicas.end(),
                     [&](const Replica& r) { return r.tensor == tensor && !r.arrived && r.memory != memory; });
}

void Residency::forget_replica(RequestRef request, TensorId tensor, MemoryId memory) {
  std::erase_if(state_.replicas(request), [&](const Replica& r) { return r.tensor == tensor && r.memory == memory; });
  state_.publish_replicas(request);
}

void Residency::free_settled(RequestRef request, TensorId tensor) {
  const std::vector<Replica>& replicas = state_.replicas(request);
  free_copies(request, [&](const Copy& copy) {
    return copy.tensor == tensor && std::none_of(replicas.begin(), replicas.end(), [&](const Replica& r) {
             return r.tensor == tensor && r.memory == copy.memory && !r.arrived;
           });
  });
}

void Residency::finished(TaskRef task) {
  const MemoryId memory = state_.accelerator(state_.task(task).accelerator).memory;
  stop_using(task, memory);
  state_.memory(memory).used -= room_of(task).workspace;
  for (const Edge& edge : state_.model_task(task).inputs) {
    if (to_be_read({task.request, edge.task}, edge.tensor)) continue;
    free_settled(task.request, edge.tensor);
  }
  if (state_.model_task(task).source.bytes > 0) free_settled(task.request, state_.model_task(task).source.tensor);
  let_leave(task.request);
}

void Residency::interrupted(TaskRef task, AcceleratorId accelerator) {
  const MemoryId memory = state_.accelerator(accelerator).memory;
  stop_using(task, memory);
  state_.memory(memory).used -= room_of(task).workspace;
  free_copies(task.request, [&](const Copy& copy) { return copy.producer == task.task; });
  const SystemView& view = state_.view_of_now();
  for (const Edge& edge : state_.model_task(task).inputs)  // copies that it had room for, but that were never begun
    if (!view.has_room({task.request, edge.task}, edge.tensor, memory))
      free_copies(task.request, [&](const Copy& copy) { return copy.tensor == edge.tensor && copy.memory == memory; });
  if (view.source_of(task, memory) != MemoryId::none)
    free_copies(task.request, [&](const Copy& copy) {
      return copy.tensor == state_.model_task(task).source.tensor && copy.memory == memory;
    });
  let_leave(task.request);
}

void Residency::left_batch(TaskRef task, SlotId slot, AcceleratorId accelerator) {
  const MemoryId memory = state_.accelerator(accelerator).memory;
  stop_using(task, memory);
  left_[slot] += room_of(task).workspace;
  if (copies_.size() <= index_of(task.request)) return;
  const std::span<const Edge> inputs = state_.model_task(task).inputs;
  std::erase_if(copies_[task.request], [&](const Copy& copy) {
    const bool is_input = (copy.producer == TaskId::none && copy.tensor == state_.model_task(task).source.tensor) ||
                          std::any_of(inputs.begin(), inputs.end(), [&](const Edge& e) {
                            return e.tensor == copy.tensor && e.task == copy.producer;
                          });
    if (copy.memory != memory || (copy.producer != task.task && !is_input)) return false;
    left_[slot] += copy.bytes;
    return true;
  });
}

void Residency::slot_freed(SlotId slot, AcceleratorId accelerator) {
  state_.memory(state_.accelerator(accelerator).memory).used -= std::exchange(left_[slot], 0.0);
}

void Residency::request_ended(RequestRef request) {
  free_copies(request, [](const Copy&) { return true; });
  std::erase_if(leaving_, [&](const Leaving& l) { return l.producer.request == request; });
}

void Residency::give_up(TaskRef task, MemoryId memory, double now) {
  bool lost = false;
  const SystemView& view = state_.view_of_now();
  const AcceleratorId at = state_.task(task).accelerator;
  for (const Edge& edge : state_.model_task(task).outputs) {
    if (edge.bytes <= 0 || !to_be_read(task, edge.tensor)) continue;
    const bool is_place = view.place_of(view.requests[task.request], edge.tensor, at) == memory;
    free_copies(task.request, [&](const Copy& copy) { return copy.tensor == edge.tensor && copy.memory == memory; });
    forget_replica(task.request, edge.tensor, memory);
    if (!is_place) continue;
    std::vector<Replica>& replicas = state_.replicas(task.request);
    const auto other = std::find_if(replicas.begin(), replicas.end(),
                                    [&](const Replica& r) { return r.tensor == edge.tensor && r.arrived; });
    if (other == replicas.end()) {
      lost = true;
    } else {
      other->moved = true;
      state_.publish_replicas(task.request);
    }
  }
  if (lost) redo(task, now);
}

void Residency::redo(TaskRef task, double now) {
  std::uint32_t missing = 0;
  TaskId last = TaskId::none;
  for (const Edge& edge : state_.model_task(task).inputs) {
    const TaskRef before{task.request, edge.task};
    const auto& copies = copies_[task.request];
    const bool there = edge.bytes <= 0 || std::any_of(copies.begin(), copies.end(),
                                                      [&](const Copy& copy) { return copy.tensor == edge.tensor; });
    if (!there && state_.task(before).progress == Progress::finished) redo(before, now);
    if (state_.task(before).progress != Progress::finished && edge.task != last) ++missing;
    last = edge.task;
  }
  free_copies(task.request, [&](const Copy& copy) { return copy.producer == task.task; });
  for (const Edge& edge : state_.model_task(task).outputs)
    std::erase_if(state_.replicas(task.request), [&](const Replica& r) { return r.tensor == edge.tensor; });
  state_.publish_replicas(task.request);
  state_.redo(task, missing, now);
}

std::vector<Edge> Residency::reserve_outputs(TaskRef task, MemoryId from, MemoryId to) {
  std::vector<Edge> moved;
  const SystemView& view = state_.view_of_now();
  const AcceleratorId at = state_.task(task).accelerator;
  for (const Edge& edge : state_.model_task(task).outputs) {
    if (edge.bytes <= 0 || !to_be_read(task, edge.tensor)) continue;
    const auto same = [&](const Edge& e) { return e.tensor == edge.tensor; };
    if (std::any_of(moved.begin(), moved.end(), same)) continue;
    if (view.place_of(view.requests[task.request], edge.tensor, at) != from) continue;
    if (view.has_room(task, edge.tensor, to)) continue;
    take(task.request, {task.task, edge.tensor, to, std::ceil(edge.bytes)});
    moved.push_back(edge);
  }
  return moved;
}

void Residency::arrived(const Transfers::Arrival& a) {
  const TaskRef producer{a.request, a.producer};
  const bool wanted = a.producer == TaskId::none ? state_.task({a.request, a.consumer}).progress != Progress::finished
                                                 : to_be_read(producer, a.tensor);
  if (!wanted) {
    free_copies(a.request, [&](const Copy& copy) { return copy.tensor == a.tensor && copy.memory == a.to; });
    return;
  }
  if (a.offloaded) leaving_.push_back({producer, a.tensor, a.from, a.to});
  let_leave(a.request);
}

void Residency::let_leave(RequestRef request) {
  std::erase_if(leaving_, [&](const Leaving& l) {
    if (l.producer.request != request) return false;
    if (!to_be_read(l.producer, l.tensor)) return true;
    if (is_read_in(l.producer, l.tensor, l.from) || is_copied(request, l.tensor, l.from)) return false;
    free_copies(request, [&](const Copy& copy) { return copy.tensor == l.tensor && copy.memory == l.from; });
    forget_replica(request, l.tensor, l.from);
    for (Replica& r : state_.replicas(request))
      if (r.tensor == l.tensor && r.memory == l.to) r.moved = true;
    state_.publish_replicas(request);
    return true;
  });
}

std::string Residency::holders(MemoryId memory, double now) const {
  std::vector<std::pair<Bytes, std::string>> all;
  const SystemView& view = state_.view(now);
  for (const WeightsId w : view.weights.ids()) {
    if (view.residence(w, memory).presence == Presence::absent) continue;
    const Model& model = view.models[view.weights[w].model];
    all.emplace_back(
        view.memory_states[memory].in_pages(view.weights[w].bytes),
        "weights of " + std::string(model.tasks[view.weights[w].task].name) + " of model " + std::string(model.name));
  }
  for (const RequestRef r : view.live) {
    if (copies_.size() <= index_of(r)) continue;
    for (const Copy& copy : copies_[r])
      if (copy.memory == memory)
        all.emplace_back(
            copy.bytes,
            (copy.producer == TaskId::none
                 ? "input"
                 : "output of " + std::string(view.models[view.requests[r].model].tasks[copy.producer].name)) +
                " of request " + std::to_string(view.requests[r].id));
  }
  std::stable_sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
  Strings words;
  for (const auto& [bytes, what] : all) words.push_back(what + " (" + format_number(bytes) + " B)");
  return listed(words, 5);
}

}  // namespace hetsched

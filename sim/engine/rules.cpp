#include "engine/rules.hpp"

#include <algorithm>
#include <cmath>

#include "base/text.hpp"
#include "base/units.hpp"

namespace hetsched {
namespace {

std::string number(std::size_t n) { return std::to_string(n); }
template <IsId Id>
std::string number(Id id) {
  return number(index_of(id));
}

bool exists(TaskRef t, const SystemView& view) {
  return view.requests.contains(t.request) && view.requests[t.request].live &&
         view.requests[t.request].tasks.contains(t.task);
}

std::string check_accelerator(AcceleratorId accelerator, const SystemView& view) {
  if (view.accelerators.contains(accelerator)) return "";
  return "there is no accelerator with index " + number(accelerator) + "; the platform has " +
         number(view.accelerators.size());
}

std::string check_request(RequestRef request, const SystemView& view) {
  if (view.requests.contains(request) && view.requests[request].live) return "";
  return "no live request has index " + number(request) +
         (view.requests.contains(request) ? "; it has ended, or an earlier decision of this call dropped it" : "");
}

std::string check_task(TaskRef t, const SystemView& view) {
  if (std::string wrong = check_request(t.request, view); !wrong.empty()) return wrong;
  if (view.requests[t.request].tasks.contains(t.task)) return "";
  return "the request has no task with index " + number(t.task) + ", only " +
         number(view.requests[t.request].tasks.size());
}

/// That something needs more of a memory than is free; empty if it fits.
std::string check_room(Bytes needed, MemoryId memory, const SystemView& view) {
  if (view.memory_states.empty() || needed <= view.memory_states[memory].free()) return "";
  return "it does not fit: it needs " + format_number(needed) + " B of memory " +
         std::string(view.memory_states[memory].name) + ", where " + format_number(view.memory_states[memory].free()) +
         " B are free (decorator cache waits for room)";
}

std::string check_memory(MemoryId memory, const SystemView& view) {
  if (view.memory_states.empty())
    return "there is nothing to load or give up: no memory has a capacity, and weights have no home";
  if (view.memory_states.contains(memory)) return "";
  return "there is no memory with index " + number(memory) + "; the platform has " + number(view.memory_states.size());
}

std::string check_weights(WeightsId weights, MemoryId memory, const SystemView& view) {
  if (std::string wrong = check_memory(memory, view); !wrong.empty()) return wrong;
  if (!view.weights.contains(weights))
    return "there are no weights with index " + number(weights) + ", only " + number(view.weights.size());
  return view.residence(weights, memory).kept ? "these weights lie there all the time" : "";
}

/// What is wrong with the other tasks of a batch, whose first is all right.
std::string check_batch(const Start& d, const SystemView& view) {
  const Accelerator& a = view.accelerators[d.accelerator];
  const std::size_t size = 1 + d.also.size();
  if (size > view.kinds[a.kind].max_batch)
    return "a batch of " + number(size) + " is larger than the kind's max_batch, " +
           number(view.kinds[a.kind].max_batch);
  for (std::size_t i = 0; i < d.also.size(); ++i) {
    const TaskRef other = d.also[i];
    if (std::string wrong = check_task(other, view); !wrong.empty()) return "in the batch: " + wrong;
    if (other.task != d.task.task || view.request(other).model != view.request(d.task).model)
      return "in the batch: only the same task of the same model can be computed with it";
    if (view.state(other).progress != Progress::ready) return "in the batch: a task is not ready";
    if (other == d.task || std::find(d.also.begin(), d.also.begin() + static_cast<std::ptrdiff_t>(i), other) !=
                               d.also.begin() + static_cast<std::ptrdiff_t>(i))
      return "in the batch: a task is there twice";
    if (!(view.accuracy_loss(other, d.variant) < kNever))
      return "in the batch: the model does not list this combination of variants";
  }
  if (!(view.alone_time_at(view.model_task(d.task), d.accelerator, a.point, d.variant,
                           static_cast<std::uint32_t>(size)) < kNever))
    return "the accelerator cannot run this task in a batch of " + number(size);
  return "";
}

std::string check(const Start& d, const SystemView& view) {
  if (std::string wrong = check_task(d.task, view); !wrong.empty()) return wrong;
  if (std::string wrong = check_accelerator(d.accelerator, view); !wrong.empty()) return wrong;
  const TaskState& task = view.state(d.task);
  if (task.progress == Progress::running) return "the task runs already";
  if (task.progress == Progress::finished) return "the task has finished already";
  if (task.progress == Progress::waiting)
    return task.missing > 0
               ? "the task is not ready: " + number(task.missing) + " of its predecessors have not finished"
               : "the task is not ready: its request waits for the stream it comes after";
  const Accelerator& a = view.accelerators[d.accelerator];
  if (!a.available) return "the accelerator is turned off";
  if (a.free_slots == 0) return "the accelerator has no free slot";
  const ModelTask& t = view.model_task(d.task);
  if (!t.variant_ids().contains(d.variant))
    return "the task has no variant " + number(d.variant) + "; variants are 0 to " + number(t.variants - 1);
  if (!(view.cost_on(d.task, d.accelerator, d.variant).time < kNever))
    return "the accelerator cannot run this task" +
           std::string(d.variant != VariantId::original ? " as this variant" : "") + " at its operating point";
  if (!(view.accuracy_loss(d.task, d.variant) < kNever)) return "the model does not list this combination of variants";
  if (!(d.expected >= 0)) return "the expected time must be a number and not negative";
  if (!d.also.empty())
    if (std::string wrong = check_batch(d, view); !wrong.empty()) return wrong;
  return view.memory_states.empty() ? ""
                                    : check_room(view.needed(d.task, d.also, d.accelerator, d.variant), a.memory, view);
}

std::string check(const Prefetch& d, const SystemView& view) {
  if (std::string wrong = check_task(d.task, view); !wrong.empty()) return wrong;
  if (std::string wrong = check_accelerator(d.accelerator, view); !wrong.empty()) return wrong;
  if (view.state(d.task).progress == Progress::finished) return "the task has finished already";
  const MemoryId memory = view.accelerators[d.accelerator].memory;
  return view.memory_states.empty() ? "" : check_room(view.needed_for_inputs(d.task, memory), memory, view);
}

std::string check(const Load& d, const SystemView& view) {
  if (std::string wrong = check_weights(d.weights, d.memory, view); !wrong.empty()) return wrong;
  if (view.home == MemoryId::none) return "weights have no home to be loaded from";
  if (view.residence(d.weights, d.memory).presence != Presence::absent)
    return "these weights are there already, or on their way";
  if (!(view.route(view.home, d.memory).latency < kNever)) return "no route leads there from the home of weights";
  return check_room(view.memory_states[d.memory].in_pages(view.weights[d.weights].bytes), d.memory, view);
}

std::string check(const Evict& d, const SystemView& view) {
  if (std::string wrong = check_weights(d.weights, d.memory, view); !wrong.empty()) return wrong;
  const Residence& lie = view.residence(d.weights, d.memory);
  if (lie.presence != Presence::there) return "these weights are not there";
  if (lie.users > 0) return "these weights are in use by " + number(lie.users) + " tasks";
  return "";
}

/// Is an output still to be read?
bool is_wanted(const Edge& output, TaskRef producer, const SystemView& view) {
  return output.bytes > 0 && view.state({producer.request, output.task}).progress != Progress::finished;
}

/// Why the outputs of a task may not leave a memory for another one.
std::string check_offload(const GiveUp& d, const SystemView& view) {
  if (!view.model(d.task).offload) return "the model does not allow outputs to be moved elsewhere (its field spill)";
  if (!view.memory_states.contains(d.to)) return check_memory(d.to, view);
  if (d.to == d.memory) return "they lie there already";
  if (!(view.route(d.memory, d.to).latency < kNever)) return "no route leads there";
  Bytes needed = 0;
  std::vector<TensorId> counted;
  for (const Edge& output : view.model_task(d.task).outputs) {
    if (!is_wanted(output, d.task, view)) continue;
    if (std::find(counted.begin(), counted.end(), output.tensor) != counted.end()) continue;
    counted.push_back(output.tensor);
    if (view.has_room(d.task, output.tensor, d.to)) return "an output of the task lies there already, or comes";
    needed += std::ceil(output.bytes);
  }
  return check_room(needed, d.to, view);
}

std::string check(const GiveUp& d, const SystemView& view) {
  if (std::string wrong = check_task(d.task, view); !wrong.empty()) return wrong;
  if (std::string wrong = check_memory(d.memory, view); !wrong.empty()) return wrong;
  const TaskState& producer = view.state(d.task);
  if (producer.progress != Progress::finished) return "the task has not finished";
  const Request& request = view.request(d.task);
  bool any = false, lost = false, read_elsewhere = false;
  for (const Edge& output : view.model_task(d.task).outputs) {
    if (!is_wanted(output, d.task, view)) continue;
    const TaskState& reader = request.tasks[output.task];
    const bool is_place = view.place_of(request, output.tensor, producer.accelerator) == d.memory;
    bool here = is_place, elsewhere = !is_place;
    for (const Replica& copy : request.replicas) {
      if (copy.tensor != output.tensor) continue;
      if (!copy.arrived && (copy.memory == d.memory || is_place)) return "an output of the task is on its way";
      here = here || copy.memory == d.memory;
      elsewhere = elsewhere || copy.memory != d.memory;
    }
    if (!here) continue;
    any = true;
    lost = lost || !elsewhere;
    if (reader.progress != Progress::running) continue;
    if (view.accelerators[reader.accelerator].memory == d.memory) return "a task that runs there reads it";
    read_elsewhere = true;
  }
  if (!any) return "no output of the task lies there and is still to be read";
  if (d.to != MemoryId::none) return check_offload(d, view);
  if (lost && !view.model(d.task).recompute)
    return "nothing else has a copy, and the model does not allow tasks to run again (its field spill)";
  if (lost && read_elsewhere) return "another task that reads an output of it runs";
  return "";
}

std::string check(const SetOperatingPoint& d, const SystemView& view) {
  if (std::string wrong = check_accelerator(d.accelerator, view); !wrong.empty()) return wrong;
  const auto& points = view.kind(d.accelerator).points;
  if (!points.contains(d.point))
    return "the accelerator has no operating point " + number(d.point) + "; points are 0 to " +
           number(points.size() - 1);
  const Accelerator& changed = view.accelerators[d.accelerator];
  if (changed.point == d.point || changed.free_slots == changed.slots) return "";
  for (const RequestRef r : view.live)
    for (const TaskId t : view.requests[r].tasks.ids()) {
      const TaskState& task = view.requests[r].tasks[t];
      if (task.progress != Progress::running || task.accelerator != d.accelerator) continue;
      if (!(view.cost(view.model_task({r, t}), changed.kind, d.point, task.variant).time < kNever))
        return "the task that runs there has no cost at that point";
    }
  return "";
}

std::string check(const Drop& d, const SystemView& view) { return check_request(d.request, view); }

std::string check(const WakeAt& d, const SystemView& view) {
  if (std::isfinite(d.time) && d.time >= view.now) return "";
  return "the time must be finite and not before now";
}

std::string check(const Forecast& d, const SystemView& view) {
  if (!(d.finish >= 0)) return "the time must be a number, and not negative";
  return check_request(d.request, view);
}

std::string name_of(TaskRef t, const SystemView& view) {
  if (!exists(t, view)) return "task " + number(t.task) + " of request at " + number(t.request);
  const Request& r = view.requests[t.request];
  return "task " + std::string(view.model_task(t).name) + " of request " + number(r.id) + " of stream " +
         std::string(view.streams[r.stream].name);
}

std::string name_of_accelerator(AcceleratorId a, const SystemView& view) {
  return view.accelerators.contains(a) ? std::string(view.accelerators[a].name) : "accelerator " + number(a);
}

std::string name_of_request(RequestRef r, const SystemView& view) {
  if (!view.requests.contains(r) || !view.requests[r].live) return "request at " + number(r);
  return "request " + number(view.requests[r].id) + " of stream " +
         std::string(view.streams[view.requests[r].stream].name);
}

std::string words(const Start& d, const SystemView& view) {
  return "start(" + name_of(d.task, view) + ", on " + name_of_accelerator(d.accelerator, view) +
         (d.variant != VariantId::original ? ", as variant " + number(d.variant) : "") +
         (d.also.empty() ? "" : ", in a batch of " + number(1 + d.also.size())) + ")";
}
std::string words(const Prefetch& d, const SystemView& view) {
  return "prefetch(" + name_of(d.task, view) + ", to " + name_of_accelerator(d.accelerator, view) + ")";
}
std::string words(const SetOperatingPoint& d, const SystemView& view) {
  return "set_operating_point(" + name_of_accelerator(d.accelerator, view) + ", " + number(d.point) + ")";
}
std::string words(const Drop& d, const SystemView& view) { return "drop(" + name_of_request(d.request, view) + ")"; }
std::string words(const WakeAt& d, const SystemView&) { return "wake_at(" + format_number(d.time) + " s)"; }
std::string words(const Forecast& d, const SystemView& view) {
  return "forecast(" + name_of_request(d.request, view) + ", " + format_number(d.finish) + " s)";
}

std::string name_of_memory(MemoryId memory, const SystemView& view) {
  return view.memory_states.contains(memory) ? std::string(view.memory_states[memory].name)
                                             : "memory " + number(memory);
}
std::string name_of_weights(WeightsId weights, const SystemView& view) {
  if (!view.weights.contains(weights)) return "weights " + number(weights);
  const Weights& w = view.weights[weights];
  return "weights of " + std::string(view.models[w.model].tasks[w.task].name) + " of model " +
         std::string(view.models[w.model].name);
}
std::string words(const Load& d, const SystemView& view) {
  return "load(" + name_of_weights(d.weights, view) + ", to " + name_of_memory(d.memory, view) + ")";
}
std::string words(const Evict& d, const SystemView& view) {
  return "evict(" + name_of_weights(d.weights, view) + ", from " + name_of_memory(d.memory, view) + ")";
}
std::string words(const GiveUp& d, const SystemView& view) {
  return "give_up(" + name_of(d.task, view) + ", in " + name_of_memory(d.memory, view) +
         (d.to == MemoryId::none ? "" : ", to " + name_of_memory(d.to, view)) + ")";
}

/// At any of its operating points, as any variant?
bool could_run(TaskRef t, const Accelerator& a, const SystemView& view) {
  const ModelTask& task = view.model_task(t);
  if (!a.available) return false;
  for (const PointId point : view.kinds[a.kind].points.ids())
    for (const VariantId variant : task.variant_ids())
      if (view.cost(task, a.kind, point, variant).time < kNever && view.accuracy_loss(t, variant) < kNever) return true;
  return false;
}

std::vector<RequestRef> requests_in(const Start& d) {
  std::vector<RequestRef> requests = {d.task.request};
  for (const TaskRef other : d.also) requests.push_back(other.request);
  return requests;
}
std::vector<RequestRef> requests_in(const Prefetch& d) { return {d.task.request}; }
std::vector<RequestRef> requests_in(const Drop& d) { return {d.request}; }
std::vector<RequestRef> requests_in(const Forecast& d) { return {d.request}; }
std::vector<RequestRef> requests_in(const SetOperatingPoint&) { return {}; }
std::vector<RequestRef> requests_in(const WakeAt&) { return {}; }
std::vector<RequestRef> requests_in(const Load&) { return {}; }
std::vector<RequestRef> requests_in(const Evict&) { return {}; }
std::vector<RequestRef> requests_in(const GiveUp& d) { return {d.task.request}; }

}  // namespace

std::vector<RequestRef> requests_of(const Decision& decision) {
  return std::visit([](const auto& d) { return requests_in(d); }, decision);
}

std::string startable(const SystemView& view) {
  constexpr std::size_t kMostNames = 5;
  std::string words;
  std::size_t found = 0;
  for (const TaskRef t : view.ready) {
    if (std::none_of(view.accelerators.begin(), view.accelerators.end(),
                     [&](const Accelerator& a) { return could_run(t, a, view); }))
      continue;
    if (++found > kMostNames) continue;
    const Request& r = view.request(t);
    words += (found > 1 ? ", " : "") + std::string(view.model_task(t).name) + " of request " + number(r.id) +
             " of stream " + std::string(view.streams[r.stream].name);
  }
  return found > kMostNames ? words + " and " + number(found - kMostNames) + " more" : words;
}

std::string broken_rule(const Decision& decision, const SystemView& view) {
  return std::visit([&](const auto& d) { return check(d, view); }, decision);
}

std::string in_words(const Decision& decision, const SystemView& view) {
  return std::visit([&](const auto& d) { return words(d, view); }, decision);
}

}  // namespace hetsched

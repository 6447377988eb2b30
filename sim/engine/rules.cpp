#include "engine/rules.hpp"

#include <algorithm>
#include <cmath>

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
  return d.also.empty() ? "" : check_batch(d, view);
}

std::string check(const Prefetch& d, const SystemView& view) {
  if (std::string wrong = check_task(d.task, view); !wrong.empty()) return wrong;
  if (std::string wrong = check_accelerator(d.accelerator, view); !wrong.empty()) return wrong;
  if (view.state(d.task).progress == Progress::finished) return "the task has finished already";
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

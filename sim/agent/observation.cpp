#include "agent/observation.hpp"

#include <algorithm>

namespace hetsched::agent {
namespace {

class Numbers {
 public:
  explicit Numbers(std::string& bytes) : bytes_(bytes) {}
  template <class... N>
  void add(N... numbers) {
    const double values[] = {number(numbers)...};
    bytes_.append(reinterpret_cast<const char*>(values), sizeof values);
  }
  /// An id as the number that it holds.
  template <class N>
  static double number(N n) {
    if constexpr (IsId<N>)
      return static_cast<double>(index_of(n));
    else
      return static_cast<double>(n);
  }
  void zeros(std::size_t count) { bytes_.append(count * sizeof(double), '\0'); }

 private:
  std::string& bytes_;
};

void add_accelerators(Numbers& numbers, const SystemView& view, const Choices& choices) {
  for (const AcceleratorId a : view.accelerators.ids()) {
    const Accelerator& each = view.accelerators[a];
    const OperatingPoint& point = view.kinds[each.kind].points[each.point];
    const double model = each.last_model == ModelId::none ? -1 : Numbers::number(each.last_model);
    const double until_free = each.free_at < kNever ? std::max(0.0, each.free_at - view.now) : -1;
    numbers.add(each.available ? 1 : 0, choices.free_slots(a), each.slots, until_free, model, point.idle_power,
                point.active_power);
  }
}

void add_tasks(Numbers& numbers, const SystemView& view, const Choices& choices) {
  for (const TaskRef task : choices.tasks()) {
    const Request& request = view.request(task);
    const bool has_deadline = request.deadline < kNever;
    const double slack = has_deadline ? request.deadline - view.now - request.remaining_best : 0;
    numbers.add(1, view.now - request.arrival, view.now - view.state(task).ready, slack, has_deadline ? 1 : 0,
                request.priority, request.unfinished, request.remaining_best, view.model_task(task).best_time);
  }
}

void add_run_times(Numbers& numbers, const SystemView& view, const Choices& choices) {
  for (const TaskRef task : choices.tasks())
    for (const AcceleratorId a : view.accelerators.ids()) {
      const double time = view.run_time(task, a);
      numbers.add(time < kNever ? time : -1);
    }
}

void add_lists(Numbers& numbers, const SystemView& view, const Choices& choices) {
  for (const TaskRef task : choices.tasks()) {
    const Request& request = view.request(task);
    numbers.add(request.id, request.stream, request.model, task.task);
  }
  for (const RequestRef place : view.live) {
    const Request& r = view.requests[place];
    numbers.add(r.id, r.stream, r.model, r.index, r.arrival, r.deadline, r.priority, r.unfinished, r.remaining_best);
  }
}

void add_mask(std::string& bytes, const SystemView& view, const Choices& choices, bool may_wait) {
  const std::size_t accelerators = view.accelerators.size(), begin = bytes.size();
  bytes.append(choices.window() * accelerators + 1, '\0');
  const std::size_t rows = std::min<std::size_t>(choices.window(), choices.tasks().size());
  for (std::size_t row = 0; row < rows; ++row)
    for (const AcceleratorId a : view.accelerators.ids())
      bytes[begin + row * accelerators + index_of(a)] = choices.can_start(view, choices.tasks()[row], a) ? 1 : 0;
  bytes.back() = may_wait ? 1 : 0;
}

}  // namespace

void Choices::begin(const SystemView& view) {
  tasks_.assign(view.ready.begin(), view.ready.end());
  free_.clear();
  for (const Accelerator& a : view.accelerators) free_.push_back(a.available ? a.free_slots : 0);
}

bool Choices::arrange(const SystemView& view) {
  const auto startable = [&](TaskRef task) {
    for (const AcceleratorId a : free_.ids())
      if (can_start(view, task, a)) return true;
    return false;
  };
  if (std::all_of(free_.begin(), free_.end(), [](std::uint32_t free) { return free == 0; })) return false;
  std::sort(tasks_.begin(), tasks_.end(), [&](TaskRef a, TaskRef b) {
    const std::uint64_t first = view.request(a).id, second = view.request(b).id;
    return first != second ? first < second : a.task < b.task;
  });
  return std::stable_partition(tasks_.begin(), tasks_.end(), startable) != tasks_.begin();
}

void Choices::take(std::size_t row, AcceleratorId accelerator) {
  tasks_.erase(tasks_.begin() + static_cast<std::ptrdiff_t>(row));
  --free_[accelerator];
}

bool Choices::busy(const SystemView& view) const {
  for (const AcceleratorId a : free_.ids())
    if (view.accelerators[a].available && free_[a] < view.accelerators[a].slots) return true;
  return false;
}

double time_in_system(const SystemView& view, const Score& score) {
  double time = score.time_of_ended();
  for (const RequestRef place : view.live) time += view.now - view.requests[place].arrival;
  return time;
}

void append_observation(std::string& bytes, const SystemView& view, const Choices& choices, const Score& score,
                        bool may_wait) {
  Numbers numbers(bytes);
  numbers.add(view.now, time_in_system(view, score), score.misses(), score.energy_so_far() + view.base_power * view.now,
              choices.tasks().size(), view.live.size());
  add_accelerators(numbers, view, choices);
  const std::size_t missing = choices.window() - std::min<std::size_t>(choices.window(), choices.tasks().size());
  add_tasks(numbers, view, choices);
  numbers.zeros(missing * kTaskColumns.size());
  add_run_times(numbers, view, choices);
  numbers.zeros(missing * view.accelerators.size());
  add_lists(numbers, view, choices);
  add_mask(bytes, view, choices, may_wait);
}

}  // namespace hetsched::agent

#include "agent/observation.hpp"

#include <algorithm>
#include <functional>
#include <tuple>

#include "hetsched/members.hpp"

namespace hetsched::agent {
namespace {

/// A number that is shown of each row.
template <class Value>
struct Column {
  const char* name;
  Value value;
};

/// Columns that are members of `part` of a row, under their names.
template <class Of, class T, class... M>
constexpr auto members(Of part, M T::*... shown) {
  const auto name_of_member = []<class Shown>(Shown T::*member) {
    const char* found = nullptr;
    for_each_member<T>([&]<class Each>(const char* name, Each T::*each) {
      if constexpr (std::is_same_v<Each, Shown>)
        if (each == member) found = name;
    });
    return found;
  };
  return std::tuple{
      Column{name_of_member(shown), [part, shown](const auto& row) { return std::invoke(part, row).*shown; }}...};
}

struct Head {
  const SystemView& view;
  const Choices& choices;
  const Score& score;
};
constexpr std::tuple kHead{
    Column{"now", [](const Head& h) { return h.view.now; }},
    Column{"time_in_system", [](const Head& h) { return time_in_system(h.view, h.score); }},
    Column{"misses", [](const Head& h) { return h.score.misses(); }},
    Column{"energy", [](const Head& h) { return h.score.energy_so_far() + h.view.base_power * h.view.now; }},
    Column{"ready", [](const Head& h) { return h.choices.tasks().size(); }},
    Column{"live", [](const Head& h) { return h.view.live.size(); }},
};

struct AcceleratorRow {
  const SystemView& view;
  const Choices& choices;
  AcceleratorId id;
  [[nodiscard]] const Accelerator& accelerator() const { return view.accelerators[id]; }
  [[nodiscard]] const OperatingPoint& point() const { return view.kind(id).points[accelerator().point]; }
};
constexpr auto kAccelerators =
    std::tuple_cat(members(&AcceleratorRow::accelerator, &Accelerator::available),
                   std::tuple{Column{"free_slots", [](const AcceleratorRow& a) { return a.choices.free_slots(a.id); }}},
                   members(&AcceleratorRow::accelerator, &Accelerator::slots),
                   std::tuple{Column{"time_to_free",
                                     [](const AcceleratorRow& a) {
                                       const Seconds free_at = a.accelerator().free_at;
                                       return free_at < kNever ? std::max(0.0, free_at - a.view.now) : -1;
                                     }},
                              Column{"last_model",
                                     [](const AcceleratorRow& a) {
                                       const ModelId model = a.accelerator().last_model;
                                       return model == ModelId::none ? -1.0 : static_cast<double>(model);
                                     }}},
                   members(&AcceleratorRow::point, &OperatingPoint::idle_power, &OperatingPoint::active_power));

struct TaskRow {
  const SystemView& view;
  TaskRef ref;
  [[nodiscard]] const Request& request() const { return view.request(ref); }
  [[nodiscard]] const ModelTask& model_task() const { return view.model_task(ref); }
  [[nodiscard]] bool has_deadline() const { return request().deadline < kNever; }
};
constexpr auto kTasks = std::tuple_cat(
    std::tuple{Column{"present", [](const TaskRow&) { return 1; }},
               Column{"request_age", [](const TaskRow& t) { return t.view.now - t.request().arrival; }},
               Column{"task_age", [](const TaskRow& t) { return t.view.now - t.view.state(t.ref).ready; }},
               Column{"slack",
                      [](const TaskRow& t) {
                        return t.has_deadline() ? t.request().deadline - t.view.now - t.request().remaining_best : 0;
                      }},
               Column{"has_deadline", [](const TaskRow& t) { return t.has_deadline(); }}},
    members(&TaskRow::request, &Request::priority, &Request::unfinished, &Request::remaining_best),
    members(&TaskRow::model_task, &ModelTask::best_time));
constexpr auto kIds = std::tuple_cat(std::tuple{Column{"request", [](const TaskRow& t) { return t.request().id; }}},
                                     members(&TaskRow::request, &Request::stream, &Request::model),
                                     members(&TaskRow::ref, &TaskRef::task));

constexpr auto kLive =
    std::tuple_cat(std::tuple{Column{"request", [](const Request& r) { return r.id; }}},
                   members(std::identity(), &Request::stream, &Request::model, &Request::index, &Request::arrival,
                           &Request::deadline, &Request::priority, &Request::unfinished, &Request::remaining_best));

template <class... Columns>
Part part(const char* name, const std::tuple<Columns...>& columns) {
  return {name, std::apply([](const auto&... each) { return std::vector<std::string>{each.name...}; }, columns)};
}

template <class Row, class... Columns>
void add_row(std::string& bytes, const std::tuple<Columns...>& columns, const Row& row) {
  std::apply(
      [&](const auto&... each) {
        const double numbers[] = {static_cast<double>(each.value(row))...};  // an id is the number that it holds
        bytes.append(reinterpret_cast<const char*>(numbers), sizeof numbers);
      },
      columns);
}

void add_zeros(std::string& bytes, std::size_t count) { bytes.append(count * sizeof(double), '\0'); }

void add_run_times(std::string& bytes, const SystemView& view, const Choices& choices) {
  for (const TaskRef task : choices.tasks())
    for (const AcceleratorId a : view.accelerators.ids()) {
      const double time = view.run_time(task, a), shown = time < kNever ? time : -1;
      bytes.append(reinterpret_cast<const char*>(&shown), sizeof shown);
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
  taken_.assign(view.memory_states.size(), 0);
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

void Choices::take(const SystemView& view, std::size_t row, AcceleratorId accelerator) {
  if (!taken_.empty()) taken_[view.accelerators[accelerator].memory] += view.needed(tasks_[row], accelerator);
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

std::vector<Part> parts() {
  return {part("head", kHead), part("accelerators", kAccelerators), part("tasks", kTasks), part("ids", kIds),
          part("live", kLive)};
}

void append_observation(std::string& bytes, const SystemView& view, const Choices& choices, const Score& score,
                        bool may_wait) {
  const std::vector<TaskRef>& tasks = choices.tasks();
  const std::size_t missing = choices.window() - std::min<std::size_t>(choices.window(), tasks.size());
  add_row(bytes, kHead, Head{view, choices, score});
  for (const AcceleratorId a : view.accelerators.ids()) add_row(bytes, kAccelerators, AcceleratorRow{view, choices, a});
  for (const TaskRef task : tasks) add_row(bytes, kTasks, TaskRow{view, task});
  add_zeros(bytes, missing * std::tuple_size_v<decltype(kTasks)>);
  add_run_times(bytes, view, choices);
  add_zeros(bytes, missing * view.accelerators.size());
  for (const TaskRef task : tasks) add_row(bytes, kIds, TaskRow{view, task});
  for (const RequestRef place : view.live) add_row(bytes, kLive, view.requests[place]);
  add_mask(bytes, view, choices, may_wait);
}

}  // namespace hetsched::agent

// What indexes accelerators, tasks and the rest cannot be mixed up: each wrong line does not compile, and stands beside
// the right one that does.

#include <doctest/doctest.h>

#include <ranges>
#include <type_traits>
#include <vector>

#include "hetsched/policy.hpp"
#include "support/ids.hpp"

namespace hetsched {
namespace {

template <class... T>
concept Starts = requires(Decisions out, T... given) {
  out.start(given...);
};
static_assert(Starts<TaskRef, AcceleratorId> && Starts<TaskRef, AcceleratorId, VariantId>);
static_assert(!Starts<AcceleratorId, TaskRef>);
static_assert(!Starts<TaskRef, KindId>);
static_assert(!Starts<TaskRef, unsigned>);
static_assert(!Starts<TaskId, AcceleratorId>);
static_assert(!Starts<TaskRef, AcceleratorId, PointId>);

template <class... T>
concept Prefetches = requires(Decisions out, T... given) {
  out.prefetch(given...);
};
static_assert(Prefetches<TaskRef, AcceleratorId>);
static_assert(!Prefetches<TaskRef, MemoryId>);

template <class... T>
concept SetsPoint = requires(Decisions out, T... given) {
  out.set_operating_point(given...);
};
static_assert(SetsPoint<AcceleratorId, PointId>);
static_assert(!SetsPoint<PointId, AcceleratorId>);
static_assert(!SetsPoint<KindId, PointId>);
static_assert(!SetsPoint<unsigned, unsigned>);

template <class... T>
concept Drops = requires(Decisions out, T... given) {
  out.drop(given...);
};
static_assert(Drops<RequestRef>);
static_assert(!Drops<TaskRef>);
static_assert(!Drops<TaskId>);
static_assert(!Drops<std::uint64_t>);  // Request::id counts all of the run
static_assert(!Drops<StreamId>);

template <class... T>
concept Forecasts = requires(Decisions out, T... given) {
  out.forecast(given...);
};
static_assert(Forecasts<RequestRef, Seconds>);
static_assert(!Forecasts<TaskRef, Seconds>);
static_assert(!Forecasts<Seconds, RequestRef>);

template <class... T>
concept Costs = requires(SystemView view, T... given) {
  view.cost(given...);
};
static_assert(Costs<ModelTask, KindId, PointId> && Costs<ModelTask, KindId, PointId, VariantId, std::uint32_t>);
static_assert(!Costs<ModelTask, AcceleratorId, PointId>);
static_assert(!Costs<ModelTask, PointId, KindId>);
static_assert(!Costs<ModelTask, KindId, PointId, std::uint32_t>);  // a batch size where the variant belongs
static_assert(!Costs<TaskRef, AcceleratorId>);

template <class... T>
concept CostsOn = requires(SystemView view, T... given) {
  view.cost_on(given...);
};
static_assert(CostsOn<TaskRef, AcceleratorId> && CostsOn<TaskRef, AcceleratorId, VariantId>);
static_assert(!CostsOn<TaskRef, KindId>);
static_assert(!CostsOn<ModelTask, AcceleratorId>);
static_assert(!CostsOn<TaskRef, AcceleratorId, PointId>);

template <class... T>
concept ComputesAt = requires(SystemView view, T... given) {
  view.alone_time_at(given...);
};
static_assert(ComputesAt<ModelTask, AcceleratorId, PointId>);
static_assert(!ComputesAt<ModelTask, PointId, AcceleratorId>);
static_assert(!ComputesAt<ModelTask, KindId, PointId>);

template <class... T>
concept CanStart = requires(SystemView view, T... given) {
  view.can_start(given...);
};
static_assert(CanStart<TaskRef, AcceleratorId, VariantId>);
static_assert(!CanStart<TaskRef, VariantId, AcceleratorId>);

template <class... T>
concept Moves = requires(SystemView view, T... given) {
  view.route_time(given...);
};
static_assert(Moves<MemoryId, MemoryId, Bytes>);
static_assert(!Moves<AcceleratorId, AcceleratorId, Bytes>);

template <class List, class Index>
concept Indexes = requires(List list, Index index) {
  list[index];
};
static_assert(Indexes<decltype(SystemView::accelerators), AcceleratorId>);
static_assert(!Indexes<decltype(SystemView::accelerators), KindId>);
static_assert(!Indexes<decltype(SystemView::accelerators), unsigned>);
static_assert(Indexes<decltype(SystemView::requests), RequestRef>);
static_assert(!Indexes<decltype(SystemView::requests), StreamId>);
static_assert(!Indexes<decltype(SystemView::requests), std::uint64_t>);
static_assert(Indexes<decltype(SystemView::models), ModelId>);
static_assert(!Indexes<decltype(SystemView::models), StreamId>);
static_assert(Indexes<decltype(Request::tasks), TaskId>);
static_assert(!Indexes<decltype(Request::tasks), TensorId>);
static_assert(!Indexes<decltype(Request::tasks), TaskRef>);
static_assert(Indexes<decltype(Kind::points), PointId>);
static_assert(!Indexes<decltype(Kind::points), VariantId>);

static_assert(std::is_constructible_v<TaskRef, RequestRef, TaskId>);
static_assert(!std::is_constructible_v<TaskRef, TaskId, RequestRef>);

template <class A, class B>
concept Compares = requires(A a, B b) {
  a == b;
};
static_assert(Compares<AcceleratorId, AcceleratorId>);
static_assert(!Compares<AcceleratorId, KindId>);
static_assert(!Compares<ModelId, int>);

}  // namespace

TEST_CASE("an id is the number that it holds, and takes no more room") {
  static_assert(sizeof(AcceleratorId) == 4 && sizeof(TaskRef) == 8);
  static_assert(sizeof(IdSpan<TaskId, const TaskState>) == sizeof(std::span<const TaskState>));
  CHECK(index_of(id_of<ModelId>(3)) == 3);
  CHECK(TaskRef{}.request == RequestRef::none);
  CHECK(TaskRef{}.task == TaskId::none);
}

TEST_CASE("ids can be gone through, both ways and in part") {
  const IdRange<TaskId> all(3);
  CHECK(all.list() == std::vector<TaskId>{0_task, 1_task, 2_task});
  std::vector<TaskId> back;
  for (const TaskId t : all | std::views::reverse) back.push_back(t);
  CHECK(back == std::vector<TaskId>{2_task, 1_task, 0_task});
  const IdRange part(1_task, 3_task);
  CHECK(part.size() == 2);
  CHECK(part.list() == std::vector<TaskId>{1_task, 2_task});
  CHECK(part.contains(1_task));
  CHECK_FALSE(part.contains(0_task));
  CHECK_FALSE(part.contains(3_task));
  CHECK_FALSE(part.contains(TaskId::none));
}

TEST_CASE("a vector gives what it holds an id, and a span of it the same") {
  IdVector<PointId, double> speeds;
  CHECK(speeds.push_back(0.5) == 0_point);
  CHECK(speeds.push_back(1) == 1_point);
  const IdSpan<PointId, const double> seen = speeds;
  CHECK(seen[1_point] == 1);
  CHECK(seen.ids().size() == 2);
  CHECK(seen.contains(1_point));
  CHECK_FALSE(seen.contains(PointId::none));
  CHECK(seen.all().data() == speeds.all().data());
}

}  // namespace hetsched

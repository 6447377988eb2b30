/// \file
/// What searches for mappings are given: tasks of concurrent requests with prices on unrelated accelerators,
/// delays between them, and how accelerators disturb each other. A mapping says which accelerator runs which
/// task. Nothing here knows of views, events or the engine.
#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "hetsched/view.hpp"
#include "support/none.hpp"

namespace hetsched::mapping {

/// Price of a task on an accelerator.
struct Price {
  Seconds time = kNever;  ///< alone; kNever: not supported
  Bytes traffic = 0;      ///< over the accelerator's memory meanwhile; only where that memory has a limit
  Joules energy = 0;
};

/// A time that is promised to something else.
struct Reserved {
  Seconds start = 0, end = 0;
};

struct Server {
  std::vector<Seconds> free_at = {0};  ///< one per slot: before that it is busy with something else
  std::uint32_t memory = 0;
  double port = kNever;     ///< B/s of one task, at most
  Seconds overhead = 0;     ///< before every task
  Seconds switch_time = 0;  ///< before a task of another model than the last one
  std::uint32_t last_model = kNone;
  /// Of a server of one slot, by start, apart from each other: what it is promised to after free_at. Tasks may go
  /// into the gaps. Only branch_and_bound() heeds it.
  std::vector<Reserved> reserved = {};
};

/// An input of a task from another task of the problem.
struct Input {
  std::uint32_t task = 0;
  std::uint32_t delays = 0;  ///< index of its first one in MappingProblem's table
  Bytes bytes = 0;           ///< that take these delays over MappingProblem::links, if it has some
};

struct Task {
  std::uint32_t request = 0;  ///< index into MappingProblem::requests
  std::uint32_t model = 0;
  Seconds release = 0;                ///< it starts no earlier
  std::vector<Seconds> inputs_there;  ///< by accelerator: when inputs from elsewhere are there; empty: they are
  std::vector<Input> inputs;
  std::vector<std::uint32_t> outputs;  ///< tasks that have it as an input, once for each such input
};

struct Request {
  Seconds deadline = kNever;
  Seconds finish = 0;  ///< it ends no earlier, whatever becomes of its tasks here
};

/// How tasks that share a memory of limited bandwidth slow each other down:
///  - max_min: bytes flow beside the computing; bandwidth is shared max-min fairly, each task capped by its
///  port
///  - proportional: a task needs traffic / time; if all need more than there is, all slow down by the same
///  factor
enum class Sharing { none, max_min, proportional };

/// Whom an accelerator serves first: who has waited longest, or who belongs to the earlier request; ties by
/// task.
enum class Queue { ready, request };

/// Tasks are in a topological order, those of a request together: the "lowest id" of all tie rules.
class MappingProblem {
 public:
  explicit MappingProblem(std::uint32_t accelerators) : servers(accelerators) {}

  std::vector<Server> servers;
  std::vector<Task> tasks;
  std::vector<Request> requests;
  std::vector<double> memory_bandwidths = {kNever};  ///< B/s
  std::vector<Route> links;  ///< accelerators x accelerators, from-major; empty: delays do not come from bytes
  Sharing sharing = Sharing::max_min;
  Queue queue = Queue::ready;
  double contention = 1;  ///< while several accelerators are busy each is this many times slower

  std::uint32_t add_request(Seconds deadline = kNever) {
    requests.push_back({deadline, 0});
    return static_cast<std::uint32_t>(requests.size() - 1);
  }
  /// `prices` by accelerator.
  std::uint32_t add_task(std::uint32_t request, std::span<const Price> prices, std::uint32_t model = 0) {
    prices_.insert(prices_.end(), prices.begin(), prices.end());
    tasks.push_back({request, model, 0, {}, {}, {}});
    return static_cast<std::uint32_t>(tasks.size() - 1);
  }
  /// The task may run nowhere else.
  void fix(std::uint32_t task, std::uint32_t accelerator) {
    for (std::uint32_t a = 0; a < accelerators(); ++a)
      if (a != accelerator) prices_[std::size_t{task} * servers.size() + a] = {};
  }
  /// `delays`: from the end of one task to when the other may start, by accelerator of the first and of the
  /// second.
  void add_edge(std::uint32_t from, std::uint32_t to, std::span<const Seconds> delays, Bytes bytes = 0) {
    tasks[to].inputs.push_back({from, static_cast<std::uint32_t>(delays_.size()), bytes});
    tasks[from].outputs.push_back(to);
    delays_.insert(delays_.end(), delays.begin(), delays.end());
  }
  /// The same with one delay between any two accelerators, none on one.
  void add_edge(std::uint32_t from, std::uint32_t to, Seconds change) {
    std::vector<Seconds> delays(servers.size() * servers.size(), change);
    for (std::size_t a = 0; a < servers.size(); ++a) delays[a * (servers.size() + 1)] = 0;
    add_edge(from, to, delays);
  }

  [[nodiscard]] std::uint32_t accelerators() const { return static_cast<std::uint32_t>(servers.size()); }
  [[nodiscard]] std::uint32_t size() const { return static_cast<std::uint32_t>(tasks.size()); }
  [[nodiscard]] const Price& price(std::uint32_t task, std::uint32_t accelerator) const {
    return prices_[std::size_t{task} * servers.size() + accelerator];
  }
  [[nodiscard]] bool runs_on(std::uint32_t task, std::uint32_t accelerator) const {
    return price(task, accelerator).time < kNever;
  }
  [[nodiscard]] Seconds delay(const Input& input, std::uint32_t from, std::uint32_t to) const {
    return delays_[input.delays + std::size_t{from} * servers.size() + to];
  }
  /// Mean over all ways from one accelerator to another one that end.
  [[nodiscard]] Seconds mean_delay(const Input& input) const {
    double sum = 0, number = 0;
    for (std::uint32_t from = 0; from < accelerators(); ++from)
      for (std::uint32_t to = 0; to < accelerators(); ++to) {
        const Seconds there = delay(input, from, to);
        if (from == to || !(there < kNever)) continue;
        sum += there;
        ++number;
      }
    return number > 0 ? sum / number : 0;
  }
  /// From taking an accelerator to the end, without switches and contention.
  [[nodiscard]] Seconds time(std::uint32_t task, std::uint32_t accelerator) const {
    return servers[accelerator].overhead + price(task, accelerator).time;
  }

 private:
  std::vector<Price> prices_;    ///< tasks x accelerators
  std::vector<Seconds> delays_;  ///< per edge: accelerators x accelerators, from-major
};

/// By task: an accelerator that runs it; kNone: nothing runs it, or something that it needs.
using Mapping = std::vector<std::uint32_t>;

/// What a mapping leads to.
struct Timing {
  std::vector<Seconds> start, end;  ///< by task; kNever: never
  std::vector<Seconds> finish;      ///< by request
  Seconds makespan = 0;             ///< the last finish
};

/// A mapping with what it leads to, as searches return it.
struct Plan {
  Mapping where;
  Timing timing;
  bool proved = false;  ///< no mapping is better by the measure of the search
};

}  // namespace hetsched::mapping

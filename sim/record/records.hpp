/// \file
/// The result schema: what one run leaves behind, as plain rows. Each struct is one CSV file; the field table
/// gives its header and the documentation of its columns (`hetsched schema results`). Facts only: what is
/// derived from them is in summary.hpp. Members are in the units that their columns name.
///
/// Text is std::string_view where the engine reports (the records below) and std::string where files are
/// read.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/fields.hpp"

namespace hetsched {

enum class RequestStatus { finished, late, dropped, unfinished };
template <>
inline constexpr auto enum_names<RequestStatus> = std::array{"finished", "late", "dropped", "unfinished"};

enum class TaskStatus { finished, failed, aborted, unfinished, part };
template <>
inline constexpr auto enum_names<TaskStatus> = std::array{"finished", "failed", "aborted", "unfinished", "part"};

/// requests.csv: one row per request, by the time it ended, then by id.
template <class Text>
struct RequestRow {
  std::uint64_t request = 0;
  Text stream, model;
  std::uint64_t index = 0;
  double arrival = 0;
  std::optional<double> deadline, start, finish;
  double end = 0;
  RequestStatus status = RequestStatus::unfinished;
  std::optional<double> latency, tardiness, forecast;
  double energy = 0;
  double accuracy_loss = 0;
};
template <class Text>
inline constexpr auto fields<RequestRow<Text>> = std::tuple{
    field("request", &RequestRow<Text>::request, "id, in order of release", {}),
    field("stream", &RequestRow<Text>::stream, "stream it belongs to", {}),
    field("model", &RequestRow<Text>::model, "model it is an inference of", {}),
    field("index", &RequestRow<Text>::index, "number within its stream, from 0", {}),
    field("arrival_at_s", &RequestRow<Text>::arrival, "when it was released to the policy", {.unit = "s"}),
    field("deadline_at_s", &RequestRow<Text>::deadline, "absolute deadline; empty if it has none", {.unit = "s"}),
    field("start_at_s", &RequestRow<Text>::start, "when its first task got an accelerator; empty if none did",
          {.unit = "s"}),
    field("finish_at_s", &RequestRow<Text>::finish, "when its last task finished; empty if it did not", {.unit = "s"}),
    field("end_at_s", &RequestRow<Text>::end, "when it left: finish_at_s, when it was dropped, or the end of the run",
          {.unit = "s"}),
    field("status", &RequestRow<Text>::status,
          "finished (in time or without deadline), late (finished more than 0.1 ns after the deadline), "
          "dropped, "
          "unfinished (at the end of the run)",
          {}),
    field("latency_s", &RequestRow<Text>::latency, "finish_at_s - arrival_at_s", {.unit = "s"}),
    field("tardiness_s", &RequestRow<Text>::tardiness,
          "finish_at_s - deadline_at_s if it was late, else 0; empty if it did not finish or has no deadline",
          {.unit = "s"}),
    field("forecast_at_s", &RequestRow<Text>::forecast,
          "finish the policy planned for it; empty if the policy does not plan", {.unit = "s"}),
    field("energy_j", &RequestRow<Text>::energy, "energy of its tasks and transfers, aborted and failed ones included",
          {.unit = "J"}),
    field("accuracy_loss", &RequestRow<Text>::accuracy_loss, "part of the model's accuracy lost to variants", {}),
};

/// tasks.csv: one row per start of a task, or per segment of one that is computed in several; by the time it ended,
/// then by request and task.
template <class Text>
struct TaskRow {
  std::uint64_t request = 0;
  Text stream, model, task, variant;
  Text accelerator;
  std::uint32_t slot = 0;
  Text operating_point;
  std::uint32_t batch = 1;
  double ready = 0, start = 0;
  double inputs = 0, compute = 0, end = 0;
  double predicted = 0, expected = 0;
  TaskStatus status = TaskStatus::finished;
  double switch_time = 0;
  double bytes = 0;
  double energy = 0, energy_transfer = 0;
};
template <class Text>
inline constexpr auto fields<TaskRow<Text>> = std::tuple{
    field("request", &TaskRow<Text>::request, "id of its request", {}),
    field("stream", &TaskRow<Text>::stream, "stream of its request", {}),
    field("model", &TaskRow<Text>::model, "model it is a part of", {}),
    field("task", &TaskRow<Text>::task, "layer, group, or * for a whole model", {}),
    field("variant", &TaskRow<Text>::variant, "variant it ran as; empty: the original", {}),
    field("accelerator", &TaskRow<Text>::accelerator, "where it ran", {}),
    field("slot", &TaskRow<Text>::slot, "slot of the accelerator, from 0", {}),
    field("operating_point", &TaskRow<Text>::operating_point, "point of the accelerator at the end of the task", {}),
    field("batch", &TaskRow<Text>::batch, "tasks that were started as one, this one included", {}),
    field("ready_at_s", &TaskRow<Text>::ready, "when its last predecessor finished", {.unit = "s"}),
    field("start_at_s", &TaskRow<Text>::start, "when it got the accelerator; dispatch and switch overheads follow",
          {.unit = "s"}),
    field("inputs_at_s", &TaskRow<Text>::inputs, "when the overheads were over and it began to wait for inputs",
          {.unit = "s"}),
    field("compute_at_s", &TaskRow<Text>::compute, "when its inputs were there and it began to compute", {.unit = "s"}),
    field("end_at_s", &TaskRow<Text>::end, "when it ended", {.unit = "s"}),
    field("predicted_s", &TaskRow<Text>::predicted,
          "end_at_s - start_at_s as predicted at the start, without contention or jitter", {.unit = "s"}),
    field("expected_s", &TaskRow<Text>::expected,
          "the same as the policy expected it, where it corrects costs by what it learned (decorator learned)",
          {.unit = "s"}),
    field("status", &TaskRow<Text>::status,
          "finished, failed (accelerator turned off), aborted (request dropped), unfinished (end of the run), part (a "
          "segment is done and others follow)",
          {}),
    field("switch_s", &TaskRow<Text>::switch_time, "part of the overheads spent on switching models", {.unit = "s"}),
    field("bytes", &TaskRow<Text>::bytes, "its traffic to and from the accelerator's memory", {.unit = "B"}),
    field("energy_j", &TaskRow<Text>::energy,
          "all energy it is charged with: its share of active power, its dynamic and switch energy, its "
          "memory traffic and input transfers",
          {.unit = "J"}),
    field("energy_transfer_j", &TaskRow<Text>::energy_transfer,
          "part of energy_j spent on moving bytes over memories and links", {.unit = "J"}),
};

/// In the place of a task: where inputs of requests come from, and where their results go.
inline constexpr std::string_view kSourceName = "(source)", kSinkName = "(sink)";

/// transfers.csv: one row per tensor or weights moved between memories, by end, then by request and task.
template <class Text>
struct TransferRow {
  std::optional<std::uint64_t> request;
  Text producer, consumer;
  Text from, to;
  double start = 0, end = 0, bytes = 0, energy = 0;
};
template <class Text>
inline constexpr auto fields<TransferRow<Text>> = std::tuple{
    field("request", &TransferRow<Text>::request, "id of the request; empty: weights, which are no request's", {}),
    field("producer", &TransferRow<Text>::producer,
          "task that produced the tensor; (source): it is the request's own input; of weights: their model", {}),
    field("consumer", &TransferRow<Text>::consumer,
          "task it was moved for first; (sink): it is a part of the request's result; of an output that was given up: "
          "its "
          "producer",
          {}),
    field("from", &TransferRow<Text>::from, "memory it came from", {}),
    field("to", &TransferRow<Text>::to, "memory it went to", {}),
    field("start_at_s", &TransferRow<Text>::start, "when the transfer began, its latency included", {.unit = "s"}),
    field("end_at_s", &TransferRow<Text>::end, "when it was there, or given up because nobody wants it any more",
          {.unit = "s"}),
    field("bytes", &TransferRow<Text>::bytes, "bytes moved", {.unit = "B"}),
    field("energy_j", &TransferRow<Text>::energy, "energy of moving them", {.unit = "J"}),
};

/// power.csv: constant pieces. Power of a component at time t is the sum over its rows with from_at_s <= t <
/// to_at_s; energy of a component is the sum of (to_at_s - from_at_s) * power_w. By to_at_s, then by component.
template <class Text>
struct PowerRow {
  Text component, part;
  double from = 0, to = 0, power = 0;
};
template <class Text>
inline constexpr auto fields<PowerRow<Text>> = std::tuple{
    field("component", &PowerRow<Text>::component, "an accelerator, a memory, a link, or base", {}),
    field("part", &PowerRow<Text>::part,
          "base, idle, active (operating point), task (dynamic and switch energy, spread over the task), "
          "transfer",
          {}),
    field("from_at_s", &PowerRow<Text>::from, "begin of the piece", {.unit = "s"}),
    field("to_at_s", &PowerRow<Text>::to, "end of the piece", {.unit = "s"}),
    field("power_w", &PowerRow<Text>::power, "power during it", {.unit = "W"}),
};

/// accelerators.csv: one row per accelerator, in the platform's order. The five shares add up to 1.
template <class Text>
struct AcceleratorRow {
  Text accelerator, kind;
  std::uint32_t slots = 1;
  std::uint64_t tasks = 0;
  double busy = 0, overhead = 0, waiting = 0, idle = 0, off = 0;
  std::uint64_t switches = 0, failures = 0;
  double energy_idle = 0, energy_active = 0;
};
template <class Text>
inline constexpr auto fields<AcceleratorRow<Text>> = std::tuple{
    field("accelerator", &AcceleratorRow<Text>::accelerator, "name", {}),
    field("kind", &AcceleratorRow<Text>::kind, "kind", {}),
    field("slots", &AcceleratorRow<Text>::slots, "tasks it runs at once", {}),
    field("tasks", &AcceleratorRow<Text>::tasks, "tasks finished on it", {}),
    field("busy_share", &AcceleratorRow<Text>::busy, "share of slot time spent computing", {}),
    field("overhead_share", &AcceleratorRow<Text>::overhead, "share spent on dispatch and model switches", {}),
    field("waiting_share", &AcceleratorRow<Text>::waiting, "share spent waiting for inputs", {}),
    field("idle_share", &AcceleratorRow<Text>::idle, "share with no task", {}),
    field("off_share", &AcceleratorRow<Text>::off, "share turned off", {}),
    field("switches", &AcceleratorRow<Text>::switches, "model switches", {}),
    field("failures", &AcceleratorRow<Text>::failures, "tasks that failed because it was turned off", {}),
    field("energy_idle_j", &AcceleratorRow<Text>::energy_idle, "integral of idle power while idle", {.unit = "J"}),
    field("energy_active_j", &AcceleratorRow<Text>::energy_active,
          "integral of active power while in use, and the energy of its tasks and switches", {.unit = "J"}),
};

using RequestRecord = RequestRow<std::string_view>;
using TaskRecord = TaskRow<std::string_view>;
using TransferRecord = TransferRow<std::string_view>;
using PowerRecord = PowerRow<std::string_view>;
using AcceleratorRecord = AcceleratorRow<std::string_view>;

/// Totals of a run, reported when it is over.
struct RunTotals {
  double end = 0;      ///< simulated time at which the run ended, s
  bool stuck = false;  ///< it ended because nothing could happen any more: what is unfinished stays so
  double energy_base = 0, energy_idle = 0, energy_active = 0, energy_transfer = 0;  ///< J
  std::uint64_t decisions_stale = 0;  ///< decisions that had become void while the policy's latency passed
  std::uint64_t instants = 0;         ///< calls of the policy
  /// Sums over finished tasks of |measured - told| / measured, from start to end: told by costs, and by the policy.
  double prediction_error = 0, expectation_error = 0;  ///< sums of ratios
  std::uint64_t measured = 0;                          ///< finished tasks that took time
};

}  // namespace hetsched

/// \file
/// The structs of hetsched/policy.hpp, member by member: for the check that a plugin was built with the same ones, for
/// Python's view of them, for what an agent is shown. A member that is not named here does not compile in the program.
#pragma once

#include "hetsched/policy.hpp"

// clang-format off
/// Each struct that program and plugins pass to each other, with its members in order: `STRUCT(type, member...)`.
#define HETSCHED_STRUCTS(STRUCT)                                                                                      \
  STRUCT(Cost, time, energy, traffic)                                                                                 \
  STRUCT(ResourceUse, bus_factor, occupancy, weight)                                                                  \
  STRUCT(Segment, kind, costs)                                                                                        \
  STRUCT(OperatingPoint, name, frequency, idle_power, active_power)                                                   \
  STRUCT(Kind, name, type, points, first_column, dispatch_time, switch_time, switch_energy, energy_is_total,          \
         max_batch, shares_device)                                                                                    \
  STRUCT(Edge, task, tensor, bytes)                                                                                   \
  STRUCT(ModelTask, name, op, inputs, outputs, source, sink_bytes, first_row, variants, first_alternative, best_time, \
         mean_time)                                                                                                   \
  STRUCT(AccuracyEntry, alternatives, loss)                                                                           \
  STRUCT(MeasuredTransition, after, from, to, time, energy)                                                           \
  STRUCT(Model, name, tasks, accuracy, losses, transitions, best_time, mean_time, recompute, offload)                 \
  STRUCT(Stream, name, model, priority, period, relative_deadline, source, sink)                                      \
  STRUCT(Route, latency, seconds_per_byte)                                                                            \
  STRUCT(TransitionRule, time, seconds_per_byte, energy, energy_per_byte, by_producer)                                \
  STRUCT(Weights, model, task, variant, bytes)                                                                        \
  STRUCT(Room, weights, outputs, workspace)                                                                           \
  STRUCT(FutureRequest, index, stream, model, arrival, deadline, priority)                                            \
  STRUCT(TaskRef, request, task)                                                                                      \
  STRUCT(TaskState, ready, start, compute, finish, predicted, accelerator, missing, variant, attempts, progress)      \
  STRUCT(Slowdown, own, others)                                                                                       \
  STRUCT(Replica, tensor, memory, arrived, moved)                                                                     \
  STRUCT(MemoryState, name, capacity, page, used)                                                                     \
  STRUCT(Residence, presence, kept, users, uses, since, last_use)                                                     \
  STRUCT(Request, id, index, stream, model, arrival, deadline, priority, unfinished, remaining_best, remaining_mean,  \
         tasks, replicas, alternatives, accuracy_loss, live)                                                          \
  STRUCT(Accelerator, name, kind, memory, point, slots, free_slots, free_at, bandwidth, last_model, available,        \
         guests, helper)                                                                                              \
  STRUCT(Event, type, task, accelerator)                                                                              \
  STRUCT(SystemView, now, events, kinds, models, streams, costs, columns, rows, programs, routes, transitions,        \
         memories, memory_bandwidths, uses, base_power, weights, room_by_row, home, future, accelerators,             \
         memory_states, residences, requests, live, ready, co_run)                                                    \
  STRUCT(Start, task, accelerator, variant, also, expected)                                                           \
  STRUCT(Prefetch, task, accelerator)                                                                                 \
  STRUCT(SetOperatingPoint, accelerator, point)                                                                       \
  STRUCT(Drop, request)                                                                                               \
  STRUCT(WakeAt, time)                                                                                                \
  STRUCT(Forecast, request, finish)                                                                                   \
  STRUCT(Load, weights, memory)                                                                                       \
  STRUCT(Evict, weights, memory)                                                                                      \
  STRUCT(GiveUp, task, memory, to)                                                                                    \
  STRUCT(Params::Declared, name, type, fallback, min, max, doc, unit, required)                                       \
  STRUCT(Params::Problem, name, what)                                                                                 \
  STRUCT(PolicyFacts, source, complexity, knowledge, verified_by, rules, needs)                                       \
  STRUCT(PolicyEntry, name, summary, facts, make, family)

/// Each enumeration that is no id, with its cases in order: `ENUM(type, case...)`.
#define HETSCHED_ENUMS(ENUM)                                                                                          \
  ENUM(Needs, nothing, batches, points, room)                                                                         \
  ENUM(Progress, waiting, ready, running, finished)                                                                   \
  ENUM(Presence, absent, reserved, coming, there)                                                                     \
  ENUM(Event::Type, run_started, task_finished, task_failed, request_finished, request_dropped, request_arrived,      \
       task_ready, accelerator_changed, guest_left, tensor_arrived, weights_arrived, memory_stalled, woken)
// clang-format on

/// `macro(type, name)` for each of the names, of which there may be 64.
#define HETSCHED_EACH(macro, type, ...) HETSCHED_SCAN_3(HETSCHED_FIRST(macro, type, __VA_ARGS__, ))
// What is left is written down as a call that only the next scan makes, as no macro calls itself.
#define HETSCHED_FIRST(macro, type, first, ...) \
  macro(type, first) __VA_OPT__(HETSCHED_LEFT HETSCHED_CALL(macro, type, __VA_ARGS__))
#define HETSCHED_LEFT() HETSCHED_FIRST
#define HETSCHED_CALL ()
#define HETSCHED_SCAN_3(...) HETSCHED_SCAN_2(HETSCHED_SCAN_2(HETSCHED_SCAN_2(HETSCHED_SCAN_2(__VA_ARGS__))))
#define HETSCHED_SCAN_2(...) HETSCHED_SCAN_1(HETSCHED_SCAN_1(HETSCHED_SCAN_1(HETSCHED_SCAN_1(__VA_ARGS__))))
#define HETSCHED_SCAN_1(...) HETSCHED_SCAN_0(HETSCHED_SCAN_0(HETSCHED_SCAN_0(HETSCHED_SCAN_0(__VA_ARGS__))))
#define HETSCHED_SCAN_0(...) __VA_ARGS__

namespace hetsched {

/// A struct of HETSCHED_STRUCTS: its name, and its members.
template <class T>
struct Members;

#define HETSCHED_MEMBER(type, member) f(#member, &type::member);
#define HETSCHED_MEMBERS(type, ...)                     \
  template <>                                           \
  struct Members<type> {                                \
    static constexpr const char* kName = #type;         \
    template <class F>                                  \
    static constexpr void each(const F& f) {            \
      HETSCHED_EACH(HETSCHED_MEMBER, type, __VA_ARGS__) \
    }                                                   \
  };
HETSCHED_STRUCTS(HETSCHED_MEMBERS)

#define HETSCHED_CASE(type, name) \
  case type::name: return #name;
/// The name of a case.
#define HETSCHED_CASE_NAMES(type, ...)                                 \
  constexpr const char* name_of(type value) {                          \
    switch (value) { HETSCHED_EACH(HETSCHED_CASE, type, __VA_ARGS__) } \
    return "";                                                         \
  }
HETSCHED_ENUMS(HETSCHED_CASE_NAMES)

#undef HETSCHED_MEMBER
#undef HETSCHED_MEMBERS
#undef HETSCHED_CASE
#undef HETSCHED_CASE_NAMES

/// Calls `f(name, member)` for each member of T in order, the first of a Cost with ("time", &Cost::time).
template <class T, class F>
constexpr void for_each_member(const F& f) {
  Members<T>::each(f);
}

}  // namespace hetsched

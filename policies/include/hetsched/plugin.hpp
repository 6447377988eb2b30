/// \file
/// Policies in a shared library of their own. A plugin is one or more source files that include this header (and
/// nothing else of ours) and say once, outside all namespaces, which policies they have:
///
///     HETSCHED_PLUGIN(hetsched::policy<MyPolicy>("my_policy", "what it does", "where it is from"))
///
/// `hetsched --plugin FILE` loads it. The types of policy.hpp pass the border between program and plugin as they are,
/// so both must have been compiled from the same policy.hpp, with compilers that lay out memory alike: the program
/// checks that before it looks at a policy, and refuses the plugin otherwise.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "hetsched/policy.hpp"

namespace hetsched {

// What follows has internal linkage on purpose: the dynamic linker may merge inline variables of all libraries that a
// process loads, and each plugin has to tell of itself.

/// Counts changes of policy.hpp after which old plugins would misbehave although the layout is the same: another
/// meaning of a field, another order of virtual functions.
constexpr std::uint32_t kPluginApi = 2;

/// The compiler's conventions that plugin and program must share: name mangling and calls, standard library, machine.
constexpr const char* kPluginAbi =
#if defined(__GXX_ABI_VERSION)
    "itanium"
#else
    "unknown"
#endif
#if defined(_LIBCPP_VERSION)
    " libc++"
#elif defined(__GLIBCXX__)
#if _GLIBCXX_USE_CXX11_ABI
    " libstdc++"
#else
    " libstdc++-old-strings"
#endif
#ifdef _GLIBCXX_DEBUG
    "-debug"
#endif
#endif
#if defined(__x86_64__)
    " x86_64";
#elif defined(__aarch64__)
    " aarch64";
#elif defined(__riscv)
    " riscv";
#elif defined(__powerpc64__)
    " powerpc64";
#else
    " other";
#endif

/// One fact of how policy.hpp lies in memory: the size of a type, the offset of a member, or the number of a case.
struct LayoutFact {
  const char* what;
  std::uint64_t value;
};

// offsetof is supported, if conditionally, for all these types by the compilers that are.
#if defined(__GNUC__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Winvalid-offsetof"
#endif
#define HETSCHED_SIZE(type) \
  LayoutFact { "the size of " #type, sizeof(type) }
#define HETSCHED_AT(type, member) \
  LayoutFact { "the offset of " #type "::" #member, offsetof(type, member) }

/// All facts, in the order of policy.hpp. A new member of a struct there gets a line here.
constexpr LayoutFact kPluginLayout[] = {
    HETSCHED_SIZE(Cost),
    HETSCHED_AT(Cost, time),
    HETSCHED_AT(Cost, energy),
    HETSCHED_AT(Cost, traffic),

    HETSCHED_SIZE(OperatingPoint),
    HETSCHED_AT(OperatingPoint, name),
    HETSCHED_AT(OperatingPoint, frequency),
    HETSCHED_AT(OperatingPoint, idle_power),
    HETSCHED_AT(OperatingPoint, active_power),

    HETSCHED_SIZE(Kind),
    HETSCHED_AT(Kind, name),
    HETSCHED_AT(Kind, type),
    HETSCHED_AT(Kind, points),
    HETSCHED_AT(Kind, first_column),
    HETSCHED_AT(Kind, dispatch_time),
    HETSCHED_AT(Kind, switch_time),
    HETSCHED_AT(Kind, switch_energy),
    HETSCHED_AT(Kind, energy_is_total),
    HETSCHED_AT(Kind, max_batch),

    HETSCHED_SIZE(Edge),
    HETSCHED_AT(Edge, task),
    HETSCHED_AT(Edge, tensor),
    HETSCHED_AT(Edge, bytes),

    HETSCHED_SIZE(ModelTask),
    HETSCHED_AT(ModelTask, name),
    HETSCHED_AT(ModelTask, op),
    HETSCHED_AT(ModelTask, inputs),
    HETSCHED_AT(ModelTask, outputs),
    HETSCHED_AT(ModelTask, first_row),
    HETSCHED_AT(ModelTask, variants),
    HETSCHED_AT(ModelTask, first_alternative),
    HETSCHED_AT(ModelTask, best_time),
    HETSCHED_AT(ModelTask, mean_time),

    HETSCHED_SIZE(AccuracyEntry),
    HETSCHED_AT(AccuracyEntry, alternatives),
    HETSCHED_AT(AccuracyEntry, loss),

    HETSCHED_SIZE(Model),
    HETSCHED_AT(Model, name),
    HETSCHED_AT(Model, tasks),
    HETSCHED_AT(Model, accuracy),
    HETSCHED_AT(Model, losses),
    HETSCHED_AT(Model, best_time),
    HETSCHED_AT(Model, mean_time),

    HETSCHED_SIZE(Stream),
    HETSCHED_AT(Stream, name),
    HETSCHED_AT(Stream, model),
    HETSCHED_AT(Stream, priority),
    HETSCHED_AT(Stream, period),
    HETSCHED_AT(Stream, relative_deadline),

    HETSCHED_SIZE(Route),
    HETSCHED_AT(Route, latency),
    HETSCHED_AT(Route, seconds_per_byte),

    HETSCHED_SIZE(FutureRequest),
    HETSCHED_AT(FutureRequest, index),
    HETSCHED_AT(FutureRequest, stream),
    HETSCHED_AT(FutureRequest, model),
    HETSCHED_AT(FutureRequest, arrival),
    HETSCHED_AT(FutureRequest, deadline),
    HETSCHED_AT(FutureRequest, priority),

    HETSCHED_SIZE(TaskRef),
    HETSCHED_AT(TaskRef, request),
    HETSCHED_AT(TaskRef, task),

    HETSCHED_SIZE(TaskState),
    HETSCHED_AT(TaskState, ready),
    HETSCHED_AT(TaskState, start),
    HETSCHED_AT(TaskState, compute),
    HETSCHED_AT(TaskState, finish),
    HETSCHED_AT(TaskState, predicted),
    HETSCHED_AT(TaskState, accelerator),
    HETSCHED_AT(TaskState, missing),
    HETSCHED_AT(TaskState, variant),
    HETSCHED_AT(TaskState, attempts),
    HETSCHED_AT(TaskState, progress),
    LayoutFact{"the number of Progress::finished", static_cast<std::uint64_t>(Progress::finished)},

    HETSCHED_SIZE(Replica),
    HETSCHED_AT(Replica, tensor),
    HETSCHED_AT(Replica, memory),
    HETSCHED_AT(Replica, arrived),

    HETSCHED_SIZE(Request),
    HETSCHED_AT(Request, id),
    HETSCHED_AT(Request, index),
    HETSCHED_AT(Request, stream),
    HETSCHED_AT(Request, model),
    HETSCHED_AT(Request, arrival),
    HETSCHED_AT(Request, deadline),
    HETSCHED_AT(Request, priority),
    HETSCHED_AT(Request, unfinished),
    HETSCHED_AT(Request, remaining_best),
    HETSCHED_AT(Request, remaining_mean),
    HETSCHED_AT(Request, tasks),
    HETSCHED_AT(Request, replicas),
    HETSCHED_AT(Request, alternatives),
    HETSCHED_AT(Request, accuracy_loss),
    HETSCHED_AT(Request, live),

    HETSCHED_SIZE(Accelerator),
    HETSCHED_AT(Accelerator, name),
    HETSCHED_AT(Accelerator, kind),
    HETSCHED_AT(Accelerator, memory),
    HETSCHED_AT(Accelerator, point),
    HETSCHED_AT(Accelerator, slots),
    HETSCHED_AT(Accelerator, free_slots),
    HETSCHED_AT(Accelerator, free_at),
    HETSCHED_AT(Accelerator, bandwidth),
    HETSCHED_AT(Accelerator, last_model),
    HETSCHED_AT(Accelerator, available),

    HETSCHED_SIZE(Event),
    HETSCHED_AT(Event, type),
    HETSCHED_AT(Event, task),
    HETSCHED_AT(Event, accelerator),
    LayoutFact{"the number of Event::Type::woken", static_cast<std::uint64_t>(Event::Type::woken)},

    HETSCHED_SIZE(SystemView),
    HETSCHED_AT(SystemView, now),
    HETSCHED_AT(SystemView, events),
    HETSCHED_AT(SystemView, kinds),
    HETSCHED_AT(SystemView, models),
    HETSCHED_AT(SystemView, streams),
    HETSCHED_AT(SystemView, costs),
    HETSCHED_AT(SystemView, columns),
    HETSCHED_AT(SystemView, rows),
    HETSCHED_AT(SystemView, routes),
    HETSCHED_AT(SystemView, memories),
    HETSCHED_AT(SystemView, memory_bandwidths),
    HETSCHED_AT(SystemView, base_power),
    HETSCHED_AT(SystemView, future),
    HETSCHED_AT(SystemView, accelerators),
    HETSCHED_AT(SystemView, requests),
    HETSCHED_AT(SystemView, live),
    HETSCHED_AT(SystemView, ready),

    HETSCHED_SIZE(Start),
    HETSCHED_AT(Start, task),
    HETSCHED_AT(Start, accelerator),
    HETSCHED_AT(Start, variant),
    HETSCHED_AT(Start, also),
    HETSCHED_AT(Start, expected),
    HETSCHED_SIZE(Prefetch),
    HETSCHED_AT(Prefetch, task),
    HETSCHED_AT(Prefetch, accelerator),
    HETSCHED_SIZE(SetOperatingPoint),
    HETSCHED_AT(SetOperatingPoint, accelerator),
    HETSCHED_AT(SetOperatingPoint, point),
    HETSCHED_SIZE(Drop),
    HETSCHED_SIZE(WakeAt),
    HETSCHED_SIZE(Forecast),
    HETSCHED_AT(Forecast, request),
    HETSCHED_AT(Forecast, finish),
    LayoutFact{"the number of cases of Decision", std::variant_size_v<Decision>},
    HETSCHED_SIZE(Decision),
    HETSCHED_SIZE(Decisions),

    HETSCHED_SIZE(Params),
    HETSCHED_SIZE(Params::Value),
    HETSCHED_SIZE(Params::Values),
    HETSCHED_SIZE(Params::Declared),
    HETSCHED_AT(Params::Declared, name),
    HETSCHED_AT(Params::Declared, type),
    HETSCHED_AT(Params::Declared, fallback),
    HETSCHED_AT(Params::Declared, min),
    HETSCHED_AT(Params::Declared, max),
    HETSCHED_AT(Params::Declared, doc),
    HETSCHED_AT(Params::Declared, unit),
    HETSCHED_AT(Params::Declared, required),
    HETSCHED_SIZE(Params::Problem),
    HETSCHED_AT(Params::Problem, name),
    HETSCHED_AT(Params::Problem, what),

    HETSCHED_SIZE(Policy),
    HETSCHED_SIZE(PolicyEntry),
    HETSCHED_AT(PolicyEntry, name),
    HETSCHED_AT(PolicyEntry, summary),
    HETSCHED_AT(PolicyEntry, facts),
    HETSCHED_SIZE(PolicyFacts),
    HETSCHED_AT(PolicyEntry, make),
    HETSCHED_AT(PolicyEntry, family),
};

#undef HETSCHED_SIZE
#undef HETSCHED_AT
#if defined(__GNUC__)
#pragma GCC diagnostic pop
#endif

/// What a plugin tells of itself. The members up to `layout` never change, whatever kPluginApi: they are read before
/// anything is known of the plugin. The others are read only if these are those of the program.
struct PluginTable {
  std::uint32_t api;
  std::uint32_t facts;  ///< number of
  const char* abi;
  const LayoutFact* layout;
  std::uint64_t policy_count;
  const PolicyEntry* policies;
};

static inline PluginTable plugin_table(std::span<const PolicyEntry> policies) {
  return {kPluginApi,      static_cast<std::uint32_t>(std::size(kPluginLayout)),
          kPluginAbi,      kPluginLayout,
          policies.size(), policies.data()};
}

}  // namespace hetsched

/// The entry point of a plugin; its arguments are PolicyEntry values, separated by commas.
#define HETSCHED_PLUGIN(...)                                                                         \
  extern "C" __attribute__((visibility("default"))) const hetsched::PluginTable* hetsched_plugin() { \
    static const hetsched::PolicyEntry policies[] = {__VA_ARGS__};                                   \
    static const hetsched::PluginTable table = hetsched::plugin_table(policies);                     \
    return &table;                                                                                   \
  }

/// \file
/// A platform as its JSON file describes it: kinds, memories, links, routes, accelerators. SI units.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/fields.hpp"
#include "model/cost_specs.hpp"
#include "model/route_table.hpp"

namespace hetsched {

/// What the energy column of a profile means for a kind; decides what is integrated while a task runs.
enum class TaskEnergy {
  dynamic,  ///< on top of the active power of the operating point
  total,    ///< all the accelerator draws while the task runs: replaces the active power
};
template <>
inline constexpr auto enum_names<TaskEnergy> = std::array{"dynamic", "total"};

enum class Sharing {
  shared,       ///< concurrent transfers share the bandwidth, max-min fairly
  uncontended,  ///< each transfer gets the whole bandwidth
};
template <>
inline constexpr auto enum_names<Sharing> = std::array{"shared", "uncontended"};

struct OperatingPointSpec {
  std::string name = {};
  double frequency = 0;
  double idle_power = 0;
  double active_power = 0;
  double active_units = 1;
  std::optional<double> bandwidth = {};
  double energy_scale = 1;
};
template <>
inline constexpr auto fields<OperatingPointSpec> = std::tuple{
    field("name", &OperatingPointSpec::name, "name of the point, e.g. MAXN or 1.2GHz", {.required = true}),
    field("frequency", &OperatingPointSpec::frequency,
          "clock; needed where the profile counts cycles, and to scale profiled times between points", {.unit = "Hz"}),
    field("idle_power", &OperatingPointSpec::idle_power, "power while no task runs", {.unit = "W"}),
    field("active_power", &OperatingPointSpec::active_power, "power while a task runs", {.unit = "W"}),
    field("active_units", &OperatingPointSpec::active_units,
          "part of its compute units that is switched on, for cost models with a peak", {.max = 1, .above = 0}),
    field(
        "bandwidth", &OperatingPointSpec::bandwidth,
        "most that the memory gives at this point (memory clock), for cost models with a bandwidth; default: no limit",
        {.unit = "B/s", .above = 0}),
    field("energy_scale", &OperatingPointSpec::energy_scale,
          "energy of an operation relative to the first point (square of the voltage), for cost models with an energy",
          {}),
};

/// What one accelerator of a kind counts for in a budget.
struct Budget {
  std::optional<double> pes, area, tdp, price, peak_ops;
};
template <>
inline constexpr auto fields<Budget> = std::tuple{
    field("pes", &Budget::pes, "processing elements", {}),
    field("area", &Budget::area, "silicon area", {.unit = "mm2"}),
    field("tdp", &Budget::tdp, "thermal design power", {.unit = "W"}),
    field("price", &Budget::price, "price", {.unit = "USD"}),
    field("peak_ops", &Budget::peak_ops, "peak operations per second", {.unit = "op/s"}),
};

/// The profile of a kind that computes nothing: its accelerators are there, and that is all.
inline constexpr std::string_view kNoProfile = "(none)";

struct KindSpec {
  std::string name;
  std::string type;
  std::string description;
  std::string profile;  ///< empty: the kind's name
  std::vector<CostSpec> costs;
  std::string fallback;
  double fallback_time = 0;
  std::vector<OperatingPointSpec> operating_points;  ///< at least one after loading
  TaskEnergy task_energy = TaskEnergy::dynamic;
  double dispatch_time = 0;
  double switch_time = 0;
  double switch_energy = 0;
  std::uint32_t slots = 1;
  std::uint32_t max_batch = 1;
  double batch_fixed_share = 0;
  std::optional<double> port_bandwidth;
  std::optional<double> memory_capacity;
  Budget budget;
};
template <>
inline constexpr auto fields<KindSpec> = std::tuple{
    field("name", &KindSpec::name, "name of the kind", {.required = true}),
    field("type", &KindSpec::type, "what it is",
          {.required = true, .words = {"cpu", "gpu", "npu", "dla", "fpga", "pva", "vic", "systolic_array", "other"}}),
    field("description", &KindSpec::description, "free text", {}),
    field("profile", &KindSpec::profile,
          "key of its rows in profile tables (column kind); (none): it computes nothing; default: its name", {}),
    field("costs", &KindSpec::costs,
          "where the costs of a layer come from, tried in this order; default: the models' profile tables", {}),
    field(
        "fallback", &KindSpec::fallback,
        "kind that computes the layers it cannot, where they stand in one task (a group, the whole model) with others "
        "that it can, at its operating point of the same name or else its first; that kind's accelerators are not "
        "occupied",
        {}),
    field("fallback_time", &KindSpec::fallback_time, "time for every change to the fallback and back within a task",
          {.unit = "s"}),
    field("operating_points", &KindSpec::operating_points,
          "frequencies or power modes; the first is the one a run starts at; default: one point, 1 GHz, 0 W", {}),
    field("task_energy", &KindSpec::task_energy,
          "whether profiled energy comes on top of active power (dynamic) or includes it (total)", {}),
    field("dispatch_time", &KindSpec::dispatch_time, "overhead before every task", {.unit = "s"}),
    field("switch_time", &KindSpec::switch_time,
          "overhead before a task of another model than the one that ran last (weights, reconfiguration)",
          {.unit = "s"}),
    field("switch_energy", &KindSpec::switch_energy, "energy of such a switch", {.unit = "J"}),
    field("slots", &KindSpec::slots, "tasks it runs at once (partitions, streams)", {.min = 1, .max = 1024}),
    field("max_batch", &KindSpec::max_batch, "most requests whose equal tasks it computes as one batch; 1: it does not",
          {.min = 1, .max = 1024}),
    field("batch_fixed_share", &KindSpec::batch_fixed_share,
          "part of a profiled task's time, energy and bytes that does not grow with the batch (weights, launch): b "
          "together "
          "take share + (1 - share) b times as much; cost models compute batches themselves",
          {.max = 1}),
    field("port_bandwidth", &KindSpec::port_bandwidth, "most that one slot draws from its memory; default: unlimited",
          {.unit = "B/s", .above = 0}),
    field(
        "memory_capacity", &KindSpec::memory_capacity,
        "size of the memory that comes with it: what one task needs must fit, even where the platform says nothing of "
        "its memories; default: unlimited",
        {.unit = "B", .above = 0}),
    field("budget", &KindSpec::budget, "what one of it counts for in an equal-budget comparison", {}),
};

/// A file of kinds that platforms share.
struct KindLibrarySpec {
  std::string schema;
  std::int64_t format = 1;
  std::string name, description, source;
  std::vector<KindSpec> kinds;
};
template <>
inline constexpr auto fields<KindLibrarySpec> = std::tuple{
    field("$schema", &KindLibrarySpec::schema, "for editors; ignored", {}),
    field("format", &KindLibrarySpec::format, "version of this file format", {.required = true, .min = 1, .max = 1}),
    field("name", &KindLibrarySpec::name, "what the kinds have in common", {.required = true}),
    field("description", &KindLibrarySpec::description, "free text", {}),
    field("source", &KindLibrarySpec::source, "where the numbers come from", {}),
    field("kinds", &KindLibrarySpec::kinds, "the kinds of accelerators", {.required = true}),
};

/// The largest memory: bytes up to here are added without rounding.
inline constexpr double kMostCapacity = 1e15;

struct MemorySpec {
  std::string name;
  std::optional<double> bandwidth;
  double energy_per_byte = 0;
  std::optional<double> capacity;
  std::optional<double> reserve, page;
};
template <>
inline constexpr auto fields<MemorySpec> = std::tuple{
    field("name", &MemorySpec::name, "name of the memory", {.required = true}),
    field("bandwidth", &MemorySpec::bandwidth,
          "sustained bandwidth, shared by everyone who uses it at once; default: unlimited",
          {.unit = "B/s", .above = 0}),
    field("energy_per_byte", &MemorySpec::energy_per_byte, "energy of moving a byte in or out", {.unit = "J/B"}),
    field("capacity", &MemorySpec::capacity,
          "how much lies in it at once: weights, tensors between tasks, workspace; default: unlimited",
          {.unit = "B", .max = kMostCapacity, .above = 0}),
    field("reserve", &MemorySpec::reserve,
          "part of the capacity that is not for tasks (system, context, fragmentation)",
          {.unit = "B", .max = kMostCapacity}),
    field("page", &MemorySpec::page, "weights take whole pages of this size; default: 1 B",
          {.unit = "B", .min = 1, .max = kMostCapacity}),
};

struct LinkSpec {
  std::string name;
  double bandwidth = 0;
  double latency = 0;
  double energy_per_byte = 0;
  Sharing sharing = Sharing::shared;
};
template <>
inline constexpr auto fields<LinkSpec> = std::tuple{
    field("name", &LinkSpec::name, "name of the link (PCIe, NoC, Ethernet)", {.required = true}),
    field("bandwidth", &LinkSpec::bandwidth, "sustained bandwidth of both directions together",
          {.required = true, .unit = "B/s", .above = 0}),
    field("latency", &LinkSpec::latency, "delay of every transfer over it; an edge without bytes is no transfer",
          {.unit = "s"}),
    field("energy_per_byte", &LinkSpec::energy_per_byte, "energy of moving a byte over it", {.unit = "J/B"}),
    field("sharing", &LinkSpec::sharing, "shared: max-min fair; uncontended: everyone gets all of it", {}),
};

struct RouteSpec {
  std::string from, to;
  std::vector<std::string> links;
  bool symmetric = true;
};
template <>
inline constexpr auto fields<RouteSpec> = std::tuple{
    field("from", &RouteSpec::from, "a memory, or * for every memory", {.required = true}),
    field("to", &RouteSpec::to, "a memory, or * for every memory", {.required = true}),
    field("links", &RouteSpec::links, "the links a transfer crosses", {.required = true}),
    field("symmetric", &RouteSpec::symmetric, "the way back crosses the same links", {}),
};

struct AcceleratorSpec {
  std::string name;
  std::string kind;
  std::string memory;  ///< empty: the platform's first memory
  std::uint32_t count = 1;
  std::string operating_point;  ///< empty: the kind's first
};
template <>
inline constexpr auto fields<AcceleratorSpec> = std::tuple{
    field("name", &AcceleratorSpec::name, "name; with count > 1 the first is name0", {.required = true}),
    field("kind", &AcceleratorSpec::kind, "name of a kind", {.required = true}),
    field("memory", &AcceleratorSpec::memory, "memory it computes from; default: the first memory", {}),
    field("count", &AcceleratorSpec::count, "how many of them", {.min = 1, .max = 100000}),
    field("operating_point", &AcceleratorSpec::operating_point, "point it starts at; default: the kind's first", {}),
};

/// The file. After read_platform() kinds are those written in it, followed by those of kind_files that accelerators (or
/// fallbacks) name; every name resolves, every kind has a point, every accelerator has count 1, a
/// memory and a point.
struct PlatformSpec {
  std::string schema;
  std::int64_t format = 1;
  std::string name, description, source;
  double base_power = 0;
  std::vector<std::string> kind_files;  ///< as written; after loading: paths to open
  std::vector<KindSpec> kinds;
  std::vector<MemorySpec> memories;
  std::string home;  ///< empty: none
  std::vector<LinkSpec> links;
  std::vector<RouteSpec> routes;
  std::vector<AcceleratorSpec> accelerators;
  /// Of `routes`, for each ordered pair of memories that accelerators use, or that are the home of weights: the route
  /// that names both memories, else one memory, else none; rather as written than reversed.
  RouteTable route_table;
};
template <>
inline constexpr auto fields<PlatformSpec> = std::tuple{
    field("$schema", &PlatformSpec::schema, "for editors; ignored", {}),
    field("format", &PlatformSpec::format, "version of this file format", {.required = true, .min = 1, .max = 1}),
    field("name", &PlatformSpec::name, "name in results", {.required = true}),
    field("description", &PlatformSpec::description, "free text", {}),
    field("source", &PlatformSpec::source, "where the numbers come from", {}),
    field("base_power", &PlatformSpec::base_power, "power of everything but the accelerators, always drawn",
          {.unit = "W"}),
    field("kind_files", &PlatformSpec::kind_files,
          "files of kinds, relative to this file; of them, those that accelerators name are taken", {}),
    field("kinds", &PlatformSpec::kinds, "the kinds of accelerators, beside those of kind_files", {}),
    field("memories", &PlatformSpec::memories, "default: one memory of unlimited bandwidth", {}),
    field("home", &PlatformSpec::home,
          "memory (of the host, a storage) in which weights lie, to be loaded from there into the memory of the "
          "accelerator that needs them; default: none, weights lie in every memory that needs them all the time",
          {}),
    field("links", &PlatformSpec::links,
          "links between memories; with any link, memories and links are shared along whole routes", {}),
    field("routes", &PlatformSpec::routes, "which links lead from memory to memory", {}),
    field("accelerators", &PlatformSpec::accelerators, "the accelerators, in the order of their ids",
          {.required = true}),
};

/// Number of an accelerator kind, memory, ... by name; the loader has made sure that it exists.
std::uint32_t index_of_kind(const PlatformSpec& platform, const std::string& name);
std::uint32_t index_of_memory(const PlatformSpec& platform, const std::string& name);

/// Reads and checks a file of kinds; problems are added.
KindLibrarySpec read_kinds(const Node& node, Problems& problems);

/// Reads and checks a platform. Everything wrong with it is added to `problems`; the value returned is
/// meaningful only if nothing was added.
PlatformSpec read_platform(const Node& node, Problems& problems);

}  // namespace hetsched

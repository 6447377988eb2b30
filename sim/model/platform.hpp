/// \file
/// A platform as its JSON file describes it: kinds, memories, links, routes, accelerators. SI units.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/fields.hpp"
#include "model/contention.hpp"
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

/// What the slots of an accelerator share.
enum class SlotSharing {
  independent,  ///< nothing: each slot has the costs as they are predicted (cores)
  weighted,     ///< the device: max-min fairly by occupancy and weight, as GPUs do that run several tasks at once
};
template <>
inline constexpr auto enum_names<SlotSharing> = std::array{"independent", "weighted"};

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

/// What the memory's controller sees of a byte that layers of some operators move.
struct BusFactorSpec {
  std::vector<OperatorClass> operators;
  double factor = 1;
};
template <>
inline constexpr auto fields<BusFactorSpec> = std::tuple{
    field("operators", &BusFactorSpec::operators, "the operators that it is for", {.required = true}),
    field("factor", &BusFactorSpec::factor, "as bus_factor of the kind", {.required = true, .min = 1, .max = 1000}),
};

/// The profile of a kind that computes nothing: its accelerators are there, and that is all.
inline constexpr std::string_view kNoProfile = "(none)";

/// Going over between two layers from one kind to another: another layout or number format of what lies between them.
struct TransitionSpec {
  std::string to, from;  ///< the other kind; one of both is empty
  std::string on;        ///< empty: the other kind
  double time = 0;
  std::optional<double> bandwidth;
  double energy = 0;
  double energy_per_byte = 0;
};
template <>
inline constexpr auto fields<TransitionSpec> = std::tuple{
    field("to", &TransitionSpec::to, "kind that computes what follows; give this or from", {}),
    field("from", &TransitionSpec::from, "kind that computed what went before; give this or to", {}),
    field("on", &TransitionSpec::on, "which of both kinds does it; default: the other one, named by to or from", {}),
    field("time", &TransitionSpec::time, "time of each, at any operating point", {.unit = "s"}),
    field("bandwidth", &TransitionSpec::bandwidth,
          "bytes of the tensors per time, which comes on top; default: their size does not matter",
          {.unit = "B/s", .above = 0}),
    field("energy", &TransitionSpec::energy, "energy of each, on top of the active power", {.unit = "J"}),
    field("energy_per_byte", &TransitionSpec::energy_per_byte, "energy of each byte of the tensors", {.unit = "J/B"}),
};

/// What a batch of a profiled task takes, relative to one alone.
struct BatchCost {
  std::uint32_t size = 1;
  double time = 1;
  std::optional<double> energy = {}, bytes = {};
};
template <>
inline constexpr auto fields<BatchCost> = std::tuple{
    field("size", &BatchCost::size, "inferences in the batch", {.required = true, .min = 2, .max = 1024}),
    field("time", &BatchCost::time, "time of the batch, in times of one inference alone",
          {.required = true, .above = 0}),
    field("energy", &BatchCost::energy, "energy, likewise; default: as the time", {}),
    field("bytes", &BatchCost::bytes, "traffic, likewise; default: as the time", {}),
};

struct KindSpec {
  std::string name;
  std::string type;
  std::string description;
  std::string profile;  ///< empty: the kind's name
  std::vector<CostSpec> costs;
  std::string fallback;
  double fallback_time = 0;
  std::vector<TransitionSpec> transitions;
  std::optional<std::uint32_t> max_loadables;
  std::vector<OperatingPointSpec> operating_points;  ///< at least one after loading
  TaskEnergy task_energy = TaskEnergy::dynamic;
  double dispatch_time = 0;
  double switch_time = 0;
  double switch_energy = 0;
  std::uint32_t slots = 1;
  std::optional<SlotSharing> sharing;  ///< after loading there where several slots share the device
  bool sharing_assumed = false;        ///< is no field: loading has filled it in
  double occupancy = 1;
  double weight = 1;
  double bus_factor = 1;
  std::vector<BusFactorSpec> bus_factors;
  std::uint32_t max_batch = 1;
  double batch_fixed_share = 0;
  std::vector<BatchCost> batch_curve;
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
        "that it can: an accelerator of that kind and of the same memory computes them as a guest, while the task "
        "waits",
        {}),
    field(
        "fallback_time", &KindSpec::fallback_time,
        "time of every change to the fallback and back within a task, spent by the fallback; transitions between both "
        "that are given go before it",
        {.unit = "s"}),
    field("transitions", &KindSpec::transitions,
          "what going over to or from other kinds takes, within a task and between tasks; default: nothing", {}),
    field("max_loadables", &KindSpec::max_loadables,
          "most runs of layers that it computes in one task between those that it hands over; default: any number. A "
          "task with more cannot run on it",
          {.min = 1}),
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
    field("sharing", &KindSpec::sharing,
          "what its slots share: nothing, each has the costs as they are (independent: cores), or the device, max-min "
          "fairly by occupancy and weight (weighted: a GPU that runs several tasks at once); default: weighted where "
          "costs "
          "come from a roofline, else independent",
          {}),
    field("occupancy", &KindSpec::occupancy,
          "part of a device with weighted slots that a task alone fills, unless its profile says",
          {.max = 1, .above = 0}),
    field("weight", &KindSpec::weight, "weight of a task among those that share the device, unless its profile says",
          {.max = 1e6, .above = 0}),
    field("bus_factor", &KindSpec::bus_factor,
          "bytes that the memory's controller sees for each byte of a task's traffic, which counts what is compulsory: "
          "the demand by which tasks slow each other down; time alone and energy stay as they are",
          {.min = 1, .max = 1000}),
    field("bus_factors", &KindSpec::bus_factors, "the same for layers of some operators; the first that holds", {}),
    field("max_batch", &KindSpec::max_batch, "most requests whose equal tasks it computes as one batch; 1: it does not",
          {.min = 1, .max = 1024}),
    field("batch_fixed_share", &KindSpec::batch_fixed_share,
          "part of a profiled task's time, energy and bytes that does not grow with the batch (weights, launch): b "
          "together "
          "take share + (1 - share) b times as much; cost models compute batches themselves",
          {.max = 1}),
    field("batch_curve", &KindSpec::batch_curve,
          "instead, as measured: what batches of some sizes take, by size; linear between, and beyond the last as "
          "between the last two",
          {}),
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
  std::vector<ContentionSpec> contention;
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
    field("contention", &MemorySpec::contention,
          "how tasks that compute from it at once slow each other down; of these models the first that is for a task's "
          "kind; default: max_min",
          {}),
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
  std::vector<std::string> between;
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
    field(
        "between", &LinkSpec::between,
        "the two things that it joins: memories, or junctions (a switch, a router), which are any other names; routes "
        "that are not given are then found",
        {}),
};

/// Which of the ways between two memories is the route, where none is given.
enum class Routing {
  by_latency,    ///< the least latency; of these the fewest links, then the widest
  by_bandwidth,  ///< the widest; of these the least latency, then the fewest links
};
template <>
inline constexpr auto enum_names<Routing> = std::array{"by_latency", "by_bandwidth"};

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
  std::string fallback;         ///< empty: any that fits
};
template <>
inline constexpr auto fields<AcceleratorSpec> = std::tuple{
    field("name", &AcceleratorSpec::name, "name; with count > 1 the first is name0", {.required = true}),
    field("kind", &AcceleratorSpec::kind, "name of a kind", {.required = true}),
    field("memory", &AcceleratorSpec::memory, "memory it computes from; default: the first memory", {}),
    field("count", &AcceleratorSpec::count, "how many of them", {.min = 1, .max = 100000}),
    field("operating_point", &AcceleratorSpec::operating_point, "point it starts at; default: the kind's first", {}),
    field("fallback", &AcceleratorSpec::fallback,
          "accelerator of its kind's fallback that computes what it hands over; default: the one that is free first",
          {}),
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
  Routing routing = Routing::by_latency;
  std::string host;  ///< empty: none
  std::vector<AcceleratorSpec> accelerators;
  /// For each ordered pair of memories: of `routes` the one that names both memories, else one memory, else none;
  /// rather as written than reversed. Where there is none, the way found over links that say what they join. Every pair
  /// of memories that accelerators use has one, the host and the home of
  /// weights among them.
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
          "accelerator that needs them; default: the host, where a memory has a capacity; without either weights lie "
          "in every "
          "memory that needs them all the time",
          {}),
    field("links", &PlatformSpec::links,
          "links between memories; with any link, memories and links are shared along whole routes", {}),
    field("routes", &PlatformSpec::routes,
          "which links lead from memory to memory; default: the ways over links that say what they join (between)", {}),
    field("routing", &PlatformSpec::routing,
          "which way is found: by_latency: the least latency, of these the fewest links, of these the widest; "
          "by_bandwidth: the widest, of these the least latency, of these the fewest links",
          {}),
    field("host", &PlatformSpec::host,
          "the memory where inputs of requests come from and results go to, where a stream says nothing else; default: "
          "none, inputs are in every memory and results stay where they are",
          {}),
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

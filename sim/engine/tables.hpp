/// \file
/// Everything that is fixed for a run, computed once from the instance: what policies see of it, in the types
/// of policy.hpp, and what only the engine needs. Names are copies, so that views of them are good for the
/// whole run.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/errors.hpp"
#include "cost/cost_matrix.hpp"
#include "engine/contention.hpp"
#include "engine/ids.hpp"
#include "engine/room.hpp"
#include "hetsched/policy.hpp"
#include "model/instance.hpp"
#include "model/task_graph.hpp"

namespace hetsched {

/// What the engine knows about a memory beyond what policies see.
struct MemoryInfo {
  std::string_view name;
  double energy_per_byte = 0;  ///< J/B
};

struct LinkInfo {
  std::string_view name;
  double bandwidth = 0;        ///< B/s
  double energy_per_byte = 0;  ///< J/B
  bool shared = true;          ///< false: every transfer gets all of the bandwidth
};

class Tables {
 public:
  /// Computes the tables of an instance whose parts have been read without problems. Problems are those of
  /// compile_task_graph(), build_cost_matrix() and room_tables(); with any of them the tables are not fit for use.
  ///
  /// A route's time per byte is that of the slowest of its links and of the memories at its ends. Between
  /// memories without a route nothing ever arrives.
  ///
  /// best_time and mean_time of a task are over the accelerators that can run it at the point they start at;
  /// if none can, over all points of all accelerators.
  static Tables build(const Instance& instance, Problems& problems);
  /// The tables of a workload that has one of the streams only, as `spec` says when its requests arrive; they are what
  /// build() would compute, without computing costs again.
  static Tables of_stream(const Tables& all, StreamId stream, const StreamSpec& spec);

  Tables(Tables&&) = default;
  Tables& operator=(Tables&&) = default;
  Tables(const Tables&) = delete;  // its views lead into itself
  Tables& operator=(const Tables&) = delete;
  ~Tables() = default;

  /// Sets those parts of the view that are fixed for the run, and the accelerators as the run starts. They are valid
  /// as long as this object, or the one that it was moved to.
  void fill(SystemView& view) const;

  /// As the run starts: on, idle, no model on them yet, at the operating points that the platform gives them.
  [[nodiscard]] IdSpan<AcceleratorId, const Accelerator> accelerators() const { return accelerators_; }
  /// B/s that a task on an accelerator of the kind can use at most; kNever: unlimited.
  [[nodiscard]] double port_bandwidth(KindId kind) const { return port_bandwidths_[kind]; }
  [[nodiscard]] IdSpan<MemoryId, const MemoryInfo> memories() const { return memories_; }
  /// B/s; kNever: unlimited.
  [[nodiscard]] IdSpan<MemoryId, const double> memory_bandwidths() const { return memory_bandwidths_; }
  /// How those who compute from it slow each other down.
  [[nodiscard]] const Contention& contention(MemoryId memory) const { return contentions_[memory]; }
  /// Can what a task gets change while it computes, otherwise than by max-min sharing under a cap of its own: by a
  /// model of a memory, or by a device that tasks share?
  [[nodiscard]] bool rates_change() const { return rates_change_; }
  [[nodiscard]] IdSpan<LinkId, const LinkInfo> links() const { return links_; }
  /// Memories and weights where there is a limit.
  [[nodiscard]] const RoomTables& room() const { return room_; }
  [[nodiscard]] const RouteTable& route_table() const { return platform_.route_table; }
  /// Number of different tensors between the tasks of a model.
  [[nodiscard]] std::uint32_t tensors(ModelId model) const { return graphs_[model].tensors; }
  /// May an accelerator compute as a guest what `host` hands over to `like`? It is of the same kind and memory, and the
  /// one that the platform names, if that names one of them.
  [[nodiscard]] bool may_help(AcceleratorId helper, AcceleratorId like, AcceleratorId host) const {
    return helper == like || (named_helpers_[host] != like && accelerators_[helper].kind == accelerators_[like].kind &&
                              accelerators_[helper].memory == accelerators_[like].memory);
  }
  /// Name of the variant that a row of the costs belongs to; empty for the original.
  [[nodiscard]] std::string_view variant_name(CostRowId row) const { return variant_names_[row]; }

 private:
  Tables() = default;
  void add_platform(const PlatformSpec& platform);
  void add_helpers();
  void add_routes();
  void add_transitions(const std::vector<const Network*>& networks);
  void add_programs();
  /// Cuts the models that the streams use, each (network, granularity) once. Returns the network of each
  /// model.
  std::vector<const Network*> add_graphs(const Instance& instance, Problems& problems);
  void add_models();
  void add_streams(const WorkloadSpec& workload);

  PlatformSpec platform_;                // owns the names of its parts
  IdVector<ModelId, TaskGraph> graphs_;  // own names, edges and accuracy
  std::vector<std::string> model_names_, stream_names_;
  IdVector<StreamId, ModelId> model_of_stream_;
  CostMatrix costs_;
  RoomTables room_;

  IdVector<KindId, IdVector<PointId, OperatingPoint>> points_;
  IdVector<KindId, Kind> kinds_;
  IdVector<ModelId, IdVector<TaskId, ModelTask>> tasks_;
  IdVector<ModelId, Model> models_;
  IdVector<StreamId, Stream> streams_;
  std::vector<Route> routes_;                // memories x memories, from-major
  std::vector<TransitionRule> transitions_;  // kinds x kinds, from-major
  IdVector<ModelId, std::vector<MeasuredTransition>> measured_transitions_;
  std::vector<std::vector<Segment>> segments_;      // of each program; the costs are those of costs_
  std::vector<std::span<const Segment>> programs_;  // rows x kinds, or empty
  IdVector<AcceleratorId, AcceleratorId> named_helpers_;

  IdVector<AcceleratorId, Accelerator> accelerators_;
  IdVector<KindId, double> port_bandwidths_;
  IdVector<MemoryId, MemoryInfo> memories_;
  IdVector<MemoryId, double> memory_bandwidths_;
  IdVector<MemoryId, Contention> contentions_;
  bool rates_change_ = false;
  IdVector<LinkId, LinkInfo> links_;
  IdVector<CostRowId, std::string_view> variant_names_;
};

}  // namespace hetsched

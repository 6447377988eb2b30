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
#include "hetsched/policy.hpp"
#include "model/instance.hpp"
#include "model/task_graph.hpp"

namespace hetsched {

/// An accelerator as the run starts.
struct AcceleratorInfo {
  std::string_view name;
  std::uint32_t kind = 0, memory = 0;
  std::uint32_t initial_point = 0;
  std::uint32_t slots = 1;
};

/// What the engine knows about a kind beyond what policies see.
struct KindInfo {
  TaskEnergy task_energy = TaskEnergy::dynamic;
  double switch_energy = 0;        ///< J
  double port_bandwidth = kNever;  ///< B/s of one slot; infinite: unlimited
};

struct MemoryInfo {
  std::string_view name;
  double bandwidth = 0;        ///< B/s; 0: unlimited
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
  /// compile_task_graph() and build_cost_matrix(); with any of them the tables are not fit for use.
  ///
  /// A route's time per byte is that of the slowest of its links and of the memories at its ends. Between
  /// memories without a route nothing ever arrives.
  ///
  /// best_time and mean_time of a task are over the accelerators that can run it at the point they start at;
  /// if none can, over all points of all accelerators.
  static Tables build(const Instance& instance, Problems& problems);

  Tables(Tables&&) = default;
  Tables& operator=(Tables&&) = default;
  Tables(const Tables&) = delete;  // its views lead into itself
  Tables& operator=(const Tables&) = delete;
  ~Tables() = default;

  /// Sets those parts of the view that are fixed for the run. They are valid as long as this object, or the
  /// one that it was moved to.
  void fill(SystemView& view) const;

  [[nodiscard]] std::span<const AcceleratorInfo> accelerators() const { return accelerators_; }
  [[nodiscard]] std::span<const KindInfo> kinds() const { return kind_infos_; }
  [[nodiscard]] std::span<const MemoryInfo> memories() const { return memories_; }
  /// B/s that a task alone on an accelerator gets from its memory; infinite: unlimited.
  [[nodiscard]] double bandwidth_of(const AcceleratorInfo& accelerator) const;
  [[nodiscard]] std::span<const LinkInfo> links() const { return links_; }
  /// The links from one memory to another, in the order in which bytes cross them; none to itself.
  [[nodiscard]] std::span<const std::uint32_t> route_links(std::uint32_t from, std::uint32_t to) const {
    return route_links_[std::size_t{from} * memories_.size() + to];
  }
  /// Number of different tensors between the tasks of a model.
  [[nodiscard]] std::uint32_t tensors(std::uint32_t model) const { return graphs_[model].tensors; }
  /// Name of the variant that a row of the costs belongs to; empty for the original.
  [[nodiscard]] std::string_view variant_name(std::uint32_t row) const { return variant_names_[row]; }

 private:
  Tables() = default;
  void add_platform(const PlatformSpec& platform);
  void add_routes();
  /// Cuts the models that the streams use, each (network, granularity) once. Returns the network of each
  /// model.
  std::vector<const Network*> add_graphs(const Instance& instance, Problems& problems);
  void add_models(const std::vector<const Network*>& networks);
  void add_streams(const WorkloadSpec& workload);

  PlatformSpec platform_;          // owns the names of its parts
  std::vector<TaskGraph> graphs_;  // by model; own names, edges and accuracy
  std::vector<std::string> model_names_, stream_names_;
  std::vector<std::uint32_t> model_of_stream_;
  CostMatrix costs_;

  std::vector<std::vector<OperatingPoint>> points_;  // by kind
  std::vector<Kind> kinds_;
  std::vector<std::vector<ModelTask>> tasks_;  // by model
  std::vector<Model> models_;
  std::vector<Stream> streams_;
  std::vector<Route> routes_;  // memories x memories, from-major

  std::vector<AcceleratorInfo> accelerators_;
  std::vector<KindInfo> kind_infos_;
  std::vector<MemoryInfo> memories_;
  std::vector<double> memory_bandwidths_;  // as policies see them
  std::vector<LinkInfo> links_;
  std::vector<std::vector<std::uint32_t>> route_links_;  // memories x memories, from-major
  std::vector<std::string_view> variant_names_;          // by row of costs
};

}  // namespace hetsched

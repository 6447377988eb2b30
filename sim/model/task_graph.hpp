/// \file
/// A model cut into the tasks that are scheduled: single layers, fused groups, or the whole network, joined
/// by the tensors that pass from task to task.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/errors.hpp"
#include "hetsched/policy.hpp"
#include "model/network.hpp"
#include "model/workload.hpp"

namespace hetsched {

/// One task of a model.
struct GraphTask {
  std::string name;                                 ///< of the layer or the group; "*" for the whole network
  std::string op;                                   ///< of the layer; empty for groups and the whole network
  std::vector<std::uint32_t> layers;                ///< what it computes: indices of Network::layers, ascending
  std::vector<std::string> variants;                ///< names of the alternatives, in the order of their ids
  std::uint32_t first_alternative = 0;              ///< bit of the first alternative
  std::vector<Edge> inputs;                         ///< by (producer, tensor); at most one per tensor
  std::vector<Edge> outputs;                        ///< by (consumer, tensor)
  Edge source = {TaskId::none, TensorId::none, 0};  ///< what it reads of the input of the network
  double sink_bytes = 0;                            ///< what it writes of the result of the network
};

/// A model at a granularity.
struct TaskGraph {
  IdVector<TaskId, GraphTask> tasks;  ///< each after those it reads from; by first layer as far as that goes
  std::uint32_t tensors = 0;          ///< tensors on edges are numbered from 0, by producer; then follow those of
                                      ///< the input, by task
  std::vector<double> losses;         ///< accuracy loss of each alternative alone, by bit
  bool recompute = false;             ///< tasks may be run again where their outputs were given up
  bool offload = false;               ///< outputs may be moved to another memory
  /// Sets of alternatives with measured losses, by set; empty: any set is allowed and losses add up.
  std::vector<AccuracyEntry> combinations;
};

/// Cuts a model as read by read_network() into tasks.
///
/// - layer: each layer is a task, with its variants.
/// - group: the layers of a group are one task without variants, other layers are tasks as above. Groups that
///   would have to wait for each other are a problem.
/// - model: one task, with the variants of the whole model.
///
/// All consumers of a layer's output share one tensor of the size of that output (0 if unknown); an input
/// that gives its own `bytes` is a tensor of its own. Tensors that do not leave their task are no tensors.
///
/// The input of the network is what layers without inputs read (their input_bytes), its result what layers that nobody
/// reads write (their output_bytes). What a task reads of the input is a tensor of its own.
///
/// Alternatives are numbered by task, then by variant. Of the accuracy table, sets with a variant of a layer
/// inside a group are left out: nobody can choose them.
///
/// The result is meaningful only if no problem was added.
TaskGraph compile_task_graph(const Network& network, Granularity granularity, Problems& problems);

}  // namespace hetsched

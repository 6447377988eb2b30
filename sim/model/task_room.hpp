/// \file
/// What a task takes in memory, by what its model says.
#pragma once

#include <cstddef>
#include <vector>

#include "hetsched/policy.hpp"
#include "model/network.hpp"
#include "model/task_graph.hpp"

namespace hetsched {

/// Whole bytes, of one inference (of a batch, if the model has one).
struct TaskRoom {
  Bytes weights = 0;
  bool own_weights = true;  ///< false: they are those of the original
  Bytes inputs = 0;         ///< tensors of other tasks
  Bytes outputs = 0;        ///< tensors for other tasks, and those that nobody in the model reads
  Bytes workspace = 0;      ///< most that its layers' workspace and the tensors between them take at once
};

/// Looks at the tasks of a network as read by read_network(), which must outlive it.
class TaskRooms {
 public:
  explicit TaskRooms(const Network& network);

  /// Weights are all parameters, also those of an embedding that are not looked up. Those of a variant with dims or a
  /// precision of its own are others than the original's. Layers run one after the other, in the order of the model; a
  /// tensor between two of a task is there from the start of its producer to the end of its last reader.
  [[nodiscard]] TaskRoom of(const GraphTask& task, VariantId variant) const;

 private:
  [[nodiscard]] Bytes workspace_of(const GraphTask& task) const;

  const Network& network_;
  std::vector<std::vector<std::uint32_t>> readers_;  ///< of the output of each layer
};

}  // namespace hetsched

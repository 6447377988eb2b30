/// \file
/// What lies in memories of limited size, and what tasks take there: fixed for a run. How full they are meanwhile is
/// residency.hpp.
#pragma once

#include <span>
#include <vector>

#include "base/errors.hpp"
#include "base/text.hpp"
#include "cost/cost_matrix.hpp"
#include "hetsched/policy.hpp"
#include "model/platform.hpp"

namespace hetsched {

/// Has a memory a capacity, or do weights have a home? Else nothing limits what lies in memories.
bool is_limited(const PlatformSpec& platform);

struct RoomTables {
  IdVector<WeightsId, Weights> weights;
  IdVector<CostRowId, Room> rooms;
  IdVector<MemoryId, MemoryState> memories;  ///< as the run starts; empty: no capacity, no home, nothing to be counted
  std::vector<Residence> residences;         ///< likewise; memories x weights, memory-major
  MemoryId home = MemoryId::none;
  Strings refused;  ///< what does not fit on some kinds, but on others: sentences

  void fill(SystemView& view) const {
    view.weights = weights;
    view.room_by_row = rooms;
    view.memory_states = memories;
    view.residences = residences;
    view.home = home;
  }
};

/// The tables of models whose costs are known; `sources`: where inputs of each model's requests may lie. A task cannot
/// run, alone or in a batch, on a kind in whose memories its weights, inputs, outputs and workspace do not fit: `costs`
/// is told so.
///
/// Problems: a task that for this reason no accelerator can run; one that fits into the memories of some accelerators
/// of a kind only; weights that have no home but do not fit into a memory together.
RoomTables room_tables(const PlatformSpec& platform, std::span<const CostedModel> models,
                       const IdVector<ModelId, std::vector<MemoryId>>& sources, CostMatrix& costs, Problems& problems);

/// The same of one of the models alone, whose rows are those from `first` on, and whose costs are `costs`.
RoomTables room_of_model(const RoomTables& all, const PlatformSpec& platform, ModelId model, CostRowId first,
                         std::size_t rows, const CostMatrix& costs);

}  // namespace hetsched

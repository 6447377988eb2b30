/// \file
/// What every task costs everywhere: the model of unrelated machines, as a dense matrix built once per run
/// from profiles and cost models.
///
/// Rows: the tasks of all models, each as its original and then as each of its variants. Columns: the
/// operating points of all kinds. For each cell of a task that is a single layer, the kind's sources of costs (its
/// field `costs`; profiles alone by default) are asked in their order, and the first that can tell counts. A cost model
/// sees the layer's work (model/layer_work.hpp). The profile is looked up by (task, variant, profile key of the kind,
/// point):
///
/// 1. A row that names the point holds there exactly.
/// 2. A row without point was measured at the kind's first point and holds at all others, scaled: cycles / frequency
///    of the point; a time by (frequency of the first point / frequency of the point) if both are known, else
///    as it is.
/// 3. Energy is the row's energy at any point, or its power times the time of the cell. Bytes never scale.
/// 4. A group or the whole network ("*") takes its rows in the profile; where it has none at all for a profile key, the
///    original is the sum of its layers (time, energy, bytes). Layers that the kind cannot compute at any point are its
///    fallback's, if at least one layer is the kind's own: the task is then computed in segments (segments.hpp), and
///    its cell is what they amount to; without fallback, the task cannot run.
/// 5. What no source covers cannot run: time kNever.
/// 6. The rows are there once for each batch size up to the largest max_batch of a kind in use; a kind cannot compute
/// larger
///    batches than its own. Profiled costs grow by batch_fixed_share + (1 - batch_fixed_share) b; cost models see the
///    work of b inferences that share their weights.
///
/// How a task uses what it shares (ResourceUse): each of bus factor, occupancy and weight is what the row of the
/// profile says, else the layer (bus factor only), else the kind (for the bus factor, the first of its bus_factors that
/// is for the layer's operator). A task without rows that sums its layers has their mean: of bus factors by traffic, of
/// the others by time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <utility>
#include <vector>

#include "base/errors.hpp"
#include "cost/segments.hpp"
#include "hetsched/policy.hpp"
#include "model/network.hpp"
#include "model/platform.hpp"
#include "model/task_graph.hpp"

namespace hetsched {

/// A model at a granularity, whose tasks get rows. Both must outlive the call that they are given to.
struct CostedModel {
  const Network* network = nullptr;
  const TaskGraph* graph = nullptr;
};

struct CostMatrix {
  std::uint32_t columns = 0;
  IdVector<KindId, CostColumnId> first_column;  ///< the other points of the kind follow in order
  std::uint32_t batches = 1;                    ///< largest batch size
  std::vector<Cost> cells;                      ///< row-major; all rows once for each batch size, from 1
  std::vector<ResourceUse> uses;                ///< of the same cells; empty: all as by default
  /// Those computed in several segments, by row (as of `cells`) and kind.
  std::map<std::pair<std::size_t, KindId>, std::vector<SegmentCosts>> programs;

  [[nodiscard]] const Cost& at(CostRowId row, KindId kind, PointId point) const {
    return cells[index_of(row) * columns + index_of(first_column[kind]) + index_of(point)];
  }
};

/// Builds the matrix; rows in the order of models, tasks and variants. No profile may have two rows for one
/// (layer, variant, kind, point); read_network() sees to that. Problems, in terms of the user's files:
/// - a kind in use that has no other source and whose profile key occurs in no profile, or whose rows are all for
/// points
///   that it does not have;
/// - a point without frequency where the profile counts cycles;
/// - tasks whose original no accelerator of the platform can run at any point.
/// The result is meaningful only if no problem was added.
CostMatrix build_cost_matrix(const PlatformSpec& platform, std::span<const CostedModel> models, Problems& problems);

}  // namespace hetsched

/// \file
/// A task of several layers divided between a kind and its fallback: layers that follow one another on one of both are
/// a segment.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "cost/layer_costs.hpp"
#include "hetsched/policy.hpp"
#include "model/platform.hpp"
#include "model/task_graph.hpp"

namespace hetsched {

/// A hetsched::Segment that owns its costs.
struct SegmentCosts {
  KindId kind = {};
  IdVector<PointId, Cost> costs;  ///< sums over its layers, and over the transitions that its kind does
};

class Divider {
 public:
  /// The platform, the costs and the ids must outlive it.
  Divider(const PlatformSpec& platform, LayerCosts& costs) : platform_(platform), costs_(costs) {}

  /// The segments of a task, in batches of that size, in the order in which they are computed. The kind hands over
  /// layers that it can compute at none of its operating points; its fallback must be able to at all of its own, in
  /// batches of that size, and have an accelerator. Empty if it cannot, if no layer is left to the kind, or if more
  /// segments are than its max_loadables.
  ///
  /// Each change of kind is a transition: the one measured after the last layer before it; else what the kinds state;
  /// else fallback_time, spent by the fallback. Its bytes are those of the tensors that the next segment reads from
  /// layers of the other kind.
  std::vector<SegmentCosts> divide(const Profile& profile, const GraphTask& task, KindId kind, std::uint32_t batch);

  /// What the segments amount to at the points of the kind, the fallback at its point of the same name (a power mode of
  /// the whole board) or else at its first, with the power that it draws there beyond idling.
  void sum(std::span<const SegmentCosts> segments, KindId kind, std::span<Cost> cells) const;

 private:
  /// Adds the layer, at all points, to a segment of the kind; a new one unless the last is of that kind.
  void add(KindId kind, std::span<const LayerCost> costs);
  void add_transition(const Profile& profile, const GraphTask& task, std::size_t before, std::uint32_t batch);
  [[nodiscard]] const KindSpec& spec(KindId kind) const { return *costs_.kinds()[kind].spec; }

  const PlatformSpec& platform_;
  LayerCosts& costs_;
  std::vector<SegmentCosts> segments_;
  std::vector<std::size_t> segment_of_;  ///< of the task's layers, by their place in it
  std::vector<LayerCost> own_, other_;   ///< a layer, by point
};

}  // namespace hetsched

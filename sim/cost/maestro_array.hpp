/// \file
/// Arrays with the semantics of MAESTRO (Kwon et al., "Understanding Reuse, Performance, and Hardware Cost of DNN
/// Dataflow: A Data-Centric Approach", MICRO 2019) and its dataflow templates, as closed forms.
#pragma once

#include "cost/array_shape.hpp"
#include "model/array_spec.hpp"

namespace hetsched {

/// Elements read and written, by tensor; level 1 is the processing elements', level 2 the shared buffer.
struct MaestroCounts {
  double cycles = 0;
  double l1_reads = 0, l1_writes = 0;
  double l2_reads = 0, l2_writes = 0;
};

/// One input of the layer (count is ignored). Cycles with unlimited bandwidth are exactly MAESTRO's for
/// kcp_ws, rs and depthwise layers, and for yxp_os at stride 1 (at larger strides MAESTRO counts outputs that
/// do not exist). With bandwidth B, a step that computes for t cycles while n elements come or go takes
/// max(t, ceil(n / B) - 1 + latency): depthwise layers are exact, kcp_ws is within 1.7 %, rs within 0.1 % at
/// stride 1, yxp_os within 17 %. Depthwise layers lie with one channel on each element in kcp_ws and rs.
/// Accesses do not depend on bandwidth. They are exactly MAESTRO's at stride 1, for kcp_ws and depthwise
/// layers at larger strides too but for the reads of outputs (MAESTRO takes the output's size as if the
/// stride were 1).
MaestroCounts count_maestro(const ArrayShape& shape, const MaestroArraySpec& array);

}  // namespace hetsched

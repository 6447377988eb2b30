/// \file
/// Systolic arrays with the semantics of SCALE-Sim (Samajdar et al., "A systematic methodology for characterizing
/// scalability of DNN accelerators using SCALE-sim", ISPASS 2020).
#pragma once

#include "model/array_spec.hpp"

namespace hetsched {

/// A matrix product as the array runs it: `pixels` x `window` times `window` x `filters`. For a convolution: output
/// pixels, r s c, and k.
struct SystolicWork {
  double pixels = 1, window = 1, filters = 1;
};

struct SystolicCounts {
  double folds = 0, cycles = 0;
  double input_reads = 0, filter_reads = 0, output_writes = 0;  ///< elements, of the on-chip buffers (SRAM)
};

/// Which dimensions lie on rows and columns: os pixels x filters, ws window x filters, is window x pixels; the third is
/// streamed. Partial folds take as long as full ones. Exactly the tool's totals (v2, v3) with FillTerm::tool: "Total
/// Cycles" is the last cycle's index, one less than their number; its output writes for os, which count the array's
/// area and half its circumference once too often per fold, are output_writes + folds * (rows + columns).
SystolicCounts count_systolic(const SystolicWork& work, const SystolicArraySpec& array);

}  // namespace hetsched

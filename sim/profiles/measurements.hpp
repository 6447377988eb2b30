/// \file
/// What a measurement file says, in its own names and units; and the readers, one per format.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "profiles/profile_import.hpp"

namespace hetsched {

struct Measurement {
  std::string name;    ///< of a layer, or of several that ran fused
  std::string device;  ///< empty in formats that know none
  std::string where;   ///< "file:line", for messages
  double duration = 0;
  std::optional<double> energy_nj;
};

struct Measurements {
  std::string column;     ///< the profile's column for durations, which says their unit: cycles, time_ms, ...
  std::string said;       ///< what the durations are, for the comment: "SCALE-Sim, Total Cycles"
  bool numbered = false;  ///< the names are the numbers 0, 1, ... of layers
  bool fused = false;     ///< a name may join several layers, as in "conv1 + relu1"
  std::vector<Measurement> rows;
  Names notes;
};

/// SCALE-Sim's COMPUTE_REPORT.csv, v2 and v3: layers by number, in cycles. Its Total Cycles is the number of
/// the last cycle, counted from 0, so one less than the cycles taken (issue 125 of
/// scalesim-project/SCALE-Sim); it is kept as the tool gives it. Column "Total Cycles (incl. prefetch)",
/// which v3 has besides, adds the first loads from DRAM.
Measurements read_scalesim(const ProfileRequest& request, Problems& problems);

/// MAESTRO's result CSV (print_res_csv_file): cycles, and energy. The file's own energy is wrong for mappings
/// with clusters: it takes the L1 accesses of the layer before, and leaves out the multiply-accumulates
/// (API_user-interface-v2.hpp, lines 933 to 956, at commit 4eb08d1). It is computed anew from the access
/// counts as MAESTRO's screen output has it: MACs + 1.68 L1 accesses + 18.61 L2 accesses, in units of a MAC
/// of 0.23 pJ.
Measurements read_maestro(const ProfileRequest& request, Problems& problems);

/// The JSON of trtexec --exportProfile: the number of runs, then one node per kernel. Copies that only change
/// a tensor's format are added to the node that they are for.
Measurements read_tensorrt(const ProfileRequest& request, Problems& problems);

/// A CSV with one line per layer and run, as people write it from the PyTorch profiler: a column for the
/// layer, one for the device if there are several, one for the time, whose name ends with its unit. Of
/// several runs the median.
Measurements read_pytorch(const ProfileRequest& request, Problems& problems);

/// Four digits, for notes.
std::string rounded(double value);

/// "1 layer", "3 layers".
std::string many(std::size_t count, const std::string& noun);

}  // namespace hetsched

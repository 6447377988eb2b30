/// \file
/// What a measurement file says, in its own names and units: what the reader of a format gives.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "import/profiles/profile_import.hpp"

namespace hetsched {

struct Measurement {
  std::string name;     ///< of a layer, or of several that ran fused
  std::string device;   ///< empty in formats that know none
  std::string where;    ///< "file:line", for messages
  double duration = 0;  ///< in the unit of Measurements::column
  std::optional<double> energy_nj;
};

struct Measurements {
  std::string column;     ///< the profile's column for durations, which says their unit: cycles, time_ms, ...
  std::string said;       ///< what the durations are, for the comment: "SCALE-Sim, Total Cycles"
  bool numbered = false;  ///< the names are the numbers 0, 1, ... of layers
  bool fused = false;     ///< a name may join several layers, as in "conv1 + relu1"
  std::vector<Measurement> rows;
  Strings notes;
};

/// Four digits, for notes.
std::string rounded(double value);

/// "1 layer", "3 layers".
std::string many(std::size_t count, const std::string& noun);

}  // namespace hetsched

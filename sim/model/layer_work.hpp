/// \file
/// A layer as cost models see it: operator, dimensions, number format, and what it computes and moves.
#pragma once

#include <cstdint>
#include <optional>

#include "model/network.hpp"
#include "model/operators.hpp"

namespace hetsched {

/// One layer of one inference (of a batch, if the model has one), or one of its variants. All counts are those of the
/// whole batch.
struct LayerWork {
  std::optional<OperatorClass> op;  ///< nothing: the operator's word is not known
  Precision precision = Precision::int8;
  const Dims* dims = nullptr;    ///< of one input of the batch; null if the file gives none
  double height = 0, width = 0;  ///< of the output map; 0 without dims
  std::uint32_t batch = 1;
  double macs = 0;
  double vector_ops = 0;  ///< operations beside multiply-accumulates: poolings, additions, exponentials ...
  double input_bytes = 0, weight_bytes = 0, output_bytes = 0;  ///< read, read and written, each tensor once

  /// Arithmetic operations; a multiply-accumulate is two.
  [[nodiscard]] double ops() const { return 2 * macs + vector_ops; }
  /// Bytes moved if each tensor is moved once.
  [[nodiscard]] double bytes() const { return input_bytes + weight_bytes + output_bytes; }
};

/// The work of a layer of a network that read_network() completed; of its variant if one is given (counts then follow
/// from the variant's dims; one with a precision only does the layer's work, in bytes of its own; nothing if it gives
/// neither). Without a precision in the file the number format is the one
/// that bytes_per_element fits: 4 fp32, 2 fp16, 0.5 int4, else int8. The network must outlive it.
std::optional<LayerWork> work_of(const Network& network, const LayerSpec& layer, const VariantSpec* variant = nullptr);

}  // namespace hetsched

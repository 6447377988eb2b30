/// \file
/// Layer variants made by rule rather than measured: other ways to compute a layer, whose costs follow from
/// their dimensions and precision. What a variant costs in accuracy is for the user to say.
///
/// depth_to_space (Terastal, arXiv 2606.06818): the input's channels are moved onto a map gamma times as high
/// and wide (depth to space), convolved by a filter of the same size with 1/gamma^2 of the channels on either
/// side, and moved back (space to depth), cropped to the original's output. Multiply-accumulates fall to
/// 1/gamma^2, weights to 1/gamma^4; activations stay. It suits arrays that like large maps and few channels.
/// Convolutions with one group and linear layers (1x1 convolutions on a 1x1 map) qualify, if gamma^2 divides
/// both numbers of channels.
///
/// precision: the same computation in another number format.
#pragma once

#include <filesystem>

#include "model/network.hpp"

namespace hetsched {

enum class VariantRule { depth_to_space, precision };
template <>
inline constexpr auto enum_names<VariantRule> = std::array{"depth_to_space", "precision"};

/// Why a layer has no depth-to-space variant, in a few words; empty if it has one.
std::string no_depth_to_space(const LayerSpec& layer, std::uint32_t gamma);

/// Dimensions of the variant of a layer that qualifies. Padding grows with the map; p and q are given where
/// the cropped output is not what follows from the rest.
Dims depth_to_space(const LayerSpec& layer, std::uint32_t gamma);

/// The least gamma from 2 to `most` that a layer qualifies for.
std::optional<std::uint32_t> least_gamma(const LayerSpec& layer, std::uint32_t most = 8);

struct VariantRequest {
  struct Layer {
    std::string name;
    std::optional<double> accuracy_loss;  ///< of its variant alone; default: that of the request
  };

  VariantRule rule = VariantRule::depth_to_space;
  std::optional<std::uint32_t> gamma;  ///< nothing: the least that a layer qualifies for
  Precision precision = Precision::int8;
  double accuracy_loss = 0;
  std::vector<Layer> layers;     ///< empty: all that qualify and multiply-accumulate
  std::filesystem::path folder;  ///< where the model will be; paths in it are made relative to that
};

struct MadeVariants {
  Json model;  ///< the file's model with the variants, called d2s<gamma> or as the precision
  std::size_t count = 0;
  Strings notes;  ///< layers passed over, and why
};

/// Adds variants to the model of a file. Where accuracy.combinations lists what may be applied, each new
/// variant is added to it alone. Problems: the model's own, layers named that do not qualify, losses that are
/// missing, and what is wrong with the result (too many variants).
MadeVariants add_variants(const Document& file, const VariantRequest& request, Problems& problems);

}  // namespace hetsched

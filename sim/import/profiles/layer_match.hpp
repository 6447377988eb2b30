/// \file
/// Which layers of a model a measurement is of, and how it is shared out among them.
#pragma once

#include "import/profiles/measurements.hpp"
#include "model/network.hpp"

namespace hetsched {

/// A row of the profile that is made.
struct LayerTime {
  std::string layer;
  double duration = 0;  ///< in the unit of Measurements::column
  std::optional<double> energy_nj;
};

struct LayerTimes {
  std::vector<LayerTime> rows;
  Strings notes;
};

/// The measurements of one device by the layers of a network that read_network() completed, in its order.
///
/// - A name is a layer's if it is equal, or equal with case aside and / for . (as in ONNX's
/// /layer1/layer1.0/conv1/Conv
///   for layer1.0.conv1). Where none is, or the names are numbers, measurements are layers in order: of all
///   layers, or of those with multiply-accumulates, whichever are as many.
/// - Of a fused measurement each part is looked up; parts that are no layers (activations, constants) run
/// with the rest.
///   It is shared out by multiply-accumulates, or by output bytes if there are none, and where the layers are
///   just those of a group, it is the group's row as well. a...b is all layers from a to b.
/// - Measurements of one layer add up.
///
/// Notes tell what was matched, which layers have nothing, and which measurements are left over. Problems:
/// nothing matches at all.
LayerTimes match_layers(const std::vector<Measurement>& measured, const Measurements& file, const Network& network,
                        const ProfileRequest& request, Problems& problems);

/// Without a model: names are kept. Problems: a name that comes twice.
LayerTimes keep_names(const std::vector<Measurement>& measured, const Measurements& file, Problems& problems);

}  // namespace hetsched

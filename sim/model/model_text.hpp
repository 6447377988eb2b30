/// \file
/// A model as the text of a model file: one line per layer and per cost, in the order given, without what is
/// default.
#pragma once

#include <string>

#include "model/network.hpp"

namespace hetsched {

/// As model_text() writes it. Strings must be UTF-8.
Json model_json(const NetworkSpec& network);

/// Canonical: equal models give equal bytes.
std::string model_text(const Json& model);

}  // namespace hetsched

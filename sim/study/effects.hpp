/// \file
/// What of a run cannot have any effect: links that nothing can cross, decorators and policies without what they need,
/// fields that say something about what never happens. The one place that tells; each is said once, in a sentence that
/// says why.
#pragma once

#include "base/text.hpp"
#include "engine/tables.hpp"
#include "model/instance.hpp"
#include "policy/catalog.hpp"

namespace hetsched {

/// Of platform and workload. `tables` are those of the instance.
Strings without_effect(const Instance& instance, const Tables& tables);

/// Of a policy and its decorators on a platform. A policy that is a script or that the catalogue does not know needs
/// nothing.
Strings without_effect(const PolicyChoice& policy, const PlatformSpec& platform, const Catalog& catalog);

/// What a platform does not say and that is taken in a way that matters: a sentence each.
Strings assumptions(const PlatformSpec& platform);

}  // namespace hetsched

/// \file
/// What a decorator must know of a start before it looks at its costs: the policy inside may name what does not exist,
/// and it is the engine that refuses that, with the rule that was broken.
#pragma once

#include <algorithm>

#include "hetsched/policy.hpp"

namespace hetsched {

/// Do the accelerator, the tasks, the variant and a batch of that size exist? Then costs and run times of the start may
/// be asked for. Whether it is allowed now is another question.
inline bool is_there(const SystemView& view, const Start& start) {
  const auto exists = [&](TaskRef t) {
    return view.requests.contains(t.request) && view.request(t).tasks.contains(t.task);
  };
  return exists(start.task) && view.accelerators.contains(start.accelerator) &&
         view.model_task(start.task).variant_ids().contains(start.variant) &&
         start.also.size() < view.kind(start.accelerator).max_batch &&
         std::all_of(start.also.begin(), start.also.end(), exists);
}

}  // namespace hetsched

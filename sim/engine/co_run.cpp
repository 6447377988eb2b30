#include "engine/co_run.hpp"

#include <algorithm>

namespace hetsched {

CoRunner CoRun::runner(TaskRef task, AcceleratorId accelerator, VariantId variant, std::uint32_t batch) const {
  const Accelerator& a = state_.accelerator(accelerator);
  const ModelTask& t = state_.model_task(task);
  return {accelerator, a.kind, fixed_.use(t, a.kind, a.point, variant, batch),
          fixed_.demand_at(t, accelerator, a.point, variant, batch)};
}

Slowdown CoRun::slowdown(TaskRef task, AcceleratorId accelerator, VariantId variant) const {
  const MemoryId memory = state_.accelerator(accelerator).memory;
  std::vector<CoRunner> running;
  for (const SlotId s : devices_.slots()) {
    const Slot& slot = devices_.slot(s);
    if (slot.stage != Stage::computing || state_.accelerator(slot.accelerator).memory != memory) continue;
    running.push_back(runner(slot.task, slot.accelerator, state_.task(slot.task).variant, slot.batch));
  }
  const double transfers = transfers_.demand_at(memory);
  const std::vector<double> before = progress(tables_, memory, running, transfers);
  running.push_back(runner(task, accelerator, variant, 1));
  const std::vector<double> after = progress(tables_, memory, running, transfers);
  Slowdown slowdown;
  slowdown.own = std::max(1.0, 1 / after.back());
  for (std::size_t i = 0; i < before.size(); ++i) slowdown.others = std::max(slowdown.others, before[i] / after[i]);
  return slowdown;
}

}  // namespace hetsched

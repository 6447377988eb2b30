#include "agent/remote_policy.hpp"

#include <unistd.h>

#include <algorithm>
#include <stdexcept>
#include <string>

namespace hetsched::agent {

void RemotePolicy::decide(const SystemView& view, Decisions& out) {
  choices_.begin(view);
  while (choices_.arrange(view)) {
    const bool may_wait = choices_.busy(view) || !view.future.empty();
    bytes_.clear();
    append_observation(bytes_, view, choices_, score_, may_wait);
    wire_.send(Message::observe, bytes_);
    std::int64_t answer = 0;
    // The engine has no way to stop in the middle of a run, and need not: this process is for one run.
    if (!wire_.receive(answer) || answer == kAbandon) ::_exit(0);
    if (answer == kWait) return;
    const auto accelerators = static_cast<std::int64_t>(view.accelerators.size());
    const std::int64_t row = answer / accelerators;
    const auto accelerator = id_of<AcceleratorId>(static_cast<std::size_t>(answer % accelerators));
    const std::size_t rows = std::min<std::size_t>(choices_.window(), choices_.tasks().size());
    if (answer < 0 || row >= static_cast<std::int64_t>(rows))
      throw std::runtime_error("there is no action " + std::to_string(answer));
    const auto chosen = static_cast<std::size_t>(row);
    out.start(choices_.tasks()[chosen], accelerator);
    choices_.take(view, chosen, accelerator);
  }
}

}  // namespace hetsched::agent

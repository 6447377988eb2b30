#include "cli/point_arguments.hpp"

namespace hetsched {

void PointArguments::declare(Arguments& arguments) {
  arguments.flag("--trust-plugins",
                 "with executor fluid: run plugins and Python policies in one process with others, which is "
                 "faster, but what one leaves behind the next may find",
                 trust_plugins);
  arguments.option("--timeout", "TIME", "wall-clock time that a point may take; one that takes longer has failed",
                   timeout);
  arguments.option("--memory", "SIZE", "memory that the process of a point may use, such as \"2 GiB\"", memory);
  arguments.flag("--retry-failed", "run points again that failed", retry_failed);
}

Strings PointArguments::words() const {
  Strings words;
  if (trust_plugins) words.emplace_back("--trust-plugins");
  if (!timeout.empty()) words.push_back("--timeout=" + timeout);
  if (!memory.empty()) words.push_back("--memory=" + memory);
  if (retry_failed) words.emplace_back("--retry-failed");
  return words;
}

void PointArguments::set(SweepOptions& options) const {
  options.trust_plugins = trust_plugins;
  options.retry_failed = retry_failed;
  if (!timeout.empty()) options.timeout = time_value("--timeout", timeout);
  if (!memory.empty()) options.memory = size_value("--memory", memory);
}

}  // namespace hetsched

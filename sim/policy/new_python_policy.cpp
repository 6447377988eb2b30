#include <array>

#include "policy/new_policy_files.hpp"

namespace hetsched {
namespace {

constexpr const char* kSource = R"PY("""First come, first served, but not on slow accelerators."""


class Policy:
    """Tasks in order of arrival of their requests, each on the free accelerator on which it ends first.

    Tasks go to no accelerator that takes `patience` times as long as the fastest that is on. Ties: lowest request, task
    and accelerator.
    """

    def __init__(self, params):
        self.patience = params.number("patience", 4, min=1, doc="how much slower an accelerator may be")

    def begin(self, view):
        """Called once: platform and models are known, nothing has arrived."""

    def decide(self, view, decisions):
        """Called whenever something happened. The view is over when this returns: keep numbers, not views."""
        free = [a.free_slots if a.available else 0 for a in view.accelerators]  # the view does not change meanwhile
        for task in view.ready:
            if not any(free):
                return
            accelerator = self.best(view, task, free)
            if accelerator is not None:  # else it stays ready and is offered again
                decisions.start(task, accelerator)
                free[accelerator] -= 1

    def best(self, view, task, free):
        times = [(view.run_time(task, a), a.index) for a in view.accelerators if a.available]
        fastest = min(times, default=None)
        least = min((time for time in times if free[time[1]]), default=None)
        if least is None or least[0] == float("inf") or least[0] > self.patience * fastest[0]:
            return None
        return least[1]
)PY";

constexpr const char* kReadme = R"(# @name@

A scheduling policy for hetsched in Python. `@name@.py` is all of it. What a policy sees and may do has the names and the
meaning of hetsched's header `hetsched/policy.hpp`; what differs in Python is in `policies/python/README.md` of its sources.

```sh
hetsched run experiment.json -o out              # a small platform and workload; out/tasks.csv is the schedule
hetsched run experiment.json --policy @name@.py:patience=2 -o out
hetsched policies @name@.py                      # its parameters
hetsched policy test @name@.py                   # does it keep the rules on random platforms and workloads?
hetsched run --platform FILE --workload FILE --policy @name@.py
```

In an experiment: `"policy": "@name@.py"`, or `{"name": "@name@.py", "parameters": {"patience": 2}}`, relative to the
experiment's file. An exception ends the run with exit code 3 and says where it happened.
)";

}  // namespace

std::span<const NewFile> python_policy_files() {
  static const std::array files = {NewFile{"@name@.py", kSource}, NewFile{"experiment.json", kNewExperiment},
                                   NewFile{"model.json", kNewModel}, NewFile{"README.md", kReadme}};
  return files;
}

}  // namespace hetsched

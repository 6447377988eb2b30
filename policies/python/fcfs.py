"""First come, first served; each task on the free accelerator that finishes it first: what policies/online/fcfs.cpp does."""


class Policy:
    def __init__(self, params):
        pass

    def decide(self, view, decisions):
        accelerators = view.accelerators
        free = [a.free_slots if a.available else 0 for a in accelerators]
        left = sum(free)
        for task in view.ready:
            if left == 0:
                return
            times = [(view.run_time(task, a), a) for a, slots in enumerate(free) if slots > 0]
            time, best = min(times)
            if time < float("inf"):
                decisions.start(task, best)
                free[best] -= 1
                left -= 1

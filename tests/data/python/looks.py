"""Looks at each accelerator and each ready task once."""


class Policy:
    def __init__(self, params):
        pass

    def decide(self, view, decisions):
        for accelerator in view.accelerators:
            accelerator.free_slots
        for task in view.ready:
            task.request

"""Misbehaves as its parameter says.

The rest of this is not shown.
"""
import math
import os
import random

MODES = ["good", "init", "divides", "keeps_view", "keeps_item", "keeps_params", "returns", "illegal", "no_accelerator", "no_task",
         "wrong_type", "writes", "hangs", "exits", "leaves", "draws", "forgetful"]
kept = []
calls = 0


class Policy:
    def __init__(self, params):
        self.mode = params.choice("mode", "good", of=MODES, doc="what it does")
        self.params = params
        if self.mode == "init":
            raise ValueError("no tables")

    def decide(self, view, decisions):
        getattr(self, self.mode, lambda *_: None)(view, decisions)
        if self.mode == "returns" and view.ready:
            return [view.ready[0]]
        for task in view.ready:
            able = [a for a in view.accelerators if view.can_start(task, a)]
            if able:
                decisions.start(task, random.choice(able) if self.mode == "draws" else able[0])
                if len(view.ready) > 1:
                    decisions.wake_at(view.now)
                return

    def divides(self, view, decisions):
        self.by(0)

    def by(self, number):
        return 1 / number

    def keeps_view(self, view, decisions):
        if kept:
            kept[0].now
        kept.append(view)

    def keeps_item(self, view, decisions):
        if kept:
            kept[0].free_slots
        kept.append(view.accelerators[0])

    def keeps_params(self, view, decisions):
        self.params.number("late")

    def illegal(self, view, decisions):
        if view.ready:
            decisions.start(view.ready[0], 77)

    def no_accelerator(self, view, decisions):
        if view.ready:
            view.run_time(view.ready[0], 77)

    def no_task(self, view, decisions):
        if view.ready:
            view.run_time(type(view.ready[0])(request=1000, task=0), 0)

    def wrong_type(self, view, decisions):
        decisions.start(self, 0)

    def writes(self, view, decisions):
        view.accelerators[0].free_slots = 4

    def hangs(self, view, decisions):
        while True:
            math.sqrt(2)

    def exits(self, view, decisions):
        raise SystemExit(5)

    def leaves(self, view, decisions):
        os._exit(7)

    def forgetful(self, view, decisions):
        global calls
        calls += 1
        if calls % 7 == 0 and view.now > 0:
            decisions.wake_at(view.now + 0.25)

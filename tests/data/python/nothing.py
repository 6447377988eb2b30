"""Decides nothing."""


class Policy:
    def __init__(self, params):
        pass

    def decide(self, view, decisions):
        pass

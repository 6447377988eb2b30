"""Scheduling for hetsched decided from Python, step by step: see Env."""
from .env import Env, Error

__all__ = ["Env", "Error"]

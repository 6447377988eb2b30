#!/usr/bin/env python3
"""An agent that is first come, first served, step by step: where a learned one begins.

usage: PYTHONPATH=build/python policies/python/fcfs_agent.py PLATFORM WORKLOAD [EPISODES]
"""
import sys

import hetsched


def action(env, observation, mask):
    """The first task that can be started, on the free accelerator that finishes it first."""
    count = len(env.accelerators)
    for row in range(env.window):
        times = [(observation["run_time"][row, a], a) for a in range(count) if mask[row * count + a]]
        if times:
            return row * count + min(times)[1]
    return env.wait


def episode(env, **reset):
    """The sum of its rewards, and the info of its last step."""
    observation, info = env.reset(**reset)
    total, ended = 0.0, False
    while not ended:
        observation, reward, ended, _, info = env.step(action(env, observation, info["action_mask"]))
        total += reward
    return total, info


def main():
    platform, workload = sys.argv[1:3]
    env = hetsched.Env(platform=platform, workload=workload)
    for _ in range(int(sys.argv[3]) if len(sys.argv) > 3 else 1):
        total, info = episode(env)
        summary = info["summary"]
        print(f"seed {info['seed']}: reward {total:.6g}, {summary['released']} requests, miss rate {summary['miss_rate']:.4f}, "
              f"mean latency {summary['latency_mean_s'] * 1e3:.4f} ms")


if __name__ == "__main__":
    main()

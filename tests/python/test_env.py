"""The environment: interface, masks, rewards, and an agent that is fcfs, whose records are those of the policy.

Environment: HETSCHED (the program), SOURCE_DIR, BUILD_DIR.
"""
import filecmp
import os
import pathlib
import re
import struct
import subprocess
import sys
import tempfile
import types

SOURCE, BUILD, PROGRAM = (os.environ[name] for name in ("SOURCE_DIR", "BUILD_DIR", "HETSCHED"))
sys.path.insert(0, str(pathlib.Path(BUILD) / "python"))
if os.environ.get("WITHOUT_NUMPY"):
    sys.modules["numpy"] = None
if stub := os.environ.get("WITH_GYMNASIUM"):
    sys.modules["gymnasium"] = types.ModuleType("gymnasium")
    exec(stub, sys.modules["gymnasium"].__dict__)

sys.path.insert(0, str(pathlib.Path(SOURCE) / "policies" / "python"))
import hetsched  # noqa: E402
from fcfs_agent import action as fcfs  # noqa: E402

SMALL = {"platform": f"{SOURCE}/platforms/terastal_4k.json", "workload": f"{SOURCE}/workloads/terastal_ar_social.json",
         "settings": ["workload.duration=0.1 s"]}
# Every file of a run but run.json, which tells of time and memory.
RECORDS = ("summary.json", "requests.csv", "tasks.csv", "streams.csv", "accelerators.csv", "transfers.csv", "power.csv")


def check(holds, what):
    if not holds:
        sys.exit(f"FAILED: {what}")


def raises(error, call, text):
    try:
        call()
    except error as raised:
        check(text in str(raised), f"the message is {raised}")
        return raised
    sys.exit(f"FAILED: nothing was raised that says: {text}")


def play(env, agent, **reset):
    """(number of decisions, sum of rewards, last info)."""
    observation, info = env.reset(**reset)
    steps, total, ended = 0, 0.0, False
    while not ended:
        observation, reward, ended, truncated, info = env.step(agent(env, observation, info["action_mask"]))
        check(not truncated, "runs are not cut short")
        steps, total = steps + 1, total + reward
    return steps, total, info


def check_fcfs(room, what, where, arguments, seeds):
    """Episodes of one environment against runs of the program, one after another."""
    env = hetsched.Env(**where)
    for seed in seeds:
        steps, total, info = play(env, fcfs, seed=seed, options={"records": room / "env"})
        check(steps > 20, f"{what}: only {steps} steps")
        check(info["seed"] == seed, "the seed is told")
        command = [PROGRAM, "run", *arguments, "--policy", "fcfs", "--seed", str(seed), "--set", "alone=false",
                   "-o", str(room / "run")]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        for file in RECORDS:
            check((room / "run" / file).stat().st_size > 0, f"{what}: {file} is empty")
            check(filecmp.cmp(room / "env" / file, room / "run" / file, shallow=False), f"{what}, seed {seed}: {file} differs")
        latencies = info["summary"]["latency_mean_s"] * info["summary"]["finished"]
        if info["summary"]["finished"] == info["summary"]["released"]:
            check(abs(total + latencies) < 1e-9 * latencies, f"{what}: rewards {total} are not minus latencies {latencies}")
    env.close()


def check_interface():
    env = hetsched.Env(**SMALL, window=4)
    observation, info = env.reset(seed=5)
    count = len(env.accelerators)
    check(env.wait == 4 * count and len(info["action_mask"]) == env.wait + 1, "the size of the mask")
    check(observation["tasks"].shape == (4, len(env.columns["tasks"])), "the shape of tasks")
    check(observation["accelerators"].shape == (count, len(env.columns["accelerators"])), "the shape of accelerators")
    check(observation["run_time"].shape == (4, count), "the shape of run_time")
    check(info["live"].shape[0] >= 1 and info["ready"].shape[0] >= 1, "requests and tasks are listed")
    check(env.models[0]["edges"] and env.models[0]["tasks"], "models are graphs")
    free = [action for action in range(env.wait) if info["action_mask"][action]]
    masked = [action for action in range(env.wait) if not info["action_mask"][action]]
    check(free and masked, "some actions may be taken, others may not")
    raises(ValueError, lambda: env.step(masked[0]), "may not be taken now")
    raises(ValueError, lambda: env.step(env.wait + 1), "there is no action")
    raises(ValueError, lambda: env.step((4, 0)), "there is no action (4, 0)")
    row, accelerator = divmod(free[0], count)
    _, _, ended, _, after = env.step((row, accelerator))
    check(not ended and after["now"] >= info["now"], "time goes on")
    first = play(env, fcfs, seed=7)  # abandons the other one
    raises(hetsched.Error, lambda: env.step(None), "no episode is running; reset() begins one")
    check(play(env, fcfs, seed=7)[:2] == first[:2], "an episode of one seed repeats")
    check(play(env, fcfs)[2]["seed"] == 8, "without a seed it is the next one")
    env.close()
    env.close()


def check_several():
    """Two at once, in turns, are as each alone."""
    alone = [play(hetsched.Env(**SMALL), fcfs, seed=seed)[1] for seed in (1, 2)]
    envs = [hetsched.Env(**SMALL) for _ in range(2)]
    states = [(*env.reset(seed=seed), False) for env, seed in zip(envs, (1, 2))]
    totals = [0.0, 0.0]
    while not all(state[2] for state in states):
        for i, env in enumerate(envs):
            observation, info, ended = states[i]
            if not ended:
                observation, reward, ended, _, info = env.step(fcfs(env, observation, info["action_mask"]))
                totals[i] += reward
                states[i] = (observation, info, ended)
    check(totals == alone, f"side by side: {totals}, alone: {alone}")


def check_rewards():
    env = hetsched.Env(**SMALL, reward="misses", energy_weight=2.0)
    _, total, info = play(env, fcfs, seed=1)
    summary = info["summary"]
    misses = summary["late"] + summary["dropped"] + summary["unfinished"]
    expected = -misses - 2 * summary["energy_j"]
    check(misses == info["misses"] and summary["energy_j"] > 0, "misses and energy")
    check(abs(total - expected) < 1e-9 * abs(expected), f"rewards {total}, not {expected}")


def check_waiting():
    """An agent that waits whenever it may comes to an end all the same."""
    env = hetsched.Env(**SMALL)
    steps, _, info = play(env, lambda e, o, mask: e.wait if mask[e.wait] else fcfs(e, o, mask), seed=1)
    check(steps > 10 and info["summary"]["unfinished"] == 0, "all requests are served in the end")


def check_errors():
    error = raises(hetsched.Error, lambda: hetsched.Env("nowhere.json"), 'there is no experiment file "nowhere.json"')
    check(error.exit_code == 2, "exit code of wrong input")
    raises(hetsched.Error, lambda: hetsched.Env(f"{SOURCE}/experiments/quickstart"), "choose it with --point N")
    raises(ValueError, lambda: hetsched.Env(**SMALL, reward="latency"), "reward must be one of")
    env = hetsched.Env(**SMALL)
    raises(ValueError, lambda: env.reset(seed=-1), "seed must be")
    raises(ValueError, lambda: env.reset(options={"record": "x"}), "reset has no option 'record'")


def check_crash():
    """SimGrid gives up: what is told is its last message and the run, and the next episode goes on."""
    preload = {"LD_PRELOAD": f"{BUILD}/tests/libgive_up.so", "GIVE_UP_AT": "5",
               "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0"}
    before = {name: os.environ.get(name) for name in preload}
    os.environ.update(preload)
    try:
        env = hetsched.Env(**SMALL)
    finally:
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})
    for _ in range(2):
        error = raises(hetsched.Error, lambda: play(env, fcfs), 'gave up: "Nobody expected call 5"; simulated was: platform terastal_4k')
        check(error.exit_code == 70, "a crash of the executor is an error of the program")
    env.close()


def check_documentation():
    text = (pathlib.Path(SOURCE) / "policies" / "python" / "README.md").read_text()
    env = hetsched.Env(**SMALL)
    for part in ("tasks", "accelerators"):
        size, names = re.search(rf"^\| `{part}` \| \w+ x (\d+) \| (.*) \|$", text, re.M).groups()
        check(names.split(", ") == env.columns[part] and int(size) == len(env.columns[part]), f"the columns of {part}")
    example = next(block for block in re.findall(r"^```python\n(.*?)^```$", text, re.M | re.S) if "hetsched.Env" in block)
    os.chdir(SOURCE)
    exec(compile(example, "README.md", "exec"), {})


STUB = """
class Env:
    def reset(self, *, seed=None, options=None):
        self.seeded = seed
class spaces:
    class Box:
        def __init__(self, low, high, shape, dtype):
            self.shape = shape
    class Discrete:
        def __init__(self, n):
            self.n = n
    class Dict(dict):
        pass
"""


def check_gymnasium():
    """With gymnasium (here: what Env asks of it) an environment is one of its own."""
    env = hetsched.Env(**SMALL)
    check(isinstance(env, sys.modules["gymnasium"].Env), "a subclass")
    observation, _ = env.reset(seed=3)
    check(env.seeded == 3, "gymnasium is told of the seed")
    check(env.action_space.n == env.wait + 1, "the space of actions")
    check({name: tuple(part.shape) for name, part in observation.items()}
          == {name: part.shape for name, part in env.observation_space.items()}, "the space of observations")


def check_resets_by_hand():
    """What another program than hetsched.Env might send: a message that is wrong ends the program with one error."""
    def sent(text):
        number, data = lambda n: struct.pack("=q", n), text.encode()
        parts = ["--platform", SMALL["platform"], "--workload", SMALL["workload"]]
        done = subprocess.run([PROGRAM, "env", *parts], input=number(-3) + number(len(data)) + data + number(0) * 5,
                              capture_output=True, timeout=60, check=False)
        return done.returncode, done.stderr.decode()

    check(sent('{"seed": 1}')[0] == 0, "a reset is a reset")
    for text, told in [('{"seed": null}', 'reset:1:10: /seed: must be a whole number; found null'),
                       ('{"seed": -1}', 'reset:1:10: /seed: must be at least 0; found -1'),
                       ('{"records": 5}', 'reset:1:13: /records: must be a text; found 5'),
                       ('{"sede": 1}', 'reset:1:2: /sede: is no field of an episode; did you mean "seed"?'),
                       ('{', 'reset:1:2: syntax error')]:
        code, errors = sent(text)
        check(code == 2 and told in errors and errors.count("\n") == 1, f"{text}: exit {code}, {errors}")


def again(**variables):
    """The rest of the tests, in an interpreter where something is different."""
    subprocess.run([sys.executable, __file__], check=True, env={**os.environ, **variables})


def main():
    if os.environ.get("WITH_GYMNASIUM"):
        return check_gymnasium()
    if os.environ.get("WITHOUT_NUMPY"):
        return check_interface()
    with tempfile.TemporaryDirectory() as name:
        room = pathlib.Path(name)
        parts = ["--platform", SMALL["platform"], "--workload", SMALL["workload"], "--set", SMALL["settings"][0]]
        check_fcfs(room, "small", SMALL, parts, (1, 2, 1))
        quickstart = f"{SOURCE}/experiments/quickstart"
        check_fcfs(room, "quickstart", {"experiment": quickstart, "point": 0}, [quickstart, "--point", "0"], (3,))
    check_interface()
    check_several()
    check_rewards()
    check_waiting()
    check_errors()
    check_crash()
    check_resets_by_hand()
    check_documentation()
    again(WITHOUT_NUMPY="1")
    if "numpy" in sys.modules:
        again(WITH_GYMNASIUM=STUB)


main()

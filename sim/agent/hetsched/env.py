"""A run of hetsched as an environment with the interface of Gymnasium.

Needs nothing but Python: observations are numpy arrays where numpy is there, else memoryviews of the same shape, and Env
is a gymnasium.Env where gymnasium is there. The simulator is the program `hetsched env`, a process of its own, so that any
number of environments may live side by side and each episode is the very run that `hetsched run` would make.
"""
import json
import operator
import os
import pathlib
import shutil
import struct
import subprocess

try:
    import numpy
except ImportError:
    numpy = None
try:
    import gymnasium
except ImportError:
    gymnasium = None

# As in wire.hpp.
_HELLO, _OBSERVE, _END, _FAILED = 1, 2, 3, 4
_WAIT, _ABANDON, _RESET = -1, -2, -3
_HEAD = struct.Struct("=II")
_NUMBER = struct.Struct("=q")

REWARDS = ("time_in_system", "misses")


class Error(RuntimeError):
    """hetsched says no: the input is wrong (exit_code 2), a decision is (3), or the program is (70)."""

    def __init__(self, message, exit_code):
        super().__init__(message)
        self.exit_code = exit_code


def _program():
    """The program that belongs to this file, by where both are built or installed; else the one in PATH."""
    here = pathlib.Path(__file__).absolute().parents
    for path in (os.environ.get("HETSCHED"), here[2] / "hetsched", here[4] / "bin" / "hetsched", shutil.which("hetsched")):
        if path and os.access(path, os.X_OK) and os.path.isfile(path):
            return str(path)
    raise FileNotFoundError("the program hetsched is not found; give its path as `program` or in HETSCHED")


class _Reader:
    """Cuts a message into tables of numbers, without copying them."""

    def __init__(self, data):
        self.data = memoryview(data)
        self.at = 0

    def table(self, rows, columns):
        part = self._next(8 * rows * columns)
        if numpy is not None:
            return numpy.frombuffer(part, dtype=numpy.float64).reshape(rows, columns)
        return part.cast("d", (rows, columns)) if rows else part.cast("d")

    def flags(self, count):
        part = self._next(count)
        return numpy.frombuffer(part, dtype=numpy.int8) if numpy is not None else part.cast("b")

    def _next(self, size):
        part = self.data[self.at:self.at + size]
        self.at += size
        return part


class Env(gymnasium.Env if gymnasium is not None else object):
    """One episode is one run; one step is one decision: start a ready task on an accelerator, or wait.

    Env(experiment, point=N) or Env(platform=FILE, workload=FILE); `settings` is a list of "path=value" as for --set.

    Actions: an index `row * accelerators + accelerator` below `wait`, or `wait`; the pair (row, accelerator) or None will
    do, too. Rows are ready tasks: those that an accelerator can start now first, else by request and task; the first
    `window` of them can be chosen. info["action_mask"] has a 1 for each action that may be taken. To wait is to do nothing
    until something happens; it may not be taken when nothing would. Instants at which nothing can be started are passed
    over. Tasks run as their original variant at the accelerator's operating point.

    Observations: "tasks" (window x columns["tasks"]), "accelerators" (each x columns["accelerators"]), "run_time" (window x
    accelerators, -1 where a task cannot run). All numbers are finite and in SI units. info has all of it and not just the
    window: "ready" (rows x columns["ids"]), "ready_tasks", "ready_run_time", "live" (requests x columns["live"]); `models`
    has the graphs. What is in an observation or info stays as it is.

    Rewards: "time_in_system": minus the time that requests spent in the system since the last step, summed (over an episode
    that is minus the sum of latencies); "misses": minus the requests that were late, dropped or left over, minus
    `energy_weight` times the energy in J (a stretch of constant power counts when it is over).
    """

    metadata = {"render_modes": []}
    render_mode = None
    _process = None
    _running = False

    def __init__(self, experiment=None, *, platform=None, workload=None, point=None, settings=(), window=16,
                 reward="time_in_system", energy_weight=0.0, program=None):
        if reward not in REWARDS:
            raise ValueError(f"reward must be one of {', '.join(REWARDS)}; found {reward!r}")
        self._reward, self._energy_weight = reward, float(energy_weight)
        command = [program or _program(), "env", "--window", str(window)]
        if experiment is not None:
            command.append(os.fspath(experiment))
        for option, value in (("--platform", platform), ("--workload", workload), ("--point", point)):
            if value is not None:
                command += [option, os.fspath(value) if isinstance(value, os.PathLike) else str(value)]
        for setting in settings:
            command += ["--set", setting]
        if self._energy_weight != 0:
            command.append("--energy")
        self._start(command)

    def _start(self, command):
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                         bufsize=0)
        self._in, self._out = self._process.stdout.fileno(), self._process.stdin.fileno()
        self._running = False
        try:
            kind, data = self._receive()
        except EOFError:
            message = self._process.stderr.read().decode(errors="replace").strip()
            raise Error(message, self._process.wait()) from None
        hello = json.loads(bytes(data))
        assert kind == _HELLO
        self.accelerators, self.streams, self.models = hello["accelerators"], hello["streams"], hello["models"]
        self.columns, self.window = hello["columns"], hello["window"]
        self.wait = self.window * len(self.accelerators)
        self._next_seed = hello["seed"]
        self._declare_spaces()

    def _declare_spaces(self):
        if gymnasium is None:
            return
        def box(rows, columns, low=-float("inf")):
            return gymnasium.spaces.Box(low, float("inf"), (rows, columns), dtype=numpy.float64)
        accelerators = len(self.accelerators)
        self.action_space = gymnasium.spaces.Discrete(self.wait + 1)
        self.observation_space = gymnasium.spaces.Dict(
            tasks=box(self.window, len(self.columns["tasks"])),
            accelerators=box(accelerators, len(self.columns["accelerators"])),
            run_time=box(self.window, accelerators, -1))

    def reset(self, *, seed=None, options=None):
        """Begins a run: of this seed, or of the next one (the first is the experiment's).

        options: {"records": DIR} writes the run's records there, when it ends, as `hetsched run -o DIR` does.
        """
        if seed is not None and not 0 <= int(seed) < 1 << 64:
            raise ValueError(f"seed must be a whole number of 64 bits; found {seed!r}")
        for name in options or ():
            if name != "records":
                raise ValueError(f"reset has no option {name!r}, only 'records'")
        if self._process is None:
            raise Error("the environment is closed; make another one", 2)
        if gymnasium is not None:
            super().reset(seed=seed)
        if self._running:
            self._send(_ABANDON)
        self._seed = self._next_seed if seed is None else int(seed)
        self._next_seed = self._seed + 1
        request = {"seed": self._seed}
        if options and options.get("records"):
            request["records"] = os.path.abspath(options["records"])
        text = json.dumps(request).encode()
        self._send(_RESET, _NUMBER.pack(len(text)) + text)
        self._running = True
        self._totals = (0.0, 0.0, 0.0)
        observation, info, ended = self._next()
        if ended:
            raise Error("the run ended before anything could be decided", 2)
        self._totals = (info["time_in_system"], info["misses"], info["energy"])
        return observation, info

    def step(self, action):
        """(observation, reward, terminated, truncated, info). Runs end by themselves, so truncated is always false."""
        if not self._running:
            raise Error("no episode is running; reset() begins one", 2)
        index = self._index(action)
        if not self._mask[index]:
            raise ValueError(f"action {action!r} may not be taken now; see info['action_mask']")
        self._send(_WAIT if index == self.wait else index)
        before = self._totals
        observation, info, ended = self._next()
        self._totals = time, misses, energy = info["time_in_system"], info["misses"], info["energy"]
        if self._reward == "misses":
            reward = before[1] - misses - self._energy_weight * (energy - before[2])
        else:
            reward = before[0] - time
        return observation, reward, ended, False, info

    def action_masks(self):
        """The mask of the last observation, under the name that sb3-contrib asks for."""
        return self._mask

    def close(self):
        if self._process is not None:
            for stream in (self._process.stdin, self._process.stdout, self._process.stderr):
                stream.close()
            self._process.wait()
            self._process = None
        self._running = False

    def __del__(self):
        self.close()

    def _index(self, action):
        if action is None:
            return self.wait
        if isinstance(action, (tuple, list)):
            row, accelerator = (operator.index(part) for part in action)
            inside = 0 <= row < self.window and 0 <= accelerator < len(self.accelerators)
            index = row * len(self.accelerators) + accelerator if inside else -1
        else:
            index = operator.index(action)
        if not 0 <= index <= self.wait:
            raise ValueError(f"there is no action {action!r}: they go from 0 to {self.wait}, pairs up to "
                             f"({self.window - 1}, {len(self.accelerators) - 1})")
        return index

    def _send(self, number, more=b""):
        data = _NUMBER.pack(number) + more
        while data:
            data = data[os.write(self._out, data):]

    def _receive(self):
        data = bytearray(os.read(self._in, 1 << 16))
        size = _HEAD.size
        while len(data) < size or len(data) < (size := _HEAD.size + _HEAD.unpack_from(data)[1]):
            more = os.read(self._in, 1 << 20)
            if not more:
                raise EOFError
            data += more
        return _HEAD.unpack_from(data)[0], memoryview(data)[_HEAD.size:]

    def _next(self):
        """The next observation with its info, and whether the run is over."""
        try:
            kind, data = self._receive()
        except EOFError:
            self._running = False
            raise Error("hetsched has ended: " + self._process.stderr.read().decode(errors="replace").strip(), 70) from None
        if kind == _OBSERVE:
            return *self._read(data), False
        self._running = False
        message = json.loads(bytes(data))
        if kind == _FAILED:
            raise Error(message["message"], message["exit_code"])
        observation, info = self._read(self._nothing())
        info.update(message, energy=message["energy"])
        return observation, info, True

    def _read(self, data):
        reader, columns, count = _Reader(data), self.columns, len(self.accelerators)
        head = dict(zip(columns["head"], reader.table(1, len(columns["head"])).tolist()[0]))
        ready, live = int(head.pop("ready")), int(head.pop("live"))
        accelerators = reader.table(count, len(columns["accelerators"]))
        rows = max(ready, self.window)
        tasks, run_time = reader.table(rows, len(columns["tasks"])), reader.table(rows, count)
        info = {**head, "seed": self._seed, "ready_tasks": tasks[:ready], "ready_run_time": run_time[:ready]}
        info["ready"] = reader.table(ready, len(columns["ids"]))
        info["live"] = reader.table(live, len(columns["live"]))
        info["action_mask"] = self._mask = reader.flags(self.wait + 1)
        observation = {"tasks": tasks[:self.window], "accelerators": accelerators, "run_time": run_time[:self.window]}
        return observation, info

    def _nothing(self):
        """The message that shows nothing: after the end of a run."""
        columns, count = self.columns, len(self.accelerators)
        numbers = len(columns["head"]) + count * len(columns["accelerators"]) + self.window * (len(columns["tasks"]) + count)
        return bytes(8 * numbers + self.wait + 1)

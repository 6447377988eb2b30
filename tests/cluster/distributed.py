"""What tests of sweeps in parts share: a study whose points take long enough to be broken off, and its one right result.

Environment: HETSCHED (the program), SOURCE_DIR; HETSCHED_REQUIRE_TOOLS=1: what a test needs must be there.
"""

import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

PARTS = 10
PATIENCE = float(os.environ.get("PATIENCE", 1))
SKIPPED = 77  # SKIP_RETURN_CODE of ctest

# What policies/python/fcfs.py does, after a wait that costs no processor.
SLOW = "        time.sleep(0.25)\n"


def need(missing, required=True):
    """Ends the test if something is missing: as skipped, or as failed if it is one of those that are required there."""
    if not missing:
        return
    if required and os.environ.get("HETSCHED_REQUIRE_TOOLS") == "1":
        sys.exit(f"FAILED: {missing}")
    print(f"skipped: {missing}")
    sys.exit(SKIPPED)


def need_programs(*programs, required=True):
    need("; ".join(f"there is no {program} here" for program in programs if not shutil.which(program)), required)


def hetsched(*arguments, cwd=None, ok=(0,)):
    done = subprocess.run([os.environ["HETSCHED"], *map(str, arguments)], cwd=cwd, text=True, capture_output=True)
    if done.returncode not in ok:
        raise SystemExit(f"FAILED: hetsched {' '.join(map(str, arguments))}: exit code {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


class Study:
    """with Study() as study: a folder with a hard name, an experiment of 60 points in it, and what one sweep made of it."""

    def __enter__(self):
        self.room = pathlib.Path(tempfile.mkdtemp(prefix="it's \"a\" $HOME {} room-"))
        self.experiment = self.room / "experiment.json"
        self.results = self.room / "in parts"
        self.elsewhere = self.room / "elsewhere"  # where scripts are called
        self.elsewhere.mkdir()
        self.write()
        hetsched("sweep", self.experiment, "-o", self.room / "whole", "-j1", "-q", "--records", "all")
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.room, ignore_errors=True)

    def write(self):
        platform = {"format": 1, "name": "two", "kinds": [{"name": "big", "type": "gpu"}, {"name": "small", "type": "dla"}],
                    "accelerators": [{"name": "gpu", "kind": "big"}, {"name": "dla", "kind": "small"}]}
        costs = [{"layer": "a", "kind": "big", "time": "1 ms"}, {"layer": "a", "kind": "small", "time": "2 ms"},
                 {"layer": "b", "kind": "big", "time": "1 ms"}, {"layer": "b", "kind": "small", "time": "3 ms"}]
        model = {"format": 1, "name": "net", "layers": [{"name": "a"}, {"name": "b"}], "costs": costs}
        workload = {"format": 1, "name": "load", "duration": "0.1 s", "streams": [
            {"name": "camera", "model": "net.json", "deadline": "20 ms", "arrival": {"type": "poisson", "rate": "200 Hz"}}]}
        experiment = {"format": 1, "name": "tiny", "platform": "two.json", "workload": "load.json", "replicates": 10,
                      "grid": {"policy": ["slow.py", "edf"], "workload.streams.camera.arrival.rate": [100, 200, 300]}}
        for name, content in (("two", platform), ("net", model), ("load", workload), ("experiment", experiment)):
            (self.room / f"{name}.json").write_text(json.dumps(content))
        fcfs = (pathlib.Path(os.environ["SOURCE_DIR"]) / "policies/python/fcfs.py").read_text()
        (self.room / "slow.py").write_text("import time\n" + fcfs.replace("        pass\n", SLOW))

    def submit(self, *arguments, ok=(0,)):
        """What `hetsched submit` prints."""
        return hetsched("submit", self.experiment, "-o", self.results, "--records", "all", "--tasks", PARTS, *arguments,
                        cwd=self.room, ok=ok)

    def finished_in(self, part):
        """Points that a part has finished."""
        journals = (self.results / "shards" / f"{part}-of-{PARTS}" / "journal").glob("*")
        return sum(journal.read_bytes().count(b'{"id"') for journal in journals)

    def wait_for_unfinished_part(self, candidates=range(1, PARTS + 1)):
        """A part that has finished some of its points, and is not near its end."""
        end = time.monotonic() + 60 * PATIENCE
        while time.monotonic() < end:
            for part in candidates() if callable(candidates) else candidates:
                if 1 <= self.finished_in(part) <= 3:
                    return part
            time.sleep(0.02)
        raise SystemExit("FAILED: no part was ever on its way")

    def kill(self, part):
        """kill -9 of the sweep of a part."""
        for file in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
            try:
                words = file.read_bytes().split(b"\0")
            except OSError:  # has ended
                continue
            if words[1:2] == [b"sweep"] and f"{part}/{PARTS}".encode() in words and str(self.results).encode() in words:
                os.kill(int(file.parent.name), signal.SIGKILL)
                return
        raise SystemExit(f"FAILED: part {part} is not being run")

    def check(self, what):
        """The results are those of one sweep, byte for byte, and no finished point was run again."""
        for name in ("points.csv", "streams.csv"):
            if (self.results / name).read_bytes() != (self.room / "whole" / name).read_bytes():
                raise SystemExit(f"FAILED: {what}: {name} is not that of one sweep")
        points = (self.results / "points.csv").read_bytes().count(b"\n") - 1
        finished = sum(self.finished_in(part) for part in range(1, PARTS + 1))
        if points != 60 or finished != points:
            raise SystemExit(f"FAILED: {what}: {points} points, for which {finished} were run to their end")
        print(f"{what}: the same bytes as one sweep")

    def break_off_and_repeat(self, command):
        """Runs a script, one part of which is killed; that must be told. Then again, to the end."""
        with subprocess.Popen(command, cwd=self.elsewhere, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as running:
            part = self.wait_for_unfinished_part()
            self.kill(part)
            output = running.communicate()[0]
        if running.returncode == 0:
            raise SystemExit(f"FAILED: {command} said nothing of part {part}, which was killed:\n{output}")
        done = subprocess.run(command, cwd=self.elsewhere, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        if done.returncode != 0:
            raise SystemExit(f"FAILED: {command}: exit code {done.returncode} when begun again\n{done.stdout}")

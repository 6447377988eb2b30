"""A study that is killed again and again, at any moment, ends with the bytes of one that was not.

Parent and workers get SIGKILL at random times, and at writes and renames by fault injection (strace, where it may
trace). Nothing that was recorded is run twice.
"""
import json
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

HETSCHED = os.environ["HETSCHED"]
SOURCE = pathlib.Path(os.environ["SOURCE_DIR"])
KILLS = 30
REPLICATES = 2500  # of 4 points
random.seed(int(os.environ.get("SEED", "1")))


def command(folder, jobs=2):
    return [HETSCHED, "sweep", "e.json", "-o", folder, "-q", "-j", str(jobs), "--cross-check", "0"]


def records(folder):
    """The ids in its journals, each as often as it was recorded."""
    ids = []
    for journal in (folder / "journal").glob("*.jsonl"):
        for line in journal.read_bytes().split(b"\n")[1:]:
            try:
                ids.append(json.loads(line.split(b"\t")[0])["id"])
            except (ValueError, IndexError):
                pass  # cut off
    return ids


def may_trace():
    if not shutil.which("strace"):
        return False
    return subprocess.run(["strace", "-o", "/dev/null", "true"], capture_output=True).returncode == 0


def children(pid):
    try:
        return [int(each) for each in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def kill(folder, longest, tracer=()):
    """Starts the study and kills it, at a random time if not before; sometimes its workers first. True if it was killed."""
    process = subprocess.Popen([*tracer, *command(folder)], start_new_session=True, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
    end = time.monotonic() + random.uniform(0.02, longest)
    while process.poll() is None and time.monotonic() < end:
        time.sleep(0.005)
    if not tracer and random.random() < 0.5:
        for child in children(process.pid):  # the study itself notices, and goes on
            try:
                os.kill(child, signal.SIGKILL)
            except OSError:
                pass
        time.sleep(random.uniform(0, longest / 4))
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    return process.wait() in (-signal.SIGKILL, 128 + signal.SIGKILL)


def fault(calls, when):
    """Runs a program that is killed when one of its processes makes its n-th such call."""
    return ["strace", "-f", "--seccomp-bpf", "-qq", "-o", "/dev/null", "-e", f"trace={calls}",
            "-e", f"inject={calls}:signal=KILL:when={when}"]


def main():
    room = pathlib.Path(tempfile.mkdtemp())
    try:
        for name in ("p.json", "m.json", "w.json"):
            shutil.copy(SOURCE / "tests/study" / name, room)
        experiment = {"format": 1, "name": "killed", "platform": "p.json", "workload": "w.json", "executor": "fluid",
                      "execution_jitter": {"distribution": "lognormal", "spread": 0.5},
                      "grid": {"policy": ["edf", "fcfs"], "workload.streams.s.deadline": [0.003, 0.006]},
                      "replicates": REPLICATES}
        (room / "e.json").write_text(json.dumps(experiment))
        os.chdir(room)
        began = time.monotonic()
        subprocess.run(command("whole"), check=True)
        taken = time.monotonic() - began
        folder = room / "killed"
        kills = 0
        trace = may_trace()
        for attempt in range(10 * KILLS):
            if kills == KILLS:
                break
            if trace and attempt % 3 == 1:
                kills += kill(folder, taken, fault("write", random.randint(1, 400)))
            elif trace and attempt % 3 == 2:
                kills += kill(folder, 3 * taken, fault("rename,renameat,renameat2", random.randint(1, 3)))
            else:
                kills += kill(folder, taken / 6)
            if (folder / "points.csv").exists() and len(set(records(folder))) == 4 * REPLICATES and kills < KILLS:
                assert len(records(folder)) == 4 * REPLICATES, "points were run twice"
                shutil.rmtree(folder)  # complete: once more from the begin
        assert kills == KILLS, f"only {kills} kills"
        subprocess.run(command("killed"), check=True)
        for table in ("points.csv", "streams.csv", "plan.csv"):
            assert (folder / table).read_bytes() == (room / "whole" / table).read_bytes(), f"{table} differs"
        ids = records(folder)
        assert len(set(ids)) == 4 * REPLICATES, len(set(ids))
        assert len(ids) == len(set(ids)), f"{len(ids) - len(set(ids))} points were run twice"
        for shard in random.sample(range(1, 8), 7):
            subprocess.run([*command("sharded"), "--shard", f"{shard}/7"], check=True)
        subprocess.run([HETSCHED, "merge", "sharded"], check=True, stdout=subprocess.DEVNULL)
        subprocess.run(command("alone", 1), check=True)
        for other in ("sharded", "alone"):
            for table in ("points.csv", "streams.csv"):
                assert (room / other / table).read_bytes() == (room / "whole" / table).read_bytes(), f"{other}/{table}"
        print(f"{kills} kills, {'with' if trace else 'without'} fault injection: the same bytes, nothing run twice")
    finally:
        shutil.rmtree(room, ignore_errors=True)


sys.exit(main())

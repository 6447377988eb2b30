#!/usr/bin/env python3
"""Is what nobody should write refused in time, with one clear message and the right exit code?

Each tests/data/bad/NAME.expected is a case: a command, its exit code, and all of its standard error, as they would
stand in a terminal. Commands run in that folder; a file of the case has its name, what is good is in good/, and {room}
is a folder that goes away. Lines with % before the command are for a shell in the room; NAME.stdin, if there is one, is
what the command reads. golden/malformed.py has the slips of every day; these are the rarer ones, and inputs that
would never end or fill the memory.

`--update` writes the files anew from what the program says: read the difference before you commit it.
Environment: HETSCHED (the program), SOURCE_DIR, PATIENCE (multiplies the time limit).
"""
import difflib
import itertools
import os
import pathlib
import shlex
import subprocess
import sys
import tempfile

LIMIT_S = 20 * float(os.environ.get("PATIENCE", 1))
LEAST = 80


def outcome(command, folder, before, standard_input):
    """The exit code, or a word instead, and the standard error of a command line."""
    with tempfile.TemporaryDirectory() as room:
        for line in before:
            subprocess.run(["sh", "-c", line], cwd=room, check=True)
        words = [word.replace("{room}", room) for word in shlex.split(command)]
        assert words[0] == "hetsched", command
        try:
            done = subprocess.run([os.environ["HETSCHED"], *words[1:]], cwd=folder, timeout=LIMIT_S,
                                  input=standard_input, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        except subprocess.TimeoutExpired:
            return f"none: still running after {LIMIT_S:g} s", ""
        return done.returncode, done.stderr.decode(errors="replace").replace(room, "{room}")


def main():
    folder = pathlib.Path(os.environ["SOURCE_DIR"]) / "tests/data/bad"
    cases = sorted(folder.glob("*.expected"))
    wrong = 0
    for case in cases:
        expected = case.read_text()
        lines = expected.split("\n")
        before = list(itertools.takewhile(lambda line: line.startswith("% "), lines))
        command = lines[len(before)].removeprefix("$ ")
        stdin = case.with_suffix(".stdin")
        code, errors = outcome(command, folder, [line[2:] for line in before],
                               stdin.read_bytes() if stdin.exists() else b"")
        got = "".join(line + "\n" for line in before) + f"$ {command}\nexit {code}\n{errors}"
        if got == expected:
            continue
        wrong += 1
        if "--update" in sys.argv:
            case.write_text(got)
        sys.stdout.writelines(difflib.unified_diff(expected.splitlines(True), got.splitlines(True), case.name, "now"))
    print(f"{len(cases)} bad inputs, {wrong} not refused as expected")
    sys.exit(wrong > 0 or len(cases) < LEAST)


main()

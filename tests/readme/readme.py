#!/usr/bin/env python3
"""Does the README work? Saves its files, runs its commands and compares its tables, in a copy of the tree.

Environment: HETSCHED (the program), SOURCE_DIR.
"""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

source = pathlib.Path(os.environ["SOURCE_DIR"])
program = pathlib.Path(os.environ["HETSCHED"])
# These two set up the machine and build; the rest of the README works on what they leave.
SET_UP = ("./scripts/run", "./scripts/test")


def blocks(text):
    """(language, file name or None, content) of every fenced block."""
    for match in re.finditer(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", text, re.M | re.S):
        yield match.group(1), match.group(2), match.group(3)


def run(command, folder):
    result = subprocess.run(command, shell=True, cwd=folder, capture_output=True, text=True,
                            timeout=300 * float(os.environ.get("PATIENCE", 1)))
    if result.returncode != 0:
        sys.exit(f"{command}\n  ended with {result.returncode}:\n{result.stdout}{result.stderr}")
    return result.stdout


def main():
    commands = 0
    with tempfile.TemporaryDirectory() as name:
        copy = pathlib.Path(name)
        for part in ("platforms", "workloads", "experiments", "scripts", "policies"):
            shutil.copytree(source / part, copy / part)
        (copy / "build").mkdir()
        (copy / "build" / "hetsched").symlink_to(program)
        tables, printed = [], []
        for language, file, content in blocks((source / "README.md").read_text()):
            if file:
                (copy / file).write_text(content)
            elif language == "text":
                tables.append(content)
            elif language == "sh":
                for line in content.splitlines():
                    if not line.strip() or line.startswith(SET_UP):
                        continue
                    printed.append(run(line, copy))
                    commands += 1
        run("c++ -std=c++20 -Wall -Wextra -Werror -fsyntax-only -Ipolicies -Ipolicies/include policies/online/least_slack.cpp", copy)
        run("build/hetsched sweep experiments/quickstart -o results/quickstart --quiet", copy)
        printed.append(run("build/hetsched compare results/quickstart --best-policy", copy))
        if len(tables) < 2:
            sys.exit("tables are missing from the README")
        for table in tables:
            if not any(table in output for output in printed):
                alike = [output for output in printed if table[:30] in output]
                sys.exit("a table of the README is not what is printed now:\n" + "\n".join(alike or printed))
    if commands < 8:
        sys.exit(f"only {commands} commands were found in the README")
    print(f"{commands} commands of the README ran, its tables are reproduced")


main()

#!/usr/bin/env python3
"""Has every folder of sim/ its README, of one screen, that says what may not be there and names only files that there are?

And does sim/cli/README.md have every command? Environment: HETSCHED (the program), SOURCE_DIR.
"""
import os
import pathlib
import re
import subprocess
import sys

SCREEN = 70  # lines
source = pathlib.Path(os.environ["SOURCE_DIR"])
problems = []


def check(readme):
    folder, where = readme.parent, readme.relative_to(source)
    text = readme.read_text()
    if len(text.splitlines()) > SCREEN:
        problems.append(f"{where}: is longer than one screen ({SCREEN} lines)")
    if not re.search(r"may not|not belong", text, re.I):
        problems.append(f"{where}: does not say what may not be here")
    tables = [line for line in text.splitlines() if line.startswith("|")]
    for name in re.findall(r"`([\w/.*-]+)`", "\n".join(tables)):
        if re.search(r"\.(hpp|cpp|py|\*)$|/$", name) and not name.startswith("..") and not any(folder.glob("**/" + name.rstrip("/"))):
            problems.append(f"{where}: names {name}, which is not there")


def check_commands():
    shown = subprocess.run([os.environ["HETSCHED"], "--help"], check=True, capture_output=True, text=True).stdout
    commands = re.findall(r"^  (\w+)  ", shown.split("commands:\n")[1].split("\n\n")[0], re.M)
    rows = re.findall(r"^\| `(\w+)` \| `(\w+\.cpp)` \|", (source / "sim/cli/README.md").read_text(), re.M)
    if not commands or [name for name, _ in rows] != commands:
        problems.append(f"sim/cli/README.md: its commands {[name for name, _ in rows]} are not the program's {commands}")


folders = [folder for folder in sorted((source / "sim").iterdir()) if any(folder.glob("*.hpp")) or any(folder.glob("*/*.hpp"))]
for folder in folders:
    if not (folder / "README.md").exists():
        problems.append(f"{folder.relative_to(source)}: has no README.md")
for readme in sorted((source / "sim").rglob("*/README.md")):
    check(readme)
check_commands()
if problems:
    sys.exit("\n".join(problems))
print(f"{len(folders)} folders")

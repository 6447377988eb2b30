#!/usr/bin/env python3
"""Does policies/README.md have every policy and decorator, with what the program says of it? `--update` writes the tables.

Environment: HETSCHED (the program; else build/hetsched), SOURCE_DIR (else the tree that this file is in).
"""
import csv
import difflib
import os
import pathlib
import re
import subprocess
import sys

HEADINGS = {
    "static": "### Plans of whole requests (`static/`)",
    "online": "### Decisions as things happen (`online/`)",
    "search": "### Search (`search/`)",
    "energy": "### Energy (`energy/`)",
    "decorator": "### Decorators (`decorators/`)",
}
BEGIN, END = "<!-- written by tests/readme/policies.py --update -->\n", "<!-- to here -->\n"


def tables(rows):
    text = ""
    for family, heading in HEADINGS.items():
        text += f"{heading}\n\n| name | what it does | source | cost | also knows | verified by |\n|---|---|---|---|---|---|\n"
        for row in rows:
            if row["family"] == family:
                cells = [row[c].replace("|", "\\|") for c in ("summary", "source", "complexity", "knowledge", "verified_by")]
                text += f"| `{row['name']}` | " + " | ".join(cells) + " |\n"
        text += "\n"
    return text


def main():
    source = pathlib.Path(os.environ.get("SOURCE_DIR", pathlib.Path(__file__).parents[2]))
    readme = source / "policies" / "README.md"
    listed = subprocess.run([os.environ.get("HETSCHED", source / "build" / "hetsched"), "policies", "--csv"], check=True, capture_output=True, text=True).stdout
    rows = list(csv.DictReader(listed.splitlines()))
    unknown = {row["family"] for row in rows} - set(HEADINGS)
    if unknown:
        sys.exit(f"families without a heading: {unknown}")
    old = readme.read_text()
    new = re.sub(re.escape(BEGIN) + ".*?" + re.escape(END), lambda _: BEGIN + "\n" + tables(rows) + END, old, flags=re.S)
    if BEGIN not in old or new.count("\n| `") < len(rows):
        sys.exit("policies/README.md has no place for the tables")
    if "--update" in sys.argv:
        readme.write_text(new)
    elif new != old:
        sys.exit("".join(difflib.unified_diff(old.splitlines(True), new.splitlines(True), "policies/README.md", "now"))
                 + "the tables are not what the program says; tests/readme/policies.py --update writes them")
    print(f"{len(rows)} policies and decorators in the table")


main()

#!/usr/bin/env bash
# The committed schemas are those of this program; the shipped files are valid by them; results explain every column.
source "$SOURCE_DIR/tests/support/cli.sh"

schemas=(platforms/platform platforms/kinds/kinds workloads/models/model workloads/workload experiments/experiment)
find "$SOURCE_DIR"/{platforms,workloads,experiments} -name '*.schema.json' | sort >"$room/there"
printf "$SOURCE_DIR/%s.schema.json\n" "${schemas[@]}" | sort | diff - "$room/there" >&2 || fail "schemas that nobody writes"
for file in "${schemas[@]}"; do
  call 0 schema "$(basename "$file")"
  diff "$room/out" "$SOURCE_DIR/$file.schema.json" >&2 ||
    fail "$file.schema.json is out of date: hetsched schema $(basename "$file") > $file.schema.json"
done

python=/usr/bin/python3
[[ -x $python ]] || python=python3
"$python" - "$SOURCE_DIR" <<'PYTHON' || fail "the schemas and the shipped files disagree"
import json, pathlib, sys
import jsonschema

root = pathlib.Path(sys.argv[1])
checked = 0
for schema, pattern in [("platforms/platform", "platforms/*.json"), ("platforms/kinds/kinds", "platforms/kinds/*.json"), ("workloads/models/model", "workloads/models/**/*.json"),
                        ("workloads/workload", "workloads/*.json"), ("experiments/experiment", "experiments/*/experiment.json")]:
    rules = json.loads((root / (schema + ".schema.json")).read_text())
    jsonschema.Draft7Validator.check_schema(rules)
    validator = jsonschema.Draft7Validator(rules)
    for path in sorted(root.glob(pattern)):
        if path.name.endswith(".schema.json"):
            continue
        for error in validator.iter_errors(json.loads(path.read_text())):
            sys.exit(f"{path}: {error.json_path}: {error.message}")
        checked += 1
sys.exit(checked < 10 and "hardly any file was found")
PYTHON

write_inputs
call 0 run "$room/in" --point 0 -o "$room/run"
call 0 sweep "$room/in" -o "$room/sweep"
call 0 schema results --json
"$python" - "$room" <<'PYTHON' || fail "schema results and the files disagree"
import csv, json, pathlib, sys

room = pathlib.Path(sys.argv[1])
files = json.loads((room / "out").read_text())
for kind, folder in [("run", room / "run"), ("study", room / "sweep")]:
    told = {file["file"]: [column["name"] for column in file["columns"]] for file in files[kind]}
    for path in folder.iterdir():
        if path.name != "runs" and path.name not in told and path.name + "/" not in told:
            sys.exit(f"{path.name} is not told of")
    for name, columns in told.items():
        if name.endswith(".csv") and (folder / name).exists() and not any("<" in column for column in columns):
            with open(folder / name) as file:
                if next(csv.reader(file)) != columns:
                    sys.exit(f"{name} has other columns")
PYTHON

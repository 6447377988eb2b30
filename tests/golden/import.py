#!/usr/bin/env python3
"""Does `hetsched import` read every format, give exactly the model expected, and refuse what is broken with its place?

Samples and the models expected of them stand in tests/data/import; `--update` writes the models anew: read the
difference before you commit it. ONNX graphs are built here with python3-onnx; their work, shapes and edges are computed
from the definitions of the operators. Environment: HETSCHED (the program), SOURCE_DIR.
"""
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile

DATA = pathlib.Path(os.environ["SOURCE_DIR"]) / "tests/data/import"
SAMPLES = {
    "conv.csv": "scalesim", "gemm.csv": "scalesim --precision int8", "net.m": "maestro", "flow.json": "wfcommons",
    "flow_1_3.json": "wfcommons --kind xeon", "graph.dot": "dot --kind cpu,gpu --bytes-unit", "graph.stg": "stg --time-unit",
    "comm.stg": "stg", "graph.tgff": "tgff --graph 0",
}
UNITS = {"--bytes-unit": "1 KiB", "--time-unit": "1 ms"}
problems = []


def program(*arguments):
    done = subprocess.run([os.environ["HETSCHED"], *map(str, arguments)], capture_output=True, timeout=60)
    return done.returncode, done.stdout.decode(), done.stderr.decode(errors="replace")


def check(what, condition, shown=""):
    if not condition:
        problems.append(f"{what}: {shown}")


def check_samples(folder):
    for name, command in SAMPLES.items():
        words = command.split()
        words += [UNITS[words[-1]]] if words[-1] in UNITS else []
        code, printed, errors = program("import", words[0], DATA / name, *words[1:])
        expected = DATA / "expected" / (name + ".model.json")
        if "--update" in sys.argv:
            expected.write_text(printed)
        check(name, code == 0 and printed == expected.read_text(), f"exit {code}, {errors}{printed}")
        written = folder / "deeper" / (name + ".model.json")
        code, out, errors = program("import", words[0], DATA / name, *words[1:], "-o", written, "--quiet")
        check(name, (code, out, errors) == (0, "", "") and written.read_text() == printed, "-o differs from standard output")
        for command_name in ("check", "models"):
            code, out, errors = program(command_name, written)
            check(name, code == 0, f"hetsched {command_name} refuses it: {errors}")


DEEP = "digraph d {" + "{" * 3000 + "}" * 3000 + "}"
# format, bytes, the message after "bad:" (from the start), a part of the rest
BROKEN = [
    ("scalesim", b"", "", "is empty"),
    ("scalesim", b"Layer name, IFMAP Height,\nc, 3\n", "1:1: ", "is no header of a topology"),
    ("scalesim", b"Layer, M, N, K,\na, 1, 2, 3\nb, 1, x, 3\n", "3:7: ", 'N must be a whole number of at least 1; found "x"'),
    ("scalesim", b"Layer, M, N, K,\na, 1, 2, 99999999999\n", "2:10: ", "below 2^32"),
    ("scalesim", b"Layer, M, N, K,\na, 1, 2, 1e400\n", "2:10: ", "must be a whole number"),
    ("scalesim", b"Layer, M, N, K,\na, 1, 2, 0\n", "2:10: ", "at least 1"),
    ("scalesim", b"Layer, M, N, K,\na, 1, 2\n", "2:1: ", "has 3 values; a layer has 4"),
    ("scalesim", b"Layer, M, N, K,\na, 1, 2, 3\na, 1, 2, 3\n", "3:1: ", '"a"'),
    ("scalesim", b"Layer, M, N, K,\n\xff, 1, 2, 3\n", "2:1: ", "is not UTF-8"),
    ("scalesim", b"c,3,3,5,5,1,1,1\n", "1:3: ", "the filter is larger"),
    ("maestro", b"Network n {\n Layer a { Type: CONV Dimensions { K: 1, C: 1 ", "2:47: ", "the file ends where"),
    ("maestro", b"Network n {\n Layer a { Type: CONVV Dimensions { K: 1, C: 1, Y: 1, X: 1 } } }", "2:18: ", 'did you mean "CONV"?'),
    ("maestro", b"Network n {\n Layer a { Type: CONV Dimensions { K: 1, C: 1, X: 1 } } }", "2:8: ", "has no dimension Y"),
    ("maestro", b"Network n {\n Layer a { Type: CONV Dimensions { K: 1, K: 1, X: 1 } } }", "2:42: ", "is given twice"),
    ("maestro", b"Network n { Layer a { Dataflow " + b"{" * 500, "", "nested too deeply"),
    ("maestro", b"Network n { }", "", "has no layers"),
    ("maestro", b"Layer x", "", "there is no Network"),
    ("wfcommons", b'{"workflow": 3}', "1:1: ", "is no workflow"),
    ("wfcommons", b'{"workflow": {"tasks": [{"name": "a", "parents": ["b"], "runtime": 1}]}}', "1:", 'there is no task "b"'),
    ("wfcommons", b'{"workflow": {"tasks": [\n{"name": "a"},\n{"name": "a"}]}}', "3:", "already"),
    ("wfcommons", b'{"workflow": {"tasks": [{"name": "a", "parents": ["b"]}, {"name": "b", "parents": ["a"]}]}}', "1:", "cycle"),
    ("wfcommons", b"[" * 5000, "1:", "nested"),
    ("wfcommons", b'{"workflow": {"tasks": [{"name": "a", "runtime": -1}]}}', "1:", "at least 0"),
    ("dot", b"graph g { a -- b }", "1:1: ", "needs a digraph"),
    ("dot", b"digraph g {\n a -- b }", "2:4: ", "undirected edge"),
    ("dot", b"digraph g {\n a -> b\n", "2:9: ", 'the file ends where "}" is expected'),
    ("dot", b'digraph g {\n a [label="x', "2:11: ", "never closed"),
    ("dot", b"digraph g { a -> b -> a }", "1:", "cycle"),
    ("dot", b"digraph g { a -> a }", "1:", "cycle"),
    ("dot", b"digraph g {\n a [time=fast] }", "2:10: ", "the time must be a number"),
    ("dot", b"digraph g {\n a [time=\"1,2\"]\n b [time=1] }", "3:10: ", "has 1 times"),
    ("dot", b"digraph g {\n a -> b [bytes=-1] }", "2:16: ", "the bytes of an edge"),
    ("dot", DEEP.encode(), "1:", "nested too deeply"),
    ("dot", b"digraph g { a -> b } digraph h {}", "1:22: ", "one graph"),
    ("stg", b"3\n0 1 0\n", "2:7: ", "has 1"),
    ("stg", b"x\n", "1:1: ", "the number of tasks"),
    ("stg", b"1\n0 1 2 3\n", "2:5: ", "predecessors"),
    ("stg", b"1\n0 1 1 7\n", "2:7: ", 'there is no task "t7"'),
    ("stg", b"2\n0 1 1 1\n1 1 1 0\n", "2:1: ", "cycle"),
    ("stg", b"2\n0 1 0\n0 1 0\n", "3:1: ", '"t0"'),
    ("stg", b"1\n0 inf 0\n", "2:3: ", "the time"),
    ("tgff", b"@TASK_GRAPH 0 {\n TASK a TYPE 0\n", "2:16: ", "the file ends"),
    ("tgff", b"@TASK_GRAPH 0 {\n TSAK a TYPE 0\n}", "2:2: ", 'did you mean "TASK"?'),
    ("tgff", b"@TASK_GRAPH 0 {\n TASK a TYPE 0\n ARC x FROM a TO b TYPE 0\n}", "3:13: ", 'there is no task "b"'),
    ("tgff", b"@TASK_GRAPH 0 {\n}\n@TASK_GRAPH 1 {\n}\n", "3:1: ", "choose with --graph"),
    ("tgff", b"TASK a TYPE 0\n", "1:1: ", "outside of any block"),
]


def check_broken(folder):
    for number, (kind, content, place, text) in enumerate(BROKEN):
        path = folder / "bad"
        path.write_bytes(content)
        output = folder / "broken.json"
        code, out, errors = program("import", kind, path, "-o", output)
        name = f"broken input {number} ({kind})"
        start = f"hetsched: {path}:{place}" if place else "hetsched: "
        check(name, code == 2 and errors.startswith(start) and text in errors, f"exit {code}, {errors}")
        check(name, errors.count("\n") == 1 and not out and not list(folder.glob("broken.json*")), f"left something: {errors}")


def check_command_line(folder):
    for arguments, text in {
        ("import", "onxx", "x"): 'did you mean "onnx"?',
        ("import", "dot", folder / "nowhere"): "there is no such file",
        ("import", "dot", folder): "is a directory",
        ("import", "stg", DATA / "graph.stg", "--dim", "n=1"): "--dim has no meaning for stg",
        ("import", "dot", DATA / "graph.dot", "--kind", "one"): "more kinds than --kind names",
        ("import", "stg", DATA / "graph.stg", "--time-unit", "1 B"): "--time-unit must be",
        ("import", "scalesim", DATA / "conv.csv", "--precision", "fp8"): "--precision must be one of",
        ("import", "tgff", DATA / "graph.tgff", "--graph", "4"): "there is no task graph 4",
    }.items():
        code, _, errors = program(*arguments)
        check(str(arguments[1:]), code == 2 and text in errors, errors)


def with_onnx():
    """Can ONNX models be built here, and read?"""
    code, _, errors = program("import", "onnx", DATA / "conv.csv")
    if "reads no ONNX" in errors:
        check("without ONNX", code == 2 and "libonnx-dev" in errors and errors.count("\n") == 1, errors)
        print("this build reads no ONNX: its graphs are not tested")
        return False
    try:
        import onnx  # noqa: F401
    except ImportError:
        print("python3-onnx is not installed: ONNX graphs are not tested")
        return False
    return True


check_command_line(DATA)
with tempfile.TemporaryDirectory() as name:
    check_samples(pathlib.Path(name))
    check_broken(pathlib.Path(name))
    if with_onnx():
        sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
        sys.dont_write_bytecode = True
        import onnx_graphs
        onnx_graphs.check_all(program, check, pathlib.Path(name), random.Random(1))
if problems:
    sys.exit("\n".join(problems))
print(f"{len(SAMPLES)} samples, {len(BROKEN)} broken inputs")

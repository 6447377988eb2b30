#!/usr/bin/env python3
"""Do figures of a study choose, name and group its runs as hetsched compare does? By what they say they drew."""
import csv, os, pathlib, subprocess, sys, tempfile

plot = pathlib.Path(os.environ["SOURCE_DIR"]) / "scripts" / "plot"
HEADER = ("point,status,error,platform,workload,policy,seed,workload.load,platform.kinds.gpu.slots,platform.kinds.dla.slots,"
          "workload.streams.a.deadline,makespan_s,miss_rate\n")
failed = 0


def check(what, same, found=""):
    global failed
    if not same:
        failed += 1
        print(f"{what}: {found}")


with tempfile.TemporaryDirectory() as folder:
    room = pathlib.Path(folder)
    rows, point = HEADER, 0
    for load in ("0.5", "1", "2"):
        for gpu, dla in (("1", "4"), ("2", "2")):  # as a zip would have them
            for policy in ("edf", "fcfs"):
                for seed in ("1", "2"):
                    rows += f"{point},ok,,p,w,{policy},{seed},{load},{gpu},{dla},0.01,1,{float(load) / 10 + int(seed) / 100}\n"
                    point += 1
    (room / "points.csv").write_text(rows)

    def draw(*options):
        done = subprocess.run([sys.executable, str(plot), "miss-rate", str(room), "-o", str(room / "out"), *options],
                              capture_output=True, text=True, timeout=120)
        files = sorted((room / "out").glob("*.csv")) if (room / "out").exists() else []
        drawn = [list(csv.DictReader(file.open())) for file in files]
        for file in files:
            file.unlink()
        return done, drawn[0] if drawn else []

    done, drawn = draw()
    panels = {row["panel"] for row in drawn}
    check("coupled factors are one axis, by their shortest ends", panels == {
        f"w, load = {load}, gpu.slots = {slots}" for load in ("0.5", "1", "2") for slots in "12"}, panels)
    done, drawn = draw("--where", "load=0.5", "--where", "load=2", "--where", "gpu.slots=1")
    check("the same column twice is either", {row["panel"] for row in drawn} == {"w, load = 0.5", "w, load = 2"}, drawn)
    check("two seeds each", {row["runs"] for row in drawn} == {"2"}, drawn)
    done, drawn = draw("--x", "load")
    check("an end names the axis", {row["workload.load"] for row in drawn} == {"0.5", "1", "2"}, (done.stderr, drawn))
    done, drawn = draw("--x", "dla.slots", "--where", "load=1")
    check("the other one of a coupled pair is an axis, too", {row["panel"] for row in drawn} == {"p, w"}, (done.stderr, drawn))
    for options, words in ((("--where", "slots=1"), "is the end of several columns"),
                           (("--where", "lod=1"), "is no column that tells runs apart"),
                           (("--where", "load=7"), "no run has it; there are: 0.5, 1, 2"),
                           (("--x", "deadline"), "is no column that tells runs apart")):
        done, _ = draw(*options)
        check(" ".join(options), done.returncode == 2 and words in done.stderr, done.stderr)

print(f"{failed} wrong" if failed else "figures choose, name and group as they should")
sys.exit(failed > 0)

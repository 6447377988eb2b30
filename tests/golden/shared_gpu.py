#!/usr/bin/env python3
"""Do networks that share a GPU get what was measured? DISB's runs with TensorRT on an RTX 3080 (SJTU-IPADS/disb at 7ad5fba6,
benchmarks/results: A, a client of 100 Hz beside one that asks again at once; B, two of those; C, one of 100 Hz beside five of
those): times alone and throughput as published, weights and occupancies fitted to its runs A to D."""
import csv, json, os, pathlib, subprocess, sys, tempfile

HETSCHED = os.environ["HETSCHED"]
SHARE = {"vgg19": (1, 1), "resnet152": (0.289, 0.159), "densenet201": (0.160, 0.675), "inceptionv3": (0.223, 0.230),
         "distilbert": (0.301, 0.174)}  # weight, occupancy
RUNS = {  # client: ms alone, requests per s as measured
    "A": {"vgg19_rt": (2.767, 100), "resnet152_be": (4.235, 190.717)},
    "B": {"vgg19_be": (2.801, 320.317), "resnet152_be": (4.212, 74.4)},
    "C": {"vgg19_rt": (2.779, 100), "vgg19_be": (2.786, 209.4), "resnet152_be": (4.185, 37.65), "densenet201_be": (8.383, 10.25),
          "inceptionv3_be": (2.847, 48.883), "distilbert_be": (1.170, 164.85)},
}
failed, worst, apart = 0, 0, 0

with tempfile.TemporaryDirectory() as made:
    room = pathlib.Path(made)
    for name, clients in RUNS.items():
        streams = []
        for client, (alone, _) in clients.items():
            weight, occupancy = SHARE[client.split("_")[0]]
            model = {"format": 1, "name": client, "layers": [{"name": "all"}],
                     "costs": [{"layer": "all", "kind": "gpu", "time": f"{alone} ms", "weight": weight, "occupancy": occupancy}]}
            (room / f"{client}.json").write_text(json.dumps(model))
            arrival = {"type": "periodic", "period": "10 ms"} if client.endswith("_rt") else {"type": "closed_loop", "outstanding": 1}
            streams.append({"name": client, "model": f"{client}.json", "arrival": arrival})
        (room / "w.json").write_text(json.dumps({"format": 1, "name": "w", "duration": "60 s", "end": "at_duration", "streams": streams}))
        gpu = {"name": "gpu", "type": "gpu", "slots": len(clients)}
        for sharing in ("weighted", "independent"):
            (room / "p.json").write_text(json.dumps({"format": 1, "name": "p", "kinds": [gpu | {"sharing": sharing}],
                                                     "accelerators": [{"name": "g", "kind": "gpu"}]}))
            subprocess.run([HETSCHED, "run", "--platform", "p.json", "--workload", "w.json", "--policy", "fcfs", "--executor", "fluid", "-o", "r"],
                           cwd=room, check=True, capture_output=True, timeout=60)
            with open(room / "r/streams.csv") as rows:
                for row in csv.DictReader(rows):
                    measured = clients[row["stream"]][1]
                    error = int(row["finished"]) / 60 / measured - 1
                    if sharing == "independent":
                        apart = max(apart, abs(error))
                        continue
                    worst = max(worst, abs(error))
                    print(f"{name} {row['stream']}: {int(row['finished']) / 60:.1f} per s, measured {measured:g}: {100 * error:+.1f} %")
print(f"at most {100 * worst:.1f} % apart; with each at full speed {100 * apart:.0f} %")
if worst > 0.13:
    sys.exit("more than 13 % apart")

"""Figures of single runs, from requests.csv, tasks.csv, transfers.csv and accelerators.csv."""

import sys

from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import StrMethodFormatter

from .style import (COLOURS, COLUMN, DARK, GREY, LATE, LINES, PAGE, finish, grid, si_prefix, styles, write_csv)
from .tables import PlotError, Table, run_folders, run_label, stored

MOST_RUNS = 8
MOST_STREAMS = 6  # that get a panel each
MOST_TASKS = 500  # of a Gantt chart without --from and --to

STATES = [("busy", COLOURS[0], ""), ("overhead", COLOURS[1], ""), ("waiting", COLOURS[3], "////"),
          ("idle", "#E4E4E4", ""), ("off", "white", "....")]


def latency_cdf(paths, out, options):
    """Share of released requests that have finished within a latency: one line per stream of a run, or, of
    several runs, one line per run, in a panel per stream if those are few. Dashed: deadlines."""
    runs = _runs(paths, "requests.csv", ["stream", "arrival_at_s", "deadline_at_s", "latency_s"])
    one_run = len(runs) == 1
    streams = list(dict.fromkeys(row["stream"] for table in runs.values() for row in table.rows))
    split = one_run or len(streams) <= MOST_STREAMS
    series = [(label, stream, *found) for label, table in runs.items()
              for stream, found in _latencies(table, split).items()]
    lines = streams if one_run else list(runs)
    look = styles(lines)
    finished = [latency for _, _, found, _, _ in series for latency in found]
    if not finished:
        raise PlotError(f"{paths[0]}: no request finished, so there is no latency to draw.")
    logarithmic = min(finished) > 0 and max(finished) > 50 * min(finished)
    factor, prefix = si_prefix([sorted(finished)[len(finished) // 2]] if logarithmic else finished)
    panels = [None] if one_run or not split else streams
    columns = min(len(panels), 3)
    figure, axes = grid(len(panels), columns, PAGE if columns > 1 else COLUMN, 1.9)
    every_limit = [limit for *_, limits, _ in series for limit in limits]
    right = 1.04 * factor * max(finished + every_limit)
    drawn = []
    for axis, panel in zip(axes, panels):
        for label, stream, found, limits, released in series:
            style = look[stream if one_run else label]
            if panel not in (None, stream):
                continue
            _cdf(axis, [latency * factor for latency in found], released, right, style)
            drawn += [(label, stream, latency, (i + 1) / released) for i, latency in enumerate(found)]
            for limit in limits:
                axis.axvline(limit * factor, linestyle=(0, (4, 2)), linewidth=0.8, zorder=1,
                             color=style.colour if one_run and every_limit.count(limit) == 1 else DARK)
        axis.set(xlabel=f"Latency ({prefix}s)", ylabel="Share of requests (%)", ylim=(0, 103))
        if logarithmic:
            axis.set_xscale("log")
            axis.xaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
            axis.set_xlim(0.9 * factor * min(finished), right)
        else:
            axis.set_xlim(0, right)
        axis.grid(True, axis="both")
        if panel:
            axis.set_title(panel, pad=3)
    write_csv(out, ["run", "stream", "latency_s", "share_of_released"], drawn)
    handles = [Line2D([], [], color=look[line].colour, linestyle=look[line].line, label=line) for line in lines]
    if every_limit:
        handles.append(Line2D([], [], color=DARK, linestyle=(0, (4, 2)), linewidth=0.8, label="deadline"))
    finish(figure, out, handles, options.title)


def _latencies(table, split):
    """{stream, or * for all: (latencies in order, [relative deadline] if it is one and the same, requests)}"""
    streams = {}
    for row in table.rows:
        found, limits, released = streams.get(row["stream"] if split else "*", ([], set(), 0))
        latency, deadline = table.number(row, "latency_s"), table.number(row, "deadline_at_s")
        if latency is not None:
            found.append(latency)
        if deadline is not None:
            limits.add(float(f"{deadline - table.number(row, 'arrival_at_s'):.6g}"))
        streams[row["stream"] if split else "*"] = (found, limits, released + 1)
    return {stream: (sorted(found), list(limits) if len(limits) == 1 else [], released)
            for stream, (found, limits, released) in streams.items()}


def _cdf(axis, latencies, released, right, style):
    if latencies:
        shares = [100 * (i + 1) / released for i in range(len(latencies))]
        axis.step([latencies[0], *latencies, right], [0, *shares, shares[-1]], where="post", color=style.colour,
                  linestyle=style.line)


def gantt(paths, out, options):
    """What ran where and when in one run: a row per accelerator and slot, a colour per model."""
    needed = ["request", "model", "accelerator", "slot", "start_at_s", "inputs_at_s", "compute_at_s", "end_at_s"]
    runs = _runs(paths, "tasks.csv", needed)
    if len(runs) > 1:
        raise PlotError(f"A Gantt chart shows one run, but there are {len(runs)}; name one run folder.")
    table = next(iter(runs.values()))
    folder = table.path.parent
    tasks = [(row, *(table.number(row, column) for column in needed[4:])) for row in table.rows]
    begin, end = _window(tasks, options)
    tasks = [task for task in tasks if task[4] > begin and task[1] < end]
    if not tasks:
        raise PlotError(f"{table.path}: no task ran between {begin} s and {end} s.")
    rows = _gantt_rows(table, folder)
    transfers = _transfers(folder, begin, end) if options.transfers else []
    links = sorted({row["from"] + " → " + row["to"] for row, _, _ in transfers})
    place = {name: i for i, name in enumerate(rows + links)}
    models = sorted({row["model"] for row in table.rows})
    look = styles(models)
    missed = _missed_requests(folder)
    last = {}
    for row, start, *_, stop in tasks:
        last[row["request"]] = max(last.get(row["request"], 0), stop)
    factor, prefix = si_prefix([end])
    figure, (axis,) = grid(1, 1, PAGE, 0.5 + 0.21 * len(place))
    drawn, marks = [], []
    edge = 0.25 if len(tasks) < 200 else 0.08
    for row, start, inputs, compute, stop in tasks:
        y = place[_row_name(row, rows)]
        style = look[row["model"]]
        pieces = [(start, inputs, {"facecolor": DARK}),
                  (inputs, compute, {"facecolor": "white", "hatch": "//////"}),
                  (compute, stop, {"facecolor": style.colour, "hatch": style.hatch})]
        for left, right, face in pieces:
            left, right = max(left, begin), min(right, end)
            if right > left:
                axis.broken_barh([(left * factor, (right - left) * factor)], (y - 0.38, 0.76), edgecolor="black",
                                 linewidth=edge, rasterized=len(tasks) > 2000, **face)
        miss = row["request"] in missed
        if miss and stop == last[row["request"]] and begin <= stop <= end:
            marks.append((stop * factor, y))
        drawn.append((_row_name(row, rows), row["request"], row["model"], row.get("task", ""), start, inputs,
                      compute, stop, int(miss)))
    for row, start, stop in transfers:
        y = place[row["from"] + " → " + row["to"]]
        axis.broken_barh([(start * factor, (stop - start) * factor)], (y - 0.25, 0.5), facecolor=GREY,
                         edgecolor="black", linewidth=0.25)
    if marks:
        axis.plot(*zip(*marks), linestyle="", marker="X", markersize=4, color=LATE, markeredgecolor="white",
                  markeredgewidth=0.4, zorder=5)
    axis.set(xlim=(begin * factor, end * factor), ylim=(len(place) - 0.4, -0.6), xlabel=f"Time ({prefix}s)")
    axis.set_yticks(range(len(place)), list(place))
    axis.grid(True, axis="x")
    axis.grid(False, axis="y")
    write_csv(out, ["row", "request", "model", "task", "start_at_s", "inputs_at_s", "compute_at_s", "end_at_s", "missed"], drawn)
    handles = [Patch(facecolor=look[model].colour, hatch=look[model].hatch, edgecolor="black", linewidth=0.3,
                     label=model) for model in models]
    finish(figure, out, handles + _gantt_legend(tasks, marks), options.title)


def _gantt_legend(tasks, marks):
    handles = []
    if any(inputs > start for _, start, inputs, _, _ in tasks):
        handles.append(Patch(facecolor=DARK, label="overhead"))
    if any(compute > inputs for _, _, inputs, compute, _ in tasks):
        handles.append(Patch(facecolor="white", hatch="//////", edgecolor="black", linewidth=0.3,
                             label="waiting for inputs"))
    if marks:
        handles.append(Line2D([], [], linestyle="", marker="X", color=LATE, markersize=5,
                              label="end of a late or dropped request"))
    return handles


def _window(tasks, options):
    end_of_all = max(task[4] for task in tasks)
    begin = options.begin if options.begin is not None else 0.0
    if options.end is not None:
        end = options.end
    else:
        ends = sorted(task[4] for task in tasks if task[4] > begin)
        end = ends[MOST_TASKS] if len(ends) > MOST_TASKS else end_of_all
        if end < end_of_all:
            print(f"gantt: shows the time up to {end:g} s of {end_of_all:g} s; choose with --from and --to.",
                  file=sys.stderr)
    if end <= begin:
        raise PlotError(f"The window from {begin:g} s to {end:g} s is empty; the last task ended at {end_of_all:g} s.")
    return begin, end


def _gantt_rows(table, folder):
    """Accelerators in the platform's order where it is known, also those that ran nothing."""
    slots = {}
    for row in table.rows:
        slots.setdefault(row["accelerator"], set()).add(int(row["slot"] or 0))
    known = folder / "accelerators.csv"
    order = [row["accelerator"] for row in Table(known, ["accelerator"]).rows] if stored(known).is_file() else sorted(slots)
    names = []
    for accelerator in order:
        used = max(slots.get(accelerator, {0}))
        names += [accelerator] if used == 0 else [f"{accelerator} / {slot}" for slot in range(used + 1)]
    return names


def _row_name(row, rows):
    plain = row["accelerator"]
    return plain if plain in rows else f"{plain} / {int(row['slot'] or 0)}"


def _missed_requests(folder):
    path = folder / "requests.csv"
    if not stored(path).is_file():
        return set()
    return {row["request"] for row in Table(path, ["request", "status"]).rows if row["status"] in ("late", "dropped")}


def _transfers(folder, begin, end):
    table = Table(folder / "transfers.csv", ["from", "to", "start_at_s", "end_at_s"])
    timed = [(row, max(begin, table.number(row, "start_at_s")), min(end, table.number(row, "end_at_s")))
             for row in table.rows]
    return [entry for entry in timed if entry[2] > entry[1]]


def utilisation(paths, out, options):
    """How each accelerator spent its time: stacked shares, one panel per run."""
    runs = _runs(paths, "accelerators.csv", ["accelerator"] + [f"{state}_share" for state, _, _ in STATES])
    most = max(len(table.rows) for table in runs.values())
    figure, axes = grid(len(runs), 1, COLUMN, 0.45 + 0.19 * most)
    drawn, seen = [], set()
    for axis, (label, table) in zip(axes, runs.items()):
        for y, row in enumerate(table.rows):
            left = 0.0
            for state, colour, hatch in STATES:
                share = 100 * (table.number(row, f"{state}_share") or 0)
                if share > 0:
                    seen.add(state)
                    axis.barh(y, share, 0.75, left, color=colour, hatch=hatch, edgecolor="black", linewidth=0.3)
                left += share
            drawn.append((label, row["accelerator"], *(row[f"{state}_share"] for state, _, _ in STATES)))
        axis.set_yticks(range(len(table.rows)), [row["accelerator"] for row in table.rows])
        axis.set(xlim=(0, 100), ylim=(len(table.rows) - 0.5, -0.5))
        axis.grid(True, axis="x")
        axis.grid(False, axis="y")
        if len(runs) > 1:
            axis.set_title(label, pad=3)
    axes[-1].set_xlabel("Share of time (%)")
    write_csv(out, ["run", "accelerator"] + [f"{state}_share" for state, _, _ in STATES], drawn)
    handles = [Patch(facecolor=colour, hatch=hatch, edgecolor="black", linewidth=0.3, label=state)
               for state, colour, hatch in STATES if state in seen]
    finish(figure, out, handles, options.title)


def _runs(paths, file, needed):
    """{label: table} of the runs at the paths."""
    folders = run_folders(paths, file)
    if not folders:
        raise PlotError(f"No {file} at {', '.join(map(str, paths))}: name a run folder that was recorded in full.")
    if len(folders) > MOST_RUNS:
        raise PlotError(f"{len(folders)} runs have a {file}, more than the {MOST_RUNS} that stay readable; "
                        f"name the run folders to draw, for example {folders[0]}.")
    labels = [run_label(folder) for folder in folders]
    if len(set(labels)) < len(labels):
        labels = [str(folder) for folder in folders]
    return {label: Table(folder / file, needed) for label, folder in zip(labels, folders)}

"""How figures look: sizes, colours, legends, units; and how they are saved."""

import csv
import textwrap
import zlib
from dataclasses import dataclass
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402  (the backend comes first)

COLUMN = 3.3  # inches: one column of a two-column paper
PAGE = 7.0  # and both

# Okabe and Ito's colours, which stay apart for colour-blind readers; black and grey are for other uses.
COLOURS = ["#0072B2", "#D55E00", "#009E73", "#E69F00", "#CC79A7", "#56B4E9", "#F0E442"]
HATCHES = ["", "/////", ".....", "xxxxx", "-----"]
LINES = ["-", "--", ":", "-.", (0, (1, 1))]
MARKERS = ["o", "s", "^", "D", "v", "P", "X", "<", ">", "p", "*", "h"]
GREY = "#BBBBBB"
DARK = "#444444"
LATE = "#C00000"

plt.rcParams.update({
    "font.size": 8, "axes.labelsize": 8, "axes.titlesize": 8, "xtick.labelsize": 7, "ytick.labelsize": 7,
    "legend.fontsize": 7, "legend.frameon": False, "legend.handlelength": 1.5, "legend.columnspacing": 1.2,
    "axes.spines.top": False, "axes.spines.right": False, "axes.linewidth": 0.6, "axes.axisbelow": True,
    "axes.grid": True, "axes.grid.axis": "y", "grid.linewidth": 0.4, "grid.color": "#DDDDDD",
    "xtick.major.width": 0.6, "ytick.major.width": 0.6, "hatch.linewidth": 0.5, "lines.linewidth": 1.2,
    "pdf.fonttype": 42, "ps.fonttype": 42, "savefig.dpi": 300,
})


@dataclass(frozen=True)
class Style:
    colour: str
    hatch: str
    line: object
    marker: str


# Policies that most figures are about have a colour each, in this order.
COMMON = ["edf", "heft", "met", "mct", "rr", "fcfs", "latency_greedy"]


def styles(names):
    """{name: Style}. A name keeps its colour from figure to figure: it is drawn from the name itself; where two
    names of one study want the same, the first in alphabetical order has it. Yellow, the faintest, comes last,
    and hatches when colours run out."""
    taken = {name: (0, COMMON.index(name)) for name in COMMON if name in names}
    strong = len(COLOURS) - 1
    for name in sorted(set(names) - set(taken)):
        wish = zlib.crc32(name.encode())
        order = [(wish + step) % strong for step in range(strong)] + [strong]
        slots = ((round_, colour) for round_ in range(len(names)) for colour in order)
        taken[name] = next(slot for slot in slots if slot not in taken.values())
    return {name: Style(COLOURS[colour], HATCHES[round_ % len(HATCHES)], LINES[round_ % len(LINES)],
                        MARKERS[(round_ * len(COLOURS) + colour) % len(MARKERS)])
            for name, (round_, colour) in taken.items()}


METRICS = {
    "miss_rate": "Deadline-miss rate", "goodput_rps": "Goodput", "throughput_rps": "Throughput",
    "energy_j": "Energy", "energy_per_inference_j": "Energy per inference", "power_mean_w": "Mean power",
    "edp_js": "Energy-delay product", "utilisation": "Mean utilisation", "fairness_jain": "Jain fairness",
    "antt": "ANTT", "stp": "STP", "accuracy_loss_mean": "Mean accuracy loss", "makespan_s": "Makespan",
    "latency_p50_s": "Median latency", "latency_p95_s": "95th-percentile latency",
    "latency_p99_s": "99th-percentile latency", "latency_mean_s": "Mean latency",
}
PERCENT = {"miss_rate", "utilisation", "accuracy_loss_mean"}
UNITS = {"_rps": "inf/s", "_js": "J·s", "_s": "s", "_j": "J", "_w": "W"}
PREFIXES = [(1, ""), (1e-3, "m"), (1e-6, "µ"), (1e-9, "n")]


def metric_scale(metric, values):
    """Label of an axis with its unit, and the factor from the metric's values to it."""
    label = METRICS.get(metric)
    unit = next((unit for suffix, unit in UNITS.items() if metric.endswith(suffix)), None)
    if label is None:
        stem = metric.rsplit("_", 1)[0] if unit else metric
        label = stem.replace("_", " ").capitalize()
    if metric in PERCENT or metric.endswith("_share"):
        return f"{label} (%)", 100.0
    if unit is None:
        return label, 1.0
    if unit in ("s", "J", "W"):
        factor, prefix = si_prefix(values)
        return f"{label} ({prefix}{unit})", factor
    return f"{label} ({unit})", 1.0


def si_prefix(values):
    """Factor and prefix that bring the largest of the values to 1 or more."""
    largest = max((abs(value) for value in values), default=0)
    for size, prefix in PREFIXES:
        if largest >= size:
            return 1 / size, prefix
    return (1.0, "") if largest == 0 else (1e9, "n")


def grid(panels, columns, width, height):
    """A figure of `panels` axes, `height` inches each, in as many columns; unused places stay blank."""
    rows = -(-panels // columns)
    figure, axes = plt.subplots(rows, columns, figsize=(width, rows * height), squeeze=False, layout="constrained")
    axes = list(axes.flat)
    for unused in axes[panels:]:
        unused.set_axis_off()
    return figure, axes[:panels]


def finish(figure, out, handles=(), title=None):
    """Puts title and legend above the axes, makes room for them, and writes PDF and PNG."""
    width, height = figure.get_size_inches()
    top = 0.0
    if title:
        lines = textwrap.wrap(title, int(width * 16))
        figure.text(0.5, 1, "\n".join(lines), ha="center", va="top", fontsize=9)
        top = 0.05 + 0.15 * len(lines)
    legend = None
    if handles:
        renderer = figure.canvas.get_renderer()
        for rows in range(1, len(handles) + 1):
            if legend:
                legend.remove()
            columns = -(-len(handles) // rows)
            legend = figure.legend(handles=handles, loc="upper center", ncol=columns, borderaxespad=0.1)
            extent = legend.get_window_extent(renderer)
            if extent.width <= 0.99 * figure.bbox.width:
                break
        legend_height = extent.height / figure.dpi
    height += top + (legend_height if legend else 0)
    figure.set_size_inches(width, height)
    if legend:
        legend.set_bbox_to_anchor((0.5, 1 - top / height))
        top += legend_height
    figure.get_layout_engine().set(rect=(0, 0, 1, 1 - (top + 0.03) / height))
    out = Path(out)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(out.with_suffix(".pdf"), metadata={"CreationDate": None})
        figure.savefig(out.with_suffix(".png"))
    finally:
        plt.close(figure)
    print(out.with_suffix(".pdf"))


def write_csv(out, columns, rows):
    """What was drawn, beside the figure."""
    out = Path(out)
    out.parent.mkdir(parents=True, exist_ok=True)
    with open(out.with_suffix(".csv"), "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(["" if cell is None else cell for cell in row] for row in rows)

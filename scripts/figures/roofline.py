"""Rooflines, from the CSV of `hetsched costs MODEL PLATFORM --csv`."""

import sys

from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from .style import COLUMN, DARK, GREY, MARKERS, PAGE, finish, grid, styles, write_csv
from .tables import PlotError, Table, either

NEEDED = ["layer", "kind", "operating_point", "op", "precision", "ops", "bytes", "time_s", "peak_ops_per_s",
          "bandwidth_bytes_per_s"]
MOST_PANELS = 12
MOST_ROOFS = 4  # of a panel that are named
PREFIXES = [(1e15, "P"), (1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")]


def roofline(paths, out, options):
    """A panel per kind and operating point: what it could do at each number of operations per byte moved (roof), and
    what each layer does (dots, coloured by operator, the larger the more of the time they take)."""
    layers, roofs, left_out = _read(paths, options.where)
    panels = list(dict.fromkeys(layers))
    if len(panels) > MOST_PANELS:
        raise PlotError(f"{paths[0]}: {len(panels)} kinds and operating points are too many to read; choose with "
                        f"--where kind=NAME or --where operating_point=NAME.")
    operators = sorted({dot["op"] for dots in layers.values() for dot in dots})
    look = styles(operators)
    shape = dict(zip(operators, MARKERS * (1 + len(operators) // len(MARKERS))))
    columns = min(len(panels), 3)
    figure, axes = grid(len(panels), columns, PAGE if columns > 1 else COLUMN, 2.3)
    points = {panel[0]: sum(other[0] == panel[0] for other in panels) for panel in panels}
    box = _limits(layers, roofs)
    size, prefix = next((entry for entry in PREFIXES if box[3] >= 20 * entry[0]), (1, ""))
    drawn = []
    for i, (axis, panel) in enumerate(zip(axes, panels)):
        kind, point = panel
        _draw_roofs(axis, roofs[panel], box)
        total = sum(dot["time"] for dot in layers[panel])
        for dot in sorted(layers[panel], key=lambda each: -each["time"]):
            style = look[dot["op"]]
            axis.plot(dot["x"], dot["y"], shape[dot["op"]], markersize=2.2 + 9 * (dot["time"] / total) ** 0.5,
                      color=style.colour, alpha=0.75, markeredgecolor="white", markeredgewidth=0.3, zorder=4)
            drawn.append((kind, point, dot["layer"], dot["op"], dot["precision"], dot["x"], dot["y"], dot["time"]))
        axis.set(xscale="log", yscale="log", xlim=box[:2], ylim=box[2:], xlabel="Operational intensity (op/B)",
                 ylabel=f"Performance ({prefix}op/s)" if i % columns == 0 else "")
        axis.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value / size:g}"))
        axis.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        for one in (axis.xaxis, axis.yaxis):
            one.set_major_locator(LogLocator(numticks=9))
            one.set_minor_formatter(NullFormatter())
        axis.grid(True, axis="both")
        if len(panels) > 1:
            axis.set_title(f"{kind}, {point}" if points[kind] > 1 else kind, pad=3)
    write_csv(out, ["kind", "operating_point", "layer", "op", "precision", "ops_per_byte", "ops_per_s", "time_s"],
              drawn)
    if left_out:
        print(f"not drawn: {left_out} rows without operations, bytes or time", file=sys.stderr)
    handles = [Line2D([], [], linestyle="", marker=shape[op], markersize=4.5, color=look[op].colour,
                      markeredgecolor="white", markeredgewidth=0.3, label=op.replace("_", " ")) for op in operators]
    finish(figure, out, handles, options.title)


def _read(paths, where):
    """{(kind, point): [dots]}, {(kind, point): {(peak, bandwidth): [precisions]}}, rows that no place can be given"""
    layers, roofs, left_out = {}, {}, 0
    for path in paths:
        table = Table(path, NEEDED)
        for name, _ in where:
            if name not in table.columns:
                raise PlotError(f"{path}: --where names column {name}, which is not there.")
        for row in table.rows:
            if any(row[name] not in values for name, values in either(where).items()):
                continue
            ops, moved, time, peak, bandwidth = (table.number(row, column) for column in
                                                 ("ops", "bytes", "time_s", "peak_ops_per_s", "bandwidth_bytes_per_s"))
            # What really goes to memory, where it is told: fused layers and those read again are not moved once.
            if "traffic_bytes" in table.columns:
                moved = table.number(row, "traffic_bytes") or moved
            if not ops or not moved or not time:
                left_out += 1
                continue
            panel = row["kind"], row["operating_point"]
            layers.setdefault(panel, []).append({"layer": row["layer"], "op": row["op"] or "other", "time": time,
                                                 "precision": row["precision"], "x": ops / moved, "y": ops / time})
            ceilings = roofs.setdefault(panel, {})
            if peak and bandwidth:
                names = ceilings.setdefault((peak, bandwidth), [])
                if row["precision"] not in names:
                    names.append(row["precision"])
    if not layers:
        raise PlotError(f"{paths[0]}: no row has operations, bytes and time, so there is nothing to draw.")
    return layers, roofs, left_out


def _limits(layers, roofs):
    """Left, right, bottom and top that all panels share."""
    dots = [dot for panel in layers.values() for dot in panel]
    ceilings = [roof for panel in roofs.values() for roof in panel]
    ridges = [peak / bandwidth for peak, bandwidth in ceilings]
    left = min(dot["x"] for dot in dots) / 2
    right = max([dot["x"] for dot in dots] + [5 * ridge for ridge in ridges]) * 2
    bottom = min(dot["y"] for dot in dots) / 2
    top = max([dot["y"] for dot in dots] + [peak for peak, _ in ceilings]) * 3
    return left, right, bottom, top


def _draw_roofs(axis, ceilings, box):
    """The highest roof black, others grey; each with its peak (of the highest above its line, of others below), the
    highest with its bandwidth too."""
    for rank, ((peak, bandwidth), names) in enumerate(sorted(ceilings.items(), reverse=True)):
        left, right, bottom, top = box
        ridge = peak / bandwidth
        style = {"color": DARK if rank == 0 else GREY, "linewidth": 1.0 if rank == 0 else 0.8, "zorder": 3 - 0.1 * rank,
                 "linestyle": "-" if rank == 0 else "--"}
        axis.plot([left, min(ridge, right), right], [left * bandwidth, min(ridge, right) * bandwidth, peak], **style)
        if rank < MOST_ROOFS:
            label = f"{_with_prefix(peak)}op/s" + (f" {'/'.join(filter(None, names))}" if any(names) else "")
            above = rank == 0
            axis.annotate(label, (right, peak), (-1, 1.5 if above else -1.5), textcoords="offset points", ha="right",
                          va="bottom" if above else "top", fontsize=5.5, color=DARK)
        if rank == 0:
            # Beside the slope, along it, a quarter of the way up.
            low = max(left, bottom / bandwidth)
            x = low * (ridge / low) ** 0.3 if ridge > low else left
            axis.annotate(f"{_with_prefix(bandwidth)}B/s", (x, x * bandwidth), (-2, 2), textcoords="offset points",
                          rotation=45, rotation_mode="anchor", transform_rotates_text=True, fontsize=5.5, color=DARK,
                          ha="left", va="bottom")


def _with_prefix(value):
    size, prefix = next((entry for entry in PREFIXES if value >= entry[0]), (1, ""))
    return f"{value / size:.3g} {prefix}"

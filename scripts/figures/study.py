"""Figures of a whole study, from points.csv."""

from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from .style import COLUMN, GREY, MARKERS, PAGE, finish, grid, metric_scale, styles, write_csv
from .tables import PlotError, Points, by, column_named, mean_interval

MOST_PANELS = 12


def bars(files, out, metric, options):
    """Groups of bars: one group per platform, one bar per policy; mean over seeds with its 95 % interval."""
    points = _points(files, [metric], options)
    panels = _panels(points)
    platforms, policies = points.values("platform"), points.values("policy")
    look = styles(points.names["policy"])
    label, factor = metric_scale(metric, [numbers[metric] for _, numbers in points.rows])
    wide = len(platforms) * len(policies) > 12 or len(platforms) > 5
    figure, axes = grid(len(panels), 1, PAGE if wide else COLUMN, 1.85)
    drawn = []
    step = 0.84 / len(policies)
    for axis, (title, rows) in zip(axes, panels.items()):
        groups = by(rows, "platform", "policy")
        for p, policy in enumerate(policies):
            for g, platform in enumerate(platforms):
                values = [numbers[metric] for numbers in groups.get((platform, policy), [])]
                if not values:
                    continue
                mean, half = mean_interval(values)
                drawn.append((title, platform, policy, len(values), mean, half))
                x = g + (p - (len(policies) - 1) / 2) * step
                if mean == 0:  # a bar that is there, but of no height
                    axis.annotate("0", (x, 0), (0, 1), textcoords="offset points", ha="center", fontsize=5)
                axis.bar(x, mean * factor, 0.92 * step,
                         yerr=half * factor if half else None, color=look[policy].colour, hatch=look[policy].hatch,
                         edgecolor="black", linewidth=0.3, error_kw={"elinewidth": 0.6, "capsize": min(1.5, 9 * step)})
        axis.set_xticks(range(len(platforms)), platforms if axis is axes[-1] else [])
        axis.set_xlim(-0.55, len(platforms) - 0.45)
        axis.set_ylim(bottom=0)
        axis.set_ylabel(label)
        _title(axis, title, panels)
    if max(map(len, platforms)) * len(platforms) > (90 if wide else 40):
        axes[-1].tick_params(axis="x", rotation=30)
        for tick in axes[-1].get_xticklabels():
            tick.set_horizontalalignment("right")
            tick.set_rotation_mode("anchor")
    _same_height(axes)
    write_csv(out, ["panel", "platform", "policy", "runs", f"{metric}_mean", f"{metric}_half_width_95"], drawn)
    handles = [Patch(facecolor=look[policy].colour, hatch=look[policy].hatch, edgecolor="black", linewidth=0.3,
                     label=policy) for policy in policies]
    finish(figure, out, handles if len(policies) > 1 else [], options.title)


def curves(files, out, metric, options):
    """A metric over a numeric factor: one line per policy, one panel per workload and platform."""
    points = _points(files, [metric], options)
    x = column_named(options.x, points.varying, f"{files[0]}: --x")
    panels = {}
    for title, rows in points.panels(ignoring=[x]).items():
        for entry in rows:
            panels.setdefault(f"{entry[0]['platform']}, {title}", []).append(entry)
    _check_number_of(panels, points)
    policies = points.values("policy")
    look = styles(points.names["policy"])
    label, factor = metric_scale(metric, [numbers[metric] for _, numbers in points.rows])
    columns = min(len(panels), 3)
    figure, axes = grid(len(panels), columns, PAGE if columns > 1 else COLUMN, 2.0)
    drawn = []
    for axis, (title, rows) in zip(axes, panels.items()):
        groups = by(rows, "policy", x)
        for policy in policies:
            line = []
            for (owner, at), numbers in groups.items():
                if owner == policy:
                    mean, half = mean_interval([number[metric] for number in numbers])
                    line.append((_factor_value(at, x, files), mean * factor, (half or 0) * factor))
                    drawn.append((title, policy, at, len(numbers), mean, half))
            if line:
                xs, ys, halves = zip(*sorted(line))
                axis.plot(xs, ys, color=look[policy].colour, linestyle=look[policy].line,
                          marker=look[policy].marker, markersize=3)
                axis.fill_between(xs, [y - half for y, half in zip(ys, halves)],
                                  [y + half for y, half in zip(ys, halves)], color=look[policy].colour, alpha=0.12,
                                  linewidth=0)
        axis.set(xlabel=points.titles[x].replace("_", " "), ylabel=label)
        axis.set_ylim(bottom=0)
        _title(axis, title, panels)
    _same_height(axes)
    write_csv(out, ["panel", "policy", x, "runs", f"{metric}_mean", f"{metric}_half_width_95"], drawn)
    handles = [Line2D([], [], color=look[policy].colour, linestyle=look[policy].line, marker=look[policy].marker,
                      markersize=3, label=policy) for policy in policies]
    finish(figure, out, handles, options.title)


def pareto(files, out, metric, options):
    """Energy per inference against goodput or throughput: what nothing else beats in both is coloured."""
    energy = "energy_per_inference_j"
    points = _points(files, [metric, energy], options)
    panels = _panels(points)
    platforms, policies = points.values("platform"), points.values("policy")
    look = styles(points.names["platform"])
    shape = dict(zip(policies, MARKERS * (1 + len(policies) // len(MARKERS))))
    x_label, x_factor = metric_scale(metric, [numbers[metric] for _, numbers in points.rows])
    y_label, y_factor = metric_scale(energy, [numbers[energy] for _, numbers in points.rows])
    columns = min(len(panels), 2)
    figure, axes = grid(len(panels), columns, PAGE if columns > 1 else COLUMN, 2.4)
    drawn, winners = [], set()
    for axis, (title, rows) in zip(axes, panels.items()):
        means = []
        for (platform, policy), numbers in by(rows, "platform", "policy").items():
            x, _ = mean_interval([number[metric] for number in numbers])
            y, _ = mean_interval([number[energy] for number in numbers])
            means.append((x, y, platform, policy, len(numbers)))
        front = pareto_front(means)
        winners |= {point[2] for point in front}
        for x, y, platform, policy, _ in sorted(means, key=lambda point: point in front):
            on_front = (x, y) in {point[:2] for point in front}
            style = look[platform]
            axis.plot(x * x_factor, y * y_factor, shape[policy], markersize=5.5 if on_front else 3.5,
                      markerfacecolor=("white" if style.hatch else style.colour) if on_front else GREY,
                      markeredgecolor=(style.colour if style.hatch else "black") if on_front else "white",
                      markeredgewidth=(1.2 if style.hatch else 0.4) if on_front else 0.3, zorder=4 if on_front else 3)
        steps = sorted(point[:2] for point in front)
        axis.step([x * x_factor for x, _ in steps], [y * y_factor for _, y in steps], where="pre", color="black",
                  linewidth=0.7, zorder=2)
        drawn += [(title, platform, policy, runs, x, y, int((x, y, platform, policy, runs) in front))
                  for x, y, platform, policy, runs in means]
        axis.grid(True, axis="both")
        axis.set(xlabel=x_label, ylabel=y_label)
        axis.margins(0.06)
        _title(axis, title, panels)
    write_csv(out, ["panel", "platform", "policy", "runs", f"{metric}_mean", f"{energy}_mean", "on_front"], drawn)
    handles = [_dot("s", look[name], name) for name in platforms if name in winners]
    handles += [Line2D([], [], linestyle="", marker=shape[policy], markersize=5, color="black",
                       markerfacecolor="none", label=policy) for policy in policies]
    handles += [Line2D([], [], linestyle="", marker="o", markersize=3.5, color=GREY, label="dominated"),
                Line2D([], [], color="black", linewidth=0.7, label="Pareto front")]
    finish(figure, out, handles, options.title)


def pareto_front(points):
    """Points (x, y, ...) that no other one equals or beats in both larger x and smaller y."""
    return [p for p in points
            if not any(q[0] >= p[0] and q[1] <= p[1] and q[:2] != p[:2] for q in points)]


def _dot(marker, style, label):
    return Line2D([], [], linestyle="", marker=marker, markersize=5, label=label,
                  markerfacecolor="white" if style.hatch else style.colour,
                  markeredgecolor=style.colour if style.hatch else "black",
                  markeredgewidth=1.2 if style.hatch else 0.4)


def _points(files, metrics, options):
    if not files:
        raise PlotError(f"No points.csv at {', '.join(map(str, options.paths))}: name a study's result folder.")
    return Points(files, metrics, options.where)


def _panels(points):
    panels = points.panels()
    _check_number_of(panels, points)
    return panels


def _check_number_of(panels, points):
    if len(panels) > MOST_PANELS:
        raise PlotError(f"{len(panels)} panels are too many to read; choose with --where FACTOR=VALUE or draw curves "
                        f"with --x FACTOR; what varies: workload, {', '.join(points.factors)}.")


def _factor_value(text, name, files):
    try:
        return float(text)
    except ValueError:
        raise PlotError(f"{files[0]}: {name} holds '{text}', but curves need a numeric factor.") from None


def _title(axis, title, panels):
    if len(panels) > 1:
        axis.set_title(title, fontsize=8, pad=3)


def _same_height(axes):
    highest = max(axis.get_ylim()[1] for axis in axes)
    for axis in axes:
        axis.set_ylim(top=highest)

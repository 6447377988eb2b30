"""Reading what hetsched has written, and the statistics of replicates."""

import csv
import io
import math
import subprocess
from pathlib import Path


class PlotError(Exception):
    """Something the user can put right; the message is one sentence."""


def stored(path):
    """The file at a path, or beside it the same compressed; the path itself if there is neither."""
    packed = path.with_name(path.name + ".zst")
    return packed if packed.is_file() and not path.is_file() else path


def _open(path):
    if path.suffix != ".zst":
        return open(path, newline="", encoding="utf-8")
    try:
        done = subprocess.run(["zstd", "-dcq", "--", str(path)], capture_output=True, check=False)
    except FileNotFoundError:
        raise PlotError(f"{path}: is compressed; to read it install zstd: apt-get install zstd.") from None
    if done.returncode != 0:
        raise PlotError(f"{path}: cannot be decompressed: {done.stderr.decode(errors='replace').strip()}")
    return io.StringIO(done.stdout.decode("utf-8"), newline="")


def _is_number(text):
    try:
        float(text)
    except ValueError:
        return False
    return True


def _unmarked(cell):
    """A cell without the apostrophe that keeps spreadsheets from taking its text for a formula."""
    text = cell.lstrip("'") if isinstance(cell, str) else ""
    marked = len(text) > 1 and cell[0] == "'" and text[0] in "=+-@\t\r" and not _is_number(text)
    return cell[1:] if marked else cell


class Table:
    """A CSV file, compressed or not: rows are dicts of strings."""

    def __init__(self, path, needed=()):
        self.path = stored(Path(path))
        try:
            with _open(self.path) as file:
                reader = csv.DictReader(file)
                self.rows = [{column: _unmarked(cell) for column, cell in row.items()} for row in reader]
                self.columns = list(reader.fieldnames or [])
        except OSError as error:
            raise PlotError(f"{self.path}: cannot be read: {error.strerror}.") from None
        except (UnicodeDecodeError, csv.Error) as error:
            raise PlotError(f"{self.path}: is not a CSV file: {error}.") from None
        missing = [column for column in needed if column not in self.columns]
        if any(column.endswith("_at_s") and column.replace("_at_s", "_s") in self.columns for column in missing):
            raise PlotError(f"{self.path}: was made by an older hetsched (results format 1); run the experiment again.")
        if missing:
            raise PlotError(f"{self.path}: has no column {', '.join(missing)}; it has: {', '.join(self.columns)}.")
        if not self.rows:
            raise PlotError(f"{self.path}: has no rows, so there is nothing to draw.")

    def number(self, row, column):
        """The number in a cell; None if the cell is empty or not finite."""
        text = row[column]
        if text is None or text == "":
            return None
        try:
            value = float(text)
            return value if math.isfinite(value) else None
        except ValueError:
            line = self.rows.index(row) + 2
            raise PlotError(f"{self.path}:{line}: column {column} holds '{text}', which is not a number.") from None


KEYS = ["platform", "workload", "policy", "seed"]
FIRST_METRIC = "makespan_s"


class Points:
    """points.csv of one or more studies: one row per run that succeeded and that `where` chooses (of one column one
    of the values given for it); `names` are those of all runs. `factors` vary and can be told apart: of factors each
    of whose levels goes with one level of another, as in a zip, the first stands for all; `varying` are all of them.
    Columns may be named by their shortest unambiguous end, and are titled by it."""

    def __init__(self, paths, metrics, where=()):
        tables = [Table(path, KEYS + list(metrics)) for path in paths]
        self.metrics = list(metrics)
        self.rows = []
        self.factors = []
        self.names = {column: {row[column] for table in tables for row in table.rows} for column in KEYS}
        failed = 0
        for table in tables:
            factors = factor_columns(table.columns)
            self.factors += [factor for factor in factors if factor not in self.factors]
            wanted = either((column_named(name, KEYS + factors, f"{table.path}: --where {name}={value}"), value)
                            for name, value in where)
            for name, values in wanted.items():
                there = {row[name] for row in table.rows}
                if len(tables) == 1 and (unknown := [value for value in values if value not in there]):
                    raise PlotError(f"{table.path}: --where {name}={unknown[0]}: no run has it; there are: "
                                    f"{', '.join(sorted(there))}.")
            for row in table.rows:
                if any(row[name] not in values for name, values in wanted.items()):
                    continue
                if row.get("error"):
                    failed += 1
                    continue
                numbers = {metric: table.number(row, metric) for metric in metrics}
                if None not in numbers.values():
                    self.rows.append((row, numbers))
        self.failed = failed
        if not self.rows:
            reason = f"; {failed} runs failed" if failed else ""
            raise PlotError(f"{tables[0].path}: no run has a value of {', '.join(metrics)}{reason}.")
        self.varying = [f for f in self.factors if len({row.get(f) for row, _ in self.rows}) > 1]
        self.titles = short_names(self.varying)
        self.factors = []
        for factor in self.varying:
            if not any(self._are_one(factor, other) for other in ["platform", "workload", "policy", *self.factors]):
                self.factors.append(factor)

    def _are_one(self, factor, other):
        pairs = {(row.get(factor), row.get(other)) for row, _ in self.rows}
        return len(pairs) == len({one for one, _ in pairs}) == len({two for _, two in pairs})

    def values(self, column):
        """What a column holds, in order of appearance."""
        return list(dict.fromkeys(row.get(column) or "" for row, _ in self.rows))

    def panels(self, ignoring=()):
        """Rows by workload and every other factor that varies, but for those ignored and what is one with them:
        {title: rows}."""
        varying = [factor for factor in self.factors if not any(self._are_one(factor, each) for each in ignoring)]
        panels = {}
        for entry in self.rows:
            row = entry[0]
            title = ", ".join([row["workload"]] + [f"{self.titles[f]} = {row.get(f, '')}" for f in varying])
            panels.setdefault(title, []).append(entry)
        return panels


def either(where):
    """{column: the values given for it}"""
    wanted = {}
    for name, value in where:
        wanted.setdefault(name, []).append(value)
    return wanted


def column_named(name, columns, where):
    """The column of that name, or the one whose name ends with it behind a dot."""
    if name in columns:
        return name
    found = [column for column in columns if name and column.endswith("." + name)]
    if len(found) == 1:
        return found[0]
    if found:
        raise PlotError(f"{where}: {name} is the end of several columns: {', '.join(found)}.")
    raise PlotError(f"{where}: {name} is no column that tells runs apart; those are: {', '.join(columns)}.")


def short_names(columns):
    """{column: its shortest end behind a dot that is the end of no other, or all of it}"""
    names = {}
    for column in columns:
        parts = column.split(".")
        ends = [".".join(parts[-n:]) for n in range(1, len(parts))]
        names[column] = next((end for end in ends
                              if sum(each == end or each.endswith("." + end) for each in columns) == 1), column)
    return names


def factor_columns(columns):
    """The columns of points.csv between the seed and the first metric."""
    begin = columns.index("seed") + 1
    end = columns.index(FIRST_METRIC) if FIRST_METRIC in columns else begin
    return columns[begin:end]


def by(rows, *columns):
    """{values of the columns: [numbers of the rows]}"""
    groups = {}
    for row, numbers in rows:
        groups.setdefault(tuple(row[column] for column in columns), []).append(numbers)
    return groups


def t_quantile(df):
    """97.5 % quantile of Student's t distribution with df degrees of freedom."""

    def within(t):  # probability of (-t, t): closed form for whole df (Abramowitz and Stegun 26.7.3-4)
        theta = math.atan(t / math.sqrt(df))
        cosine = math.cos(theta)
        odd = df % 2
        term = cosine if odd else 1.0
        total = 0.0
        for k in range(2 if odd else 1, df, 2):
            total += term
            term *= cosine * cosine * k / (k + 1)
        return 2 / math.pi * (theta + math.sin(theta) * total) if odd else math.sin(theta) * total

    low, high = 0.0, 13.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if within(middle) < 0.95 else (low, middle)
    return low


def mean_interval(values):
    """Mean, and half width of its 95 % interval; None with fewer than two values."""
    n = len(values)
    mean = sum(values) / n
    if n < 2:
        return mean, None
    variance = sum((value - mean) ** 2 for value in values) / (n - 1)
    return mean, t_quantile(n - 1) * math.sqrt(variance / n)


def points_files(paths):
    """points.csv named by each path: the file itself, or in the folder."""
    return [found for path in paths if (found := _inside(path, "points.csv"))]


def run_folders(paths, file):
    """Run folders that hold `file`: the paths themselves, or the folders in them, in order of name."""
    folders = []
    for path in map(Path, paths):
        if stored(path / file).is_file():
            folders.append(path)
        elif path.name in (file, f"{file}.zst") and path.is_file():
            folders.append(path.parent)
        elif path.is_dir():
            folders += sorted({found.parent for name in (file, f"{file}.zst") for found in path.rglob(name)})
    return folders


def run_label(folder):
    """What a run is called: policy and platform if its study says so, else the folder's name."""
    folder = Path(folder).resolve()
    for parent in folder.parents[:3]:
        if (parent / "points.csv").is_file():
            for row in Table(parent / "points.csv").rows:
                if row.get("point") == folder.name:
                    seed = f", seed {row['seed']}" if row.get("seed") else ""
                    return f"{row.get('policy')} on {row.get('platform')}{seed}"
    return folder.name


def _inside(path, name):
    path = Path(path)
    if path.is_dir():
        return path / name if (path / name).is_file() else None
    return path if path.is_file() else None

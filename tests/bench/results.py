"""What was measured, as a table and as `results.json`."""

import json
from dataclasses import asdict, dataclass
from statistics import median

from tests.bench.ground import FOLDER


@dataclass(frozen=True)
class Figure:
    """`value` in `unit`; `limit` is what it was measured against in the same run, `must` what it must reach."""

    name: str
    value: float | str
    unit: str
    limit: str
    must: str
    ok: bool


def at_most(name, value, unit, most, *, limit=""):
    return Figure(name, round(value, 3), unit, limit or f"{most:g} {unit}", f"<= {most:g}", value <= most)


def at_least(name, value, unit, least, *, limit):
    return Figure(name, round(value, 3), unit, limit, f">= {least:g}", value >= least)


def equal(name, value, unit, wanted, *, limit=""):
    return Figure(name, value, unit, limit or str(wanted), f"= {wanted}", value == wanted)


def percentile(values, share):
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def middle(values):
    return median(values)


def write(figures, *, whole):
    """Print the table; a run of all figures writes the file anew, a run of one replaces its own in it."""
    path = FOLDER / "results.json"
    kept = [] if whole or not path.exists() else json.loads(path.read_text())
    new = [asdict(figure) for figure in figures]
    names = {row["name"] for row in new}
    path.write_text(json.dumps([*(row for row in kept if row["name"] not in names), *new], indent=2) + "\n")
    rows = [("figure", "value", "unit", "measured against", "must be", "")]
    rows += [(f.name, str(f.value), f.unit, f.limit, f.must, "ok" if f.ok else "MISSED") for f in figures]
    widths = [max(len(row[column]) for row in rows) for column in range(6)]
    for row in rows:
        print("  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip())

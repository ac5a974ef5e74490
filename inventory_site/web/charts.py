"""Charts drawn by the server as SVG: attributes and classes alone, so that a strict CSP lets them pass.

Colours are the style sheet's. Each chart says in words what it shows and stands beside the table of the same numbers.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import Truncator

from .quantity import format_quantity

ROW = 44
# What fits beside the value on a phone; the table beside the chart has the whole.
LONGEST_LABEL = 27
TENTH = Decimal("0.1")


@dataclass(frozen=True)
class Bar:
    """One bar: its label (cut where it is long), its length, the words at its end (empty: the plain value)."""

    label: str
    value: Decimal
    text: str = ""


def bars(rows: Sequence[Bar], *, title: str, description: str = "", key: str = "bars") -> SafeString:
    """Draw horizontal bars as wide as their box, the longest filling it.

    `key` makes the ids of title and description unique on a page with several charts. Values below zero draw no bar.
    """
    longest = max((row.value for row in rows), default=Decimal(0))
    marks = format_html_join(
        "",
        '<svg y="{}" width="66%" height="24"><text y="16">{}</text></svg>'
        '<text class="value" x="100%" y="{}" text-anchor="end">{}</text>'
        '<rect class="track" x="0" y="{}" width="100%" height="10" rx="5"></rect>'
        '<rect class="bar-mark" x="0" y="{}" width="{}%" height="10" rx="5"></rect>',
        (
            (
                place * ROW,
                Truncator(row.label).chars(LONGEST_LABEL),
                place * ROW + 16,
                row.text or format_quantity(row.value),
                place * ROW + 24,
                place * ROW + 24,
                _share(row.value, longest),
            )
            for place, row in enumerate(rows)
        ),
    )
    return _frame(
        "chart bars", marks, title, description, key, format_html('width="100%" height="{}"', ROW * len(rows))
    )


def sparkline(values: Sequence[Decimal], *, title: str, description: str = "", key: str = "trend") -> SafeString:
    """Draw a series as one small line over its ground, from its lowest (or zero) to its highest value."""
    low, high = min([*values, Decimal(0)]), max([*values, Decimal(0)])
    spread = (high - low) or Decimal(1)
    step = Decimal(100) / max(len(values) - 1, 1)
    points = [(_tenth(step * i), _tenth(30 - 28 * (value - low) / spread)) for i, value in enumerate(values)]
    if len(points) == 1:
        points.append((Decimal(100), points[0][1]))
    line = " ".join(f"{x},{y}" for x, y in points)
    marks = (
        format_html(
            '<polygon class="trend-ground" points="0,32 {} 100,32"></polygon>'
            '<polyline class="trend" points="{}" vector-effect="non-scaling-stroke"></polyline>',
            line,
            line,
        )
        if points
        else SafeString("")
    )
    size = SafeString('width="100%" height="48" viewBox="0 0 100 32" preserveAspectRatio="none"')
    return _frame("chart sparkline", marks, title, description, key, size)


def _frame(kind: str, marks: SafeString, title: str, description: str, key: str, size: SafeString) -> SafeString:
    named_by = f"{key}-title {key}-desc" if description else f"{key}-title"
    told = format_html('<desc id="{}-desc">{}</desc>', key, description) if description else SafeString("")
    return format_html(
        '<svg class="{}" role="img" aria-labelledby="{}" {}><title id="{}-title">{}</title>{}{}</svg>',
        kind,
        named_by,
        size,
        key,
        title,
        told,
        marks,
    )


def _share(value: Decimal, longest: Decimal) -> Decimal:
    """Give the length of a bar in percent; whatever is above zero stays visible."""
    if value <= 0 or longest <= 0:
        return Decimal(0)
    return max(_tenth(100 * value / longest), Decimal("0.5"))


def _tenth(value: Decimal) -> Decimal:
    return value.quantize(TENTH)

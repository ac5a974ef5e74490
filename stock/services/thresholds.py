"""Thresholds of products in warehouses: of one, or of many at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from accounts.models import User
from catalog.models import Product
from inventory_site.web import trail
from inventory_site.web.quantity import LARGEST, format_quantity
from stock.errors import BadOperation, BadQuantity, Problem, Refused
from stock.ledger import verb
from stock.ledger.thresholds import lock_pairs, write_changes, write_thresholds
from stock.models import Inventory
from stock.queries.thresholds import Change, Figure, Keep, Pair, changes_to
from warehouses.models import Warehouse

# What one person may change at once, and how much of it one transaction locks.
MOST_PAIRS = 20_000
MOST_LOCKED = 1000


@dataclass(frozen=True, kw_only=True)
class ThresholdLine:
    """Low and high of a product in a warehouse, in its unit: a figure, None (the product's default), or left as is."""

    product: Product
    warehouse: Warehouse
    low: Figure = Keep.AS_IT_IS
    high: Figure = Keep.AS_IT_IS


@verb
def set_thresholds(*, product: Product, warehouse: Warehouse, low: Decimal | None, high: Decimal | None) -> Inventory:
    """Set low and high, in the product's unit; None leaves it to the product's default.

    The next sweep judges the level by them. The audit log records who and from what to what. Raises IntegrityError
    unless 0 <= low < high, Busy.
    """
    return write_thresholds(product, warehouse, low, high)


def set_many_thresholds(*, lines: Sequence[ThresholdLine], by: User) -> int:
    """Set the thresholds of many lines, and return how many levels changed.

    All lines are judged first, and one bad line refuses all of them. Then they are written in transactions of
    MOST_LOCKED levels, so that no booking waits long; where one of these is Busy, those before it stand, and the same
    lines may be sent again. Seven statements a transaction. The next sweep judges the levels; the audit log gets an
    entry for each. Raises Refused with every bad line, Busy.
    """
    changing = sorted(
        (change for change in preview_thresholds(lines=lines) if change.changes),
        key=lambda change: (change.product_id, change.warehouse_id),
    )
    parts = [changing[start : start + MOST_LOCKED] for start in range(0, len(changing), MOST_LOCKED)]
    return sum(_set_part([lines[change.line] for change in part], by) for part in parts)


@verb
def _set_part(lines: Sequence[ThresholdLine], by: User) -> int:
    lock_pairs([(line.product.pk, line.warehouse.pk) for line in lines])
    # Once more, now that nobody else changes them.
    changes = [change for change in preview_thresholds(lines=lines) if change.changes]
    write_changes(changes)
    _record(changes, by)
    return len(changes)


def preview_thresholds(*, lines: Sequence[ThresholdLine]) -> list[Change]:
    """Return what becomes of every line, by SKU and warehouse; one statement, and nothing is written.

    Raises Refused with every bad line.
    """
    if len(lines) > MOST_PAIRS:
        words = {"most": f"{MOST_PAIRS:,}", "count": f"{len(lines):,}"}
        text = _("At most %(most)s levels change at once; these are %(count)s. Choose fewer products or warehouses.")
        raise Refused([BadOperation(text=text % words)])
    pairs = [(line.product.pk, line.warehouse.pk) for line in lines]
    problems = [_twice(lines[n], n) for n in _repeated(pairs)]
    changes = changes_to([(pair, line.low, line.high) for pair, line in zip(pairs, lines, strict=True)])
    problems += [problem for change in changes if (problem := _problem(change, lines[change.line]))]
    if problems:
        raise Refused(problems)
    return changes


def _repeated(pairs: Sequence[Pair]) -> list[int]:
    """Return the places at which a pair stands that stood before."""
    first = {pair: n for n, pair in reversed(list(enumerate(pairs)))}
    return [n for n, pair in enumerate(pairs) if first[pair] != n]


def _twice(line: ThresholdLine, n: int) -> Problem:
    words = {"sku": line.product.sku, "code": line.warehouse.code}
    return BadOperation(line=n, text=_("%(sku)s in %(code)s is named twice.") % words)


def _problem(change: Change, line: ThresholdLine) -> Problem | None:
    where = {"sku": change.sku, "code": change.warehouse}
    for name, figure in (("low", line.low), ("high", line.high)):
        if figure is None or isinstance(figure, Keep):
            continue
        if not figure.is_finite() or not 0 <= figure <= LARGEST:
            text = _("%(sku)s in %(code)s: enter 0 to %(largest)s.") % {**where, "largest": format_quantity(LARGEST)}
            return BadQuantity(line=change.line, field=name, text=text)
        if figure != round(figure, change.decimals):
            words = {**where, "figure": format_quantity(figure), "count": change.decimals}
            text = _("%(sku)s in %(code)s: %(figure)s has more than %(count)d digits after the point.") % words
            return BadQuantity(line=change.line, field=name, text=text)
    low, high = change.low_in_force, change.high_in_force
    if change.changes and low is not None and high is not None and low >= high:
        words = {**where, "low": format_quantity(low), "high": format_quantity(high)}
        text = _("%(sku)s in %(code)s: the low threshold %(low)s would not be below the high one, %(high)s.") % words
        return BadQuantity(line=change.line, field="high" if isinstance(line.low, Keep) else "low", text=text)
    return None


def _record(changes: Sequence[Change], by: User) -> None:
    """Write the rows of the audit log, which hears nothing of set-based writes. One statement."""
    trail.record_many(
        trail.entry(
            trail.Act.UPDATE,
            about=Inventory,
            key=change.inventory_id,
            name=f"{change.sku} @ {change.warehouse}",
            by=by,
            changes={
                name: [_said(before), _said(after)]
                for name, before, after in (
                    ("low_threshold", change.low_before, change.low_after),
                    ("high_threshold", change.high_before, change.high_after),
                )
                if before != after
            },
            warehouse=change.warehouse_id,
        )
        for change in changes
    )


def _said(figure: Decimal | None) -> str:
    return "None" if figure is None else format_quantity(figure)

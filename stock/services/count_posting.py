"""What a count comes to: its variances booked on top of the levels now, and undone again as a whole."""

import uuid
from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from inventory_site.web.quantity import format_quantity
from stock import ledger
from stock.errors import BadOperation, BadQuantity, NotReversible, Problem, Refused, StateMovedOn
from stock.ledger import Books, Draft, Origin, Touches, counting, variance
from stock.ledger.checks import MOST_LINES, line_problem, location_problem, room_problem
from stock.models import Count, CountLine, Operation, StockTransaction
from stock.queries.counts import lines_to_post
from stock.services.reversal import book_reversal
from warehouses.models import Warehouse

ADJUST = StockTransaction.Type.ADJUST
ZERO = Decimal(0)


@ledger.verb
def post_count(
    *, count: Count, by: User, at: datetime, key: UUID, version: int | None = None, origin: Origin | None = None
) -> Count:
    """Book what a reviewed count found as adjustments of the levels as they are now, whole or not at all.

    Each line's variance was taken at the moment of its counting, so goods that came or left since do not show in it. Up
    to 1,000 lines make an operation; a count without a variance books none. The same key again answers with the count.
    Raises Refused with every line that the levels cannot bear any more or that another count has put right since (count
    it again), PermissionDenied where a difference is beyond the tolerance and the person does not manage the warehouse,
    StateMovedOn where the count is not to be reviewed or not what was seen (`version`); KeyReused, Busy.
    """
    count = counting.hold(count)
    if count.post_key == key:
        return count
    if count.state != Count.State.REVIEW or version not in (None, count.version):
        raise StateMovedOn(_("Count %(count)s has changed since you opened this page. Look again.") % {"count": count})
    lines = lines_to_post(count)
    _ask_a_manager(count, lines, by)
    # Everything is locked at once, in the ledger's order, whatever number of operations follows.
    counting.look(count.warehouse, [line.product_id for line in lines], [line.location_id for line in lines])
    problems = _put_right_since(count)
    for number, part in enumerate(_parts([line for line in lines if line.variance])):
        try:
            _book(count, part, by=by, at=at, key=_nth(key, number), origin=origin or Origin())
        except Refused as refused:
            problems += refused.problems
    if problems:
        raise Refused(problems)
    counting.close(count, by=by.pk, key=key)
    return count


def _put_right_since(count: Count) -> list[Problem]:
    """Name the lines that another count has put right since: theirs would be booked twice. At most two queries."""
    since = counting.put_right_since(count)
    text = _("%(sku)s in %(bin)s: count %(count)s has put this right since it was counted here. Count it again.")
    lines = count.lines.filter(pk__in=since).select_related("product", "location").order_by("id") if since else ()
    return [
        BadOperation(
            field=f"line-{line.pk}",
            text=text % {"sku": line.product.sku, "bin": line.location.code, "count": Count(pk=since[line.pk])},
        )
        for line in lines
    ]


def _ask_a_manager(count: Count, lines: Sequence[CountLine], by: User) -> None:
    tolerance = count.warehouse.count_tolerance
    beyond = sum(line.is_beyond(tolerance) for line in lines)
    if beyond and not by.may("manage", count.warehouse_id):
        text = ngettext(
            "%(count)d difference is beyond the tolerance of %(percent)s%%. A manager of %(code)s posts this count.",
            "%(count)d differences are beyond the tolerance of %(percent)s%%. A manager of %(code)s posts this count.",
            beyond,
        )
        words = {"count": beyond, "percent": format_quantity(tolerance), "code": count.warehouse.code}
        raise PermissionDenied(text % words)


def _parts(lines: Sequence[CountLine]) -> Iterator[Sequence[CountLine]]:
    for start in range(0, len(lines), MOST_LINES):
        yield lines[start : start + MOST_LINES]


def _nth(key: UUID, number: int) -> UUID:
    """Return the key of the n-th operation: the client's for the first, and ones made from it."""
    return uuid.uuid5(key, str(number)) if number else key


def _book(count: Count, lines: Sequence[CountLine], *, by: User, at: datetime, key: UUID, origin: Origin) -> Operation:
    warehouse = count.warehouse
    return ledger.book(
        Draft(
            kind=Operation.Kind.COUNT,
            warehouse=warehouse,
            count=count,
            reference=str(count),
            asked=[(line.product_id, line.variance, line.location_id, line.lot_id) for line in lines],
            by=by,
            at=at,
            key=key,
            origin=origin,
        ),
        lines,
        lambda books, n, line: _plan(books, warehouse, n, line),
        Touches(
            warehouses=[warehouse],
            products=[line.product_id for line in lines],
            locations=[line.location_id for line in lines],
            adding_to=[warehouse],
        ),
        then=lambda _books, _operation: variance.reviewed(count, lines),
    )


def _plan(books: Books, warehouse: Warehouse, n: int, line: CountLine) -> Problem | None:
    variance = line.variance or ZERO
    bin = books.locations.get(line.location_id)
    problem = line_problem(n, books.products.get(line.product_id), variance, signed=True) or location_problem(
        n, bin, warehouse
    )
    if problem is not None or bin is None:
        return problem
    level = books.levels[line.product_id, warehouse.pk]
    if variance > 0:
        problem = room_problem(n, level, variance)
        if problem is None:
            books.put(level, bin, line.lot_id, variance, ADJUST)
        return problem
    parts = [part for part in level.parts if (part.location_id, part.lot_id) == (line.location_id, line.lot_id)]
    if sum((part.quantity for part in parts), ZERO) < -variance:
        words = {"sku": level.product.sku, "bin": bin.code, "missing": format_quantity(-variance)}
        text = _(
            "%(sku)s in %(bin)s: %(missing)s were missing when it was counted, and have left since. Count it again."
        )
        return BadQuantity(line=n, field=f"line-{line.pk}", text=text % words)
    books.take(level, parts, -variance, ADJUST)
    return None


@ledger.verb
def undo_count(*, count: Count, by: User, at: datetime, key: UUID, origin: Origin | None = None) -> Count:
    """Book the opposite of everything that a posted count booked, the newest operation first, whole or not at all.

    Twice is the same as once. Raises NotReversible as `reverse` does, and where the count booked nothing; StateMovedOn
    for a count that is not posted; KeyReused, Busy.
    """
    count = counting.hold(count)
    if count.state == Count.State.UNDONE:
        return count
    if count.state != Count.State.POSTED:
        raise StateMovedOn(_("Count %(count)s was not posted.") % {"count": count})
    operations = list(
        count.operations.filter(kind=Operation.Kind.COUNT).select_related("warehouse", "count").order_by("-created")
    )
    if not operations:
        raise NotReversible(_("This count changed no level, so there is nothing to undo."))
    lines = lines_to_post(count)
    counting.look(count.warehouse, [line.product_id for line in lines], [line.location_id for line in lines])
    for number, operation in enumerate(operations):
        slip = ledger.Slip(by=by, at=at, key=_nth(key, number), origin=origin or Origin())
        book_reversal(operation, slip, whole_count=True)
    counting.mark_undone(count)
    return count

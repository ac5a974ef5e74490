"""Blind counts up to their review: open, submit what was found, send back, assign, cancel. Nothing here books stock."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.queries import people_with
from catalog.models import Category, Product
from inventory_site.web.quantity import LARGEST, format_quantity
from stock.errors import (
    BadLocation,
    BadLot,
    BadOperation,
    BadQuantity,
    KeyReused,
    Problem,
    ProductArchived,
    Refused,
    StateMovedOn,
)
from stock.ledger import Origin, counting, verb
from stock.ledger.counting import Finding, Shelf, Spot
from stock.models import Count, CountBin, CountLine, CountSubmission
from stock.queries.counts import bins_with_open_lines
from warehouses.models import Location, Warehouse

MOST_LINES = 10_000
ZERO = Decimal(0)


@dataclass(frozen=True, kw_only=True)
class Found:
    """So much of a product was found in a bin, in its unit, 0 included; with its lot where the product tracks lots."""

    product: Product
    location: Location
    counted: Decimal
    lot_number: str = ""


@verb
def open_count(
    *,
    warehouse: Warehouse,
    assignees: Collection[User],
    by: User,
    key: UUID,
    locations: Collection[Location] = (),
    category: Category | None = None,
    products: Collection[Product] = (),
    note: str = "",
) -> Count:
    """Open a count of bins, else of a category, else of products; its lines are what lies there now.

    Bins may be empty. The same key again answers with the count that it opened. Raises Refused where nothing is to be
    counted, too much is, or an assignee may not operate there; KeyReused, Busy.
    """
    scope = Count.Scope.BINS if locations else Count.Scope.CATEGORY if category else Count.Scope.PRODUCTS
    count = Count(key=key, warehouse=warehouse, scope=scope, category=category, note=note, by=by)
    people = sorted(person.pk for person in assignees)
    places, wanted = ({each.pk for each in chosen} for chosen in (locations, products))
    count.digest = counting.digest(
        warehouse.pk, scope.value, category and category.pk, sorted(places), sorted(wanted), people, note, by.pk
    )
    if known := _opened_before(count):
        return known
    problems = [*_wrong_people(warehouse, people), *_wrong_places(warehouse, locations)]
    if problems:
        raise Refused(problems)
    count.assignees.set(people)
    lines = counting.add_lines(count, locations=places, products=wanted)
    if not lines and scope != Count.Scope.BINS:
        raise Refused(
            [BadOperation(field=scope.value, text=_("Nothing of this lies here, so there is no bin to count."))]
        )
    if lines > MOST_LINES:
        words = {"lines": f"{lines:,}", "most": f"{MOST_LINES:,}"}
        text = _("This count would have %(lines)s lines; %(most)s is the most. Choose less.") % words
        raise Refused([BadOperation(field=scope.value, text=text)])
    return count


def _opened_before(count: Count) -> Count | None:
    """Store the new count, or return the one that its key opened before."""
    try:
        with transaction.atomic():
            count.save(force_insert=True)
    except IntegrityError:
        known = Count.objects.select_related("warehouse").filter(key=count.key).first()
        if known is None:
            raise
        if known.digest != count.digest:
            raise KeyReused from None
        return known
    return None


def _wrong_people(warehouse: Warehouse, people: Sequence[int]) -> list[Problem]:
    if not people:
        return [BadOperation(field="assignees", text=_("Choose who counts."))]
    if people_with("operate", warehouse).filter(pk__in=people).count() < len(set(people)):
        text = _("Somebody you chose may not operate in %(code)s. Choose others.") % {"code": warehouse.code}
        return [BadOperation(field="assignees", text=text)]
    return []


def _wrong_places(warehouse: Warehouse, locations: Collection[Location]) -> list[Problem]:
    """Lock the bins and the warehouse, and say which of them cannot be counted."""
    rows = counting.look(warehouse, (), [each.pk for each in locations]).locations
    problems: list[Problem] = []
    if any(row.warehouse_status != Warehouse.Status.OPEN for row in rows.values() if row.warehouse_id == warehouse.pk):
        text = _("%(code)s is closed.") % {"code": warehouse.code}
        problems.append(BadOperation(field="warehouse", text=text))
    for each in locations:
        row = rows.get(each.pk)
        if row is None or row.warehouse_id != warehouse.pk:
            text = _("%(bin)s is not a bin of %(warehouse)s.") % {"bin": each.code, "warehouse": warehouse.code}
            problems.append(BadLocation(field="bins", text=text))
        elif row.status != Location.Status.ACTIVE:
            text = _("Bin %(bin)s is not in use. Choose another.") % {"bin": row.code}
            problems.append(BadLocation(field="bins", text=text))
    return problems


@verb
def submit_count(
    *,
    count: Count,
    found: Sequence[Found],
    by: User,
    at: datetime,
    key: UUID,
    finished: Collection[Location] = (),
    origin: Origin | None = None,
) -> CountSubmission:
    """Keep what a person found, judged against what lies there by the books at this very moment.

    Under the locks of the levels each line gets what is expected (`expected`) and the newest ledger row (`place`). What
    is not on the list becomes a line. `finished` are bins with nothing more in them: every line there must have been
    counted by then. The last word on a line is the newest; the same key is kept once. Raises Refused with every bad
    line, of which nothing tells what was expected; PermissionDenied for who does not count here; KeyReused,
    StateMovedOn once the count is over, Busy.
    """
    lines = [(f.product.pk, f.location.pk, f.lot_number, format_quantity(f.counted)) for f in found]
    places = {each.pk for each in finished}
    submission = CountSubmission(
        key=key,
        count=count,
        by=by,
        at=at,
        device=origin.device[:200] if origin else "",
        digest=counting.digest(count.pk, by.pk, sorted(lines), sorted(places)),
    )
    submission = counting.claim(submission)
    if submission.replayed:
        return submission
    count = _standing(count)
    if not count.assignees.filter(pk=by.pk).exists():
        raise PermissionDenied(_("This count is somebody else's. Ask whoever opened it to let you count too."))
    findings = _findings(count, found, places)
    counting.record(submission, findings, finished=places)
    if left := bins_with_open_lines(count, places):
        text = _("Not everything in %(bins)s was counted.") % {"bins": ", ".join(left)}
        raise Refused([BadOperation(text=text)])
    counting.settle(count)
    return submission


def _findings(count: Count, found: Sequence[Found], places: Collection[int]) -> list[Finding]:
    """Lock what was counted and say what should lie there; raises Refused with every bad line."""
    shelf = counting.look(
        count.warehouse,
        [f.product.pk for f in found],
        [*(f.location.pk for f in found), *places],
        [(f.product.pk, f.lot_number, None) for f in found if f.lot_number and f.product.tracks_lots],
    )
    scope = set(CountBin.objects.filter(count=count).values_list("location_id", flat=True))
    problems = [problem for n, f in enumerate(found) if (problem := _wrong(count, shelf, scope, n, f))]
    spots = [_spot(shelf, f) for f in found]
    problems = problems or _twice(spots)
    if problems:
        raise Refused(problems)
    return [_finding(shelf, spot, f.counted) for spot, f in zip(spots, found, strict=True)]


def _standing(count: Count, version: int | None = None) -> Count:
    """Lock the count; raises StateMovedOn where it is over, or not any more what the person saw (`version`)."""
    count = counting.hold(count)
    if not count.is_standing:
        words = {"count": count, "state": count.get_state_display().lower()}
        raise StateMovedOn(_("Count %(count)s is %(state)s: nothing can be changed in it any more.") % words)
    if version is not None and version != count.version:
        raise StateMovedOn(_("Count %(count)s has changed since you opened this page. Look again.") % {"count": count})
    return count


def _spot(shelf: Shelf, found: Found) -> Spot:
    lot = shelf.lots.get((found.product.pk, found.lot_number)) if found.lot_number else None
    return Spot(found.product.pk, found.location.pk, lot.id if lot else None)


def _finding(shelf: Shelf, spot: Spot, counted: Decimal) -> Finding:
    return Finding(spot, counted, shelf.held.get(spot, ZERO), shelf.places.get(spot.product_id))


def _wrong(count: Count, shelf: Shelf, scope: Collection[int], n: int, found: Found) -> Problem | None:
    """Say what is wrong with a line, if anything is: never how much should lie there."""
    product, place = shelf.products.get(found.product.pk), shelf.locations.get(found.location.pk)
    words = {"sku": found.product.sku, "bin": found.location.code, "largest": format_quantity(LARGEST)}
    if product is None or product.status != Product.Status.ACTIVE:
        text = _("%(sku)s is archived. Ask a manager to restore it.") % words
        return ProductArchived(line=n, field="code", text=text)
    if place is None or place.warehouse_id != count.warehouse_id or place.status != Location.Status.ACTIVE:
        return BadLocation(line=n, field="code", text=_("Bin %(bin)s is not in use here.") % words)
    if count.scope == Count.Scope.BINS and place.id not in scope:
        return BadLocation(line=n, field="code", text=_("Bin %(bin)s is not part of this count.") % words)
    if product.tracks_lots and not found.lot_number:
        return BadLot(line=n, field="lot_number", text=_("%(sku)s tracks lots. Enter the lot.") % words)
    if found.lot_number and not product.tracks_lots:
        text = _("%(sku)s does not track lots. Leave the lot empty.") % words
        return BadLot(line=n, field="lot_number", text=text)
    if not found.counted.is_finite() or found.counted < 0:
        return BadQuantity(line=n, field="quantity", text=_("Enter 0 or more."))
    if found.counted > LARGEST:
        return BadQuantity(line=n, field="quantity", text=_("Enter %(largest)s or less.") % words)
    if found.counted != round(found.counted, product.decimals):
        text = _("%(sku)s has fewer digits after the point.") % words
        return BadQuantity(line=n, field="quantity", text=text)
    return None


def _twice(spots: Sequence[Spot]) -> list[Problem]:
    text = _("This stands here twice. Add both up in one line.")
    return [BadOperation(line=n, text=text) for n, spot in enumerate(spots) if spot in spots[:n]]


@verb
def ask_recount(*, count: Count, lines: Collection[CountLine], version: int | None = None) -> Count:
    """Send lines back to be counted anew; what was found stays on record.

    Raises Refused where no line was chosen; StateMovedOn once the count is over or is not what was seen; Busy.
    """
    count = _standing(count, version)
    if not lines:
        raise Refused([BadOperation(field="lines", text=_("Choose the lines to be counted again."))])
    counting.send_back(count, [line.pk for line in lines])
    counting.settle(count)
    return count


@verb
def assign_count(*, count: Count, assignees: Collection[User]) -> Count:
    """Let these people count, and nobody else. Raises Refused where one may not operate there; StateMovedOn, Busy."""
    count = _standing(count)
    people = sorted(person.pk for person in assignees)
    if problems := _wrong_people(count.warehouse, people):
        raise Refused(problems)
    count.assignees.set(people)
    return count


@verb
def cancel_count(*, count: Count) -> Count:
    """End a count without a word about the stock; what was found stays on record. Raises StateMovedOn, Busy."""
    count = counting.hold(count)
    if count.state == Count.State.CANCELLED:
        return count
    count = _standing(count)
    counting.cancel(count)
    return count

"""Where an undo is refused because the goods have moved on: links that take back what remains, filled in."""

from collections.abc import Collection, Sequence
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from inventory_site.web.quantity import format_quantity
from inventory_site.web.request import StaffRequest
from stock.forms.lines import ADD, TAKE
from stock.models import Operation, StockTransaction, Transfer
from stock.queries.remaining import Remaining, remaining
from warehouses.models import Warehouse

MOST_CORRECTED = 20
# What every server on the way takes; gunicorn refuses a line of more than 4,094.
LONGEST_ADDRESS = 3500
Typed = dict[str, str]


def corrections(
    request: StaffRequest, rows: QuerySet[StockTransaction], *, reference: str, note: str
) -> list[tuple[str, str]]:
    """Return for each warehouse where the person operates its code and the correction that takes back what remains.

    `rows` are what is not undone, of warehouses that the person may see.
    """
    touched = rows.order_by().values("warehouse")
    places = Warehouse.objects.for_user(request.user, "operate").open().filter(pk__in=touched)
    codes = dict(places.values_list("pk", "code"))
    parts = remaining(rows, warehouses=codes, limit=MOST_CORRECTED)
    here = {code: [part for part in parts if part.warehouse_id == pk] for pk, code in codes.items()}
    head = {"reason": "correction", "reference": reference, "note": note}
    return [
        (code, _address("stock:adjust", {"warehouse": code, **head}, [_adjusted(part) for part in lines]))
        for code, lines in here.items()
        if lines
    ]


def sending_back(request: StaffRequest, transfer: Transfer) -> str:
    """Return the address of a transfer that sends back what is left of this one where it arrived; "" without any.

    The person operates where it arrived, and may look at where it came from.
    """
    there, back = transfer.destination, transfer.source
    possible = there.is_open and back.is_open
    if not (possible and request.user.may("operate", there.pk) and request.user.may("view", back.pk)):
        return ""
    arrived = StockTransaction.objects.filter(
        operation__transfer=transfer, operation__kind=Operation.Kind.ARRIVE, operation__reversal=None
    )
    parts = remaining(arrived, warehouses=[transfer.destination_id], limit=MOST_CORRECTED)
    note = instead_of(str(transfer))
    head = {
        "warehouse": transfer.destination.code,
        "destination": transfer.source.code,
        "reference": transfer.reference,
        "note": note,
        "lot_reason": note if any(part.lot for part in parts) else "",
    }
    return _address("stock:transfer", head, [_returned(part) for part in parts])


def instead_of(what: str) -> str:
    return _("Instead of undoing: %(what)s") % {"what": what}


def _adjusted(part: Remaining) -> Typed:
    way = TAKE if part.quantity < 0 else ADD
    return {**_said(part), "way": way, "location": part.bin}


def _returned(part: Remaining) -> Typed:
    return {**_said(part), "source": part.bin}


def _said(part: Remaining) -> Typed:
    return {"code": part.sku, "quantity": format_quantity(abs(part.quantity)), "lot_number": part.lot}


def _address(name: str, head: Typed, lines: Sequence[Typed]) -> str:
    """Return the address of a sheet with these lines, or the first of them where it would be too long."""
    asked, address = dict(head), ""
    for n, line in enumerate(lines):
        asked |= {f"line-{n}-{field}": text for field, text in line.items()}
        longer = f"{reverse(name)}?{urlencode(_filled(asked.items()))}"
        if len(longer) > LONGEST_ADDRESS:
            break
        address = longer
    return address


def _filled(asked: Collection[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(name, text) for name, text in asked if text]

"""Reads of transfers: lists of them, one with its lines, what is due in a warehouse and on the way of a product."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from django.db.models import Count, ExpressionWrapper, F, Min, Q, QuerySet, Sum, Window

from accounts.models import User
from catalog.models import Product
from stock.models import Operation, Transfer, TransferLine
from stock.models.transfer import TransferQuerySet, late_before
from warehouses.models import Warehouse

State = Transfer.State
# The boards: what is to be done before, now, and nothing any more.
BOARDS: dict[str, tuple[State, ...]] = {
    "draft": (State.DRAFT,),
    "sent": (State.SENT,),
    "done": (State.CLOSED, State.CANCELLED),
}
IN_TRANSIT = F("sent") - F("received") - F("written_off")
WAITING = Q(sent__gt=F("received") + F("written_off"))
MOST_OPERATIONS = 50


@dataclass(frozen=True)
class Listed:
    """A transfer in a list; an end is None where the person may not look at it. `lines` counts products and lots."""

    transfer: Transfer
    source: Warehouse | None
    destination: Warehouse | None
    lines: int
    first: str
    overdue: bool


class Due(NamedTuple):
    """What transfers ask of a warehouse: on the way to it, how many of them for too long, and drafts to send."""

    arriving: int
    overdue: int
    drafts: int


@dataclass(frozen=True)
class OnTheWay:
    """How much of a product is on the way to a warehouse, in the product's unit, and since when the oldest of it."""

    quantity: Decimal
    since: datetime
    transfers: int
    overdue: bool


def transfers_of(warehouses: Sequence[Warehouse], board: str, direction: str = "") -> TransferQuerySet:
    """Return the transfers that leave (`out`) or reach (`in`) these warehouses, or both, in the states of a board."""
    ids = [warehouse.pk for warehouse in warehouses]
    out, into = Q(source__in=ids), Q(destination__in=ids)
    ends = {"out": out, "in": into}.get(direction, out | into)
    return Transfer.objects.filter(ends, state__in=BOARDS[board])


def board_counts(warehouses: Sequence[Warehouse], direction: str = "") -> dict[str, int]:
    """Count the transfers of the boards that somebody has to work off. One query."""
    standing = ("draft", "sent")
    counts = {board: Count("pk", filter=Q(state__in=BOARDS[board])) for board in standing}
    return (transfers_of(warehouses, "draft", direction) | transfers_of(warehouses, "sent", direction)).aggregate(
        **counts
    )


def listed(transfers: Sequence[Transfer], visible: Collection[int], now: datetime) -> list[Listed]:
    """Return these transfers (with their ends) as a list shows them to who may look at `visible`. One query."""
    rows = (
        TransferLine.objects.filter(transfer__in=[transfer.pk for transfer in transfers])
        .annotate(lines=Window(Count("pk"), partition_by="transfer"))
        .order_by("transfer_id", "id")
        .distinct("transfer_id")
    )
    first = {pk: (count, name) for pk, count, name in rows.values_list("transfer_id", "lines", "product__name")}
    return [
        Listed(
            transfer,
            transfer.source if transfer.source_id in visible else None,
            transfer.destination if transfer.destination_id in visible else None,
            *first.get(transfer.pk, (0, "")),
            transfer.is_overdue(now),
        )
        for transfer in transfers
    ]


def lines_of(transfer: Transfer) -> QuerySet[TransferLine]:
    """Return the transfer's lines with what a page shows of them."""
    return TransferLine.objects.filter(transfer=transfer).select_related("product__unit", "lot", "location")


def lines_to_receive(transfer: Transfer, also: Collection[int], *, most: int) -> list[TransferLine]:
    """Return the lines of which something is on the way, and `also` those of these ids, in their order. One query."""
    return list(lines_of(transfer).filter(WAITING | Q(pk__in=also)).order_by("id")[:most])


def totals_of(transfer: Transfer) -> dict[str, int]:
    """Count the transfer's lines: all of them, and those of which something is on the way. One query."""
    lines = TransferLine.objects.filter(transfer=transfer)
    return lines.aggregate(all=Count("pk"), waiting=Count("pk", filter=WAITING))


def operations_of(transfer: Transfer, visible: QuerySet[Warehouse]) -> list[Operation]:
    """Return what was done to a transfer in these warehouses, the newest first. One query."""
    found = Operation.objects.filter(transfer=transfer, warehouse__in=visible).with_names()
    return list(found.order_by("-created")[:MOST_OPERATIONS])


def booked_under(key: UUID, transfer: Transfer, by: User) -> Operation | None:
    """Return what the person booked of this transfer under this key before, if they did. One query."""
    return Operation.objects.filter(pk=key, transfer=transfer, by=by).first()


def due_in(warehouse: Warehouse, now: datetime) -> Due:
    """Return what transfers ask of a warehouse. One query."""
    arriving = Q(destination=warehouse, state=State.SENT)
    late = arriving & Q(sent__lt=late_before(warehouse, warehouse.day_at(now)))
    drafts = Q(source=warehouse, state=State.DRAFT)
    counts = Transfer.objects.filter(arriving | drafts).aggregate(
        arriving=Count("pk", filter=arriving), overdue=Count("pk", filter=late), drafts=Count("pk", filter=drafts)
    )
    return Due(**counts)


def on_the_way(product: Product, warehouses: Iterable[Warehouse], now: datetime) -> dict[int, OnTheWay]:
    """Return what is on the way of a product to those of these warehouses (by id) that get some. One query."""
    late = {warehouse.pk: late_before(warehouse, warehouse.day_at(now)) for warehouse in warehouses}
    lines = TransferLine.objects.filter(WAITING, product=product, transfer__destination__in=late)
    rows = lines.values_list("transfer__destination_id").annotate(
        quantity=Sum(ExpressionWrapper(IN_TRANSIT, TransferLine._meta.get_field("sent"))),
        since=Min("transfer__sent"),
        transfers=Count("transfer", distinct=True),
    )
    return {pk: OnTheWay(quantity, since, transfers, since < late[pk]) for pk, quantity, since, transfers in rows}

"""Reads of blind counts: the board, how far one is, what it found, and who may do and see what of it.

While a count is open nobody who counts in it is shown what is expected: `CountMay.figures` says who may see figures.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count as NumberOf
from django.db.models import (
    DecimalField,
    Exists,
    ExpressionWrapper,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
)
from django.db.models.functions import Abs, Coalesce

from accounts.models import User
from catalog.models import Barcode
from stock.models import Count, CountBin, CountLine
from warehouses.models import Location, Warehouse

STANDING = (Count.State.OPEN, Count.State.REVIEW)
MOST_STANDING = 100
LAST_POSTED = 10
MONEY: "DecimalField[Any, Any]" = DecimalField(max_digits=24, decimal_places=4)
VARIANCE = F("counted") - F("expected")
DIFFERENT = Q(counted__isnull=False) & ~Q(counted=F("expected"))


@dataclass(frozen=True)
class CountMay:
    """What a person may do with a count, and whether they may see what was expected in it."""

    count: bool
    review: bool
    approve: bool
    cancel: bool
    undo: bool
    figures: bool


def shared_bins(count: Count) -> list[CountBin]:
    """Return the bins of other counts, not over yet, that this one looks into too; each with its location and count."""
    others = CountBin.objects.filter(location__in=count.bins.values("location"), count__state__in=STANDING)
    return list(others.exclude(count=count).select_related("location", "count").order_by("location__code", "count"))


def rights_in(user: User, count: Count) -> CountMay:
    """Return what a person may do with this count, which they may see. One query.

    Whether its state allows it is for the service to say: who may do it is told that it has moved on.
    Whoever operates reviews, posts within the tolerance, and cancels and undoes their own; managers approve what is
    beyond it, and cancel and undo others'. Those who still count see no figure of it.
    """
    operate, manage = user.may("operate", count.warehouse_id), user.may("manage", count.warehouse_id)
    assigned = count.assignees.filter(pk=user.pk).exists()
    return CountMay(
        count=assigned and operate,
        review=operate,
        approve=manage,
        cancel=manage or (operate and count.by_id == user.pk),
        undo=manage or (operate and count.posted_by_id == user.pk),
        figures=not (assigned and count.state == Count.State.OPEN),
    )


def with_progress(counts: QuerySet[Count]) -> QuerySet[Count]:
    """Add how many bins and lines each has, and how many of them are done."""
    bins, lines = CountBin.objects.all(), CountLine.objects.all()
    return counts.annotate(
        bins_all=_number(bins),
        bins_done=_number(bins.filter(finished__isnull=False)),
        lines_all=_number(lines),
        lines_done=_number(lines.filter(counted__isnull=False)),
    ).select_related("warehouse", "category", "by", "posted_by")


def _number(rows: QuerySet[Any]) -> Coalesce:
    own = rows.filter(count=OuterRef("pk")).order_by().values("count").annotate(n=NumberOf("pk")).values("n")
    return Coalesce(Subquery(own, output_field=IntegerField()), Value(0))


def mine_first(counts: QuerySet[Count], user: User) -> QuerySet[Count]:
    """Bring those assigned to the person first, then the newest."""
    assigned = Count.assignees.through.objects.filter(count=OuterRef("pk"), user=user.pk)
    return counts.annotate(mine=Exists(assigned)).order_by("-mine", "-id").prefetch_related("assignees")


def board(counts: QuerySet[Count], user: User) -> list[tuple[str, list[Count]]]:
    """Return the counts by state, one's own first: those counted, those to review, the last that were posted.

    Four queries.
    """
    standing = list(mine_first(counts.filter(state__in=STANDING), user)[:MOST_STANDING])
    posted = list(mine_first(counts.filter(state=Count.State.POSTED), user)[:LAST_POSTED])
    return [
        *(
            (state, [each for each in standing if each.state == state])
            for state in (Count.State.OPEN, Count.State.REVIEW)
        ),
        (Count.State.POSTED, posted),
    ]


def can_still_be_undone(count: Count, now: datetime) -> bool:
    """Whether an undo is worth offering: posted, with an operation, within the warehouse's limit of days. One query."""
    limit = timedelta(days=count.warehouse.undo_limit_days)
    recent = count.state == Count.State.POSTED and count.posted is not None and now - count.posted < limit
    return recent and count.operations.exists()


def with_counts(warehouses: QuerySet[Warehouse], user: User) -> Any:
    """Add to each warehouse how many open counts the person is to count there (`to_count`). No query of its own."""
    mine = Count.objects.filter(warehouse=OuterRef("pk"), state=Count.State.OPEN, assignees=user.pk)
    number = mine.order_by().values("warehouse").annotate(n=NumberOf("pk")).values("n")
    return warehouses.annotate(to_count=Coalesce(Subquery(number, output_field=IntegerField()), Value(0)))


@dataclass(frozen=True)
class Bin:
    """A bin of a count: how many lines it has, and whether it is finished."""

    row: CountBin
    lines: int
    waiting: int


def bins_of(count: Count) -> list[Bin]:
    """Return the bins of a count in the order of their codes, those to be counted first. One query."""
    own = CountLine.objects.filter(count=OuterRef("count"), location=OuterRef("location")).order_by()
    waiting = own.filter(counted__isnull=True)
    rows = count.bins.select_related("location", "finished_by").annotate(
        lines=Coalesce(_per_bin(own), Value(0)),
        waiting=Coalesce(_per_bin(waiting), Value(0)),
    )
    found = [Bin(row, row.lines, row.waiting) for row in rows]
    return sorted(found, key=lambda each: (each.row.finished is not None, each.row.location.code))


def _per_bin(lines: QuerySet[CountLine]) -> Subquery:
    number = lines.values("location").annotate(n=NumberOf("pk")).values("n")
    return Subquery(number, output_field=IntegerField())


def bins_with_open_lines(count: Count, places: Collection[int]) -> list[str]:
    """Return the codes of these bins in which a line was not counted. One query."""
    if not places:
        return []
    waiting = CountLine.objects.filter(count=count, location__in=places, counted__isnull=True)
    return list(waiting.order_by("location__code").values_list("location__code", flat=True).distinct())


def lines_in_bin(count: Count, location: Location) -> list[CountLine]:
    """Return the lines of one bin with product, unit and lot. One query."""
    return list(count.lines.filter(location=location).select_related("product__unit", "lot").order_by("id"))


def lines_to_post(count: Count) -> list[CountLine]:
    """Return the lines of a count in the order in which the ledger locks their levels. One query."""
    return list(count.lines.order_by("product_id", "id"))


@dataclass(frozen=True)
class Outcome:
    """What the lines of a count come to; money where products have a cost."""

    lines: int
    counted: int
    different: int
    beyond: int
    more: Decimal
    less: Decimal
    without_cost: int


def reviewed(count: Count) -> QuerySet[CountLine]:
    """Return the lines of a count with what a reviewer reads of them."""
    return count.lines.select_related("product__unit", "location", "lot", "by").annotate(
        money=ExpressionWrapper(VARIANCE * F("product__unit_cost"), output_field=MONEY)
    )


def beyond(tolerance: Decimal) -> Q:
    """Say what `CountLine.is_beyond` says, for the database."""
    far = Q(expected=0) | Q(far__gt=tolerance * F("expected"))
    return DIFFERENT & far


def shown_lines(count: Count, asked: str) -> tuple[QuerySet[CountLine], str]:
    """Return the lines that a reviewer asked for, and what was asked: `all`, `beyond` the tolerance, or those `off`."""
    lines = reviewed(count)
    if asked == "all":
        return lines, asked
    if asked == "beyond":
        return with_distance(lines).filter(beyond(count.warehouse.count_tolerance)), asked
    return lines.filter(DIFFERENT), "off"


def with_distance(lines: QuerySet[CountLine]) -> QuerySet[CountLine]:
    return lines.annotate(far=ExpressionWrapper(Abs(VARIANCE) * 100, output_field=MONEY))


def outcome_of(count: Count) -> Outcome:
    """Add up the lines of a count. One query."""
    money = ExpressionWrapper(VARIANCE * F("product__unit_cost"), output_field=MONEY)
    lines = with_distance(count.lines.order_by())
    figures = lines.annotate(money=money).aggregate(
        sum_lines=NumberOf("pk"),
        sum_counted=NumberOf("pk", filter=Q(counted__isnull=False)),
        sum_different=NumberOf("pk", filter=DIFFERENT),
        sum_beyond=NumberOf("pk", filter=beyond(count.warehouse.count_tolerance)),
        sum_more=Coalesce(Sum("money", filter=Q(money__gt=0)), Value(Decimal(0)), output_field=MONEY),
        sum_less=Coalesce(Sum("money", filter=Q(money__lt=0)), Value(Decimal(0)), output_field=MONEY),
        sum_without_cost=NumberOf("pk", filter=DIFFERENT & Q(product__unit_cost__isnull=True)),
    )
    # An aggregate may not have the name of a column.
    return Outcome(**{name.removeprefix("sum_"): figure for name, figure in figures.items()})


def packs_of(products: Iterable[int]) -> dict[int, list[Decimal]]:
    """Return the pack quantities of these products, the smallest first. One query."""
    found: dict[int, list[Decimal]] = {}
    packs = Barcode.objects.filter(product__in=set(products)).exclude(pack_quantity=Decimal(1))
    for pk, pack in packs.order_by("pack_quantity").distinct().values_list("product_id", "pack_quantity"):
        found.setdefault(pk, []).append(pack)
    return found

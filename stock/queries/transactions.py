"""Reads of the ledger's lines, always of warehouses that the person may see."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, cast

from django.db.models import OuterRef, Q, QuerySet, Subquery

from accounts.models import User
from catalog.models import Product
from stock.models import Operation, ReasonCode, StockTransaction
from stock.models.ledger import StockTransactionQuerySet
from stock.queries.as_of import SLACK, first_id_of, last_id_at, last_id_of
from warehouses.models import Location, Warehouse

Lines = StockTransactionQuerySet
Places = Sequence[Warehouse]


# So many operations are named one by one; of more, the newest lines of the ledger soon hold a page.
FEW = 1000
# As an array: these lines are found first, by their own index. PostgreSQL would take them for many, and walk through
# all of a warehouse to meet them.
FOUND_FIRST = "stock_stocktransaction.id = ANY(ARRAY(SELECT id FROM stock_stocktransaction WHERE {}))"
OF_LOTS = FOUND_FIRST.format("lot_id = ANY(ARRAY(SELECT id FROM catalog_lot WHERE upper(number) = upper(%s)))")
OF_OPERATIONS = FOUND_FIRST.format("operation_id = ANY(%s)")
# What books in its own warehouse alone; the other kinds may have a line in another one too.
IN_ONE_PLACE = ("receive", "ship", "move", "adjust", "count")
# So many lines of a file are read at once: two statements of some milliseconds, and a megabyte of memory.
CHUNK = 1000
# No line is older, and none is so far ahead.
OLDEST, FARTHEST = date(1970, 1, 1), date(2970, 1, 1)


def ledger_of(warehouses: Sequence[Warehouse]) -> Lines:
    """Return the lines of these warehouses.

    The warehouses are given by id and not as a subquery, so that PostgreSQL knows how much of the ledger is theirs
    when it chooses between `transaction_by_warehouse` and walking back from the newest line.
    """
    return StockTransaction.objects.filter(warehouse__in=[warehouse.pk for warehouse in warehouses])


def named(lines: Sequence[StockTransaction]) -> list[StockTransaction]:
    """Return these lines with the names that a page shows, in their order. One query.

    Joined after the lines are chosen: a question that passes over many lines would join them all.
    """
    return by_number([line.pk for line in lines])


def by_number(keys: Sequence[int]) -> list[StockTransaction]:
    """Return the lines of these ids, in their order, with the names that a page shows. One query."""
    found = StockTransaction.objects.with_names().in_bulk(keys)
    return [found[key] for key in keys]


def movements_of(product: Product, warehouses: Sequence[Warehouse], *, limit: int) -> list[StockTransaction]:
    """Return the newest lines of a product in these warehouses. One query."""
    return list(ledger_of(warehouses).filter(product=product).with_names().order_by("-id")[:limit])


def in_chunks(lines: Lines, *columns: str) -> Iterator[tuple[Any, ...]]:
    """Give these columns of the lines, the newest first, a chunk at a time: no statement is long, nothing piles up.

    Two queries a chunk, each asked when its lines are wanted. What is booked meanwhile is left out.
    """
    last = None
    while True:
        behind = lines if last is None else lines.filter(pk__lt=last)
        keys = list(behind.order_by("-pk").values_list("pk", flat=True)[:CHUNK])
        if keys:
            yield from StockTransaction.objects.filter(pk__in=keys).order_by("-pk").values_list(*columns)
        if len(keys) < CHUNK:
            return
        last = keys[-1]


def of_product(lines: Lines, sku: str, _places: Places) -> Lines:
    return lines.filter(product__in=list(Product.objects.with_sku(sku).values_list("pk", flat=True)))


def of_person(lines: Lines, text: str, places: Places) -> Lines:
    """Return the lines that one person booked (by id) or everybody whose name holds these words."""
    asked = Q(pk=int(text)) if text.isdecimal() and len(text) < 10 else Q(name__icontains=text)
    last = Operation.objects.filter(by=OuterRef("pk")).order_by("-created").values("created")[:1]
    people = {pk: moment for pk, moment in User.objects.filter(asked).values_list("pk", Subquery(last)) if moment}
    found = _of_operations(lines, Operation.objects.filter(by__in=people), places)
    # Who left long ago is not looked for among all that was booked since.
    return found.filter(pk__lte=last_id_at(max(people.values()) + SLACK)) if people else found


def of_reference(lines: Lines, beginning: str, places: Places) -> Lines:
    referring = Operation.objects.filter(reference__istartswith=beginning).exclude(reference="")
    return _of_operations(lines, referring, places)


def of_reason(lines: Lines, reason: ReasonCode, places: Places) -> Lines:
    """Return the lines that were booked for this reason; every one of them is an adjustment."""
    adjusted = lines.filter(type=StockTransaction.Type.ADJUST)
    return _of_operations(adjusted, Operation.objects.filter(reason=reason), places)


def _of_operations(lines: Lines, operations: QuerySet[Operation], places: Places) -> Lines:
    """Return the lines of these operations; those that cannot have a line in one of these places are not looked at."""
    there = operations.filter(Q(warehouse__in=[place.pk for place in places]) | ~Q(kind__in=IN_ONE_PLACE))
    keys = list(there.values_list("pk", flat=True)[: FEW + 1])
    if len(keys) <= FEW:
        return cast("Lines", lines.extra(where=[OF_OPERATIONS], params=[keys]))  # nosec B610 # a constant, the keys are bound
    return lines.filter(operation__in=there.values("pk"))


def of_bin(lines: Lines, code: str, places: Places) -> Lines:
    bins = Location.objects.filter(code__iexact=code, warehouse__in=[place.pk for place in places])
    return lines.filter(location__in=list(bins.values_list("pk", flat=True)))


def of_lot(lines: Lines, number: str, _places: Places) -> Lines:
    """Return the lines of the lots with this number, whatever product they are of."""
    return cast("Lines", lines.extra(where=[OF_LOTS], params=[number]))  # nosec B610 # a constant, the number is bound


def since(lines: Lines, day: date, _places: Places) -> Lines:
    """Return the lines that happened on this day, by the warehouse's calendar, or later."""
    return lines.filter(occurred_on__gte=day, pk__gt=first_id_of(max(OLDEST, min(day, FARTHEST))))


def until(lines: Lines, day: date, _places: Places) -> Lines:
    """Return the lines that happened on this day, by the warehouse's calendar, or before."""
    return lines.filter(occurred_on__lte=day, pk__lte=last_id_of(max(OLDEST, min(day, FARTHEST))))

"""Reads of the ledger's lines, always of warehouses that the person may see."""

from collections.abc import Sequence
from datetime import date

from django.db.models import Q, QuerySet

from accounts.models import User
from catalog.models import Product
from stock.models import Operation, StockTransaction
from stock.models.ledger import StockTransactionQuerySet
from warehouses.models import Location, Warehouse

Lines = StockTransactionQuerySet


# So many operations are named one by one; of more, the newest lines of the ledger soon hold a page.
FEW = 1000


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
    found = StockTransaction.objects.with_names().in_bulk([line.pk for line in lines])
    return [found[line.pk] for line in lines]


def movements_of(product: Product, warehouses: Sequence[Warehouse], *, limit: int) -> list[StockTransaction]:
    """Return the newest lines of a product in these warehouses. One query."""
    return list(ledger_of(warehouses).filter(product=product).with_names().order_by("-id")[:limit])


def of_product(lines: Lines, sku: str) -> Lines:
    return lines.filter(product__in=list(Product.objects.with_sku(sku).values_list("pk", flat=True)))


def of_person(lines: Lines, text: str) -> Lines:
    """Return the lines that one person booked (by id) or everybody whose name holds these words."""
    asked = Q(pk=int(text)) if text.isdecimal() and len(text) < 10 else Q(name__icontains=text)
    people = list(User.objects.filter(asked).values_list("pk", flat=True))
    return _of_operations(lines, Operation.objects.filter(by__in=people))


def of_reference(lines: Lines, beginning: str) -> Lines:
    referring = Operation.objects.filter(reference__istartswith=beginning).exclude(reference="")
    return _of_operations(lines, referring)


def _of_operations(lines: Lines, operations: QuerySet[Operation]) -> Lines:
    keys = list(operations.values_list("pk", flat=True)[: FEW + 1])
    if len(keys) <= FEW:
        return lines.filter(operation__in=keys)
    return lines.filter(operation__in=operations.values("pk"))


def of_bin(lines: Lines, code: str) -> Lines:
    return lines.filter(location__in=list(Location.objects.filter(code__iexact=code).values_list("pk", flat=True)))


def since(lines: Lines, day: date) -> Lines:
    """Return the lines that happened on this day, by the warehouse's calendar, or later."""
    return lines.filter(occurred_on__gte=day)


def until(lines: Lines, day: date) -> Lines:
    return lines.filter(occurred_on__lte=day)

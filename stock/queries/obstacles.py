"""What keeps a warehouse, a bin or a product in use: goods on hand, transfers and counts that are not over."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from django.db.models import Exists, OuterRef, Q, Sum

from accounts.models import User
from catalog.models import Product
from stock.models import Count, CountBin, CountLine, Holding, Inventory, Transfer, TransferLine
from warehouses.models import Location, Warehouse

# A person reads this many of a kind by name; of the rest their number.
MOST_NAMED = 10
UNDER_WAY = (Transfer.State.DRAFT, Transfer.State.SENT)


class OnHand(NamedTuple):
    """So much of a product in a warehouse, in its unit."""

    sku: str
    warehouse: str
    quantity: Decimal
    unit: str


@dataclass
class Obstacles:
    """What stands open, of each kind a few; `hidden`: some of it the person may not see."""

    on_hand: list[OnHand] = field(default_factory=list)
    transfers: list[Transfer] = field(default_factory=list)
    counts: list[Count] = field(default_factory=list)
    hidden: bool = False

    def __bool__(self) -> bool:
        return bool(self.on_hand or self.transfers or self.counts or self.hidden)


def of_warehouse(warehouse: Warehouse) -> Obstacles:
    """Return what stands open in the warehouse, and the transfers that leave or reach it. Three queries."""
    held = Inventory.objects.filter(warehouse=warehouse, quantity__gt=0).order_by("product__sku_key")
    figures = held.values_list("product__sku", "warehouse__code", "quantity", "product__unit__code")
    ends = Q(source=warehouse) | Q(destination=warehouse)
    return Obstacles(
        on_hand=[OnHand(*row) for row in figures[: MOST_NAMED + 1]],
        transfers=list(Transfer.objects.filter(ends, state__in=UNDER_WAY).order_by("pk")[: MOST_NAMED + 1]),
        counts=list(Count.objects.filter(warehouse=warehouse).standing().order_by("pk")[: MOST_NAMED + 1]),
    )


def of_location(location: Location) -> Obstacles:
    """Return what lies in the bin, and the drafts of transfers and the counts that name it. Three queries."""
    held = Holding.objects.filter(location=location, quantity__gt=0).order_by("inventory__product__sku_key")
    figures = held.values_list(
        "inventory__product__sku", "inventory__warehouse__code", Sum("quantity"), "inventory__product__unit__code"
    )
    named = TransferLine.objects.filter(transfer=OuterRef("pk"), location=location)
    bins = CountBin.objects.filter(count=OuterRef("pk"), location=location)
    lines = CountLine.objects.filter(count=OuterRef("pk"), location=location)
    return Obstacles(
        on_hand=[OnHand(*row) for row in figures[: MOST_NAMED + 1]],
        transfers=list(
            Transfer.objects.filter(Exists(named), state=Transfer.State.DRAFT).order_by("pk")[: MOST_NAMED + 1]
        ),
        counts=list(
            Count.objects.filter(Exists(bins) | Exists(lines), warehouse=location.warehouse_id)
            .standing()
            .order_by("pk")[: MOST_NAMED + 1]
        ),
    )


def of_product(product: Product, user: User) -> Obstacles:
    """Return where the product is on hand, on the way or being counted, as far as the person may see it.

    Four queries.
    """
    seen = set(Warehouse.objects.for_user(user, "view").order_by().values_list("pk", flat=True))
    held = Inventory.objects.filter(product=product, quantity__gt=0).order_by("warehouse__code")
    lines = TransferLine.objects.filter(transfer=OuterRef("pk"), product=product)
    transfers = list(
        Transfer.objects.filter(Exists(lines), state__in=UNDER_WAY)
        .select_related("source", "destination")
        .order_by("pk")
    )
    counted = CountLine.objects.filter(count=OuterRef("pk"), product=product)
    counts = list(Count.objects.filter(Exists(counted)).standing().order_by("pk"))
    figures = list(held.values_list("warehouse_id", "warehouse__code", "quantity"))
    shown = [OnHand(product.sku, code, quantity, product.unit.code) for pk, code, quantity in figures if pk in seen]
    open_to = [each for each in transfers if seen & {each.source_id, each.destination_id}]
    mine = [each for each in counts if each.warehouse_id in seen]
    hidden = len(shown) + len(open_to) + len(mine) < len(figures) + len(transfers) + len(counts)
    return Obstacles(shown, open_to, mine, hidden)

"""Levels as pages show them: from the cache, else from the database. A shown level may warn; it never decides."""

from collections.abc import Collection, Iterable, Mapping
from decimal import Decimal
from typing import NamedTuple

from catalog.models import Product
from inventory_site.web.cache import get_versioned, put_newer
from stock.models import Inventory, State, level_state

# How long a level lives in the cache: the time in which a write that was lost heals.
SECONDS = 30


class Shown(NamedTuple):
    """A level that was true at a commit: on hand and the Inventory's own thresholds, in the product's unit.

    `stocked` says whether the warehouse has a level of the product at all, be it 0; where it has none, no threshold
    counts.
    """

    quantity: Decimal
    low: Decimal | None
    high: Decimal | None
    stocked: bool = True

    def state(self, product: Product) -> State:
        """Return the state under the thresholds in force: the Inventory's own, else the product's."""
        low = product.low_threshold if self.low is None else self.low
        high = product.high_threshold if self.high is None else self.high
        return level_state(self.quantity, low, high) if self.stocked else State.OK


NOTHING = Shown(Decimal(0), None, None, stocked=False)
Row = tuple[int, int, int, Decimal, Decimal | None, Decimal | None]


def levels(products: Collection[int], warehouses: Collection[int]) -> dict[tuple[int, int], Shown]:
    """Return the level of each (product id, warehouse id); 0 where the product was never there.

    One question to the cache, and one query for all that it does not hold.
    """
    keys = {_key(product, warehouse): (product, warehouse) for product in products for warehouse in warehouses}
    found = {keys[key]: _read(value) for key, value in get_versioned(keys).items()}
    missing = set(keys.values()) - found.keys()
    if missing:
        stored = Inventory.objects.filter(
            product__in={product for product, _ in missing}, warehouse__in={warehouse for _, warehouse in missing}
        ).values_list("product_id", "warehouse_id", "version", "quantity", "low_threshold", "high_threshold")
        fills = dict.fromkeys(missing, (0, NOTHING))
        fills.update({row[:2]: (row[2], Shown(*row[3:])) for row in stored if row[:2] in missing})
        _put(fills)
        found.update({pair: shown for pair, (_, shown) in fills.items()})
    return found


def remember(rows: Iterable[Row]) -> None:
    """Put levels (product, warehouse, version, on hand, low, high) into the cache where they are newer than its own."""
    _put({row[:2]: (row[2], Shown(*row[3:])) for row in rows})


def _put(fills: Mapping[tuple[int, int], tuple[int, Shown]]) -> None:
    put_newer({_key(*pair): (version, _write(shown)) for pair, (version, shown) in fills.items()}, seconds=SECONDS)


def _key(product: int, warehouse: int) -> str:
    return f"level:{warehouse}:{product}"


def _write(shown: Shown) -> str:
    figures = (shown.quantity, shown.low, shown.high) if shown.stocked else ()
    return "|".join("" if figure is None else str(figure) for figure in figures)


def _read(value: str) -> Shown:
    if not value:
        return NOTHING
    quantity, low, high = (Decimal(figure) if figure else None for figure in value.split("|"))
    return Shown(quantity or Decimal(0), low, high)

"""What a change of level means for alerts: judged once an operation, from the locked level before and after it."""

from collections.abc import Iterable, Iterator
from decimal import Decimal

from alerts.models import Alert
from alerts.services import Finding
from inventory_site.web.quantity import format_quantity
from stock.ledger.books import Level
from stock.models.inventory import State, level_state, margin

SHORTAGES = {State.OUT: Alert.Type.OUT, State.LOW: Alert.Type.LOW}


def findings(levels: Iterable[Level]) -> list[Finding]:
    """Return what the changed levels say about their causes; a level that crossed nothing says nothing."""
    return [finding for level in levels if level.quantity != level.before for finding in _of(level)]


def _of(level: Level) -> Iterator[Finding]:
    low, high = level.low_in_force, level.high_in_force
    was, now = (level_state(quantity, low, high) for quantity in (level.before, level.quantity))
    if low is not None:
        mended = low + margin(low, level.warehouse, level.product.decimals)
        if now in SHORTAGES and now != was:
            yield _finding(level, Alert.Cause.SHORTAGE, SHORTAGES[now], low)
        elif level.before <= mended < level.quantity:
            yield _finding(level, Alert.Cause.SHORTAGE, None, low)
        elif was == State.OUT and now != State.OUT:
            yield _finding(level, Alert.Cause.SHORTAGE, Alert.Type.LOW, low)
    if high is not None:
        mended = high - margin(high, level.warehouse, level.product.decimals)
        if now == State.OVER and was != State.OVER:
            yield _finding(level, Alert.Cause.OVERSTOCK, Alert.Type.OVERSTOCK, high)
        elif level.quantity <= mended < level.before:
            yield _finding(level, Alert.Cause.OVERSTOCK, None, high)


def standing(level: Level) -> Iterator[Finding]:
    """Yield what a level says about its causes as it stands, crossing or not; within the margin it says nothing."""
    low, high = level.low_in_force, level.high_in_force
    state = level_state(level.quantity, low, high)
    if state in SHORTAGES:
        yield _finding(level, Alert.Cause.SHORTAGE, SHORTAGES[state], low)
    elif low is None or level.quantity > low + margin(low, level.warehouse, level.product.decimals):
        yield _finding(level, Alert.Cause.SHORTAGE, None, low)
    if state == State.OVER:
        yield _finding(level, Alert.Cause.OVERSTOCK, Alert.Type.OVERSTOCK, high)
    elif high is None or level.quantity <= high - margin(high, level.warehouse, level.product.decimals):
        yield _finding(level, Alert.Cause.OVERSTOCK, None, high)


def _finding(level: Level, cause: Alert.Cause, type_: Alert.Type | None, threshold: Decimal | None) -> Finding:
    return Finding(
        cause=cause,
        type=type_,
        product_id=level.product.id,
        warehouse=level.warehouse,
        facts={
            "sku": level.product.sku,
            "name": level.product.name,
            "unit": level.product.unit,
            "quantity": format_quantity(level.quantity),
            "threshold": "" if threshold is None else format_quantity(threshold),
            "warehouse": level.warehouse.code,
            "warehouse_name": level.warehouse.name,
        },
    )

"""Short words for the stock tests: verbs with the parts that a test does not care about filled in."""

import threading
import uuid
from datetime import UTC, datetime
from decimal import Decimal

from django.db import connection

from stock import services
from stock.models import Holding, Inventory, ReasonCode


class Desk:
    """A person at work: each verb takes plain figures and gets a fresh key unless one is given."""

    def __init__(self, by):
        self.by = by

    def _slip(self, slip):
        return {"by": self.by, "at": datetime.now(UTC), "key": uuid.uuid4(), **slip}

    def receive(self, warehouse, product, quantity, location=None, lot="", expires=None, **slip):
        line = services.ReceiveLine(
            product=product, quantity=Decimal(quantity), location=location, lot_number=lot, expires_on=expires
        )
        return services.receive(warehouse=warehouse, lines=[line], **self._slip(slip))

    def ship(self, warehouse, product, quantity, location=None, lot="", **slip):
        line = services.ShipLine(product=product, quantity=Decimal(quantity), location=location, lot_number=lot)
        return services.ship(warehouse=warehouse, lines=[line], **self._slip(slip))

    def move(self, warehouse, product, quantity, source, destination, lot="", **slip):
        line = services.MoveLine(
            product=product, quantity=Decimal(quantity), source=source, destination=destination, lot_number=lot
        )
        return services.move(warehouse=warehouse, lines=[line], **self._slip(slip))

    def transfer(self, warehouse, destination, product, quantity, **slip):
        line = services.TransferLine(product=product, quantity=Decimal(quantity))
        return services.transfer(warehouse=warehouse, destination=destination, lines=[line], **self._slip(slip))

    def draft(self, warehouse, destination, product, quantity, location=None, lot="", **slip):
        line = services.TransferLine(product=product, quantity=Decimal(quantity), source=location, lot_number=lot)
        return services.draft_transfer(
            warehouse=warehouse, destination=destination, **{"lines": [line], **self._slip(slip)}
        )

    def send(self, warehouse, destination, product, quantity, location=None, lot="", **slip):
        line = services.TransferLine(product=product, quantity=Decimal(quantity), source=location, lot_number=lot)
        return services.send_transfer(
            warehouse=warehouse, destination=destination, **{"lines": [line], **self._slip(slip)}
        )

    def arrive(self, transfer, *quantities, location=None, **slip):
        """Receive so much of each of the transfer's lines, in their order; all that is on the way if none is given."""
        found = list(transfer.lines.order_by("id"))
        lines = [
            services.ArriveLine(line=line, quantity=Decimal(quantity), location=location)
            for line, quantity in zip(found, quantities or [line.in_transit for line in found], strict=False)
            if quantity
        ]
        return services.receive_transfer(transfer=transfer, lines=lines, **self._slip(slip))

    def write_off(self, transfer, *quantities, reason="lost", **slip):
        """As `arrive`."""
        found = list(transfer.lines.order_by("id"))
        lines = [
            services.WriteOffLine(line=line, quantity=Decimal(quantity))
            for line, quantity in zip(found, quantities or [line.in_transit for line in found], strict=False)
            if quantity
        ]
        reason = ReasonCode.objects.get(code=reason)
        return services.write_off_transfer(transfer=transfer, lines=lines, reason=reason, **self._slip(slip))

    def cancel(self, transfer, **slip):
        return services.cancel_transfer(transfer=transfer, **{"version": transfer.version, **self._slip(slip)})

    def undo(self, transfer, **slip):
        return services.undo_transfer(transfer=transfer, **self._slip(slip))

    def adjust(self, warehouse, product, quantity, location, reason="correction", lot="", **slip):
        line = services.AdjustLine(product=product, quantity=Decimal(quantity), location=location, lot_number=lot)
        reason = ReasonCode.objects.get(code=reason)
        return services.adjust(
            warehouse=warehouse, lines=[line], reason=reason, **self._slip({"note": "counted twice", **slip})
        )

    def reverse(self, operation, **slip):
        return services.reverse(operation=operation, **self._slip(slip))


def level(product, warehouse):
    row = Inventory.objects.filter(product=product, warehouse=warehouse).first()
    return row.quantity if row else Decimal(0)


def on_the_way(transfer):
    """Return the transfer's state and, line by line, what was sent, received and written off."""
    transfer.refresh_from_db()
    lines = transfer.lines.order_by("id").values_list("sent", "received", "written_off")
    return transfer.state, *(tuple(line) for line in lines)


def holdings(product, warehouse):
    """Return {(bin code, lot number or ""): quantity}."""
    rows = Holding.objects.filter(inventory__product=product, inventory__warehouse=warehouse)
    return {
        (row.location.code, row.lot.number if row.lot else ""): row.quantity
        for row in rows.select_related("location", "lot")
    }


def at_once(count, work):
    """Run `work(n)` in `count` threads that start together; return what each gave or raised."""
    start, outcomes = threading.Barrier(count), [None] * count

    def run(n):
        start.wait()
        try:
            outcomes[n] = work(n)
        except Exception as error:  # noqa: BLE001 - the outcome is what the test looks at
            outcomes[n] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(n,)) for n in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes

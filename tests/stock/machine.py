"""Random days at a warehouse, against a plain dict: what lies where must be the same in both after every step."""

import time
import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from django.db import connection
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from stock import services
from stock.errors import NotReversible, Refused
from stock.models import ReasonCode
from tests.factories import LocationFactory, LotFactory, ProductFactory, UserFactory, WarehouseFactory
from tests.stock.machine_counts import CountRules
from tests.stock.machine_transfers import TransferRules

LOTS = {"SOON": date.today() + timedelta(days=5), "LATE": date.today() + timedelta(days=50)}  # noqa: DTZ011
quantities = st.integers(1, 12).map(Decimal)
pick = st.integers(0, 1)

# What the database holds, in one statement: it is asked after every step.
BOOKS = """
    SELECT 'holding', h.id, i.product_id, i.warehouse_id, h.location_id, coalesce(l.number, ''), h.quantity,
           NULL::numeric
    FROM stock_holding h JOIN stock_inventory i ON i.id = h.inventory_id LEFT JOIN catalog_lot l ON l.id = h.lot_id
    WHERE i.product_id = ANY(%(products)s)
    UNION ALL
    SELECT 'level', id, product_id, warehouse_id, NULL, '', quantity, NULL
    FROM stock_inventory WHERE product_id = ANY(%(products)s)
    UNION ALL
    SELECT 'line', t.id, t.product_id, t.warehouse_id, t.location_id, coalesce(l.number, ''), t.quantity,
           t.balance_after
    FROM stock_stocktransaction t LEFT JOIN catalog_lot l ON l.id = t.lot_id
    WHERE t.product_id = ANY(%(products)s)
    ORDER BY 1, 2
"""


class Ledger(TransferRules, CountRules, RuleBasedStateMachine):
    """One product with lots and one without, two warehouses of two bins each, every verb, and people at once.

    The model is `held`: {(product, warehouse, bin, lot number or ""): quantity}, all by position.
    """

    phones: ThreadPoolExecutor

    @initialize()
    def open_the_doors(self):
        self.by = UserFactory(role="admin")
        self.products = [ProductFactory(), ProductFactory(tracks_lots=True)]
        for number, expires_on in LOTS.items():
            LotFactory(product=self.products[1], number=number, expires_on=expires_on)
        self.warehouses = [WarehouseFactory(), WarehouseFactory()]
        self.bins = [[LocationFactory(warehouse=w, code=code) for code in ("A", "B")] for w in self.warehouses]
        self.held = Counter()
        self.booked = []
        self.last = None
        self.drafts, self.transfers = [], []
        self.counts = []

    def slip(self, key=None):
        return {"by": self.by, "at": datetime.now(UTC), "key": key or uuid.uuid4()}

    def book(self, verb, changes, enough=True, **parts):
        """Call a verb and hold its outcome against the model's: booked where there is enough, refused where not."""
        slip = self.slip()
        try:
            operation = verb(**parts, **slip)
        except Refused:
            assert not enough, "refused although there is enough"
            return
        assert enough, "booked although there is not enough"
        self.held.update(changes)
        self.booked.append((operation, changes))
        self.last = (verb, parts, slip)

    def fefo(self, p, w, quantity):
        """Return the changes that first expired, first out makes, or None where there is too little."""
        changes, wanted = Counter(), quantity
        order = ["SOON", "LATE", ""]
        for key in sorted((k for k in self.held if k[:2] == (p, w)), key=lambda k: (order.index(k[3]), k[2])):
            taken = min(self.held[key], wanted)
            changes[key] -= taken
            wanted -= taken
        return changes if wanted == 0 else None

    def lot(self, p, n):
        return list(LOTS)[n] if p == 1 else ""

    @rule(p=pick, w=pick, b=pick, n=pick, quantity=quantities)
    def receive(self, p, w, b, n, quantity):
        lot = self.lot(p, n)
        line = services.ReceiveLine(
            product=self.products[p],
            quantity=quantity,
            location=self.bins[w][b],
            lot_number=lot,
            expires_on=LOTS.get(lot),
        )
        self.book(services.receive, Counter({(p, w, b, lot): quantity}), warehouse=self.warehouses[w], lines=[line])

    @rule(p=pick, w=pick, quantity=quantities)
    def ship(self, p, w, quantity):
        changes = self.fefo(p, w, quantity)
        line = services.ShipLine(product=self.products[p], quantity=quantity)
        self.book(services.ship, changes, changes is not None, warehouse=self.warehouses[w], lines=[line])

    @rule(w=pick, first=quantities, second=quantities)
    def ship_two_products(self, w, first, second):
        changes = [self.fefo(p, w, quantity) for p, quantity in enumerate((first, second))]
        lines = [services.ShipLine(product=self.products[p], quantity=q) for p, q in enumerate((first, second))]
        both = None not in changes
        total = Counter({key: n for change in changes for key, n in change.items()}) if both else None
        self.book(services.ship, total, both, warehouse=self.warehouses[w], lines=lines)

    @rule(p=pick, w=pick, b=pick, n=pick, quantity=quantities)
    def move(self, p, w, b, n, quantity):
        lot = self.lot(p, n)
        source, destination = (p, w, b, lot), (p, w, 1 - b, lot)
        line = services.MoveLine(
            product=self.products[p],
            quantity=quantity,
            source=self.bins[w][b],
            destination=self.bins[w][1 - b],
            lot_number=lot,
        )
        changes = Counter({source: -quantity, destination: quantity})
        self.book(services.move, changes, self.held[source] >= quantity, warehouse=self.warehouses[w], lines=[line])

    @rule(p=pick, w=pick, b=pick, quantity=quantities)
    def transfer(self, p, w, b, quantity):
        changes = self.fefo(p, w, quantity)
        if changes is not None:
            for (_p, _w, _b, lot), n in list(changes.items()):
                changes[p, 1 - w, b, lot] -= n
        line = services.TransferLine(product=self.products[p], quantity=quantity, destination=self.bins[1 - w][b])
        self.book(
            services.transfer,
            changes,
            changes is not None,
            warehouse=self.warehouses[w],
            destination=self.warehouses[1 - w],
            lines=[line],
        )

    @rule(p=pick, w=pick, b=pick, n=pick, quantity=quantities, sign=st.sampled_from([1, -1]))
    def adjust(self, p, w, b, n, quantity, sign):
        lot = self.lot(p, n)
        place = (p, w, b, lot)
        line = services.AdjustLine(
            product=self.products[p], quantity=sign * quantity, location=self.bins[w][b], lot_number=lot
        )
        self.book(
            services.adjust,
            Counter({place: sign * quantity}),
            self.held[place] + sign * quantity >= 0,
            warehouse=self.warehouses[w],
            lines=[line],
            reason=ReasonCode.objects.get(code="found" if sign > 0 else "lost"),
        )

    @precondition(lambda self: self.booked)
    @rule(which=st.integers(0, 10**6))
    def undo(self, which):
        operation, changes = self.booked[which % len(self.booked)]
        possible = all(self.held[key] >= n for key, n in changes.items())
        try:
            undone = services.reverse(operation=operation, **self.slip())
        except NotReversible:
            assert not possible
            return
        if not undone.replayed:
            assert possible
            self.held.subtract(changes)
        self.booked = [(other, made) for other, made in self.booked if other.pk != operation.pk]

    @precondition(lambda self: self.last)
    @rule()
    def send_again(self):
        verb, parts, slip = self.last
        assert verb(**parts, **slip).key == slip["key"]

    @rule(p=pick, w=pick, quantity=quantities)
    def two_phones_ship_at_once(self, p, w, quantity):
        def phone(_):
            line = services.ShipLine(product=self.products[p], quantity=quantity)
            try:
                services.ship(warehouse=self.warehouses[w], lines=[line], **self.slip())
            except Refused:
                return False
            return True

        for booked in sorted(self.phones.map(phone, range(2)), reverse=True):
            changes = self.fefo(p, w, quantity)
            assert booked == (changes is not None)
            self.held.update(changes or {})

    @invariant()
    def what_lies_where_is_what_the_model_says(self):
        if not hasattr(self, "held"):
            return
        place = {bin.pk: (w, b) for w, bins in enumerate(self.bins) for b, bin in enumerate(bins)}
        index = {product.pk: p for p, product in enumerate(self.products)}
        expected = {key: n for key, n in self.held.items() if n}
        holdings, levels, sums, last = {}, {}, Counter(), {}
        with connection.cursor() as cursor:
            cursor.execute(BOOKS, {"products": list(index)})
            for what, _id, p, w, b, lot, n, after in cursor.fetchall():
                if what == "holding":
                    holdings[index[p], *place[b], lot] = n
                elif what == "level":
                    levels[p, w] = n
                else:
                    sums[index[p], *place[b], lot] += n
                    assert after == last.get((p, w), 0) + n
                    last[p, w] = after
        assert holdings == expected
        assert {key: n for key, n in sums.items() if n} == expected
        assert {pair: n for pair, n in levels.items() if n} == {pair: n for pair, n in last.items() if n}


def open_phones():
    """Two threads that keep their connections: people who press at the same moment."""
    return ThreadPoolExecutor(2)


def close_phones(phones):
    for _ in range(2):
        phones.submit(lambda: (time.sleep(0.05), connection.close()))
    phones.shutdown()


__all__ = ["Ledger", "close_phones", "open_phones"]

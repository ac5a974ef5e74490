"""Several people at the same few goods: what they may try next, and what it must have come to."""

import uuid
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from stock import services
from stock.errors import Refused
from stock.models import Count, Inventory, Operation, ReasonCode, Transfer
from tests.factories import LocationFactory, LotFactory, ProductFactory, UserFactory, WarehouseFactory

LOTS = {"SOON": 5, "LATE": 50}


@dataclass(frozen=True)
class Deed:
    """A verb with everything it takes. `adds` is what it adds to the levels {(product, warehouse): quantity}.

    `takes` is what it takes of whole levels, where that much is all that it needs.
    """

    verb: str
    parts: dict
    key: uuid.UUID
    adds: Counter | None = None
    takes: Counter = field(default_factory=Counter)

    def do(self):
        return getattr(services, self.verb)(**self.parts)


class Crowd:
    """Three products, one of them with lots, in two warehouses of two bins; everybody may do everything.

    `effects` is what every operation that was acknowledged added to the levels, by its key.
    """

    def __init__(self):
        self.by = UserFactory(role="admin")
        self.products = [ProductFactory(), ProductFactory(), ProductFactory(tracks_lots=True)]
        for number, days in LOTS.items():
            expires_on = date.today() + timedelta(days=days)  # noqa: DTZ011
            LotFactory(product=self.products[2], number=number, expires_on=expires_on)
        self.warehouses = [WarehouseFactory(), WarehouseFactory()]
        self.bins = {w: [LocationFactory(warehouse=w, code=code) for code in "AB"] for w in self.warehouses}
        self.effects = {}
        for warehouse in self.warehouses:
            for bin in self.bins[warehouse]:
                lines = [
                    services.ReceiveLine(product=p, quantity=Decimal(8), location=bin, lot_number=lot)
                    for p in self.products
                    for lot in (LOTS if p.tracks_lots else [""])
                ]
                slip = self.slip()
                services.receive(warehouse=warehouse, lines=lines, **slip)
                self.effects[slip["key"]] = self.sums(warehouse, lines)

    def slip(self):
        return {"by": self.by, "at": datetime.now(UTC), "key": uuid.uuid4()}

    def sums(self, warehouse, lines, sign=1):
        sums = Counter()
        for line in lines:
            sums[line.product.pk, warehouse.pk] += sign * line.quantity
        return sums

    def levels(self):
        rows = Inventory.objects.filter(product__in=self.products)
        return Counter({(p, w): n for p, w, n in rows.values_list("product", "warehouse", "quantity") if n})

    # What they try.
    def choose(self, dice, people):
        """Return as many deeds as there are people; some are one deed twice: a double tap."""
        deeds = []
        while len(deeds) < people:
            if deed := dice.choice(VERBS)(self, dice):
                deeds += [deed] * dice.choice([1, 1, 1, 2])
        return deeds[:people]

    def deed(self, verb, adds=None, takes=None, **parts):
        slip = self.slip()
        return Deed(verb, {**slip, **parts}, slip["key"], adds, takes or Counter())

    def lines(self, dice, kind, **more):
        """Return a line for one to three products in any order, each a few pieces; `more` are functions of it."""
        chosen = dice.sample(self.products, dice.randint(1, 3))
        return [
            kind(product=p, quantity=Decimal(dice.randint(1, 12)), **{name: made(p) for name, made in more.items()})
            for p in chosen
        ]

    def bin(self, dice, warehouse):
        return lambda _product: dice.choice(self.bins[warehouse])

    def lot(self, dice):
        return lambda product: dice.choice(list(LOTS)) if product.tracks_lots else ""

    def receive(self, dice):
        here = dice.choice(self.warehouses)
        lines = self.lines(dice, services.ReceiveLine, location=self.bin(dice, here), lot_number=self.lot(dice))
        return self.deed("receive", self.sums(here, lines), warehouse=here, lines=lines)

    def ship(self, dice):
        here = dice.choice(self.warehouses)
        lines = self.lines(dice, services.ShipLine)
        taken = self.sums(here, lines)
        return self.deed("ship", self.sums(here, lines, -1), taken, warehouse=here, lines=lines)

    def move(self, dice):
        here = dice.choice(self.warehouses)
        source, destination = dice.sample(self.bins[here], 2)
        lines = self.lines(
            dice,
            services.MoveLine,
            source=lambda _: source,
            destination=lambda _: destination,
            lot_number=self.lot(dice),
        )
        return self.deed("move", Counter(), warehouse=here, lines=lines)

    def adjust(self, dice):
        here, sign = dice.choice(self.warehouses), dice.choice([1, -1])
        lines = [
            services.AdjustLine(
                product=p, quantity=sign * Decimal(3), location=self.bin(dice, here)(p), lot_number=self.lot(dice)(p)
            )
            for p in dice.sample(self.products, 2)
        ]
        reason = ReasonCode.objects.get(code="found" if sign > 0 else "lost")
        return self.deed("adjust", self.sums(here, lines), warehouse=here, lines=lines, reason=reason)

    def transfer(self, dice):
        here, there = dice.sample(self.warehouses, 2)
        lines = self.lines(dice, services.TransferLine)
        adds = self.sums(here, lines, -1)
        adds.update(self.sums(there, lines))
        return self.deed("transfer", adds, self.sums(here, lines), warehouse=here, destination=there, lines=lines)

    def send(self, dice):
        here, there = dice.sample(self.warehouses, 2)
        lines = self.lines(dice, services.TransferLine)
        verb, adds, taken = "send_transfer", self.sums(here, lines, -1), self.sums(here, lines)
        return self.deed(verb, adds, taken, warehouse=here, destination=there, lines=lines)

    def draft(self, dice):
        here, there = dice.sample(self.warehouses, 2)
        lines = self.lines(dice, services.TransferLine)
        return self.deed("draft_transfer", warehouse=here, destination=there, lines=lines)

    def one_transfer(self, dice, *states):
        found = Transfer.objects.filter(source__in=self.warehouses, state__in=states)
        found = list(found.select_related("source", "destination").order_by("id"))
        return dice.choice(found) if found else None

    def draft_anew(self, dice, verb="draft_transfer"):
        if draft := self.one_transfer(dice, "draft"):
            lines = self.lines(dice, services.TransferLine)
            ends = {"warehouse": draft.source, "destination": draft.destination}
            adds = self.sums(draft.source, lines, -1) if verb == "send_transfer" else None
            return self.deed(verb, adds, transfer=draft, version=draft.version, lines=lines, **ends)
        return None

    def send_a_draft(self, dice):
        return self.draft_anew(dice, "send_transfer")

    def parts_of(self, dice, transfer, kind, **more):
        lines = [line for line in transfer.lines.order_by("id") if line.in_transit]
        return [
            kind(line=line, quantity=min(Decimal(dice.randint(1, 9)), line.in_transit), **more)
            for line in dice.sample(lines, dice.randint(1, len(lines)))
        ]

    def arrive(self, dice):
        if transfer := self.one_transfer(dice, "sent"):
            there = transfer.destination
            lines = self.parts_of(dice, transfer, services.ArriveLine, location=dice.choice(self.bins[there]))
            adds = Counter()
            for each in lines:
                adds[each.line.product_id, there.pk] += each.quantity
            return self.deed("receive_transfer", adds, transfer=transfer, lines=lines)
        return None

    def write_off(self, dice):
        if transfer := self.one_transfer(dice, "sent"):
            lines = self.parts_of(dice, transfer, services.WriteOffLine)
            reason = ReasonCode.objects.get(code="lost")
            return self.deed("write_off_transfer", Counter(), transfer=transfer, lines=lines, reason=reason)
        return None

    def cancel(self, dice):
        if transfer := self.one_transfer(dice, "draft", "sent"):
            return self.deed("cancel_transfer", transfer=transfer, version=transfer.version)
        return None

    def undo_a_transfer(self, dice):
        if transfer := self.one_transfer(dice, "sent", "closed"):
            return self.deed("undo_transfer", transfer=transfer)
        return None

    def undo(self, dice):
        operations = Operation.objects.filter(key__in=self.effects, count=None).exclude(kind="reverse")
        last = list(operations.select_related("warehouse").order_by("-created")[:8])
        return self.deed("reverse", operation=dice.choice(last))

    def open_a_count(self, dice):
        here, slip = dice.choice(self.warehouses), self.slip()
        bins = dice.sample(self.bins[here], dice.choice([1, 1, 2]))
        parts = {"warehouse": here, "locations": bins, "assignees": [self.by], "by": self.by, "key": slip["key"]}
        return Deed("open_count", parts, slip["key"])

    def one_count(self, dice, *states):
        found = list(Count.objects.filter(warehouse__in=self.warehouses, state__in=states).order_by("id"))
        return dice.choice(found) if found else None

    def count_a_bin(self, dice):
        if count := self.one_count(dice, "open") or self.one_count(dice, "review"):
            bin = dice.choice(count.bins.select_related("location").order_by("id")).location
            lines = count.lines.filter(location=bin).select_related("product", "lot").order_by("id")
            found = [
                services.Found(
                    product=line.product,
                    location=bin,
                    counted=Decimal(dice.randint(0, 12)),
                    lot_number=line.lot.number if line.lot else "",
                )
                for line in lines
            ]
            return self.deed("submit_count", count=count, found=found, finished=[bin])
        return None

    def post_a_count(self, dice):
        if count := self.one_count(dice, "review"):
            return self.deed("post_count", count=count)
        return None

    def undo_a_count(self, dice):
        if count := self.one_count(dice, "posted"):
            return self.deed("undo_count", count=count)
        return None

    def send_back(self, dice):
        if count := self.one_count(dice, "review"):
            return Deed("ask_recount", {"count": count, "lines": list(count.lines.all()[:2])}, uuid.uuid4())
        return None

    def cancel_a_count(self, dice):
        if dice.random() < 0.2 and (count := self.one_count(dice, "open", "review")):
            return Deed("cancel_count", {"count": count}, uuid.uuid4())
        return None

    # What it must have come to.
    def account(self, deeds, outcomes):
        """Hold the books against what was acknowledged: no operation more, none less, each with what it adds."""
        done = [
            (deed, outcome) for deed, outcome in zip(deeds, outcomes, strict=True) if not isinstance(outcome, Exception)
        ]
        self.effects |= {deed.key: deed.adds for deed, _ in done if deed.adds is not None}
        own = Operation.objects.filter(warehouse__in=self.warehouses)
        whole = {deed.key for deed, _ in done if deed.verb == "undo_transfer"}
        acknowledged = {deed.key for deed, _ in done}
        for new in own.exclude(key__in=self.effects).select_related("count").order_by("created"):
            of_whole = new.reverses_id and any(uuid.uuid5(new.reverses_id, str(key)) == new.key for key in whole)
            assert of_whole or new.key in acknowledged, f"nobody was told of {new.kind} {new.key}"
            self.effects[new.key] = self.opposite(new) if new.kind == "reverse" else self.variances(new.count)
        assert set(own.values_list("key", flat=True)) == set(self.effects)
        expected = Counter()
        for effect in self.effects.values():
            expected.update(effect)
        assert self.levels() == Counter({at: n for at, n in expected.items() if n})

    def opposite(self, reversal):
        return Counter({at: -n for at, n in self.effects[reversal.reverses_id].items()})

    def variances(self, count):
        sums = Counter()
        for line in count.lines.filter(counted__isnull=False):
            sums[line.product_id, count.warehouse_id] += line.variance
        return sums

    def refusals_are_explained(self, before, deeds, outcomes):
        """Hold every refusal for want of stock against the least that can have been there."""
        least = Counter(before)
        for deed, outcome in zip(deeds, outcomes, strict=True):
            if not isinstance(outcome, Exception):
                # What only the books know may have taken anything.
                least.subtract({at: -n for at, n in deed.adds.items() if n < 0} if deed.adds is not None else before)
        for deed, outcome in zip(deeds, outcomes, strict=True):
            if deed.takes and isinstance(outcome, Refused):
                assert any(least[at] < n for at, n in deed.takes.items()), (deed, outcome)


VERBS = [
    *[Crowd.receive, Crowd.ship, Crowd.ship, Crowd.move, Crowd.adjust, Crowd.transfer, Crowd.send, Crowd.draft],
    *[Crowd.draft_anew, Crowd.send_a_draft, Crowd.arrive, Crowd.arrive, Crowd.write_off, Crowd.cancel],
    *[Crowd.undo_a_transfer, Crowd.undo, Crowd.undo, Crowd.open_a_count, *[Crowd.count_a_bin] * 4],
    *[Crowd.post_a_count, Crowd.post_a_count, Crowd.undo_a_count, Crowd.send_back, Crowd.cancel_a_count],
]

"""Two warehouses full of strings that stand nowhere else, and what goes on between them."""

from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal

from django.utils import timezone

from alerts.models import Alert
from reports.services import roll_up
from stock.services import set_thresholds
from tests.desk import Desk
from tests.factories import (
    BarcodeFactory,
    CategoryFactory,
    LocationFactory,
    ProductFactory,
    WarehouseFactory,
    audited,
    person,
)
from tests.stock.counting import Counter


@dataclass
class World:
    """A warehouse with everything that one can hold, each string made from `word` and each figure from `figure`."""

    word: str
    figure: int
    marks: dict[str, str] = field(default_factory=dict)

    def build(self, product, shared):
        word, figure = self.word, self.figure
        self.product = product
        self.place = WarehouseFactory(code=f"{word}CODE", name=f"{word}name", address=f"{word}street 1")
        self.bin = LocationFactory(warehouse=self.place, code=f"{word}BIN")
        self.person = person(
            "manager", {self.place: "manage"}, name=f"{word}person", email=f"{word.lower()}person@example.com"
        )
        self.place.next_in_line = self.person
        self.place.save()
        desk = Desk(self.person)
        expires = timezone.now().date() + timedelta(days=9)
        lot = f"{word}LOT"
        set_thresholds(product=product, warehouse=self.place, low=Decimal(figure), high=Decimal(figure * 10))
        self.operation = desk.receive(self.place, product, figure + 2, self.bin, lot, expires, reference=f"{word}ref")
        self.noted = desk.adjust(self.place, product, -3, self.bin, lot=lot, note=f"{word}note")
        desk.ship(self.place, product, 1)
        desk.receive(self.place, shared, 5, self.bin, reference=f"{word}shared")
        self.alert = Alert.objects.get(warehouse=self.place)
        counter = Counter(self.person)
        self.count = counter.open(self.place, self.bin, note=f"{word}note")
        counter.whole(self.count, (product, self.bin, figure - 2, lot), (shared, self.bin, 5))
        self.marks = {
            "code": f"{word}CODE",
            "name": f"{word}name",
            "address": f"{word}street",
            "bin": f"{word}BIN",
            "person": f"{word}person",
            "email": f"{word.lower()}person@",
            "lot": lot,
            "reference": f"{word}ref",
            "note": f"{word}note",
            "threshold": str(figure),
            "level": str(figure - 2),
            "received": str(figure + 2),
        }
        return self


@dataclass(frozen=True)
class Worlds:
    own: World
    alien: World
    transfer: object
    category: object
    transfers: dict


@audited()
def two_worlds():
    """Build OWN and ALIEN, with one product that lies in both and a transfer between them that an admin booked."""
    product = ProductFactory(
        sku="BOLT-M8", name="Hex bolt", tracks_lots=True, category=CategoryFactory(name="Fasteners")
    )
    BarcodeFactory(product=product, code="SCAN-ME")
    shared = ProductFactory(sku="NUT-M8", name="Hex nut")
    own, alien = World("OWNED", 50505).build(product, shared), World("ALIEN", 71717).build(product, shared)
    transfer = Desk(person("admin", name="Adam Shared")).transfer(
        alien.place, own.place, shared, 2, reference="BETWEEN"
    )
    roll_up(now=timezone.now())
    return Worlds(own, alien, transfer, product.category, between(own, alien, shared))


def between(own, alien, shared):
    """Goods both ways between the two, a draft, and one that ALIEN sends elsewhere; all booked by an admin."""
    desk = Desk(person("admin", name="Adam Shared"))
    elsewhere = WarehouseFactory(code="ALIENCODE2", name="ALIENname 2")
    return {
        "going": desk.send(own.place, alien.place, shared, 1).transfer,
        "coming": desk.send(alien.place, own.place, shared, 1).transfer,
        "draft": desk.draft(own.place, alien.place, shared, 1),
        "hidden": desk.send(alien.place, elsewhere, shared, 1, reference="ALIENref hidden").transfer,
    }

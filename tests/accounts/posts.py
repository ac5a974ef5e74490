"""Everything that a POST may do in a warehouse and around it, ready to be done by whoever is asked for it."""

import io
import uuid

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image

from accounts.services import invite
from alerts.models import Alert, Delivery
from catalog.models import Product, Unit
from stock.models import ReasonCode
from stock.services import archive_product, close_warehouse, deactivate_location, set_thresholds
from tests.desk import Desk
from tests.factories import CategoryFactory, LocationFactory, ProductFactory, WarehouseFactory, person
from tests.stock.counting import Counter


class Scene:
    """Two warehouses with goods between them, an empty one and a closed one; `boss` has done all that was done.

    `asks` has one right in all four, but for the operation that they booked while they could.
    """

    def __init__(self, role, right):
        self.here, self.there = WarehouseFactory(code="HERE"), WarehouseFactory(code="THERE")
        self.empty, self.closed = WarehouseFactory(code="EMPTY"), WarehouseFactory(code="CLOSED")
        places = (self.here, self.there, self.empty, self.closed)
        close_warehouse(warehouse=self.closed)
        self.boss = person("manager", dict.fromkeys(places, "manage"))
        self.asks = person(role, dict.fromkeys(places, right) if right else {})
        self.bin, self.free, self.unused = (LocationFactory(warehouse=self.here, code=f"A-0{n}") for n in (1, 2, 3))
        deactivate_location(location=self.unused)
        self._goods()
        self._transfers()
        self._counts()
        self._people()

    def _goods(self):
        desk = Desk(self.boss)
        self.bolt, self.spare, self.old = (ProductFactory(sku=sku) for sku in ("BOLT", "SPARE", "OLD"))
        Product.objects.filter(pk=self.bolt.pk).update(photo="0" * 32)
        archive_product(product=self.old, by=self.boss)
        set_thresholds(product=self.bolt, warehouse=self.here, low=500, high=None)
        self.operation = desk.receive(self.here, self.bolt, 100, self.bin)
        desk.receive(self.there, self.bolt, 50)
        self.own_operation = Desk(self.asks).receive(self.here, self.bolt, 10, self.bin)
        self.alert = Alert.objects.get(warehouse=self.here)
        self.failed = Delivery.objects.create(
            alert=self.alert,
            dedupe_key="failed",
            person=self.boss,
            channel="sms",
            facts={"type": "test"},
            status="failed",
        )
        self.category = CategoryFactory(name="Unused")
        self.reason = ReasonCode.objects.create(code="whim", name="A whim", direction="out")

    def _transfers(self):
        desk = Desk(self.boss)
        self.coming = desk.send(self.there, self.here, self.bolt, 5).transfer
        self.going = desk.send(self.here, self.there, self.bolt, 5).transfer
        self.draft = desk.draft(self.here, self.there, self.bolt, 1)
        for transfer in (self.coming, self.going, self.draft):
            transfer.refresh_from_db()

    def _counts(self):
        counter = Counter(self.boss)
        self.posted, self.even, self.off, self.mine = (counter.open(self.here, self.bin) for _ in range(4))
        counter.whole(self.posted, (self.bolt, self.bin, 104))
        counter.post(self.posted)
        counter.whole(self.even, (self.bolt, self.bin, 104))
        counter.whole(self.off, (self.bolt, self.bin, 40))
        for count in (self.posted, self.even, self.off):
            count.refresh_from_db()
        self.mine.assignees.add(self.asks)

    def _people(self):
        self.sam = person("staff")
        self.pending, self.suspended = person("staff", status="pending"), person("staff", status="suspended")
        admin = person("admin")
        at = timezone.now()
        welcome = {"role": "staff", "home_warehouse": None, "rights": {}}
        self.invited = invite(email="ines@example.com", by=admin, at=at, **welcome).person


DONE, SAME = "done", "same"


def look(said):
    return [404, *[said] * 7]


def operate(said):
    return [404, 403, said, said, 403, said, said, said]


def manage(said):
    return [404, *[403] * 5, said, said]


# The role is asked first, so staff hear of it wherever the warehouse is.
def managers_of_it(said):
    return [*[403] * 6, said, said]


def managers(said):
    return [*[403] * 4, *[said] * 4]


def admins(said):
    return [*[403] * 7, said]


def at(name, field="pk"):
    return lambda scene: {field: getattr(getattr(scene, name), "pk" if field == "key" else field)}


def sku(name):
    return at(name, "sku")


def place(name):
    return at(name, "code")


def bin_of(name):
    return lambda scene: {"warehouse": "HERE", "code": getattr(scene, name).code}


def fixed(**values):
    return lambda _scene: values


def sheet(**more):
    """A sheet of one line of one BOLT at HERE."""

    def body(_scene):
        line = {"line-0-code": "BOLT", "line-0-quantity": "1"}
        return {"key": str(uuid.uuid4()), "warehouse": "HERE", **line, **more}

    return body


def keyed(**more):
    return lambda _scene: {"key": str(uuid.uuid4()), **more}


def missing(scene):
    line = scene.coming.lines.get()
    return {"key": str(uuid.uuid4()), "reason": "lost", f"line-{line.pk}-quantity": "1"}


def version_of(name):
    return lambda scene: {"key": str(uuid.uuid4()), "version": getattr(scene, name).version}


def counted_again(scene):
    return {"line": scene.off.lines.get().pk, "version": scene.off.version}


def new_count(scene):
    return {**keyed()(scene), "warehouse": "HERE", "scope": "bins", "bins": "A-01", "assignees": scene.boss.pk}


def many_thresholds(scene):
    chosen = {"product": scene.bolt.pk, "warehouses": "HERE"}
    return {**chosen, "low_way": "set", "low": "7", "high_way": "leave"}


def product(code):
    def body(scene):
        sent = {"sku": code, "name": "Another name", "seen": scene.spare.updated.isoformat()}
        rows = {"barcodes-TOTAL_FORMS": 0, "barcodes-INITIAL_FORMS": 0}
        return {**sent, **rows, "unit": Unit.objects.get(code="pcs").pk}

    return body


def picture(_scene):
    drawn = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(drawn, "PNG")
    return {"photo": SimpleUploadedFile("bolt.png", drawn.getvalue(), "image/png")}


RULES = {
    "time_zone": "UTC",
    "undo_limit_days": 7,
    "transit_limit_days": 3,
    "count_tolerance": 1,
    "expiry_tiers": "30",
    "threshold_margin": 5,
    "reopen_hours": 1,
    "sweep_hour": 4,
    "escalate_minutes": 60,
}
REASON = {"code": "new", "name": "New", "direction": "out"}

# The route, what stands in its address, what is sent, and what comes of it for each of WHO: done, the same as before
# where a POST only asks, or the status of the refusal.
POSTS = [
    ("stock:receive", fixed(), sheet(**{"line-0-location": "A-01"}), operate(DONE)),
    ("stock:ship", fixed(), sheet(**{"line-0-location": "A-01"}), operate(DONE)),
    ("stock:move", fixed(), sheet(**{"line-0-source": "A-01", "line-0-destination": "A-02"}), operate(DONE)),
    (
        "stock:adjust",
        fixed(),
        sheet(reason="damaged", **{"line-0-location": "A-01", "line-0-way": "take"}),
        operate(DONE),
    ),
    ("stock:transfer", fixed(), sheet(destination="THERE", way="send"), operate(DONE)),
    ("stock:add-line", fixed(kind="ship"), sheet(code="BOLT", add="1"), operate(SAME)),
    ("stock:line-facts", fixed(kind="ship"), sheet(look="0"), operate(SAME)),
    ("stock:transfer-receive", at("coming"), keyed(everything="1"), operate(DONE)),
    ("stock:transfer-write-off", at("coming"), missing, operate(DONE)),
    ("stock:transfer-scan", at("coming"), fixed(code="BOLT"), operate(SAME)),
    ("stock:transfer-cancel", at("draft"), version_of("draft"), operate(DONE)),
    ("stock:transfer-cancel", at("going"), version_of("going"), manage(DONE)),
    ("stock:transfer-undo", at("going"), keyed(), manage(DONE)),
    ("stock:operation-reverse", at("operation", "key"), keyed(), manage(DONE)),
    ("stock:operation-reverse", at("own_operation", "key"), keyed(), operate(DONE)),
    ("stock:count-create", fixed(), new_count, operate(DONE)),
    ("stock:count-assign", at("mine"), lambda scene: {"assignees": scene.boss.pk}, operate(DONE)),
    ("stock:count-cancel", at("mine"), fixed(), manage(DONE)),
    (
        "stock:count-bin",
        lambda scene: {"pk": scene.mine.pk, "code": "A-01"},
        keyed(**{"line-0-code": "BOLT", "line-0-quantity": "9"}),
        operate(DONE),
    ),
    (
        "stock:count-line",
        lambda scene: {"pk": scene.mine.pk, "code": "A-01"},
        fixed(code="BOLT"),
        operate(SAME),
    ),
    # Somebody else's count is not counted by admins either.
    ("stock:count-bin", lambda scene: {"pk": scene.off.pk, "code": "A-01"}, keyed(), [404, *[403] * 7]),
    ("stock:count-recount", at("off"), counted_again, operate(DONE)),
    ("stock:count-post", at("even"), version_of("even"), operate(DONE)),
    # Beyond the tolerance.
    ("stock:count-post", at("off"), version_of("off"), manage(DONE)),
    ("stock:count-undo", at("posted"), keyed(), manage(DONE)),
    ("alerts:alert-acknowledge", at("alert"), fixed(), operate(DONE)),
    ("alerts:alert-snooze", at("alert"), fixed(rest="hour"), operate(DONE)),
    ("alerts:alert-assign", at("alert"), lambda scene: {"to": scene.boss.pk}, operate(DONE)),
    ("alerts:alert-comment", at("alert"), fixed(text="Seen."), operate(DONE)),
    ("alerts:alert-resolve", at("alert"), fixed(why="Ordered."), operate(DONE)),
    ("alerts:dead-letter-retry", at("failed"), fixed(), admins(DONE)),
    ("alerts:dead-letter-retry-all", fixed(), fixed(channel="sms"), admins(DONE)),
    ("warehouses:switch", fixed(), fixed(warehouse="HERE"), look(SAME)),
    (
        "stock:product-thresholds",
        lambda scene: {"code": "HERE", "sku": scene.bolt.sku},
        fixed(low="5", high="5000"),
        managers_of_it(DONE),
    ),
    ("stock:many-thresholds", fixed(), many_thresholds, [403, 403, 403, 403, 422, 422, DONE, DONE]),
    ("stock:location-deactivate", bin_of("free"), fixed(), managers_of_it(DONE)),
    ("stock:location-activate", bin_of("unused"), fixed(), managers_of_it(DONE)),
    (
        "warehouses:location-create",
        fixed(warehouse="HERE"),
        fixed(code="NEW", kind="storage"),
        managers_of_it(DONE),
    ),
    ("warehouses:location-edit", bin_of("free"), fixed(code="OTHER", kind="storage"), managers_of_it(DONE)),
    ("catalog:product-create", fixed(), product("NEW"), managers(DONE)),
    ("catalog:product-edit", sku("spare"), product("SPARE"), managers(DONE)),
    ("catalog:product-photo", sku("spare"), picture, managers(DONE)),
    ("catalog:product-photo-remove", sku("bolt"), fixed(), managers(DONE)),
    ("catalog:category-create", fixed(), fixed(name="New"), managers(DONE)),
    ("catalog:category-edit", at("category"), fixed(name="Other"), managers(DONE)),
    ("catalog:category-delete", at("category"), fixed(), managers(DONE)),
    ("stock:product-archive", sku("spare"), fixed(), managers(DONE)),
    ("stock:product-restore", sku("old"), fixed(), managers(DONE)),
    ("stock:product-delete", sku("spare"), fixed(), managers(DONE)),
    ("catalog:unit-create", fixed(), fixed(code="box", name="Box", decimals="0"), admins(DONE)),
    (
        "catalog:unit-edit",
        lambda _scene: {"pk": Unit.objects.get(code="pcs").pk},
        fixed(code="pcs", name="Each", decimals="0"),
        admins(DONE),
    ),
    ("stock:reason-create", fixed(), fixed(**REASON), admins(DONE)),
    ("stock:reason-edit", at("reason"), fixed(**REASON), admins(DONE)),
    ("stock:reason-retire", at("reason"), fixed(), admins(DONE)),
    ("stock:reason-delete", at("reason"), fixed(), admins(DONE)),
    ("stock:warehouse-close", place("empty"), fixed(), admins(DONE)),
    ("stock:warehouse-reopen", place("closed"), fixed(), admins(DONE)),
    (
        "warehouses:warehouse-create",
        fixed(),
        fixed(code="NEW", name="New", default_bin="MAIN", **RULES),
        admins(DONE),
    ),
    ("warehouses:warehouse-edit", place("here"), fixed(code="HERE", name="Other", **RULES), admins(DONE)),
    ("accounts:person-invite", fixed(), fixed(email="new@example.com", role="staff"), admins(DONE)),
    ("accounts:invitation-resend", at("invited"), fixed(), admins(DONE)),
    ("accounts:invitation-withdraw", at("invited"), fixed(), admins(DONE)),
    ("accounts:person-role", at("sam"), fixed(role="manager"), admins(DONE)),
    ("accounts:person-suspend", at("sam"), fixed(), admins(DONE)),
    ("accounts:person-restore", at("suspended"), fixed(), admins(DONE)),
    ("accounts:person-approve", at("pending"), fixed(role="staff"), admins(DONE)),
    ("accounts:person-refuse", at("pending"), fixed(), admins(DONE)),
    (
        "accounts:person-anonymise",
        at("suspended"),
        lambda scene: {"email": scene.suspended.email},
        admins(DONE),
    ),
    (
        "accounts:right-set",
        lambda scene: {"pk": scene.sam.pk, "code": "HERE"},
        fixed(right="view"),
        admins(DONE),
    ),
]

"""Nobody sees a foreign warehouse: every page as every role, and not one byte of what was planted there.

Two warehouses are filled with strings that stand nowhere else. The person has a right in OWN and none in ALIEN. Every
route of the site has a row below that says how it is called, at both places; a route without a row fails.
"""

import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from urllib.parse import quote

import pytest
from django.urls import URLPattern, get_resolver, reverse
from django.utils import timezone
from django.utils.html import escape

from alerts.models import Alert
from catalog.models import Unit
from reports.services import roll_up
from stock.services import set_thresholds
from tests.desk import Desk
from tests.factories import BarcodeFactory, CategoryFactory, LocationFactory, ProductFactory, WarehouseFactory, person

MARKS = {"anyone", "signed_in", "role:manager", "role:admin"}


def routes(patterns=None, space="") -> Iterator[tuple[str, URLPattern]]:
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(pattern, URLPattern):
            yield f"{space}:{pattern.name}" if space else pattern.name, pattern
        else:
            yield from routes(pattern.url_patterns, pattern.namespace or space)


OURS = {name: pattern for name, pattern in routes() if name and not name.startswith("admin:")}


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


@pytest.fixture
def worlds(db):
    """OWN and ALIEN, with one product that lies in both and a transfer between them that an admin booked."""
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
    return Worlds(own, alien, transfer, product.category)


@dataclass(frozen=True)
class Call:
    """One way of calling a route. `at` says whose address it is: own, alien, or nobody's."""

    at: str = ""
    kwargs: dict = field(default_factory=dict)
    query: dict = field(default_factory=dict)
    post: dict | None = None


def everywhere(**query):
    """Plain, and with each warehouse named in the query."""

    def calls(worlds):
        yield Call(query=query)
        yield Call("own", query={**query, "warehouse": worlds.own.place.code})
        yield Call("alien", query={**query, "warehouse": worlds.alien.place.code})

    return calls


def each(kwargs, **more):
    """At an address of each world."""

    def calls(worlds):
        for at, world in (("own", worlds.own), ("alien", worlds.alien)):
            yield Call(at, kwargs(world), **{name: value(world) for name, value in more.items()})

    return calls


def once(**kwargs):
    return lambda _worlds: [Call(kwargs=kwargs)]


def posted(**kwargs):
    return lambda _worlds: [Call(kwargs=kwargs, post={})]


def ledger(worlds):
    yield from everywhere()(worlds)
    for world in (worlds.own, worlds.alien):
        yield Call(query={"person": world.person.pk})
        yield Call(query={"product": "bolt-m8", "person": world.person.pk})
    yield Call(query={"product": "BOLT-M8", "since": "2020-01-01", "type": "in"})


def products(worlds):
    yield from everywhere()(worlds)
    for state in ("low", "out", "over"):
        yield from everywhere(state=state)(worlds)
    yield Call(query={"q": "bolt"})


def lines(worlds):
    for kind in ("receive", "ship", "move", "transfer", "adjust"):
        for at, world in (("own", worlds.own), ("alien", worlds.alien)):
            yield Call(at, {"kind": kind}, {"warehouse": world.place.code}, post={"code": "BOLT-M8"})
        yield Call("", {"kind": kind}, post={"code": "SCAN-ME"})


def scans(worlds):
    yield from everywhere()(worlds)
    for code in ("BOLT-M8", "SCAN-ME", "NOTHING"):
        yield from everywhere(code=code)(worlds)


def operations(worlds):
    for world, at in ((worlds.own, "own"), (worlds.alien, "alien")):
        for operation in (world.operation, world.noted):
            yield Call(at, {"key": operation.pk})
    yield Call("own", {"key": worlds.transfer.pk})
    yield Call("nobody", {"key": uuid.uuid4()})


def undoings(worlds):
    for call in operations(worlds):
        yield Call(call.at, call.kwargs, post={})


def verb(worlds):
    yield from everywhere()(worlds)
    yield from everywhere(code="BOLT-M8")(worlds)


BOLT = {"sku": "BOLT-M8"}
PLACE = each(lambda world: {"code": world.place.code})

CALLS = {
    "livez": once(),
    "readyz": once(),
    "account_login": once(),
    "account_logout": once(),
    "accounts:profile": once(),
    "stock:today": everywhere(),
    "stock:more": once(),
    "stock:scan": scans,
    "stock:product-list": products,
    "stock:product-detail": once(**BOLT),
    "stock:product-thresholds": each(lambda world: {"code": world.place.code, **BOLT}),
    "stock:product-archive": posted(**BOLT),
    "stock:product-restore": posted(**BOLT),
    "stock:product-delete": posted(**BOLT),
    "stock:location-detail": each(lambda world: {"warehouse": world.place.code, "code": world.bin.code}),
    "stock:receive": verb,
    "stock:ship": verb,
    "stock:move": verb,
    "stock:transfer": verb,
    "stock:adjust": verb,
    "stock:add-line": lines,
    "stock:transaction-list": ledger,
    "stock:operation-detail": operations,
    "stock:operation-reverse": undoings,
    "catalog:product-create": once(),
    "catalog:product-edit": once(**BOLT),
    "catalog:category-list": once(),
    "catalog:category-create": once(),
    "catalog:category-edit": lambda worlds: [Call(kwargs={"pk": worlds.category.pk})],
    "catalog:category-delete": lambda worlds: [Call(kwargs={"pk": worlds.category.pk}, post={})],
    "catalog:unit-list": once(),
    "catalog:unit-create": once(),
    "catalog:unit-edit": lambda _worlds: [Call(kwargs={"pk": Unit.objects.get(code="pcs").pk})],
    "warehouses:warehouse-list": once(),
    "warehouses:warehouse-create": once(),
    "warehouses:switch": each(lambda _world: {}, post=lambda world: {"warehouse": world.place.code}),
    "warehouses:warehouse-detail": PLACE,
    "warehouses:warehouse-edit": PLACE,
    "warehouses:location-create": each(lambda world: {"warehouse": world.place.code}),
    "warehouses:location-edit": each(lambda world: {"warehouse": world.place.code, "code": world.bin.code}),
    "alerts:alert-list": lambda worlds: [
        *everywhere()(worlds),
        *(Call(query={"state": state}) for state in ("acknowledged", "resolved", "all")),
    ],
    "alerts:alert-detail": each(lambda world: {"pk": world.alert.pk}),
    "alerts:alert-acknowledge": each(lambda world: {"pk": world.alert.pk}, post=lambda _world: {}),
    "reports:fast-movers": everywhere(),
    "reports:fast-movers-csv": everywhere(),
}


def test_every_route_has_a_row_and_every_row_a_route():
    assert sorted(CALLS) == sorted(OURS)


def test_every_view_carries_exactly_one_mark_of_access():
    marks = {name: getattr(pattern.callback, "access", None) for name, pattern in OURS.items()}
    assert {name: mark for name, mark in marks.items() if mark not in MARKS} == {}


PAGE, HTMX = {}, {"HX-Request": "true", "HX-Request-Type": "partial"}


def answers(client, worlds, ways=(PAGE, HTMX), names=tuple(CALLS)):
    """Call every route in every way, what only looks before what changes; give the call and what came back."""
    asked = [(name, call) for name in names for call in CALLS[name](worlds)]
    for name, call in sorted(asked, key=lambda pair: pair[1].post is not None):
        address = reverse(name, kwargs=call.kwargs)
        for headers in ways:
            if call.post is None:
                response = client.get(address, call.query, headers=headers)
            else:
                response = client.post(address, call.post, query_params=call.query, headers=headers)
            yield name, call, response
            if response.status_code in (302, 303) and "_auth_user_id" in client.session:
                yield name, call, client.get(response.headers["Location"], headers=headers)


def text_of(response):
    """Return all that was sent: headers and body, without the address that the caller had typed themselves."""
    body = b"".join(response.streaming_content) if response.streaming else response.content
    headers = "\n".join(f"{name}: {value}" for name, value in response.headers.items())
    sent = f"{headers}\n{body.decode()}"
    asked = response.wsgi_request.get_full_path()
    for typed in (asked, escape(asked), quote(asked)):
        sent = sent.replace(typed, "")
    return sent


def found(marks, text):
    text = text.lower()
    return {name for name, mark in marks.items() if re.search(rf"(?<![0-9]){re.escape(mark.lower())}", text)}


@pytest.mark.parametrize(("role", "right"), [("staff", "operate"), ("manager", "manage")])
def test_no_byte_of_a_foreign_warehouse_reaches_anybody(client, worlds, role, right):
    client.force_login(person(role, {worlds.own.place: right}))
    leaks, opened, seen = [], [], set()
    both = str(worlds.own.figure + worlds.alien.figure - 4)
    for name, call, response in answers(client, worlds):
        text = text_of(response)
        leaks += [(name, call.at, mark) for mark in found({**worlds.alien.marks, "sum": both}, text)]
        seen |= found(worlds.own.marks, text)
        if call.at == "alien" and response.status_code not in (403, 404):
            opened.append((name, response.status_code))
    assert leaks == []
    assert opened == []
    # What is the person's own does appear, so the same of others would have been found. No page shows an address.
    assert worlds.own.marks.keys() - seen == {"email"}


def test_a_page_that_forgot_to_ask_would_be_found(client, worlds, monkeypatch):
    client.force_login(person("staff", {worlds.own.place: "operate"}))
    monkeypatch.setattr("warehouses.models.WarehouseQuerySet.for_user", lambda places, _user, _right: places)
    pages = ["stock:product-detail", "stock:location-detail", "alerts:alert-detail"]
    seen = [found(worlds.alien.marks, text_of(response)) for *_, response in answers(client, worlds, [PAGE], pages)]
    assert set().union(*seen) >= {"code", "name", "bin", "lot", "person", "reference", "threshold", "level"}


def test_an_admin_sees_both(client, worlds):
    client.force_login(person("admin"))
    seen = {"own": set(), "alien": set()}
    for *_, response in answers(client, worlds, [PAGE]):
        text = text_of(response)
        seen = {at: seen[at] | found(getattr(worlds, at).marks, text) for at in seen}
    assert seen["own"] == seen["alien"] >= worlds.own.marks.keys() - {"email"}


def test_who_is_not_signed_in_sees_nothing(client, worlds):
    open_to_all = {"livez", "readyz", "account_login", "account_logout"}
    leaks, inside = [], []
    for name, _call, response in answers(client, worlds, [PAGE]):
        text = text_of(response)
        leaks += [(name, mark) for world in (worlds.own, worlds.alien) for mark in found(world.marks, text)]
        if name not in open_to_all and not response.headers.get("Location", "").startswith(reverse("account_login")):
            inside.append((name, response.status_code))
    assert (leaks, inside) == ([], [])


@pytest.mark.parametrize("role", ["staff", "manager", None])
def test_the_admin_site_is_for_admins(client, worlds, role):
    if role:
        client.force_login(person(role, {worlds.own.place: "operate"}))
    lists = [name for name, _ in routes() if name and re.fullmatch("admin:(index|[a-z_]+_(changelist|add))", name)]
    assert len(lists) > 20
    for name in lists:
        response = client.get(reverse(name))
        assert (name, response.status_code) == (name, 302)
        assert found(worlds.alien.marks, text_of(response)) == set()

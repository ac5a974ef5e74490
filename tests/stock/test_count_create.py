"""Opening a count: bins, a category or products of a warehouse, for people who may operate there."""

import uuid
from decimal import Decimal

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from stock import services
from stock.errors import KeyReused, Refused
from stock.models import Count
from tests.factories import BarcodeFactory, CategoryFactory, LocationFactory, ProductFactory, WarehouseFactory, person
from tests.stock.clerk import beside
from tests.stock.counting import Counter, figures

pytestmark = pytest.mark.django_db

NEW = "/counts/new/"


@pytest.fixture
def floor(client, desk):
    """NORTH: bolts in A-01 and B-01, a lot of oil in A-01, A-02 empty; Cleo operates there."""
    north = WarehouseFactory(code="NORTH")
    bins = {code: LocationFactory(warehouse=north, code=code) for code in ("A-01", "A-02", "B-01")}
    hardware = CategoryFactory(name="Hardware")
    bolt = ProductFactory(sku="BOLT-M8", category=hardware)
    oil = ProductFactory(sku="OIL", tracks_lots=True)
    BarcodeFactory(product=bolt, code="CASE-12", pack_quantity=12)
    for code in ("A-01", "B-01"):
        desk.receive(north, bolt, 10, bins[code])
    desk.receive(north, oil, 5, bins["A-01"], "L-7")
    cleo = person("staff", {north: "operate"}, name="Cleo")
    client.force_login(cleo)
    return north, bins, hardware, bolt, oil, cleo


def send(client, person, **sent):
    data = {"key": str(uuid.uuid4()), "warehouse": "NORTH", "scope": "bins", "assignees": [person.pk], **sent}
    return client.post(NEW, data)


def lines(count):
    return [figure[:3] for figure in figures(count)]


@pytest.mark.parametrize(
    ("asked", "expected", "places"),
    [
        (
            {"bins": "a-01, A-02"},
            [("A-01", "BOLT-M8", ""), ("A-01", "OIL", "L-7")],
            ["A-01", "A-02"],
        ),
        ({"bins": "A-*"}, [("A-01", "BOLT-M8", ""), ("A-01", "OIL", "L-7")], ["A-01", "A-02"]),
        ({"bins": "A-02"}, [], ["A-02"]),
        ({"scope": "category"}, [("A-01", "BOLT-M8", ""), ("B-01", "BOLT-M8", "")], ["A-01", "B-01"]),
        (
            {"scope": "products", "products": "CASE-12"},
            [("A-01", "BOLT-M8", ""), ("B-01", "BOLT-M8", "")],
            ["A-01", "B-01"],
        ),
        (
            {"scope": "products", "products": ["OIL", "BOLT-M8"], "bins": "NOPE"},
            [("A-01", "BOLT-M8", ""), ("A-01", "OIL", "L-7"), ("B-01", "BOLT-M8", "")],
            ["A-01", "B-01"],
        ),
    ],
)
def test_what_is_asked_for_becomes_the_list(client, floor, asked, expected, places):
    _north, _bins, hardware, _bolt, _oil, cleo = floor
    if asked.get("scope") == "category":
        asked = {**asked, "category": hardware.pk}
    response = send(client, cleo, **asked)
    count = Count.objects.get()
    assert (response.status_code, response.headers["Location"]) == (303, reverse("stock:count-detail", args=[count.pk]))
    assert lines(count) == expected
    assert [bin.location.code for bin in count.bins.order_by("id")] == places
    assert (list(count.assignees.all()), count.by, count.state) == ([cleo], cleo, "open")


@pytest.mark.parametrize(
    ("asked", "field", "sentence"),
    [
        ({"bins": ""}, "bins", "Name at least one bin."),
        ({"bins": "A-01 X-9 Y-*"}, "bins", "NORTH has no bin X-9, Y-*."),
        ({"scope": "category"}, "category", "Choose a category."),
        ({"scope": "products", "products": " "}, "products", "Name at least one product."),
        ({"scope": "products", "products": "NOPE"}, "products", "No product has the SKU or barcode NOPE."),
        (
            {"scope": "products", "products": "IDLE"},
            "products",
            "Nothing of this lies here, so there is no bin to count.",
        ),
        ({"bins": "A-01", "assignees": []}, "assignees", "Choose who counts."),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_what_was_typed_stays(client, floor, asked, field, sentence):
    ProductFactory(sku="IDLE")
    response = send(client, floor[-1], **asked)
    assert (response.status_code, beside(response, field)) == (422, [sentence])
    assert Count.objects.count() == 0
    assert asked.get("bins", "").strip() in response.content.decode()


def test_a_bin_that_is_not_in_use_and_people_of_elsewhere_are_refused(floor, desk):
    north, bins, _hardware, _bolt, _oil, cleo = floor
    bins["A-02"].status = "inactive"
    bins["A-02"].save()
    foreign = LocationFactory(warehouse=WarehouseFactory(code="FAR"), code="F-1")
    counter = Counter(cleo)
    for locations, who, sentence in [
        ([bins["A-02"]], [cleo], "Bin A-02 is not in use. Choose another."),
        ([foreign], [cleo], "F-1 is not a bin of NORTH."),
        (
            [bins["A-01"]],
            [person("staff", {north: "view"})],
            "Somebody you chose may not operate in NORTH. Choose others.",
        ),
    ]:
        with pytest.raises(Refused) as refused:
            counter.open(north, *locations, who=who)
        assert [problem.message for problem in refused.value.problems] == [sentence]
    assert Count.objects.count() == 0


def test_a_page_without_a_key_opens_nothing(client, floor):
    cleo = floor[5]
    response = send(client, cleo, bins="A-01", key="")
    assert response.status_code == 422
    assert "This page was too old to be sent." in response.content.decode()
    assert not Count.objects.exists()


def test_bins_that_another_count_looks_into_are_named(client, floor):
    _north, bins, *_, cleo = floor
    other = Counter(cleo).open(_north, bins["A-01"])
    said = [str(each) for each in get_messages(send(client, cleo, bins="A-01 A-02").wsgi_request)]
    assert f"Other counts that are not posted yet look into the same bins: A-01 (C{other.pk})." in said
    assert str(list(get_messages(send(client, cleo, bins="B-01").wsgi_request))[-1]).endswith("is open.")


def test_of_many_shared_bins_a_few_are_named(client, floor):
    north, *_, cleo = floor
    places = [LocationFactory(warehouse=north, code=f"C-{n}") for n in range(8)]
    other = Counter(cleo).open(north, *places)
    said = [str(each) for each in get_messages(send(client, cleo, bins="C-*").wsgi_request)]
    shared = "C-0, C-1, C-2, C-3, C-4 and 3 more"
    assert f"Other counts that are not posted yet look into the same bins: {shared} (C{other.pk})." in said


def test_the_same_key_opens_one_count(floor):
    north, bins, _hardware, _bolt, _oil, cleo = floor
    counter, key = Counter(cleo), uuid.uuid4()
    first = counter.open(north, bins["A-01"], key=key)
    assert counter.open(north, bins["A-01"], key=key).pk == first.pk
    with pytest.raises(KeyReused):
        counter.open(north, bins["B-01"], key=key)
    assert Count.objects.count() == 1


def test_only_who_operates_there_opens_one(client, floor):
    north = floor[0]
    viewer = person("staff", {north: "view"})
    client.force_login(viewer)
    assert send(client, viewer, bins="A-01").status_code == 403
    assert client.get(NEW, {"warehouse": "NORTH"}).status_code == 403
    client.force_login(person("staff"))
    assert send(client, viewer, bins="A-01").status_code == 404
    assert Count.objects.count() == 0


def test_the_address_fills_in_what_to_count(client, floor):
    page = client.get(NEW, {"warehouse": "NORTH", "bins": "A-01"})
    assert ">\nA-01</textarea>" in page.content.decode()


@pytest.mark.parametrize("rows", [1, 3, 50])
def test_it_costs_the_same_however_much_is_counted(floor, desk, rows, django_assert_num_queries):
    """Opening, submitting, sending back, posting and undoing: no statement more for more lines."""
    north, bins, _hardware, _bolt, _oil, _cleo = floor
    products = ProductFactory.create_batch(rows)
    for product in products:
        desk.receive(north, product, 10, bins["A-02"])
    slip = {"by": desk.by, "at": Counter(desk.by)._slip({})["at"]}
    with django_assert_num_queries(12):
        count = services.open_count(
            warehouse=north, locations=[bins["A-02"]], assignees=[desk.by], by=desk.by, key=uuid.uuid4()
        )
    found = [services.Found(product=product, location=bins["A-02"], counted=Decimal(9)) for product in products]
    # Three of them for the differences, which are beyond what the warehouse tolerates.
    with django_assert_num_queries(15):
        services.submit_count(count=count, found=found, finished=[bins["A-02"]], key=uuid.uuid4(), **slip)
    # Two of them to resolve what was said of the differences.
    with django_assert_num_queries(13):
        services.post_count(count=count, key=uuid.uuid4(), **slip)
    with django_assert_num_queries(12):
        services.undo_count(count=count, key=uuid.uuid4(), **slip)

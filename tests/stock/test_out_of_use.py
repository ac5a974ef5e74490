"""Warehouses and bins go out of use only when nothing stands open in them; what does is named and linked."""

import uuid
from decimal import Decimal

import pytest
from django.urls import reverse

from stock.errors import Refused, StillOpen
from stock.models import Count, CountBin, CountLine, Transfer, TransferLine
from stock.services import activate_location, archive_product, close_warehouse, deactivate_location, reopen_warehouse
from tests.factories import LocationFactory, ProductFactory, WarehouseFactory, person
from tests.stock.shelves import words
from warehouses.models import Warehouse


@pytest.fixture
def shelf(north):
    return LocationFactory(warehouse=north, code="A-01")


def draft(desk, source, destination, product, location=None, state="draft"):
    transfer = Transfer.objects.create(key=uuid.uuid4(), source=source, destination=destination, by=desk.by)
    TransferLine.objects.create(transfer=transfer, product=product, location=location, wanted=Decimal(5))
    return transfer


def count(desk, bolt, shelf, state="open"):
    made = Count.objects.create(key=uuid.uuid4(), warehouse=shelf.warehouse, scope="bins", state=state, by=desk.by)
    CountBin.objects.create(count=made, location=shelf)
    CountLine.objects.create(count=made, product=bolt, location=shelf)
    return made


def refusal(service, **asked):
    with pytest.raises(StillOpen) as refused:
        service(**asked)
    return str(refused.value)


def test_an_empty_warehouse_closes_and_opens_again(north):
    for _ in range(2):
        assert close_warehouse(warehouse=north).status == "closed"
    assert reopen_warehouse(warehouse=north).status == "open"


def test_a_closed_warehouse_books_nothing(desk, north, bolt):
    close_warehouse(warehouse=north)
    with pytest.raises(Refused, match="NORTH is closed"):
        desk.receive(north, bolt, 1)


def test_what_keeps_a_warehouse_open_is_named(desk, north, south, bolt, shelf):
    desk.receive(north, bolt, 1, shelf)
    out, back = draft(desk, north, south, bolt), draft(desk, south, north, bolt)
    counted = count(desk, bolt, shelf, "review")
    assert refusal(close_warehouse, warehouse=north) == (
        "NORTH stays open. Ship, move or adjust what is on hand first: BOLT-M8. "
        f"Close or cancel its transfers first: {out}, {back}. Post or cancel its counts first: {counted}."
    )
    # Transfers stand open at either end.
    assert refusal(close_warehouse, warehouse=south) == (
        f"SOUTH stays open. Close or cancel its transfers first: {out}, {back}."
    )
    Transfer.objects.update(state="cancelled")
    Count.objects.update(state="cancelled")
    desk.ship(north, bolt, 1)
    assert close_warehouse(warehouse=north).status == "closed"
    assert close_warehouse(warehouse=south).status == "closed"


def test_many_are_named_by_the_first_ten(desk, north, shelf):
    for n in range(12):
        desk.receive(north, ProductFactory(sku=f"P-{n:02}"), 1, shelf)
    assert refusal(close_warehouse, warehouse=north) == (
        "NORTH stays open. Ship, move or adjust what is on hand first: "
        + ", ".join(f"P-{n:02}" for n in range(10))
        + " and more."
    )


def test_an_empty_bin_goes_out_of_use_and_back(desk, north, bolt, shelf):
    assert deactivate_location(location=shelf).status == "inactive"
    with pytest.raises(Refused, match="Bin A-01 is not in use"):
        desk.receive(north, bolt, 1, shelf)
    assert activate_location(location=shelf).status == "active"
    desk.receive(north, bolt, 1, shelf)


def test_what_keeps_a_bin_in_use_is_named(desk, north, south, bolt, shelf):
    other = LocationFactory(warehouse=north)
    milk = ProductFactory(sku="MILK", tracks_lots=True)
    desk.receive(north, milk, 1, shelf, "L1"), desk.receive(north, milk, 1, shelf, "L2")
    named = draft(desk, north, south, bolt, shelf)
    draft(desk, north, south, bolt)
    counted = count(desk, bolt, shelf)
    assert refusal(deactivate_location, location=shelf) == (
        f"Bin A-01 stays in use. Ship, move or adjust what is on hand first: MILK. "
        f"Close or cancel its transfers first: {named}. Post or cancel its counts first: {counted}."
    )
    assert deactivate_location(location=other).status == "inactive"


def test_the_default_bin_stays(north):
    with pytest.raises(Refused, match=r"DEFAULT is the default bin of NORTH\. Make another bin the default first\."):
        deactivate_location(location=north.locations.get(is_default=True))


def test_what_keeps_a_product_in_use_is_named_as_far_as_the_person_may_see(desk, north, south, bolt, shelf):
    transfer, counted = draft(desk, north, south, bolt), count(desk, bolt, shelf)
    said = f"BOLT-M8 is in transfers that are not over: {transfer}. BOLT-M8 is in counts that are not over: {counted}."
    assert refusal(archive_product, product=bolt, by=desk.by) == said
    assert refusal(archive_product, product=bolt, by=person("manager", {north: "manage"})) == said
    alone = person("manager", {WarehouseFactory(): "manage"})
    hidden = refusal(archive_product, product=bolt, by=alone)
    assert (str(transfer) in hidden, str(counted) in hidden, "may not see" in hidden) == (False, False, True)


def test_the_pages_say_and_link_what_stands_open(client, desk, north, south, bolt, shelf):
    client.force_login(person("admin"))
    desk.receive(north, bolt, 3, shelf)
    counted = count(desk, bolt, shelf)
    for address in ("/close/NORTH/", "/bins/NORTH/A-01/deactivate/", "/archive/BOLT-M8/"):
        response = client.post(address)
        text = response.content.decode()
        assert response.status_code == 422, address
        assert "3 pcs on hand in NORTH" in words(response)
        assert f"Count {counted} Counting" in words(response)
        assert 'href="/products/BOLT-M8/"' in text
    Count.objects.update(state="cancelled")
    desk.ship(north, bolt, 3)
    assert client.post("/bins/NORTH/A-01/deactivate/").headers["Location"] == "/bins/NORTH/A-01/"
    assert "Put back into use" in words(client.get("/bins/NORTH/A-01/"))
    assert client.post("/bins/NORTH/A-01/activate/").status_code == 302
    assert client.post("/close/NORTH/", follow=True).redirect_chain == [("/warehouses/NORTH/", 302)]
    assert "Open it again" in words(client.get("/warehouses/NORTH/"))
    assert client.post("/reopen/NORTH/").status_code == 302
    assert list(Warehouse.objects.filter(status="closed")) == []


@pytest.mark.parametrize(
    ("role", "right", "close", "deactivate"),
    [
        ("staff", "operate", 403, 403),
        ("manager", "operate", 403, 403),
        ("manager", None, 403, 404),
        ("manager", "manage", 403, 302),
        ("admin", None, 302, 302),
    ],
)
def test_who_may(client, north, shelf, role, right, close, deactivate):
    client.force_login(person(role, {north: right} if right else {}))
    assert client.post("/bins/NORTH/A-01/deactivate/").status_code == deactivate
    assert client.post("/bins/NORTH/A-01/activate/").status_code == deactivate
    assert client.post("/close/NORTH/").status_code == close
    assert client.post("/reopen/NORTH/").status_code == close
    for name, args in (("location-deactivate", ["NORTH", "A-01"]), ("warehouse-close", ["NORTH"])):
        assert client.get(reverse(f"stock:{name}", args=args)).status_code in (403, 405)


@pytest.mark.parametrize("address", ["/warehouses/NORTH/edit", "/admin/warehouses/warehouse/{pk}/change/"])
def test_saving_a_form_that_was_read_before_does_not_open_it_again(client, north, monkeypatch, address):
    """The page reads the warehouse, then somebody closes it, then the page writes."""
    client.force_login(person("admin"))
    plain = Warehouse.save

    def close_first(warehouse, *args, **kwargs):
        Warehouse.objects.filter(pk=warehouse.pk).update(status="closed")
        plain(warehouse, *args, **kwargs)

    form = client.get(address.format(pk=north.pk))
    form = form.context.get("adminform").form if "adminform" in form.context else form.context["form"]
    typed = {name: form[name].value() for name in form.fields if form[name].value() is not None}
    typed["expiry_tiers"] = "30, 14, 7"
    monkeypatch.setattr(Warehouse, "save", close_first)
    assert client.post(address.format(pk=north.pk), typed | {"name": "Other"}).status_code == 302
    north.refresh_from_db()
    assert (north.name, north.status) == ("Other", "closed")

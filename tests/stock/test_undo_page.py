"""An operation's page, and who may undo what: one's own, or as a manager."""

import uuid
from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from stock.models import Operation
from tests.desk import Desk, level
from tests.factories import LocationFactory, WarehouseFactory, person
from tests.stock.clerk import Clerk, books, told


@pytest.fixture
def clerk(client, desk):
    return Clerk(client, desk)


@pytest.fixture
def mine(clerk):
    return Desk(clerk.person)


def page(client, operation):
    return client.get(reverse("stock:operation-detail", args=[operation.pk]))


def undo(client, operation, **sent):
    return client.post(reverse("stock:operation-reverse", args=[operation.pk]), sent)


def text_of(response):
    return " ".join(response.content.decode().split())


def test_the_page_says_what_was_done(clerk, mine):
    operation = mine.ship(clerk.north, clerk.bolt, 30, reference="SO-1182", note="by courier")
    text = text_of(page(clerk.client, operation))
    for words in ("Shipped 30 × BOLT-M8", "SO-1182", "by courier", clerk.person.name, "NORTH A-01", "−30 pcs", "70"):
        assert words in text
    assert "The device&#x27;s clock was wrong" not in text
    assert ">Undo</button>" in text


def test_a_wrong_clock_is_marked(clerk, mine):
    operation = mine.ship(clerk.north, clerk.bolt, 1, at=timezone.now() - timedelta(days=30))
    assert "The device&#x27;s clock was wrong; ours was taken." in text_of(page(clerk.client, operation))


def test_one_undoes_what_one_booked(clerk, mine):
    operation = mine.ship(clerk.north, clerk.bolt, 30)
    response = undo(clerk.client, operation, key=str(uuid.uuid4()))
    assert (response.status_code, response.headers["Location"]) == (303, f"/operations/{operation.pk}/")
    assert told(response) == [("Undone: Shipped 30 × BOLT-M8", "")]
    assert level(clerk.bolt, clerk.north) == 100
    text = text_of(page(clerk.client, operation))
    assert "Undone on" in text
    assert ">Undo</button>" not in text
    reversal = Operation.objects.get(reverses=operation)
    assert str(operation.pk) in text_of(page(clerk.client, reversal))
    assert ">Undo</button>" not in text_of(page(clerk.client, reversal))


def test_a_double_tap_on_the_message_is_one_undo(clerk, mine):
    """The button of the message carries no key: the server derives the same one for every tap of this person."""
    operation = mine.ship(clerk.north, clerk.bolt, 30)
    first, second = undo(clerk.client, operation), undo(clerk.client, operation)
    assert (first.status_code, first.headers["Location"]) == (second.status_code, second.headers["Location"])
    assert Operation.objects.filter(reverses=operation).count() == 1
    assert level(clerk.bolt, clerk.north) == 100


def test_the_way_back_is_the_page_with_the_button(clerk, mine):
    operation = mine.ship(clerk.north, clerk.bolt, 30)
    address = reverse("stock:operation-reverse", args=[operation.pk])
    for before, after in [
        ("http://testserver/ship/?warehouse=NORTH", "http://testserver/ship/?warehouse=NORTH"),
        (f"http://testserver{address}", f"/operations/{operation.pk}/"),
        ("https://evil.example/", f"/operations/{operation.pk}/"),
        ("//evil.example/", f"/operations/{operation.pk}/"),
    ]:
        response = clerk.client.post(address, headers={"Referer": before})
        assert response.headers["Location"] == after


@pytest.mark.parametrize(
    ("role", "right", "status"),
    [
        ("staff", "operate", 403),
        ("manager", "operate", 403),
        ("manager", "manage", 303),
        ("staff", "manage", 403),
        ("staff", "view", 403),
    ],
)
def test_what_others_booked_is_for_the_manager(clerk, mine, role, right, status):
    operation = mine.ship(clerk.north, clerk.bolt, 30)
    clerk.client.force_login(person(role=role, rights={clerk.north: right}))
    before = books()
    shown = text_of(page(clerk.client, operation))
    assert (">Undo</button>" in shown) == (status == 303)
    response = undo(clerk.client, operation)
    assert response.status_code == status
    if status == 403:
        assert "Somebody else booked this. A manager of its warehouses may undo it." in text_of(response)
        assert books() == before


def test_what_one_may_not_see_is_not_there(clerk, mine):
    operation = mine.ship(clerk.north, clerk.bolt, 30)
    clerk.client.force_login(person(rights={clerk.south: "operate"}))
    before = books()
    assert page(clerk.client, operation).status_code == 404
    assert undo(clerk.client, operation).status_code == 404
    assert page(clerk.client, Operation(pk=uuid.uuid4())).status_code == 404
    assert books() == before


def test_one_half_of_a_transfer_shows_nothing_of_the_other(clerk, desk):
    far = WarehouseFactory(code="FAR", name="Marker of FAR")
    secret = LocationFactory(warehouse=far, code="SECRET-1")
    desk.receive(far, clerk.bolt, 10, secret)
    operation = desk.transfer(far, clerk.south, clerk.bolt, 4)
    text = text_of(page(clerk.client, operation))
    assert "+4 pcs" in text
    assert "−4" not in text
    assert "Another warehouse" in text
    assert "The rest was booked in another warehouse." in text
    for marker in ("FAR", "Marker", "SECRET-1"):
        assert marker not in text
    before = books()
    assert undo(clerk.client, operation).status_code == 403
    assert books() == before


def test_ones_own_transfer_takes_the_right_at_both_ends(clerk, mine):
    operation = mine.transfer(clerk.north, clerk.south, clerk.bolt, 4)
    from accounts.services import set_right

    set_right(person=clerk.person, warehouse=clerk.south, right="view")
    before = books()
    response = undo(clerk.client, operation)
    assert response.status_code == 403
    assert "You may not operate in every warehouse that this touched." in text_of(response)
    assert books() == before


def test_goods_that_moved_on_say_who_took_them(clerk, mine, desk):
    far = WarehouseFactory(code="FAR")
    received = mine.receive(clerk.south, clerk.bolt, 20, clerk.s01)
    first = mine.ship(clerk.south, clerk.bolt, 5, reference="SO-1")
    second = desk.ship(clerk.south, clerk.bolt, 6, reference="SO-2")
    third = desk.transfer(clerk.south, far, clerk.bolt, 7, reference="SO-3")
    before = books()
    response = undo(clerk.client, received)
    text = text_of(response)
    assert response.status_code == 422
    assert "Only 2 on hand in S-01." in text
    assert "Enter 2 or less." not in text
    assert [reference for reference in ("SO-3", "SO-2", "SO-1") if reference in text] == ["SO-3", "SO-2", "SO-1"]
    assert text.index("SO-3") < text.index("SO-2") < text.index("SO-1")
    # One's own may be undone from here; the others' are not one's to undo.
    addresses = {op: reverse("stock:operation-reverse", args=[op.pk]) in text for op in (first, second, third)}
    assert addresses == {first: True, second: False, third: False}
    assert "Undone on" not in text
    assert "Correct what remains in SOUTH" in text
    assert books() == before


def test_an_undo_is_not_undone(clerk, mine):
    operation = mine.ship(clerk.north, clerk.bolt, 30)
    reversal = mine.reverse(operation)
    before = books()
    response = undo(clerk.client, reversal)
    assert response.status_code == 422
    assert "This undid another operation. Book that one again instead." in text_of(response)
    assert books() == before


def test_past_the_limit_of_days_no_undo_is_offered(clerk, mine):
    type(clerk.north).objects.filter(pk=clerk.north.pk).update(undo_limit_days=0)
    operation = mine.ship(clerk.north, clerk.bolt, 30)
    assert ">Undo</button>" not in text_of(page(clerk.client, operation))
    response = undo(clerk.client, operation)
    assert (response.status_code, level(clerk.bolt, clerk.north)) == (422, 70)


@pytest.mark.parametrize("rows", [1, 3, 50])
def test_the_page_costs_the_same_however_many_rows(clerk, desk, rows, django_assert_num_queries):
    from stock import services
    from tests.factories import ProductFactory

    operation = services.receive(
        warehouse=clerk.north,
        lines=[
            services.ReceiveLine(product=ProductFactory(), quantity=Decimal(1), location=clerk.a01) for _ in range(rows)
        ],
        by=clerk.person,
        at=timezone.now(),
        key=uuid.uuid4(),
    )
    with django_assert_num_queries(5):
        assert page(clerk.client, operation).status_code == 200


def test_only_a_post_undoes(clerk, mine):
    operation = mine.ship(clerk.north, clerk.bolt, 30)
    assert clerk.client.get(reverse("stock:operation-reverse", args=[operation.pk])).status_code == 405

"""What comes in has an expiry: suggested from the shelf life, kept where the lot is on record, warned of when over."""

import uuid
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from django.utils import timezone

from catalog.models import Lot
from tests.factories import ProductFactory
from tests.stock.clerk import Clerk, beside, told, value_of
from tests.stock.test_foresight import in_days, says


@pytest.fixture
def clerk(client, desk):
    return Clerk(client, desk)


@pytest.fixture
def milk(clerk):
    return ProductFactory(sku="MILK", tracks_lots=True, shelf_life_days=30)


def look(clerk, **line):
    data = clerk.data("receive", {"code": "MILK", **line}, look="0")
    return clerk.client.post(reverse("stock:line-facts", args=["receive"]), data, headers={"HX-Request": "true"})


def expiry(number):
    return Lot.objects.get(number=number).expires_on


def test_it_is_suggested_from_the_shelf_life_by_the_calendar_of_the_warehouse(clerk, milk):
    type(clerk.north).objects.update(time_zone="Pacific/Kiritimati")
    response = clerk.scan("receive", code="MILK", add="1")
    day = timezone.now().astimezone(ZoneInfo("Pacific/Kiritimati")).date() + timedelta(days=30)
    assert value_of(response, "line-0-expires_on") == day.isoformat()
    assert says(response, 0) == (
        "The expiry is a suggestion: a shelf life of 30 days from today. Write what the goods say."
    )


@pytest.mark.parametrize(
    "product", [{"tracks_lots": True}, {"shelf_life_days": 30}, {"tracks_lots": True, "shelf_life_days": 2**31 - 1}]
)
def test_without_a_shelf_life_or_lots_nothing_is_suggested(clerk, product):
    ProductFactory(sku="SALT", **product)
    response = clerk.scan("receive", code="SALT", add="1")
    assert (value_of(response, "line-0-expires_on") or "") == ""
    assert says(response, 0) == ""


def test_a_lot_on_record_keeps_its_expiry_where_the_date_is_only_suggested(clerk, desk, milk):
    today = timezone.now().date()
    desk.receive(clerk.north, milk, 1, clerk.a01, "L1", today + timedelta(days=9))
    suggested = (today + timedelta(days=30)).isoformat()
    line = {"code": "MILK", "lot_number": "L1", "expires_on": suggested}
    assert says(look(clerk, **line), 0) == f"Lot L1 is on record and expires on {in_days(9)}. That stands."
    assert clerk.send("receive", line).status_code == 303
    assert expiry("L1") == today + timedelta(days=9)


def test_a_date_that_a_person_has_read_is_compared(clerk, desk, milk):
    today = timezone.now().date()
    desk.receive(clerk.north, milk, 1, clerk.a01, "L1", today + timedelta(days=9))
    read = (today + timedelta(days=8)).isoformat()
    response = clerk.send("receive", {"code": "MILK", "lot_number": "L1", "expires_on": read})
    assert response.status_code == 422
    assert len(beside(response, "line-0-expires_on")) == 1


def test_a_new_lot_gets_the_suggestion(clerk, milk):
    day = timezone.now().date() + timedelta(days=30)
    clerk.send("receive", {"code": "MILK", "lot_number": "L9", "expires_on": day.isoformat()})
    assert expiry("L9") == day


def test_expired_goods_come_in_with_a_warning(clerk, milk):
    day = (timezone.now().date() - timedelta(days=1)).isoformat()
    line = {"code": "MILK", "lot_number": "OLD", "expires_on": day}
    assert says(look(clerk, **line), 0).startswith("These goods have expired already.")
    response = clerk.send("receive", line)
    assert response.status_code == 303
    assert [words for words, _ in told(response)] == [
        "Received 5 × MILK",
        "Lot OLD of MILK has expired already: it will not ship. It leaves by Adjust, reason Expired.",
    ]
    refused = clerk.send("ship", {"code": "MILK", "location": ""}, key=str(uuid.uuid4()))
    assert beside(refused, "line-0-quantity") == [
        "MILK: 0 on hand in NORTH. Another 5 expired: they leave by Adjust, reason Expired."
    ]

"""Undo in the message of a sheet's page leaves the sheet as it is: only words come back."""

import pytest
from django.urls import reverse

from tests.desk import Desk, level
from tests.stock.clerk import Clerk, value_of


@pytest.fixture
def clerk(client, desk):
    return Clerk(client, desk)


def undo(clerk, operation, **sent):
    address = reverse("stock:operation-reverse", args=[operation.pk])
    return clerk.client.post(address, sent, headers={"HX-Request": "true"})


def test_the_words_come_alone(clerk):
    shipped = Desk(clerk.person).ship(clerk.north, clerk.bolt, 30)
    response = undo(clerk, shipped, stay="1")
    text = response.content.decode()
    assert (response.status_code, response.headers.get("HX-Redirect"), level(clerk.bolt, clerk.north)) == (
        200,
        None,
        100,
    )
    assert 'hx-swap-oob="beforeend:#messages"' in text
    assert "Undone: Shipped 30 × BOLT-M8" in text
    assert "<html" not in text


def test_a_refusal_comes_as_words_with_the_way_to_the_operation(clerk):
    mine = Desk(clerk.person)
    received = mine.receive(clerk.south, clerk.bolt, 20, clerk.s01)
    mine.ship(clerk.south, clerk.bolt, 18)
    response = undo(clerk, received, stay="1")
    text = response.content.decode()
    assert (response.status_code, level(clerk.bolt, clerk.south)) == (200, 2)
    assert 'class="toast error"' in text
    assert "Only 2 on hand in S-01." in text
    assert f'href="/operations/{received.pk}/"' in text


def test_elsewhere_the_page_is_loaded_anew(clerk):
    shipped = Desk(clerk.person).ship(clerk.north, clerk.bolt, 30)
    assert undo(clerk, shipped).headers["HX-Redirect"] == f"/operations/{shipped.pk}/"


def test_only_the_message_on_a_sheet_stays(clerk):
    """The message is shown by whichever page is opened next."""
    for address, stays in (("/ship/", True), ("/products/", False)):
        clerk.key = f"00000000-0000-4000-8000-00000000000{int(stays)}"
        assert clerk.send("ship", {}).status_code == 303
        text = clerk.client.get(address).content.decode()
        assert f'action="{reverse("stock:operation-reverse", args=[clerk.key])}"' in text
        assert ('hx-vals=\'{"stay": "1"}\'' in text) == stays
        assert value_of(clerk.client.get("/ship/"), "line-0-code") is None

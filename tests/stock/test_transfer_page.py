"""The page that prepares a transfer: send it, keep a draft, or book both ends where the goods are there already."""

import re

import pytest
from django.urls import reverse

from accounts.services import set_right
from stock.models import Operation, Transfer
from tests.desk import holdings, level, on_the_way
from tests.factories import WarehouseFactory, person
from tests.stock.clerk import Clerk, beside, books, told, value_of
from tests.stock.shelves import words


@pytest.fixture
def clerk(client, desk):
    return Clerk(client, desk)


def detail(transfer):
    return reverse("stock:transfer-detail", args=[transfer.pk])


class TestSending:
    def test_goods_leave_and_are_on_the_way(self, clerk):
        response = clerk.send("transfer", {"quantity": "40"}, way="send", reference="T-9")
        transfer = Transfer.objects.get()
        assert (response.status_code, response.headers["Location"]) == (303, detail(transfer))
        assert told(response) == [("Sent 40 × BOLT-M8", f"undo:{clerk.key}")]
        assert (level(clerk.bolt, clerk.north), level(clerk.bolt, clerk.south)) == (60, 0)
        assert on_the_way(transfer) == ("sent", (40, 0, 0))
        assert (transfer.by, transfer.reference) == (clerk.person, "T-9")

    def test_it_is_what_the_page_does_unless_told_otherwise(self, clerk):
        clerk.send("transfer", {"quantity": "4"}, way="")
        assert Operation.objects.get(pk=clerk.key).kind == "send"

    def test_a_double_tap_sends_once(self, clerk):
        first, second = (clerk.send("transfer", {"quantity": "4"}, way="send") for _ in range(2))
        assert first.headers["Location"] == second.headers["Location"]
        assert (Transfer.objects.count(), level(clerk.bolt, clerk.north)) == (1, 96)

    def test_too_much_is_said_beside_the_line(self, clerk):
        before = books()
        response = clerk.send("transfer", {"quantity": "101"}, way="send")
        assert response.status_code == 422
        assert beside(response, "line-0-quantity") == ["Only 100 on hand in A-01. Enter 100 or less."]
        assert (books(), Transfer.objects.count()) == (before, 0)

    def test_a_bin_at_the_other_end_is_not_for_now(self, clerk):
        response = clerk.send("transfer", {"destination": "S-01"}, way="send")
        assert beside(response, "line-0-destination") == [
            "What is sent gets its bin when it is received. Leave this empty."
        ]

    def test_it_goes_wherever_the_person_may_look_and_no_further(self, clerk):
        far, hidden = WarehouseFactory(code="FAR", name="Far Shed"), WarehouseFactory(code="HID", name="Marker")
        set_right(person=clerk.person, warehouse=far, right="view")
        page = clerk.client.get(reverse("stock:transfer")).content.decode()
        assert ("Far Shed" in page, "Marker" in page) == (True, False)
        assert clerk.send("transfer", {}, way="send", destination="FAR").status_code == 303
        assert Transfer.objects.get().destination == far
        response = clerk.send("transfer", {}, way="send", destination="HID", key="")
        assert beside(response, "destination") == ["You cannot transfer to this warehouse. Choose another."]
        assert Transfer.objects.filter(destination=hidden).count() == 0


class TestDrafts:
    def keep(self, clerk, *lines, **head):
        clerk.send("transfer", *lines, way="draft", **head)
        return Transfer.objects.latest("pk")

    def test_a_draft_takes_nothing(self, clerk):
        before = books()
        response = clerk.send("transfer", {"quantity": "500"}, way="draft")
        draft = Transfer.objects.get()
        assert (response.status_code, response.headers["Location"]) == (303, detail(draft))
        assert told(response) == [(f"Kept as draft {draft}. Nothing was taken yet.", "")]
        assert (draft.state, books()) == ("draft", before)

    def test_bad_lines_are_named_and_nothing_is_kept(self, clerk):
        response = clerk.send("transfer", {"quantity": "1.5"}, {"code": "NOPE"}, way="draft")
        assert response.status_code == 422
        assert beside(response, "line-0-quantity") == ["Enter a whole number."]
        assert Transfer.objects.count() == 0

    def test_it_opens_as_it_was_left_and_is_sent_from_there(self, clerk):
        draft = self.keep(clerk, {"quantity": "7", "source": "A-01"}, reference="T-1", note="soon")
        page = clerk.client.get(reverse("stock:transfer-edit", args=[draft.pk]))
        sent = {
            name: value_of(page, name)
            for name in ("key", "warehouse", "transfer", "version", "reference", "note", "line-0-quantity")
        }
        assert (sent["transfer"], sent["version"], sent["reference"]) == (str(draft.pk), "1", "T-1")
        assert re.search(r'value="SOUTH"[^>]* selected', page.content.decode())
        lines = {f"line-0-{name}": value_of(page, f"line-0-{name}") for name in ("code", "source")}
        answer = clerk.client.post(
            reverse("stock:transfer"), {**sent, **lines, "destination": "SOUTH", "at": "", "code": "", "way": "send"}
        )
        assert answer.headers["Location"] == detail(draft)
        assert on_the_way(draft) == ("sent", (7, 0, 0))
        assert (draft.reference, draft.note, Transfer.objects.count()) == ("T-1", "soon", 1)

    def test_who_shows_an_older_one_is_told_so(self, clerk):
        draft = self.keep(clerk, {"quantity": "7"})
        clerk.key = "5b0e4f4e-5d46-4a7e-9a65-b6f0cb8e0001"
        clerk.send("transfer", {"quantity": "8"}, way="draft", transfer=draft.pk, version=1)
        for way in ("draft", "send"):
            clerk.key = f"5b0e4f4e-5d46-4a7e-9a65-b6f0cb8e00{way == 'send':d}2"
            response = clerk.send("transfer", {"quantity": "9"}, way=way, transfer=draft.pk, version=1)
            assert response.status_code == 409
            assert "was changed, sent or cancelled meanwhile. Open it again." in words(response)
        assert draft.lines.get().wanted == 8

    def test_anothers_draft_of_another_warehouse_is_not_changed_from_here(self, clerk, desk):
        draft = desk.draft(clerk.south, clerk.north, clerk.bolt, 3)
        assert clerk.send("transfer", {}, way="draft", transfer=draft.pk, version=1).status_code == 422
        assert draft.lines.get().wanted == 3

    def test_what_was_sent_opens_as_what_it_is(self, clerk, desk):
        sent = desk.send(clerk.north, clerk.south, clerk.bolt, 3).transfer
        response = clerk.client.get(reverse("stock:transfer-edit", args=[sent.pk]))
        assert (response.status_code, response.headers["Location"]) == (302, detail(sent))

    def test_it_is_for_who_operates_where_it_leaves(self, clerk, desk):
        draft = desk.draft(clerk.north, clerk.south, clerk.bolt, 3)
        address = reverse("stock:transfer-edit", args=[draft.pk])
        for right, status in (({clerk.south: "operate"}, 403), ({clerk.north: "view"}, 403), ({}, 404)):
            clerk.client.force_login(person(rights=right))
            assert clerk.client.get(address).status_code == status


class TestBothAtOnce:
    def test_goods_change_their_warehouse(self, clerk):
        response = clerk.send("transfer", {"quantity": "40", "destination": "S-01"})
        assert told(response) == [("Transferred 40 × BOLT-M8", f"undo:{clerk.key}")]
        assert level(clerk.bolt, clerk.north) == 60
        assert holdings(clerk.bolt, clerk.south) == {("S-01", ""): 40}
        assert Transfer.objects.count() == 0

    def test_without_a_bin_they_go_to_the_default_one(self, clerk):
        clerk.send("transfer", {"quantity": "40"})
        assert holdings(clerk.bolt, clerk.south) == {("DEFAULT", ""): 40}

    def test_the_bin_at_the_other_end_is_one_of_the_other_warehouse(self, clerk):
        before = books()
        response = clerk.send("transfer", {"destination": "A-02"})
        assert beside(response, "line-0-destination") == ["SOUTH has no bin A-02."]
        assert books() == before

    def test_only_where_the_person_operates_too(self, clerk):
        far = WarehouseFactory(code="FAR")
        clerk.client.force_login(person(rights={clerk.north: "operate", far: "view"}))
        before = books()
        response = clerk.send("transfer", {}, destination="FAR")
        assert response.status_code == 422
        assert beside(response, "destination") == ["You may not book goods into this warehouse. Send them instead."]
        assert books() == before
        assert "book both at once" not in words(clerk.client.get(reverse("stock:transfer")))

    def test_not_from_a_draft(self, clerk, desk):
        draft = desk.draft(clerk.north, clerk.south, clerk.bolt, 3)
        response = clerk.send("transfer", {}, transfer=draft.pk, version=1)
        assert beside(response, "destination") == ["A draft is sent. Book both ends at once from an empty page."]


@pytest.mark.parametrize("way", ["send", "draft", "both"])
@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "Choose a warehouse."),
        ("NORTH", "You cannot transfer to this warehouse. Choose another."),
        ("SOUTH\x00", "Null characters are not allowed."),
        ("NOWHERE", "You cannot transfer to this warehouse. Choose another."),
    ],
)
def test_a_destination_that_cannot_be(clerk, way, typed, said):
    before = books()
    response = clerk.send("transfer", {}, destination=typed, way=way)
    assert (response.status_code, beside(response, "destination")) == (422, [said])
    assert (books(), Transfer.objects.count()) == (before, 0)

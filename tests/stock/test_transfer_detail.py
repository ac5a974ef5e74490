"""A transfer's page: its lines, what was done to it, and what each person may do next."""

import uuid
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.services import set_right
from stock.models import Operation, Transfer
from tests.desk import Desk, level, on_the_way
from tests.factories import ProductFactory, WarehouseFactory, person
from tests.stock.clerk import Clerk, books, told
from tests.stock.shelves import words


@pytest.fixture
def clerk(client, desk):
    return Clerk(client, desk)


@pytest.fixture
def mine(clerk):
    return Desk(clerk.person)


@pytest.fixture
def sent(clerk, mine):
    return mine.send(clerk.north, clerk.south, clerk.bolt, 40, reference="T-9").transfer


def page(client, transfer):
    return client.get(reverse("stock:transfer-detail", args=[transfer.pk]))


def press(client, what, transfer, **sent):
    transfer.refresh_from_db()
    return client.post(reverse(f"stock:transfer-{what}", args=[transfer.pk]), {"version": transfer.version, **sent})


DRAFT = ("Check and send", "Cancel this draft")
RECEIVE = ("Receive all", "Write off what is missing")
CANCEL, WHOLE = "Cancel: bring the goods back", "Undo the whole transfer"
ALL = (*DRAFT, *RECEIVE, CANCEL, WHOLE)


def offered(client, transfer):
    text = words(page(client, transfer))
    return tuple(action for action in ALL if action in text)


def test_the_page_says_what_is_where(clerk, mine, sent):
    mine.arrive(sent, 30)
    mine.write_off(sent, 2)
    text = words(page(clerk.client, sent))
    for said in (
        "On the way",
        "T-9",
        "1 of 1 on the way",
        "40 pcs 30 2 8",
        "Written off",
        "Received",
        clerk.person.name,
    ):
        assert said in text
    assert text.count("Undo") == len(["arrive", "write_off", "send", "the whole"])


def test_what_one_may_do_follows_state_and_rights(clerk, desk, mine, sent):
    draft = mine.draft(clerk.north, clerk.south, clerk.bolt, 3)
    assert (offered(clerk.client, draft), offered(clerk.client, sent)) == (DRAFT, (*RECEIVE, CANCEL))
    people = {
        "source": person(rights={clerk.north: "operate", clerk.south: "view"}),
        "destination": person(rights={clerk.south: "operate"}),
        "manager": person("manager", rights={clerk.north: "manage"}),
        "reader": person(rights={clerk.north: "view", clerk.south: "view"}),
    }
    seen = {}
    for name, who in people.items():
        clerk.client.force_login(who)
        seen[name] = (offered(clerk.client, draft), offered(clerk.client, sent))
    assert seen == {
        "source": (DRAFT, ()),
        "destination": ((), RECEIVE),
        "manager": (DRAFT, (CANCEL,)),
        "reader": ((), ()),
    }
    mine.arrive(sent, 1)
    clerk.client.force_login(clerk.person)
    assert offered(clerk.client, sent) == (*RECEIVE, WHOLE)


def test_the_other_warehouse_is_named_only_to_who_may_look_at_it(client, desk, clerk, sent):
    far = WarehouseFactory(code="FAR", name="Marker of FAR")
    coming = desk.send(clerk.north, far, clerk.bolt, 1, note="to Marker").transfer
    set_right(person=clerk.person, warehouse=far, right="view")
    assert "Marker of FAR" in words(page(client, coming))
    client.force_login(person(rights={clerk.north: "operate"}))
    assert "Another warehouse" in words(page(client, coming))
    assert "Marker of FAR" not in page(client, coming).content.decode()
    client.force_login(person(rights={clerk.south: "operate"}))
    text = words(page(client, sent))
    assert ("Another warehouse" in text, clerk.person.name in text, clerk.north.name in text) == (True, False, False)
    assert page(client, coming).status_code == 404


@pytest.mark.parametrize(("days", "overdue"), [(6, False), (9, True)])
def test_what_takes_too_long_is_marked(clerk, sent, days, overdue):
    Transfer.objects.update(sent=timezone.now() - timedelta(days=days, minutes=1))
    text = words(page(clerk.client, sent))
    assert (
        f"{days} days" in text.replace("\xa0", " "),
        "Overdue" in text,
    ) == (
        True,
        overdue,
    )


class TestCancelling:
    def test_a_draft(self, clerk, mine):
        draft = mine.draft(clerk.north, clerk.south, clerk.bolt, 3)
        response = press(clerk.client, "cancel", draft)
        assert (response.status_code, told(response)) == (303, [(f"{draft} is cancelled.", "")])
        assert on_the_way(draft)[0] == "cancelled"

    def test_a_sending_brings_the_goods_back_once(self, clerk, sent):
        key = str(uuid.uuid4())
        version = Transfer.objects.get().version
        for _ in range(2):
            assert press(clerk.client, "cancel", sent, key=key, version=version).status_code == 303
        assert (on_the_way(sent), level(clerk.bolt, clerk.north)) == (("cancelled", (0, 0, 0)), 100)
        assert Operation.objects.filter(kind="reverse").count() == 1

    def test_what_has_moved_on_meanwhile_is_told(self, clerk, mine, sent):
        mine.arrive(sent, 1)
        response = press(clerk.client, "cancel", sent, version=1)
        assert response.status_code == 409
        mine.reverse(Operation.objects.get(kind="arrive"))
        assert press(clerk.client, "cancel", sent, version="x").status_code == 409
        assert on_the_way(sent) == ("sent", (40, 0, 0))

    @pytest.mark.parametrize(("right", "status"), [("operate", 403), ("manage", 303)])
    def test_what_others_sent_is_for_a_manager(self, clerk, sent, right, status):
        role = "manager" if right == "manage" else "staff"
        clerk.client.force_login(person(role, rights={clerk.north: right}))
        assert press(clerk.client, "cancel", sent).status_code == status

    def test_it_is_for_who_operates_where_it_leaves(self, clerk, sent):
        for rights, status in (({clerk.south: "operate"}, 403), ({clerk.north: "view"}, 403), ({}, 404)):
            clerk.client.force_login(person(rights=rights))
            before = books()
            assert press(clerk.client, "cancel", sent).status_code == status
            assert books() == before


class TestUndoing:
    def test_one_step_from_the_list_of_what_was_done(self, clerk, mine, sent):
        arrived = mine.arrive(sent)
        response = clerk.client.post(reverse("stock:operation-reverse", args=[arrived.pk]))
        assert told(response) == [("Undone: Received 40 × BOLT-M8 of a transfer", "")]
        assert on_the_way(sent) == ("sent", (40, 0, 0))

    def test_a_write_off_has_a_page_and_is_undone_from_it(self, clerk, mine, sent):
        lost = mine.write_off(sent, 2)
        text = words(clerk.client.get(reverse("stock:operation-detail", args=[lost.pk])))
        for said in ("Wrote off 2 × BOLT-M8", f"Part of transfer {sent}", "Lost", "Written off", "Undo"):
            assert said in text
        clerk.client.post(reverse("stock:operation-reverse", args=[lost.pk]))
        assert on_the_way(sent) == ("sent", (40, 0, 0))

    def test_anothers_write_off_is_for_a_manager_of_the_destination(self, clerk, desk, sent):
        lost = desk.write_off(sent, 2)
        address = reverse("stock:operation-reverse", args=[lost.pk])
        assert clerk.client.post(address).status_code == 403
        clerk.client.force_login(person("manager", rights={clerk.north: "manage"}))
        assert clerk.client.post(address).status_code == 404
        clerk.client.force_login(person("manager", rights={clerk.south: "manage"}))
        assert clerk.client.post(address).status_code == 303

    def test_a_sending_that_cannot_be_undone_says_what_is_in_the_way(self, clerk, mine, sent):
        sending, arrived = sent.operations.get(), mine.arrive(sent, 5)
        response = clerk.client.post(reverse("stock:operation-reverse", args=[sending.pk]))
        assert response.status_code == 422
        assert "Some of this was received or written off already. Undo that first." in words(response)
        assert reverse("stock:operation-detail", args=[arrived.pk]) in response.content.decode()

    def test_the_whole(self, clerk, mine, sent):
        mine.arrive(sent, 30)
        mine.write_off(sent)
        response = press(clerk.client, "undo", sent)
        assert (response.status_code, told(response)) == (303, [(f"All of {sent} is undone.", "")])
        assert (on_the_way(sent), level(clerk.bolt, clerk.north)) == (("cancelled", (0, 0, 0)), 100)

    def test_the_whole_or_nothing(self, clerk, mine, sent):
        mine.arrive(sent)
        shipped = mine.ship(clerk.south, clerk.bolt, 1)
        before = books()
        response = press(clerk.client, "undo", sent)
        assert (response.status_code, books()) == (422, before)
        assert "Only 39 on hand" in words(response)
        assert reverse("stock:operation-detail", args=[shipped.pk]) in response.content.decode()

    def test_the_whole_takes_the_right_over_every_step(self, clerk, desk, sent):
        desk.arrive(sent, 30)
        before = books()
        assert press(clerk.client, "undo", sent).status_code == 403
        assert books() == before


@pytest.mark.parametrize("lines", [1, 3, 50])
def test_the_page_costs_the_same_however_many_lines(clerk, desk, lines, django_assert_num_queries):
    from decimal import Decimal

    from stock import services

    products = [ProductFactory() for _ in range(lines)]
    for product in products:
        desk.receive(clerk.north, product, 1)
    wanted = [services.TransferLine(product=product, quantity=Decimal(1)) for product in products]
    transfer = desk.send(clerk.north, clerk.south, clerk.bolt, 1, lines=wanted).transfer
    desk.arrive(transfer)
    with django_assert_num_queries(6):
        assert page(clerk.client, transfer).status_code == 200

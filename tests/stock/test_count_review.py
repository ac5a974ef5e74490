"""At the desk: what was found is read, sent back or posted, and a posted count undone; by whom, and what is told."""

import uuid
from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from stock.models import Count
from tests.desk import level
from tests.factories import LocationFactory, ProductFactory, WarehouseFactory, person
from tests.stock.clerk import summary, told
from tests.stock.counting import Counter, state
from tests.stock.shelves import words

pytestmark = pytest.mark.django_db


class Desk:
    """A count of A-01 in NORTH by Cleo: 38 of 40 bolts, 100 of 101 nuts, oil as expected. Ana manages NORTH."""

    def __init__(self, client, desk):
        self.client = client
        self.north = WarehouseFactory(code="NORTH")
        self.bin = LocationFactory(warehouse=self.north, code="A-01")
        self.bolt = ProductFactory(sku="BOLT-M8", unit_cost=Decimal("1.5"))
        self.nut, self.oil = ProductFactory(sku="NUT-M8"), ProductFactory(sku="OIL", unit_cost=3)
        for product, quantity in ((self.bolt, 40), (self.nut, 101), (self.oil, 5)):
            desk.receive(self.north, product, quantity, self.bin)
        self.cleo = person("staff", {self.north: "operate"}, name="Cleo")
        self.olga = person("staff", {self.north: "operate"}, name="Olga")
        self.ana = person("manager", {self.north: "manage"}, name="Ana")
        self.count = Counter(self.olga).open(self.north, self.bin, who=[self.cleo])
        found = [(self.bolt, self.bin, 38), (self.nut, self.bin, 100), (self.oil, self.bin, 5)]
        Counter(self.cleo).whole(self.count, *found)
        client.force_login(self.ana)

    def get(self, name="count-detail", **query):
        return self.client.get(reverse(f"stock:{name}", args=[self.count.pk]), query)

    def post(self, name, **sent):
        """Send a form of the page as it stands now."""
        self.count.refresh_from_db()
        return self.client.post(reverse(f"stock:{name}", args=[self.count.pk]), {"version": self.count.version, **sent})


@pytest.fixture
def review(client, desk):
    return Desk(client, desk)


def test_what_differs_is_shown_in_units_percent_and_money(review):
    page = words(review.get())
    assert "Lines 3 / 3 Different 2 Beyond 2 % 1" in page
    assert "BOLT-M8 A-01 40 38 pcs −2 −5.0 % Beyond −3.00 Cleo" in page
    assert "NUT-M8 A-01 101 100 pcs −1 −1.0 % – Cleo" in page
    assert "OIL" not in page
    assert "OIL" in words(review.get(show="all"))
    beyond = words(review.get(show="beyond"))
    assert ("BOLT-M8" in beyond, "NUT-M8" in beyond) == (True, False)


def test_lines_are_sent_back_as_they_were_seen(review):
    line = review.count.lines.get(product=review.bolt)
    review.count.refresh_from_db()
    version = str(review.count.version)
    response = review.post("count-recount", line=[line.pk], version=version)
    assert (response.status_code, told(response)) == (303, [("1 line is to be counted again.", "")])
    assert state(review.count) == "open"
    assert "To be counted again" in words(review.get(show="all"))
    assert review.post("count-recount", line=[line.pk], version=version).status_code == 409
    none = review.post("count-recount")
    assert (none.status_code, summary(none)) == (422, ["Choose the lines to be counted again."])


@pytest.mark.parametrize("version", ["", "99", "-1", "one"])
def test_what_somebody_did_not_see_is_not_posted(review, version):
    response = review.post("count-post", version=version)
    assert response.status_code == 409
    assert "has changed since you opened this page" in words(response)
    assert state(review.count) == "review"


def test_posting_asks_once_more_and_books(review):
    asked = review.get("count-post")
    assert "Post count" in words(asked)
    assert level(review.bolt, review.north) == 40
    review.count.refresh_from_db()
    sent = {"key": str(uuid.uuid4()), "version": str(review.count.version)}
    response = review.post("count-post", **sent)
    assert (response.status_code, told(response)) == (303, [(f"Count C{review.count.pk} is posted.", "")])
    assert (level(review.bolt, review.north), level(review.nut, review.north)) == (38, 100)
    assert review.post("count-post", **sent).status_code == 303
    assert review.post("count-post", key=str(uuid.uuid4())).status_code == 409
    assert review.get("count-post").status_code == 409
    page = words(review.get())
    assert "1 of 3 lines were right at the first counting: 33.3 %." in page
    operation = review.count.operations.get()
    assert reverse("stock:operation-detail", args=[operation.pk]) in review.get().content.decode()


def test_an_operation_of_a_count_leads_to_it_and_is_not_undone_alone(review):
    Counter(review.ana).post(review.count)
    operation = review.count.operations.get()
    address = reverse("stock:operation-detail", args=[operation.pk])
    page = review.client.get(address)
    assert f"Part of count C{review.count.pk}" in words(page)
    assert "Counted −2 × BOLT-M8 and more" in words(page)
    assert ">Undo</button>" not in page.content.decode()
    refused = review.client.post(reverse("stock:operation-reverse", args=[operation.pk]))
    assert refused.status_code == 422
    assert "Undo the whole count on its page." in words(refused)


def test_a_posted_count_is_undone_from_its_page(review):
    Counter(review.ana).post(review.count)
    assert "Undo the count" in words(review.get())
    response = review.post("count-undo", key=str(uuid.uuid4()))
    assert (response.status_code, told(response)) == (303, [(f"Count C{review.count.pk} is undone.", "")])
    assert (state(review.count), level(review.bolt, review.north)) == ("undone", 40)
    assert "Undo the count" not in words(review.get())
    assert review.post("count-undo").status_code == 303


def test_what_is_in_the_way_of_an_undo_is_named(review, desk):
    counter = Counter(review.cleo)
    more = counter.open(review.north, review.bin)
    counter.whole(more, (review.bolt, review.bin, 50), (review.nut, review.bin, 101), (review.oil, review.bin, 5))
    Counter(review.ana).post(more)
    review.count = more
    desk.ship(review.north, review.bolt, 45, reference="SO-1182")
    response = review.post("count-undo")
    assert response.status_code == 422
    text = words(response)
    assert "Only 5 on hand in A-01." in text
    assert "SO-1182" in text
    assert (state(more), level(review.bolt, review.north)) == ("posted", 5)


def test_a_count_that_changed_nothing_and_one_that_is_old_are_not_undone(review):
    counter = Counter(review.cleo)
    same = counter.open(review.north, review.bin)
    counter.whole(same, (review.bolt, review.bin, 40), (review.nut, review.bin, 101), (review.oil, review.bin, 5))
    counter.post(same)
    Counter(review.ana).post(review.count)
    old = review.count
    type(review.north).objects.update(undo_limit_days=0)
    for count, sentence in [
        (same, "This count changed no level, so there is nothing to undo."),
        (old, "This was booked more than 0 days ago. Book a correction instead."),
    ]:
        review.count = count
        assert "Undo the count" not in words(review.get())
        response = review.post("count-undo")
        assert (response.status_code, summary(response)) == (422, [sentence])


def may(review, who):
    """Try everything as this person, at counts of their own world, and return what each was answered."""
    review.client.force_login(who)
    return {
        "look": review.get().status_code,
        "assign": review.post("count-assign", assignees=[review.cleo.pk]).status_code,
        "recount": review.post("count-recount").status_code,
        "ask": review.get("count-post").status_code,
        "post": review.post("count-post").status_code,
        "undo": review.post("count-undo").status_code,
        "cancel": review.post("count-cancel").status_code,
    }


def test_who_may_do_what(review):
    """422: nothing was chosen; 303: done; 409: it moved on, which is told to who may; 403 and 404 to the others."""
    looks = {"look": 200, "assign": 403, "recount": 403, "ask": 403, "post": 403, "undo": 403, "cancel": 403}
    assert may(review, person("staff", {review.north: "view"})) == looks
    assert set(may(review, person("staff")).values()) == {404}
    # Beyond the tolerance a manager posts; what others opened, a manager cancels.
    operates = {"look": 200, "assign": 303, "recount": 422, "ask": 200, "post": 403, "undo": 403, "cancel": 403}
    assert may(review, person("staff", {review.north: "operate"})) == operates
    assert may(review, review.ana) == {**operates, "post": 303, "undo": 303, "cancel": 409}
    assert state(review.count) == "undone"
    mine = Counter(review.olga).open(review.north, review.bin, who=[review.cleo])
    review.count = mine
    assert may(review, review.olga) == {
        "look": 200,
        "assign": 303,
        "recount": 422,
        "ask": 409,
        "post": 409,
        "undo": 403,
        "cancel": 303,
    }
    assert state(mine) == "cancelled"


def test_a_manager_is_named_where_one_is_needed(review):
    review.client.force_login(review.olga)
    page = words(review.get("count-post"))
    assert "Something differs by more than 2 percent: a manager of NORTH posts this count." in page
    assert "Post the count" not in page
    assert "1 difference is beyond the tolerance of 2%. A manager of NORTH posts this count." in words(
        review.post("count-post")
    )


@pytest.mark.parametrize("rows", [1, 3, 50])
def test_the_page_costs_the_same_however_many_lines(review, desk, rows, django_assert_num_queries):
    place = LocationFactory(warehouse=review.north, code="B-01")
    products = ProductFactory.create_batch(rows)
    for product in products:
        desk.receive(review.north, product, 10, place)
    counter = Counter(review.cleo)
    review.count = counter.open(review.north, place)
    with django_assert_num_queries(8):
        assert review.get().status_code == 200
    counter.whole(review.count, *((product, place, 9) for product in products))
    with django_assert_num_queries(7):
        assert review.get().status_code == 200
    Counter(review.ana).post(review.count)
    with django_assert_num_queries(8):
        assert review.get().status_code == 200


def test_the_board_shows_each_count_where_it_stands_ones_own_first(review, client):
    counter = Counter(review.olga)
    going = [counter.open(review.north, review.bin, who=[who]) for who in (review.olga, review.ana, review.olga)]
    Counter(review.ana).post(review.count)
    far = WarehouseFactory(code="FAR", name="Marker of FAR")
    Counter(person("admin")).open(far, LocationFactory(warehouse=far))
    page = client.get("/counts/")
    columns = {state: [count.pk for count in counts] for state, counts in page.context["columns"]}
    expected = [going[1].pk, going[2].pk, going[0].pk]
    assert columns == {"open": expected, "review": [], "posted": [review.count.pk]}
    assert "33.3 % right" in words(page)
    assert "Marker of FAR" not in words(page)
    posted = client.get("/counts/", {"state": "posted"})
    assert [count.pk for count in posted.context["page"].rows] == [review.count.pk]
    assert client.get("/counts/", {"warehouse": "FAR"}).status_code == 404


@pytest.mark.parametrize("rows", [1, 3, 50])
def test_the_board_costs_the_same_however_many_counts(review, client, rows, django_assert_num_queries):
    for _ in range(rows):
        Counter(review.olga).open(review.north, review.bin, who=[review.cleo])
    for query, cost in (({}, 6), ({"state": "cancelled"}, 5)):
        if query:
            Count.objects.filter(state="open").update(state="cancelled")
        with django_assert_num_queries(cost):
            assert client.get("/counts/", query).status_code == 200


def test_past_the_limit_of_days_no_undo_is_offered(review):
    Counter(review.ana).post(review.count)
    Count.objects.update(posted=timezone.now() - timedelta(days=31))
    assert "Undo the count" not in words(review.get())

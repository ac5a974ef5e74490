"""A line is judged against the books at the moment it was counted: what came or left before or after does not show."""

from decimal import Decimal

import pytest

from stock.errors import Refused, StateMovedOn
from stock.models import Inventory, StockTransaction
from tests.desk import holdings, level
from tests.factories import LocationFactory, ProductFactory, UserFactory, person
from tests.stock.counting import Counter, booked, figures, state

pytestmark = pytest.mark.django_db


@pytest.fixture
def a01(north):
    return LocationFactory(warehouse=north, code="A-01")


@pytest.fixture
def counter(desk):
    return Counter(desk.by)


@pytest.fixture
def shelf(desk, north, bolt, a01):
    """49 in A-01."""
    desk.receive(north, bolt, 49, a01)
    return a01


def test_goods_that_left_between_opening_and_counting_are_not_missing(counter, desk, north, bolt, shelf):
    count = counter.open(north, shelf)
    desk.ship(north, bolt, 2)
    counter.whole(count, (bolt, shelf, 47))
    assert figures(count) == [("A-01", "BOLT-M8", "", 47, 47)]
    assert state(count) == "review"
    counter.post(count)
    assert (state(count), booked(count), level(bolt, north)) == ("posted", [], 47)


def test_goods_that_left_between_counting_and_posting_are_not_booked_again(counter, desk, north, bolt, shelf):
    count = counter.open(north, shelf)
    counter.whole(count, (bolt, shelf, 46))
    shipped = desk.ship(north, bolt, 5)
    desk.receive(north, bolt, 10, shelf)
    counter.post(count)
    assert booked(count) == [[("A-01", "BOLT-M8", -3)]]
    assert level(bolt, north) == 51
    desk.reverse(shipped)
    assert level(bolt, north) == 56


def test_a_line_knows_its_place_in_the_ledger(counter, desk, north, bolt, shelf):
    count = counter.open(north, shelf)
    counter.submit(count, (bolt, shelf, 49))
    line = count.lines.get()
    assert line.place == StockTransaction.objects.filter(product=bolt).latest("id").pk
    desk.ship(north, bolt, 1)
    counter.submit(count, (bolt, shelf, 48))
    line.refresh_from_db()
    assert (line.expected, line.place) == (48, StockTransaction.objects.filter(product=bolt).latest("id").pk)
    assert [(e.counted, e.expected) for e in line.entries.order_by("id")] == [(49, 49), (48, 48)]
    assert line.countings == 2


def test_what_is_not_on_the_list_becomes_a_line(counter, desk, north, bolt, shelf):
    cheese, nut = ProductFactory(sku="CHEESE", tracks_lots=True), ProductFactory(sku="NUT")
    count = counter.open(north, shelf)
    desk.receive(north, nut, 7, shelf)
    counter.whole(count, (bolt, shelf, 49), (nut, shelf, 9), (cheese, shelf, 3, "L1"))
    assert figures(count) == [
        ("A-01", "BOLT-M8", "", 49, 49),
        ("A-01", "NUT", "", 9, 7),
        ("A-01", "CHEESE", "L1", 3, 0),
    ]
    counter.post(count)
    assert holdings(cheese, north) == {("A-01", "L1"): 3}
    assert (level(nut, north), level(bolt, north)) == (9, 49)


def test_goods_found_missing_that_have_left_since_are_counted_again(counter, desk, north, bolt, shelf):
    nut = ProductFactory(sku="NUT")
    desk.receive(north, nut, 5, shelf)
    count = counter.open(north, shelf)
    counter.whole(count, (bolt, shelf, 9), (nut, shelf, 0))
    desk.ship(north, bolt, 20)
    desk.ship(north, nut, 1)
    with pytest.raises(Refused) as refused:
        counter.post(count)
    assert [problem.message for problem in refused.value.problems] == [
        "BOLT-M8 in A-01: 40 were missing when it was counted, and have left since. Count it again.",
        "NUT in A-01: 5 were missing when it was counted, and have left since. Count it again.",
    ]
    assert (state(count), level(bolt, north), count.operations.count()) == ("review", 29, 0)
    counter.recount(count)
    assert (state(count), figures(count)[0][3:]) == ("open", (None, None))
    counter.whole(count, (bolt, shelf, 9), (nut, shelf, 0))
    counter.post(count)
    assert (level(bolt, north), level(nut, north)) == (9, 0)


def test_every_level_that_was_counted_knows_when(counter, desk, north, bolt, shelf):
    nut, far = ProductFactory(), LocationFactory(warehouse=north)
    desk.receive(north, nut, 1, far)
    count = counter.open(north, shelf)
    counter.whole(count, (bolt, shelf, 49))
    assert Inventory.objects.get(product=bolt).last_counted is None
    counter.post(count)
    assert Inventory.objects.get(product=bolt).last_counted == count.lines.get().at
    assert Inventory.objects.get(product=nut).last_counted is None


def test_a_posted_count_keeps_its_accuracy(counter, desk, north, bolt, shelf):
    nut = ProductFactory(sku="NUT", unit_cost=Decimal("0.5"))
    bolt.unit_cost = Decimal("1.25")
    bolt.save()
    desk.receive(north, nut, 8, shelf)
    count = counter.open(north, shelf)
    counter.whole(count, (bolt, shelf, 40), (nut, shelf, 8))
    counter.recount(count, count.lines.get(product=bolt))
    counter.whole(count, (bolt, shelf, 49), (nut, shelf, 4))
    posted = counter.post(count)
    posted.refresh_from_db()
    # The bolts were wrong at the first counting and right at the last; the nuts the other way round.
    assert (posted.lines_counted, posted.lines_right, posted.accuracy, posted.value_off) == (2, 1, Decimal("50.0"), 2)


def test_who_may_post_beyond_the_tolerance(counter, desk, north, bolt, shelf):
    from django.core.exceptions import PermissionDenied

    clerk = Counter(person("staff", {north: "operate"}))
    count = clerk.open(north, shelf)
    clerk.whole(count, (bolt, shelf, 48))
    with pytest.raises(PermissionDenied, match=r"1 difference is beyond the tolerance of 2%\. A manager of NORTH"):
        clerk.post(count)
    north.count_tolerance = Decimal("2.05")
    north.save()
    assert clerk.post(count).pk == count.pk
    assert level(bolt, north) == 48


def test_a_count_is_posted_once_and_as_it_was_seen(counter, desk, north, bolt, shelf):
    count = counter.open(north, shelf)
    with pytest.raises(StateMovedOn):
        counter.post(count)
    counter.whole(count, (bolt, shelf, 40))
    count.refresh_from_db()
    seen = count.version
    counter.submit(count, (bolt, shelf, 41))
    with pytest.raises(StateMovedOn):
        counter.post(count, version=seen)
    count.refresh_from_db()
    key = counter._slip({})["key"]
    first = counter.post(count, key=key, version=count.version)
    assert counter.post(count, key=key).pk == first.pk
    assert (level(bolt, north), count.operations.count()) == (41, 1)
    for late in (lambda: counter.post(count), lambda: counter.submit(count, (bolt, shelf, 1))):
        with pytest.raises(StateMovedOn):
            late()


def test_nobody_counts_who_was_not_asked_to(counter, north, shelf, bolt):
    from django.core.exceptions import PermissionDenied

    count = counter.open(north, shelf)
    with pytest.raises(PermissionDenied):
        Counter(UserFactory(role="admin")).submit(count, (bolt, shelf, 49))

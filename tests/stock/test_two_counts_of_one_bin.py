"""What one count has put right is not put right again by another that looked before it was posted."""

import pytest

from stock.errors import Refused
from tests.desk import level
from tests.factories import LocationFactory
from tests.stock.counting import Counter, booked, state

pytestmark = pytest.mark.django_db


@pytest.fixture
def counter(desk):
    return Counter(desk.by)


@pytest.fixture
def shelf(desk, north, bolt):
    """50 in A-01 by the books."""
    a01 = LocationFactory(warehouse=north, code="A-01")
    desk.receive(north, bolt, 50, a01)
    return a01


def test_the_same_difference_is_booked_once_and_the_second_count_is_told_to_look_again(counter, north, bolt, shelf):
    first, second = counter.open(north, shelf), counter.open(north, shelf)
    for count in (first, second):
        counter.whole(count, (bolt, shelf, 47))
    counter.post(first)
    with pytest.raises(Refused) as refused:
        counter.post(second)
    assert [problem.message for problem in refused.value.problems] == [
        f"BOLT-M8 in A-01: count {first} has put this right since it was counted here. Count it again."
    ]
    assert (state(second), booked(second), level(bolt, north)) == ("review", [], 47)


def test_a_count_that_found_no_difference_then_is_told_of_the_other_too(counter, north, bolt, shelf):
    first, second = counter.open(north, shelf), counter.open(north, shelf)
    counter.whole(first, (bolt, shelf, 47))
    counter.whole(second, (bolt, shelf, 50))
    counter.post(first)
    with pytest.raises(Refused):
        counter.post(second)
    assert (state(second), level(bolt, north)) == ("review", 47)


def test_counted_again_it_agrees_and_posts_nothing(counter, north, bolt, shelf):
    first, second = counter.open(north, shelf), counter.open(north, shelf)
    for count in (first, second):
        counter.whole(count, (bolt, shelf, 47))
    counter.post(first)
    counter.recount(second)
    counter.whole(second, (bolt, shelf, 47))
    counter.post(second)
    assert (booked(second), level(bolt, north)) == ([], 47)


def test_a_count_that_was_undone_is_in_nobodys_way(counter, north, bolt, shelf):
    first, second = counter.open(north, shelf), counter.open(north, shelf)
    for count in (first, second):
        counter.whole(count, (bolt, shelf, 47))
    counter.post(first)
    counter.undo(first)
    counter.post(second)
    assert (booked(second), level(bolt, north)) == ([[("A-01", "BOLT-M8", -3)]], 47)


def test_another_bin_or_a_count_that_was_posted_before_is_in_nobodys_way(counter, desk, north, bolt, shelf):
    a02 = LocationFactory(warehouse=north, code="A-02")
    desk.receive(north, bolt, 10, a02)
    first, second = counter.open(north, shelf), counter.open(north, a02)
    counter.whole(first, (bolt, shelf, 47))
    counter.whole(second, (bolt, a02, 9))
    counter.post(first)
    counter.post(second)
    third = counter.open(north, shelf)
    counter.whole(third, (bolt, shelf, 46))
    counter.post(third)
    assert (booked(third), level(bolt, north)) == ([[("A-01", "BOLT-M8", -1)]], 55)

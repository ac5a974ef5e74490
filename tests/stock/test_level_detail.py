"""Why this number? Every level opens to the lines of the ledger that sum to it, now and as of any moment."""

import pytest
from django.urls import reverse

from inventory_site.web.keyset import PAGE_SIZE
from tests.factories import LocationFactory, ProductFactory, person
from tests.stock.moments import now, typed
from tests.stock.shelves import words

WHY = "/why/BOLT-M8/"


@pytest.fixture
def shelf(north):
    return LocationFactory(warehouse=north, code="A-01")


@pytest.fixture
def signed_in(client, north, south):
    client.force_login(person(rights={north: "view", south: "view"}))
    return client


def lines(response):
    """Return (quantity, level after) of the lines shown, and what they add up to beside the level."""
    history = response.context["history"]
    return [(row.line.quantity, row.level) for row in history.rows], (history.sums.closing, history.level)


def test_the_address_is_its_name_and_a_sku_may_hold_slashes():
    assert reverse("stock:level-detail", args=["BOLT-M8"]) == WHY
    assert reverse("stock:level-detail", args=["A/B/1"]) == "/why/A/B/1/"


def test_a_level_opens_to_its_lines_with_the_level_after_each(signed_in, desk, bolt, north, south):
    desk.receive(north, bolt, 10)
    desk.ship(north, bolt, 3)
    desk.transfer(north, south, bolt, 2)
    assert lines(signed_in.get(WHY, {"warehouse": "NORTH"})) == ([(-2, 5), (-3, 7), (10, 10)], (5, 5))
    assert lines(signed_in.get(WHY, {"warehouse": "south"})) == ([(2, 2)], (2, 2))
    # All of the person's warehouses together.
    assert lines(signed_in.get(WHY)) == ([(2, 7), (-2, 5), (-3, 7), (10, 10)], (7, 7))


def test_a_bin_and_a_lot_have_their_own_lines_and_levels(signed_in, desk, north, shelf):
    milk = ProductFactory(sku="MILK", tracks_lots=True)
    desk.receive(north, milk, 5, shelf, "L1")
    desk.receive(north, milk, 4, None, "L1")
    desk.receive(north, milk, 3, shelf, "L2")
    desk.ship(north, milk, 1, shelf)

    def why(**asked):
        return lines(signed_in.get("/why/MILK/", asked))

    assert why(warehouse="NORTH", bin="A-01") == ([(-1, 7), (3, 8), (5, 5)], (7, 7))
    assert why(warehouse="NORTH", bin="a-01", lot="L2") == ([(3, 3)], (3, 3))
    assert why(lot="L1") == ([(-1, 8), (4, 9), (5, 5)], (8, 8))


def test_as_of_a_moment_the_lines_up_to_it_sum_to_the_level_then(signed_in, desk, bolt, north, shelf):
    desk.receive(north, bolt, 10, shelf)
    then = typed(now())
    desk.ship(north, bolt, 3)
    response = signed_in.get(WHY, {"at": then})
    assert lines(response) == ([(10, 10)], (10, 10))
    assert "This is the past" in words(response)
    assert lines(signed_in.get(WHY, {"at": then, "warehouse": "NORTH", "bin": "A-01"})) == ([(10, 10)], (10, 10))


def test_between_two_moments_stand_exactly_the_lines_that_made_the_difference(signed_in, desk, bolt, north):
    desk.receive(north, bolt, 10)
    first = typed(now())
    desk.ship(north, bolt, 3)
    desk.receive(north, bolt, 1)
    second = typed(now())
    desk.ship(north, bolt, 8)
    for asked in ({"at": second, "against": first}, {"at": first, "against": second}):
        response = signed_in.get(WHY, asked)
        history = response.context["history"]
        assert lines(response) == ([(1, 8), (-3, 7)], (8, 8))
        assert (history.sums.opening, history.change, history.sums.lines) == (10, -2, 2)
    # Compared with now.
    assert [row.line.quantity for row in signed_in.get(WHY, {"against": second}).context["history"].rows] == [-8]


def test_a_line_names_type_operation_who_when_reference_and_reason(signed_in, desk, bolt, north, shelf):
    desk.by.name = "Ana Example"
    desk.by.save()
    desk.receive(north, bolt, 10, shelf)
    operation = desk.adjust(north, bolt, -2, shelf, reason="damaged", reference="R-7")
    response = signed_in.get(WHY)
    assert "Adjusted −2 pcs NORTH / A-01 8 Ana Example R-7 Damaged" in words(response)
    assert reverse("stock:operation-detail", args=[operation.pk]) in response.content.decode()
    assert "2 lines of the ledger add up to 8 pcs The level now 8 pcs" in words(response)


def test_pages_follow_one_another_and_the_levels_go_on(signed_in, desk, bolt, north):
    for _ in range(PAGE_SIZE + 3):
        desk.receive(north, bolt, 2)
    first = signed_in.get(WHY)
    rest = signed_in.get(WHY, {"after": first.context["history"].after})
    assert [level for _, level in lines(first)[0]] == list(range(2 * (PAGE_SIZE + 3), 6, -2))
    assert lines(rest) == ([(2, 6), (2, 4), (2, 2)], (2 * (PAGE_SIZE + 3),) * 2)
    assert rest.context["history"].after == ""
    assert 'hx-select="#rows > *" hx-target="#rows"' in first.content.decode()


def test_what_was_never_there_is_0_and_says_so(signed_in, bolt):
    response = signed_in.get(WHY, {"warehouse": "NORTH"})
    assert lines(response) == ([], (0, 0))
    assert "Nothing was booked here" in words(response)


@pytest.mark.parametrize(
    "asked",
    [{"warehouse": "FAR"}, {"warehouse": "NORTH", "bin": "X"}, {"bin": "A-01"}, {"lot": "X"}, {"lot": "\x00"}],
)
def test_what_is_not_there_is_not_there(client, bolt, north, shelf, asked):
    client.force_login(person(rights={north: "view"}))
    assert client.get(WHY, asked).status_code == 404
    assert client.get("/why/NOTHING/").status_code == 404


def test_foreign_warehouses_are_left_out(client, desk, bolt, north, south):
    desk.receive(north, bolt, 3)
    desk.receive(south, bolt, 4)
    client.force_login(person(rights={north: "view"}))
    assert lines(client.get(WHY)) == ([(3, 3)], (3, 3))


@pytest.mark.parametrize(("mark", "status"), [("x", 400), ("-5", 400), ("²", 400), ("9" * 40, 400), ("9" * 18, 200)])
def test_a_forged_mark_does_no_harm(signed_in, bolt, mark, status):
    assert signed_in.get(WHY, {"after": mark}).status_code == status


@pytest.mark.parametrize("rows", [1, 3, 50])
def test_the_page_costs_the_same_whatever_it_shows(signed_in, desk, bolt, north, rows, django_assert_num_queries):
    first = typed(now())
    for _ in range(rows):
        desk.receive(north, bolt, 1)
    then = typed(now())
    # The person, the product, the warehouses, the sums with the level, the page, its names.
    with django_assert_num_queries(6):
        signed_in.get(WHY)
    # And where each of the two moments stands.
    with django_assert_num_queries(8):
        signed_in.get(WHY, {"at": then, "against": first})

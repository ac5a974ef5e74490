"""Several people and devices at one count: all findings are kept, the last word on a line is the newest."""

import uuid

import pytest
from django.core.management import call_command

from stock.errors import KeyReused, Refused, StateMovedOn
from stock.ledger import checks
from stock.models import Count, CountSubmission, Operation
from stock.services import count_posting
from tests.desk import at_once, level
from tests.factories import LocationFactory, ProductFactory, person
from tests.stock.counting import Counter, figures, state

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def floor(desk, north, bolt):
    """40 bolts in each of four bins, to be counted by four people."""
    bins = [LocationFactory(warehouse=north, code=f"A-0{n}") for n in range(4)]
    for bin in bins:
        desk.receive(north, bolt, 40, bin)
    people = [Counter(person("staff", {north: "operate"})) for _ in bins]
    count = Counter(desk.by).open(north, *bins, who=[each.by for each in people])
    return bins, people, count


def test_four_devices_send_four_bins_at_once(floor, bolt, north):
    bins, people, count = floor
    outcomes = at_once(4, lambda n: people[n].submit(count, (bolt, bins[n], 40 - n), done=[bins[n]]))
    assert [type(outcome) for outcome in outcomes] == [CountSubmission] * 4
    assert [figure[3:] for figure in figures(count)] == [(40 - n, 40) for n in range(4)]
    assert state(count) == "review"


def test_of_four_who_send_the_same_bin_all_are_kept_and_the_last_counts(floor, bolt):
    bins, people, count = floor
    outcomes = at_once(4, lambda n: people[n].submit(count, (bolt, bins[0], n)))
    assert [type(outcome) for outcome in outcomes] == [CountSubmission] * 4
    line = count.lines.get(location=bins[0])
    assert (line.countings, sorted(entry.counted for entry in line.entries.all())) == (4, [0, 1, 2, 3])
    last = line.entries.latest("id")
    assert (line.counted, line.by) == (last.counted, last.submission.by)
    call_command("verify_ledger")


def test_a_submission_sent_ten_times_at_once_is_kept_once(floor, bolt):
    bins, people, count = floor
    key = uuid.uuid4()
    outcomes = at_once(10, lambda _: people[0].submit(count, (bolt, bins[0], 39), key=key))
    assert sorted(outcome.replayed for outcome in outcomes) == [False] + [True] * 9
    assert count.lines.get(location=bins[0]).countings == 1
    with pytest.raises(KeyReused):
        people[0].submit(count, (bolt, bins[0], 38), key=key)
    with pytest.raises(KeyReused):
        people[1].submit(count, (bolt, bins[0], 39), key=key)


def test_a_count_sent_while_goods_leave_is_judged_against_one_side_of_it(floor, desk, bolt, north):
    """Whichever came first: what was expected is the level before the shipment or after it, never something between."""
    bins, people, count = floor

    def work(n):
        if n:
            return people[0].submit(count, (bolt, bins[0], 40))
        return desk.ship(north, bolt, 7, bins[0])

    submission, shipped = reversed(at_once(2, work))
    line = count.lines.get(location=bins[0])
    before = line.place < shipped.rows.get().pk
    assert line.expected == (40 if before else 33)
    assert submission.count_id == count.pk


def test_two_postings_of_one_count_book_it_once(floor, desk, bolt, north):
    bins, _people, count = floor
    counter = Counter(desk.by)
    count.assignees.add(desk.by)
    counter.whole(count, *((bolt, bin, 39) for bin in bins))
    outcomes = at_once(6, lambda _: counter.post(count))
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Count"] + ["StateMovedOn"] * 5
    assert (level(bolt, north), Operation.objects.filter(kind="count").count()) == (156, 1)

    key = uuid.uuid4()
    again = counter.open(north, *bins)
    counter.whole(again, *((bolt, bin, 38) for bin in bins))
    assert [type(outcome) for outcome in at_once(6, lambda _: counter.post(again, key=key))] == [Count] * 6
    assert level(bolt, north) == 152
    undone = at_once(6, lambda _: counter.undo(again))
    assert [outcome.state for outcome in undone if isinstance(outcome, Count)].count("undone") >= 5
    assert (level(bolt, north), state(again)) == (156, "undone")
    call_command("verify_ledger")


def test_a_posting_against_a_shipment_of_the_same_goods_books_both_or_says_so(floor, desk, bolt, north):
    bins, _people, count = floor
    counter = Counter(desk.by)
    count.assignees.add(desk.by)
    counter.whole(count, (bolt, bins[0], 5), *((bolt, bin, 40) for bin in bins[1:]))

    def work(n):
        return counter.post(count) if n else desk.ship(north, bolt, 20, bins[0])

    shipped, posted = at_once(2, work)
    if isinstance(posted, Refused):
        assert (level(bolt, north), state(count)) == (140, "review")
    else:
        assert isinstance(shipped, Refused)
        assert (level(bolt, north), state(count)) == (125, "posted")
    call_command("verify_ledger")


def test_a_large_count_posts_several_operations_whole_or_not_at_all(desk, north, monkeypatch):
    for module in (checks, count_posting):
        monkeypatch.setattr(module, "MOST_LINES", 2)
    bin = LocationFactory(warehouse=north, code="A-01")
    products = [ProductFactory(sku=f"P-{n}") for n in range(5)]
    for product in products:
        desk.receive(north, product, 10, bin)
    counter = Counter(desk.by)
    count = counter.open(north, bin)
    counter.whole(count, *((product, bin, 7) for product in products))
    desk.ship(north, products[0], 9)
    desk.ship(north, products[4], 8)
    with pytest.raises(Refused) as refused:
        counter.post(count)
    assert [problem.message[:3] for problem in refused.value.problems] == ["P-0", "P-4"]
    assert (Operation.objects.filter(kind="count").count(), state(count)) == (0, "review")

    counter.submit(count, (products[0], bin, 1), (products[4], bin, 2))
    counter.post(count)
    assert [operation.rows.count() for operation in count.operations.order_by("created")] == [2, 1]
    later = desk.ship(north, products[2], 7)
    with pytest.raises(StateMovedOn):
        counter.submit(count, (products[0], bin, 1))
    counter.undo(count)
    reversals = count.operations.filter(kind="reverse").order_by("created")
    firsts = count.operations.filter(kind="count").order_by("-created")
    assert [each.reverses_id for each in reversals] == [each.pk for each in firsts]
    assert (level(products[1], north), level(products[2], north), level(products[3], north)) == (10, 3, 10)
    assert later.rows.count() == 1
    call_command("verify_ledger")


def test_an_operation_of_a_count_is_not_undone_alone(floor, desk, bolt):
    from stock.errors import NotReversible

    bins, _people, count = floor
    count.assignees.add(desk.by)
    counter = Counter(desk.by)
    counter.whole(count, *((bolt, bin, 39) for bin in bins))
    counter.post(count)
    with pytest.raises(
        NotReversible, match=rf"This is a part of count C{count.pk}\. Undo the whole count on its page\."
    ):
        desk.reverse(count.operations.get())

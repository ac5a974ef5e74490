"""A minute of fifty phones at ten products, everything at once, through the real server.

No deadlock reaches anybody, what was acknowledged is booked once, and the books agree.
"""

import os
import time
from collections import Counter, defaultdict
from datetime import timedelta

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.models import Min, Sum
from django.test import Client
from django.utils import timezone

from stock.models import Count, CountSubmission, Holding, Inventory, Operation, StockTransaction, Transfer
from tests.bench.site import gunicorn
from tests.desk import at_once
from tests.factories import LocationFactory, ProductFactory, person
from tests.stock.phone import Phone
from tests.stock.storm import BINS, KINDS, LOTS, Worker

SECONDS = 60
PHONES = 50
BOOKS = ("receive", "ship", "move", "adjust", "transfer", "send", "arrive", "write_off")
# Of all answers, so many may ask to try again.
MOST_BUSY = 0.05
# Of all double taps.
MOST_UNLIKE = 0.05


@pytest.fixture
def site(transactional_db, tmp_path):
    """The server as `make run` starts it, on the database of this test; gives its port and its log."""
    database = os.environ["DATABASE_URL"].rpartition("/")[0] + "/" + connection.settings_dict["NAME"]
    environment = {**os.environ, "DATABASE_URL": database, "DJANGO_SETTINGS_MODULE": "inventory_site.settings"}
    # Its time limits are those of a real installation.
    environment.pop("PGOPTIONS", None)
    log = tmp_path / "gunicorn.log"
    with gunicorn("inventory_site.wsgi:application", environment, log) as port:
        yield port, log


@pytest.fixture
def products(desk, north, south):
    """Ten products, four of them with lots, of which 60 lie in each of three bins of both warehouses."""
    bins = [LocationFactory(warehouse=place, code=code) for place in (north, south) for code in BINS[place.code]]
    made = [ProductFactory(tracks_lots=n < 4, low_threshold=20, high_threshold=400) for n in range(10)]
    today = timezone.now().date()
    for product in made:
        for bin in bins:
            for lot, days in LOTS.items() if product.tracks_lots else {"": 0}.items():
                expires = today + timedelta(days=days) if lot else None
                desk.receive(bin.warehouse, product, 60, bin, lot, expires)
    return [(product.sku, product.tracks_lots) for product in made]


@pytest.fixture
def people(north, south):
    """Who works here, and where: {person: codes of warehouses}; in SOUTH anybody may post a count."""
    south.count_tolerance = 100
    south.save()
    both, manager = {north: "operate", south: "operate"}, {north: "manage", south: "manage"}
    return {
        **{person(rights={north: "operate", south: "view"}): ["NORTH"] for _ in range(3)},
        **{person(rights={south: "operate", north: "view"}): ["SOUTH"] for _ in range(2)},
        **{person(rights={south: "operate"}): ["SOUTH"] for _ in range(1)},
        **{person(rights=both): ["NORTH", "SOUTH"] for _ in range(2)},
        **{person("manager", manager): ["NORTH", "SOUTH"] for _ in range(3)},
    }


@pytest.mark.long
def test_a_storm_of_mixed_operations_keeps_the_laws(site, products, people):
    port, log = site
    deadlocked, before = deadlocks(), set(Operation.objects.values_list("key", flat=True))
    crew = {code: [who.pk for who, places in people.items() if code in places] for code in BINS}
    sessions = [(signed_in(who), places) for who, places in list(people.items()) * PHONES][:PHONES]
    until, statuses = time.monotonic() + SECONDS, [Counter() for _ in sessions]

    def one(n):
        session, places = sessions[n]
        worker = Worker(Phone(port, session, statuses[n]), n, places, products, crew, until)
        worker.work(time.monotonic)
        return worker.deeds

    outcomes = at_once(PHONES, one)
    assert [outcome for outcome in outcomes if isinstance(outcome, BaseException)] == []
    deeds = [deed for outcome in outcomes for deed in outcome]
    tell(deeds, sum(statuses, Counter()))
    people_were_answered(deeds, sum(statuses, Counter()))
    assert deadlocks() == deadlocked
    assert "Traceback" not in log.read_text(), log.read_text()[-8000:]
    what_was_acknowledged_is_booked_once(deeds, before)
    transfers_and_counts_came_to_what_was_said(deeds)
    assert Inventory.objects.aggregate(least=Min("quantity"))["least"] >= 0
    assert Holding.objects.aggregate(least=Min("quantity"))["least"] >= 0
    call_command("verify_ledger")


def signed_in(who):
    browser = Client()
    browser.force_login(who)
    return browser.cookies[settings.SESSION_COOKIE_NAME].value


def tell(deeds, statuses):
    """Print what happened, for whoever runs it with -s."""
    kinds = defaultdict(Counter)
    for deed in deeds:
        kinds[deed.kind].update(map(str, deed.answers))
    for kind, answers in sorted(kinds.items()):
        print(f"{kind:16}", dict(answers))  # noqa: T201
    print("all", dict(statuses))  # noqa: T201


def deadlocks():
    with connection.cursor() as cursor:
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        return cursor.fetchone()[0]


def people_were_answered(deeds, statuses):
    """Every answer is one that a person can work with; both taps of a double tap get the same one.

    Only where the goods came after the one was refused and before the other was judged do they differ: a refusal
    stores nothing. Then it is booked, and the next tap is told so.
    """
    assert set(statuses) <= {200, 302, 303, 403, 404, 409, 422, 503}, statuses
    assert statuses[503] <= MOST_BUSY * statuses.total(), statuses
    assert {answer for deed in deeds for answer in deed.answers} <= {303, 403, 404, 409, 422}
    unlike = [deed.answers for deed in deeds if len(set(deed.answers)) != 1]
    assert [answers for answers in unlike if set(answers) != {303, 422} or answers[-1] != 303] == []
    assert len(unlike) <= MOST_UNLIKE * sum(len(deed.answers) > 1 for deed in deeds)
    assert {deed.kind for deed in deeds if deed.acknowledged} == KINDS, "something never succeeded"


def what_was_acknowledged_is_booked_once(deeds, before):
    """The operations are those that were acknowledged, no more and no fewer, with the quantities that were sent."""
    booked = Operation.objects.filter(kind__in=BOOKS).exclude(key__in=before)
    acknowledged = {(deed.key, deed.kind) for deed in deeds if deed.acknowledged and deed.kind in BOOKS}
    assert set(booked.values_list("key", "kind")) == acknowledged
    sums = {}
    rows = StockTransaction.objects.values_list("operation", "product__sku").order_by()
    for key, sku, total in rows.annotate(total=Sum("quantity")):
        sums.setdefault(key, {})[sku] = total
    for deed in deeds:
        if deed.acknowledged and deed.kind in BOOKS and deed.total is not None:
            assert sums[deed.key] == deed.total, deed


def transfers_and_counts_came_to_what_was_said(deeds):
    """Every acknowledged change of a transfer, a count or an earlier operation stands."""
    said = defaultdict(list)
    for deed in deeds:
        if deed.acknowledged:
            said[deed.kind].append(deed)

    def keys(kind):
        return {deed.key for deed in said[kind]}

    def abouts(*kinds):
        return {int(deed.about) for kind in kinds for deed in said[kind]}

    def are(model, state, pks):
        assert dict(model.objects.filter(pk__in=pks).values_list("pk", "state")) == dict.fromkeys(pks, state)

    undone = {deed.about for deed in said["undo"]}
    reversed_ = Operation.objects.filter(kind="reverse").values_list("reverses", flat=True)
    whole = Operation.objects.filter(transfer__state="cancelled") | Operation.objects.filter(count__state="undone")
    assert undone <= {str(key) for key in reversed_}
    assert {str(key) for key in reversed_} <= undone | {str(key) for key in whole.values_list("key", flat=True)}
    drafted = {deed.key for deed in said["draft"] if deed.about is None}
    assert set(Transfer.objects.values_list("key", flat=True)) >= drafted
    are(Transfer, "cancelled", abouts("cancel_transfer", "undo_transfer"))
    are(Count, "cancelled", abouts("cancel_count"))
    are(Count, "undone", abouts("undo_count"))
    assert set(Count.objects.values_list("key", flat=True)) == keys("open_count")
    assert set(CountSubmission.objects.values_list("key", flat=True)) == keys("submit_count")
    posted = Count.objects.filter(state__in=["posted", "undone"])
    assert set(posted.values_list("pk", flat=True)) == abouts("post_count")
    assert set(Operation.objects.filter(kind="count").values_list("key", flat=True)) <= keys("post_count")

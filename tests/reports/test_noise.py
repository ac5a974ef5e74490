"""The noise report: who is told how often, what comes of it, which thresholds flap and what would be calmer."""

import csv
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.db import transaction

from alerts.models import Alert, AlertEvent, Delivery
from alerts.services import acknowledge, assign, comment, observe, resolve, snooze
from alerts.services.observing import Finding
from reports.queries.noise import deadband, reorder_point
from reports.services.outcomes import look_into_outcomes
from stock.models import Inventory
from stock.services import set_thresholds
from tests.factories import LocationFactory, ProductFactory, person

URL = "/reports/noise/"


@pytest.fixture
def mona(north, south):
    return person("manager", {north: "manage"}, name="Mona")


@pytest.fixture
def short(mona, north):
    """Open a shortage of a new product at a place, told to its managers; the alert."""

    def make(place=north, at=None, **fields):
        product = ProductFactory(**fields)
        facts = {"sku": product.sku, "name": product.name, "unit": "pcs", "quantity": "1", "threshold": "2"}
        facts |= {"warehouse": place.code, "warehouse_name": place.name}
        cause, kind = Alert.Cause.SHORTAGE, Alert.Type.LOW
        with transaction.atomic():
            found = Finding(cause=cause, type=kind, product_id=product.pk, warehouse=place, facts=facts)
            observe([found], now=at or datetime.now(UTC))
        return Alert.objects.with_names().get(product=product)

    return make


@pytest.fixture
def look(client, mona):
    def get(who=mona, **query):
        client.force_login(who)
        return client.get(URL, query)

    return get


@pytest.fixture
def swing(desk, north):
    """Let a level fall to 19 and rise to so much again, each within minutes: one shortage a time."""

    def work(product, *peaks, low=20, start=40):
        set_thresholds(product=product, warehouse=north, low=low, high=None)
        desk.receive(north, product, start)
        level = start
        for peak in peaks:
            desk.ship(north, product, level - 19)
            desk.receive(north, product, peak - 19)
            level = peak
        desk.ship(north, product, level - 19)

    return work


def rows(response, table):
    return response.context[table]


class TestPeople:
    def test_a_telling_counts_once_through_however_many_channels(self, short, look):
        for _ in range(3):
            short()
        [mona] = rows(look(days="7"), "people")
        assert (mona.person, mona.told, mona.most, mona.percent) == ("Mona", 3, 3, 0)
        assert mona.a_day == Decimal("0.4")
        assert Delivery.objects.count() == 6

    def test_acted_on_is_what_they_did_themselves(self, short, look, north, mona):
        max_ = person("manager", {north: "manage"}, name="Max")
        first, second, third, _fourth = (short() for _ in range(4))
        now = datetime.now(UTC)
        acknowledge(alert=first, by=mona, at=now)
        comment(alert=second, text="Seen.", by=mona, at=now)
        resolve(alert=third, why="Known.", by=max_, at=now)
        assert {each.person: each.percent for each in rows(look(), "people")} == {"Mona": 50, "Max": 25}

    def test_days_are_those_of_the_reader(self, short, look, mona):
        mona.time_zone = "Asia/Tokyo"
        mona.save()
        for hour in (14, 16):
            short()
            newest = Delivery.objects.order_by("-id")[:2].values("pk")
            Delivery.objects.filter(pk__in=newest).update(created=datetime(2026, 11, 20, hour, tzinfo=UTC))
        with time_machine.travel(datetime(2026, 11, 23, tzinfo=UTC)):
            [told] = rows(look(), "people")
            assert (told.told, told.most) == (2, 1)

    def test_what_was_withdrawn_told_nobody(self, short, look):
        short()
        Delivery.objects.update(status="withdrawn")
        assert rows(look(), "people") == []


class TestWhatComesOfIt:
    @pytest.mark.parametrize(
        "act",
        [
            lambda alert, who, at: acknowledge(alert=alert, by=who, at=at),
            lambda alert, who, at: assign(alert=alert, to=who, by=who, at=at),
            lambda alert, who, at: comment(alert=alert, text="Seen.", by=who, at=at),
            lambda alert, who, at: resolve(alert=alert, why="Known.", by=who, at=at),
        ],
    )
    def test_acted_on_is_what_somebody_did_something_with(self, short, look, mona, act):
        alert, _other = short(), short()
        act(alert, mona, datetime.now(UTC))
        [low] = rows(look(), "kinds")
        assert (low.label, low.opened, low.acted, low.percent) == ("Low", 2, 1, 50)

    def test_putting_off_is_not_acting(self, short, look, mona):
        now = datetime.now(UTC)
        snooze(alert=short(), by=mona, until=now + timedelta(hours=1), at=now)
        assert [each.acted for each in rows(look(), "kinds")] == [0]

    def test_goods_that_came_in_are_work_once_it_is_over_and_others_are_not(self, desk, north, bolt, look, mona):
        place = north.locations.get(is_default=True)
        set_thresholds(product=bolt, warehouse=north, low=20, high=None)
        desk.receive(north, bolt, 40)
        desk.ship(north, bolt, 25)
        desk.move(north, bolt, 5, place, LocationFactory(warehouse=north))
        desk.receive(north, bolt, 1)
        assert look_into_outcomes() == 0
        assert [(each.type, each.acted) for each in rows(look(), "kinds")] == [("low", 0)]
        desk.receive(north, bolt, 20)
        assert (look_into_outcomes(), look_into_outcomes()) == (1, 0)
        assert [(each.type, each.acted) for each in rows(look(), "kinds")] == [("low", 1)]

    def test_a_level_that_a_count_has_put_right_was_no_work(self, desk, north, bolt, look, mona):
        set_thresholds(product=bolt, warehouse=north, low=20, high=None)
        desk.receive(north, bolt, 40)
        desk.ship(north, bolt, 25)
        desk.adjust(north, bolt, 30, north.locations.get(is_default=True))
        assert look_into_outcomes() == 1
        assert [(each.type, each.acted) for each in rows(look(), "kinds")] == [("low", 0)]

    def test_what_was_sent_elsewhere_is_work_against_overstock_and_a_sale_is_not(
        self, desk, north, south, bolt, look, mona
    ):
        nut = ProductFactory()
        for product in (bolt, nut):
            set_thresholds(product=product, warehouse=north, low=None, high=50)
            desk.receive(north, product, 100)
        desk.ship(north, bolt, 60)
        desk.send(north, south, nut, 60)
        assert look_into_outcomes() == 2
        assert [(each.type, each.acted) for each in rows(look(), "kinds")] == [("overstock", 1)]

    def test_what_is_opened_again_is_looked_into_anew(self, desk, north, bolt, look, mona):
        set_thresholds(product=bolt, warehouse=north, low=20, high=None)
        desk.receive(north, bolt, 40)
        desk.ship(north, bolt, 25)
        desk.receive(north, bolt, 20)
        look_into_outcomes()
        assert Alert.objects.get().worked is True
        desk.ship(north, bolt, 20)
        assert Alert.objects.get().worked is None
        assert [each.acted for each in rows(look(), "kinds")] == [0]

    def test_every_one_is_looked_into_however_many(self, short, monkeypatch):
        monkeypatch.setattr("reports.services.outcomes.BATCH", 2)
        for _ in range(5):
            short()
        now = datetime.now(UTC)
        Alert.objects.update(status="resolved", standing=False, resolved=now)
        assert look_into_outcomes() == 5
        assert set(Alert.objects.values_list("worked", flat=True)) == {False}

    def test_the_time_until_acknowledged_is_the_median(self, short, look, mona):
        now = datetime.now(UTC) - timedelta(hours=10)
        for minutes in (10, 20, 600):
            acknowledge(alert=short(at=now), by=mona, at=now + timedelta(minutes=minutes))
        short(at=now)
        [low] = rows(look(), "kinds")
        assert low.minutes == 20
        assert "20 min" in look().content.decode()


class TestFlapping:
    def test_a_threshold_that_is_crossed_again_and_again_is_named_with_how_often(self, swing, bolt, look, mona):
        swing(bolt, 25, 30, 24)
        [found] = rows(look(), "flapping")
        assert (found.sku, found.cause, found.opened, found.resolved, found.threshold) == (
            *("BOLT-M8", "shortage", 4, 3),
            Decimal(20),
        )
        assert Alert.objects.count() == 1

    def test_twice_is_no_flapping(self, swing, bolt, look, mona):
        swing(bolt, 25)
        assert rows(look(), "flapping") == []
        assert "No threshold was crossed anew 3 times or more." in look().content.decode()

    def test_without_a_lead_time_it_is_the_margin_that_half_of_the_peaks_do_not_exceed(self, swing, bolt, look, mona):
        """Peaks of 24, 25 and 30 over a threshold of 20: 25 is a quarter above it."""
        swing(bolt, 25, 30, 24)
        [found] = rows(look(), "flapping")
        assert (found.suggested, found.margin) == (None, 25)
        assert "A margin of 25 %" in look().content.decode()

    def test_with_a_lead_time_it_is_the_reorder_point(self, swing, bolt, look, mona, counted, client):
        """All on one of 90 days: 57 shipped, d = 57/90, sd = 5.975; 4 days: 2.53 + 1.645 x 2 x 5.975 = 22.2."""
        type(bolt).objects.filter(pk=bolt.pk).update(lead_time_days=4)
        swing(bolt, 25, 30, 24)
        counted()
        shipped = Decimal(21 + 6 + 11 + 5)
        expected = reorder_point(shipped, shipped**2, Decimal(4), Decimal(0), step=Decimal(1))
        [found] = rows(look(), "flapping")
        assert (found.suggested, found.margin) == (expected, None)
        link = f"/thresholds/NORTH/BOLT-M8/?low={expected}"
        assert f'href="{link}"' in look().content.decode()
        page = client.get(link)
        assert page.context["form"]["low"].value() == str(expected)
        assert "Nothing is changed until you save it." in page.content.decode()
        assert Inventory.objects.get(product=bolt).low_threshold == Decimal(20)

    def test_of_a_high_one_it_is_the_level_that_nine_of_ten_peaks_do_not_exceed(self, desk, north, bolt, look, mona):
        set_thresholds(product=bolt, warehouse=north, low=None, high=50)
        for peak in (60, 70, 65):
            desk.receive(north, bolt, peak)
            desk.ship(north, bolt, peak)
        [found] = rows(look(), "flapping")
        assert (found.cause, found.opened, found.suggested) == ("overstock", 3, Decimal(70))
        assert f'href="/thresholds/NORTH/BOLT-M8/{found.query}"' in look().content.decode()
        assert found.query == "?high=70"

    def test_the_formulas(self):
        """d = 2, sd = 1, L = 9, sL = 0.5: 18 + 1.645 x sqrt(9 + 1) = 23.2."""
        days = 90
        total, squares = Decimal(2 * days), Decimal((4 + 1) * days)
        assert reorder_point(total, squares, Decimal(9), Decimal("0.5"), step=Decimal(1)) == Decimal(24)
        assert reorder_point(total, squares, Decimal(9), Decimal("0.5"), step=Decimal("0.1")) == Decimal("23.3")
        assert reorder_point(total, squares, None, Decimal(0), step=Decimal(1)) is None
        assert reorder_point(Decimal(0), Decimal(0), Decimal(9), Decimal(0), step=Decimal(1)) is None
        ten = Decimal(10)
        assert deadband(Decimal(20), Decimal(25), more_than=ten) == 25
        assert deadband(Decimal(30), Decimal(40), more_than=ten) == 34
        assert [deadband(Decimal(20), Decimal(peak), more_than=ten) for peak in (20, 22, 41)] == [None, None, None]
        assert deadband(None, ten, more_than=ten) is None
        assert deadband(Decimal(0), ten, more_than=ten) is None


class TestWhose:
    def test_only_warehouses_that_the_person_manages(self, short, look, north, south, mona):
        far = person("manager", {south: "manage", north: "operate"}, name="FOREIGN-MANAGER")
        short(name="FOREIGN-PRODUCT", place=south)
        assert (rows(look(), "people"), rows(look(), "kinds")) == ([], [])
        assert "FOREIGN" not in look().content.decode()
        assert look(warehouse="SOUTH").status_code == 404
        assert [each.person for each in rows(look(far), "people")] == ["FOREIGN-MANAGER"]
        assert look(far, warehouse="NORTH").status_code == 403

    def test_a_warehouse_may_be_chosen(self, short, look, north, south):
        both = person("manager", {north: "manage", south: "manage"}, name="Both")
        short(), short(place=south), short(place=south)
        assert [each.opened for each in rows(look(both), "kinds")] == [3]
        assert [each.opened for each in rows(look(both, warehouse="south"), "kinds")] == [2]

    def test_staff_are_told_whose_it_is(self, client, north):
        client.force_login(person("staff", {north: "operate"}))
        assert client.get(URL).status_code == 403
        assert client.get("/reports/noise.csv").status_code == 403

    def test_it_is_reached_from_the_alerts_by_managers_alone(self, client, north, mona):
        for who, there in ((mona, True), (person("staff", {north: "operate"}), False)):
            client.force_login(who)
            assert (f'href="{URL}"' in client.get("/alerts/").content.decode()) is there


@pytest.mark.parametrize(
    ("days", "period"), [("7", 7), ("30", 30), ("90", 90), ("", 30), ("8", 30), ("x\x00", 30), ("9" * 4000, 30)]
)
def test_the_period_is_one_of_three(look, short, days, period):
    old = short(at=datetime.now(UTC) - timedelta(days=period + 1))
    new = short(at=datetime.now(UTC) - timedelta(days=period - 1))
    assert (old.pk, new.pk) != (None, None)
    response = look(days=days)
    assert response.context["days"] == period
    assert [each.opened for each in rows(response, "kinds")] == [1]


def test_an_empty_report_says_what_to_do_next(look, client, db):
    assert "No alerts in this period" in look().content.decode()
    assert "No warehouse yet" in look(person("manager")).content.decode()


@pytest.mark.parametrize("number", [1, 3, 50])
def test_it_costs_the_same_for_every_number_of_rows(short, client, mona, number, django_assert_num_queries):
    for _ in range(number):
        alert = short()
        AlertEvent.objects.bulk_create([AlertEvent(alert=alert, kind="reopened") for _ in range(3)])
    client.force_login(mona)
    client.get(URL)
    # The person, their warehouses, who was told, what came of it, what flaps, its demand and its peaks.
    with django_assert_num_queries(7):
        assert len(rows(client.get(URL), "flapping")) == number


@pytest.mark.parametrize("asked", ["1e9", "-1", "5,5", "<script>", "1" * 400, "\x00"])
def test_what_is_no_figure_is_not_filled_in(client, north, bolt, mona, asked):
    set_thresholds(product=bolt, warehouse=north, low=20, high=None)
    client.force_login(mona)
    page = client.get("/thresholds/NORTH/BOLT-M8/", {"low": asked, "high": asked})
    assert page.context["form"]["low"].value() == "20"
    assert "Filled in as suggested" not in page.content.decode()


class TestFile:
    @pytest.fixture
    def read(self, client, mona):
        client.force_login(mona)

        def get(**query):
            answer = client.get("/reports/noise.csv", query)
            return answer, list(csv.reader(b"".join(answer).decode().splitlines()))

        return get

    def test_it_has_the_thresholds_that_flap(self, read, swing, north):
        swing(ProductFactory(sku="EVIL", name="=HYPERLINK(1)"), 25, 30, 24)
        answer, [header, *lines] = read(warehouse="NORTH")
        day = datetime.now(UTC).date()
        assert answer["Content-Disposition"] == f'attachment; filename="noise-flapping-NORTH-{day}.csv"'
        assert header[:3] == ["SKU", "Product", "Unit"]
        assert lines == [["EVIL", "'=HYPERLINK(1)", "pcs", "NORTH", "Low", "20", "4", "3", "", "25"]]

    def test_it_has_the_kinds_and_the_people(self, read, short, mona):
        acknowledge(alert=short(), by=mona, at=datetime.now(UTC) + timedelta(minutes=5))
        assert read(table="kinds")[1][1:] == [["Low", "1", "1", "100", "5"]]
        assert read(table="people", days="7")[1][1:] == [["Mona", "1", "0.1", "1", "100"]]

    def test_it_has_every_row_however_many_the_page_shows(self, read, short, mona):
        for _ in range(51):
            alert = short()
            AlertEvent.objects.bulk_create([AlertEvent(alert=alert, kind="reopened") for _ in range(3)])
        assert len(read()[1]) == 52

    def test_a_foreign_warehouse_is_not_there(self, read, south, client):
        assert client.get("/reports/noise.csv", {"warehouse": "SOUTH"}).status_code == 404

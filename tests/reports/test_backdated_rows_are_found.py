"""A row that is written today with the moment of a day long sealed is found, though its own seal is right."""

import logging
from datetime import UTC, datetime, timedelta

import pytest

from reports.models import Seal
from reports.services import seals
from reports.services.seals import Problem, seal
from stock.models import Operation
from tests.reports import test_seals as seals_of
from tests.reports.test_seals import AUDIT_COPY, COPY, by_force, found, today
from tests.reports.test_seals_of_write_offs import ENTRY

pytestmark = pytest.mark.usefixtures("own_folder", "everything_is_final")

OWN = "pg_current_xact_id()::text::bigint"
LATE = "Rows of this day came after it was sealed."


def ago(days):
    return today() - timedelta(days=days)


def night(days=0):
    """Return the night before the day so many days ago: its seal is of the day before that."""
    return datetime.now(UTC) - timedelta(days=days)


@pytest.fixture
def sealed(desk, north, bolt, south, monkeypatch):
    """Rows of every table, sealed last night; what is written now is the next night's."""
    monkeypatch.setattr(seals_of, "GUARDED", (*seals_of.GUARDED, "stock_transferentry"))
    desk.receive(north, bolt, 10)
    desk.send(north, south, bolt, 4)
    seal(now=night())
    assert found() == []


BACKDATED = {
    "ledger": COPY.format(xact=OWN),
    "audit": AUDIT_COPY.format(xact=OWN),
}


@pytest.mark.parametrize("days", [3, 20])
@pytest.mark.parametrize("table", BACKDATED)
def test_a_backdated_row_is_found_by_its_day(sealed, table, days, caplog):
    by_force(BACKDATED[table], f"{days} days")
    with caplog.at_level(logging.ERROR):
        seal(now=night(-1))
    assert [(record.name, record.getMessage()) for record in caplog.records] == [
        ("reports.services.seals", f"sealed rows of {ago(days)} ({table}) that came after that day was sealed")
    ]
    assert found() == [Problem(ago(days), table, LATE)]
    seal(now=night(-2))
    assert found() == [Problem(ago(days), table, LATE)]


@pytest.mark.parametrize("table", BACKDATED)
def test_a_row_within_the_allowance_is_none(sealed, table):
    """The seal of last night is yesterday's: a transaction or a clock may be a whole day older than that."""
    by_force(BACKDATED[table], "2 days")
    seal(now=night(-1))
    assert found() == []


def test_a_backdated_row_that_no_seal_has_yet_is_found_the_night_after(sealed):
    by_force(BACKDATED["audit"], "20 days")
    assert found() == []


def test_a_backdated_operation_of_a_new_line_is_found(sealed, desk, north, bolt):
    """The time line shows an operation at its own moment, not at that of its lines."""
    desk.receive(north, bolt, 5, reference="forged")
    by_force("UPDATE stock_operation SET created = created - interval '20 days' WHERE reference = 'forged'")
    seal(now=night(-1))
    assert found() == [Problem(ago(20), "ledger", LATE)]


def test_a_new_line_of_an_operation_in_transit_that_was_backdated_is_found(sealed):
    by_force(
        """INSERT INTO stock_operation (key, kind, warehouse_id, transfer_id, reference, note, by_id, at,
                                        clock_corrected, created, device, digest)
           SELECT gen_random_uuid(), kind, warehouse_id, transfer_id, 'forged', note, by_id, at, clock_corrected,
                  created - interval '20 days', device, digest FROM stock_operation WHERE kind = 'send'"""
    )
    forged = Operation.objects.get(reference="forged").pk
    by_force(
        f"""INSERT INTO stock_transferentry (operation_id, line_id, kind, quantity, xact)
            SELECT %s, line_id, kind, quantity, {OWN} FROM ({ENTRY}) AS newest""",
        forged,
    )
    seal(now=night(-1))
    assert found() == [Problem(ago(20), "transit", LATE)]


def test_what_was_written_before_the_first_seal_of_its_table_may_be_of_any_day(desk, north, bolt):
    """History is loaded into an empty ledger; a seal over nothing does not stand in its way."""
    seal(now=night(5))
    desk.receive(north, bolt, 10)
    by_force(COPY.format(xact=OWN), "400 days")
    by_force("UPDATE stock_operation SET created = created - interval '400 days'")
    seal(now=night(4))
    assert [problem for problem in found() if problem.table == "ledger"] == []


def test_rows_that_a_transaction_held_back_for_days_are_none(sealed, monkeypatch):
    """While one stays open the seals take nothing behind it, and what they left is as old as it is."""
    last = Seal.objects.latest("number")
    by_force("UPDATE reports_seal SET day = day - 9")
    last.refresh_from_db()
    by_force("UPDATE reports_seal SET root = %s", seals.root_of(last, last.parts.all()))
    seals.roots_file().unlink()
    true_horizon = seals.HORIZON
    by_force("CREATE TABLE held (xact bigint)")
    by_force(f"INSERT INTO held VALUES ({OWN})")
    by_force(BACKDATED["audit"], "9 days")
    monkeypatch.setattr(seals, "HORIZON", "SELECT xact FROM held")
    for days in (8, 7, 6, 5):
        seal(now=night(days))
    monkeypatch.setattr(seals, "HORIZON", true_horizon)
    try:
        seal(now=night())
        assert found() == []
    finally:
        by_force("DROP TABLE held")

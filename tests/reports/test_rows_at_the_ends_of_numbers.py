"""No id, transaction number or moment that a column can hold lets a row hide from the seals."""

import pytest

from reports.models import SealPart
from reports.services.seals import seal
from tests.reports import test_seals as seals_of
from tests.reports.test_seals import AUDIT_COPY, COPY, Problem, by_force, counted, found, today, tomorrow
from tests.reports.test_seals_of_write_offs import ENTRY

pytestmark = pytest.mark.usefixtures("own_folder", "everything_is_final")

LEAST, MOST = -(2**63), 2**63 - 1
# auditlog's own table has ids of four bytes.
ENDS = [("ledger", LEAST), ("ledger", LEAST + 1), ("ledger", MOST), ("audit", -(2**31)), ("audit", 2**31 - 1)]
AHEAD = "1 rows bear transaction numbers that this database has not reached: forged, or restored."


def with_id(copy):
    copy = copy.replace("(operation_id,", "(id, operation_id,", 1).replace("(content", "(id, content", 1)
    return copy.replace("SELECT", "SELECT %s,", 1)


COPIES = {"ledger": with_id(COPY), "audit": with_id(AUDIT_COPY)}


@pytest.mark.parametrize(("table", "number"), ENDS)
def test_a_row_with_the_first_or_the_last_id_is_found(sealed, table, number):
    rows = SealPart.objects.get(table=table).rows
    by_force(COPIES[table].format(xact="xact"), number, "0 days")
    assert found() == [Problem(today(), table, counted(rows, rows + 1))]


@pytest.mark.parametrize(("table", "number"), ENDS)
def test_a_row_with_the_first_or_the_last_id_of_both_numbers_is_found(sealed, table, number):
    by_force(COPIES[table].format(xact=MOST), number, "0 days")
    assert found() == [Problem(None, table, AHEAD)]


@pytest.mark.parametrize("number", [LEAST, MOST])
def test_a_row_in_transit_with_the_first_or_the_last_id_is_found(desk, north, south, bolt, monkeypatch, number):
    monkeypatch.setattr(seals_of, "GUARDED", (*seals_of.GUARDED, "stock_transferentry"))
    desk.receive(north, bolt, 10)
    desk.send(north, south, bolt, 10)
    seal(now=tomorrow())
    by_force(
        f"""INSERT INTO stock_transferentry (id, operation_id, line_id, kind, quantity, xact)
            SELECT %s, * FROM ({ENTRY}) AS newest""",
        number,
    )
    assert found() == [Problem(today(), "transit", counted(1, 2))]


@pytest.mark.parametrize(("table", "number"), ENDS)
def test_a_row_with_such_an_id_is_sealed_once(sealed, table, number):
    by_force(COPIES[table].format(xact="pg_current_xact_id()::text::bigint"), number, "0 days")
    second = seal(now=tomorrow(2))
    assert [part.rows for part in second.parts.filter(table=table)] == [1]
    assert found() == []


@pytest.mark.parametrize(("moment", "day"), [("-infinity", "0001-01-01"), ("infinity", "9999-12-31")])
@pytest.mark.parametrize("table", COPIES)
def test_a_row_of_no_day_that_can_be_written_is_found(sealed, table, moment, day):
    copy = (
        COPIES[table]
        .replace("timestamp - %s::interval", "%s::timestamptz")
        .replace("created - %s::interval", "%s::timestamptz")
    )
    by_force(copy.format(xact="xact"), 0, moment)
    assert [(str(each.day), each.table, each.words) for each in found()] == [(day, table, counted(0, 1))]

"""Whoever changes a sealed row is found: the day and the table are named, whatever was done and by whom."""

import re
from datetime import UTC, date, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from reports.models import Seal, SealCheck, SealPart
from reports.services import seals
from reports.services.seals import Problem, roots_file, seal, verify

pytestmark = pytest.mark.usefixtures("own_folder", "everything_is_final")

EDITED = "The rows are not what was sealed: one was edited, or its place was changed."


def tomorrow(days=1):
    return datetime.now(UTC) + timedelta(days=days)


def today():
    return datetime.now(UTC).date()


def counted(was, now):
    return f"{was} rows were sealed, {now} stand there: rows are missing, or were put in."


GUARDED = ("stock_stocktransaction", "stock_operation", "auditlog_logentry")


def by_force(sql, *values):
    """Write as the tables' owner can, who takes the rights and switches the triggers off that guard history."""
    with transaction.atomic(), connection.cursor() as cursor:
        # Before the grant, which an autovacuum of the table would wait for while this waits for it.
        for table in GUARDED:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute("GRANT UPDATE, DELETE ON stock_stocktransaction TO CURRENT_USER")
        cursor.execute(sql, values)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in GUARDED:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        cursor.execute("REVOKE UPDATE, DELETE ON stock_stocktransaction FROM CURRENT_USER")
        cursor.execute("GRANT UPDATE (xact) ON stock_stocktransaction TO CURRENT_USER")


def ids(table):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id FROM {table} ORDER BY id")
        return [row[0] for row in cursor.fetchall()]


def found():
    return verify(now=datetime.now(UTC))


def test_a_seal_takes_what_is_final_and_only_once(sealed, desk, north, bolt):
    parts = SealPart.objects.filter(seal=sealed).values_list("table", "day", "rows")
    audit = len(ids("auditlog_logentry"))
    assert (sealed.number, sealed.day) == (1, today())
    assert list(parts) == [("audit", today(), audit), ("ledger", today(), 3)]
    assert seal(now=tomorrow()) is None
    desk.ship(north, bolt, 5)
    second = seal(now=tomorrow(2))
    assert (second.number, second.since, second.previous) == (2, sealed.until, sealed.root)
    assert list(second.parts.values_list("table", "day", "rows")) == [("ledger", today(), 1)]
    assert found() == []


LEDGER = {
    "edited": ("UPDATE stock_stocktransaction SET quantity = 11 WHERE id = %s", EDITED),
    "deleted": ("DELETE FROM stock_stocktransaction WHERE id = %s", counted(3, 2)),
    "edited in its operation": (
        """UPDATE stock_operation SET note = 'x'
           WHERE key = (SELECT operation_id FROM stock_stocktransaction WHERE id = %s)""",
        EDITED,
    ),
    "given to another operation": (
        """UPDATE stock_stocktransaction
           SET operation_id = (SELECT operation_id FROM stock_stocktransaction ORDER BY id LIMIT 1) WHERE id = %s""",
        EDITED,
    ),
    "given another place": ("UPDATE stock_stocktransaction SET id = id + 1000 WHERE id = %s", EDITED),
    "truncated": ("DELETE FROM stock_stocktransaction WHERE id >= %s", counted(3, 1)),
}


@pytest.mark.parametrize("what", LEDGER)
def test_a_changed_ledger_row_is_found(sealed, what):
    sql, words = LEDGER[what]
    by_force(sql, ids("stock_stocktransaction")[1])
    assert found() == [Problem(today(), "ledger", words)]


def test_two_rows_that_changed_places_are_found(sealed):
    first, second, _ = ids("stock_stocktransaction")
    for old, new in ((first, 0), (second, first), (0, second)):
        by_force("UPDATE stock_stocktransaction SET id = %s WHERE id = %s", new, old)
    assert found() == [Problem(today(), "ledger", EDITED)]


COPY = """
    INSERT INTO stock_stocktransaction (operation_id, product_id, warehouse_id, location_id, type, quantity,
                                        balance_after, created, occurred_on, xact)
    SELECT operation_id, product_id, warehouse_id, location_id, type, quantity, balance_after,
           created - %s::interval, occurred_on, {xact} FROM stock_stocktransaction ORDER BY id LIMIT 1
"""


def test_a_row_put_in_among_sealed_ones_is_found(sealed):
    by_force(COPY.format(xact="xact"), "0 days")
    assert found() == [Problem(today(), "ledger", counted(3, 4))]


def test_a_row_put_into_an_earlier_day_names_that_day(sealed):
    by_force(COPY.format(xact="xact"), "3 days")
    assert found() == [Problem(today() - timedelta(days=3), "ledger", counted(0, 1))]


def test_a_row_below_every_transaction_is_found(sealed):
    by_force(COPY.format(xact="-5"), "0 days")
    assert found() == [Problem(today(), "ledger", counted(3, 4))]


@pytest.mark.parametrize("hidden", [0, -1, -(2**31)])
def test_a_row_whose_id_no_sequence_gives_is_found(sealed, hidden):
    copy = (
        COPY.format(xact="xact").replace("(operation_id,", "(id, operation_id,", 1).replace("SELECT", "SELECT %s,", 1)
    )
    by_force(copy, hidden, "0 days")
    assert found() == [Problem(today(), "ledger", counted(3, 4))]


@pytest.mark.parametrize("hidden", [0, -1, -(2**31)])
def test_an_audit_row_whose_id_no_sequence_gives_is_found(sealed, hidden):
    rows = len(ids("auditlog_logentry"))
    copy = AUDIT_COPY.format(xact="xact").replace("(content", "(id, content", 1).replace("SELECT", "SELECT %s,", 1)
    by_force(copy, hidden, "0 days")
    assert found() == [Problem(today(), "audit", counted(rows, rows + 1))]


def test_a_row_that_hides_above_every_transaction_is_found(sealed):
    by_force(COPY.format(xact="2^62"), "0 days")
    words = "1 rows bear transaction numbers that this database has not reached: forged, or restored."
    assert found() == [Problem(None, "ledger", words)]


AUDIT = {
    "edited": ("UPDATE auditlog_logentry SET changes = '{}' WHERE id = %s", 0),
    "given to somebody else": (
        "UPDATE auditlog_logentry SET actor_id = (SELECT max(id) FROM accounts_user) WHERE id = %s",
        0,
    ),
    "deleted": ("DELETE FROM auditlog_logentry WHERE id = %s", 1),
}


@pytest.mark.parametrize("what", AUDIT)
def test_a_changed_audit_row_is_found(sealed, what):
    rows, (sql, fewer) = ids("auditlog_logentry"), AUDIT[what]
    by_force(sql, rows[1])
    words = counted(len(rows), len(rows) - 1) if fewer else EDITED
    assert found() == [Problem(today(), "audit", words)]


AUDIT_COPY = """
    INSERT INTO auditlog_logentry
        (content_type_id, object_pk, object_repr, action, changes_text, changes, timestamp, xact)
    SELECT content_type_id, object_pk, object_repr, action, changes_text, changes, timestamp - %s::interval, {xact}
    FROM auditlog_logentry ORDER BY id LIMIT 1
"""


@pytest.mark.parametrize(("back", "xact"), [("0 days", "xact"), ("3 days", "xact"), ("0 days", "-5")])
def test_an_audit_row_put_in_is_found_on_its_day(sealed, back, xact):
    rows = len(ids("auditlog_logentry"))
    by_force(AUDIT_COPY.format(xact=xact), back)
    if back == "0 days":
        assert found() == [Problem(today(), "audit", counted(rows, rows + 1))]
    else:
        assert found() == [Problem(today() - timedelta(days=3), "audit", counted(0, 1))]


def test_an_audit_row_that_hides_above_every_transaction_is_found(sealed):
    by_force(AUDIT_COPY.format(xact="2^62"), "0 days")
    words = "1 rows bear transaction numbers that this database has not reached: forged, or restored."
    assert found() == [Problem(None, "audit", words)]


def test_two_audit_rows_that_changed_places_are_found(sealed):
    first, second, *_ = ids("auditlog_logentry")
    for old, new in ((first, -1), (second, first), (-1, second)):
        by_force("UPDATE auditlog_logentry SET id = %s WHERE id = %s", new, old)
    assert found() == [Problem(today(), "audit", EDITED)]


def test_an_audit_row_moved_to_another_day_names_both(sealed):
    rows = ids("auditlog_logentry")
    by_force("UPDATE auditlog_logentry SET timestamp = timestamp - interval '2 days' WHERE id = %s", rows[0])
    assert found() == [
        Problem(today() - timedelta(days=2), "audit", counted(0, 1)),
        Problem(today(), "audit", counted(len(rows), len(rows) - 1)),
    ]


def test_the_last_audit_rows_taken_away_are_found(sealed):
    rows = ids("auditlog_logentry")
    by_force("DELETE FROM auditlog_logentry WHERE id >= %s", rows[-2])
    assert found() == [Problem(today(), "audit", counted(len(rows), len(rows) - 2))]


def test_a_truncated_audit_log_is_found(sealed):
    rows = len(ids("auditlog_logentry"))
    by_force("TRUNCATE auditlog_logentry")
    assert found() == [Problem(today(), "audit", counted(rows, 0))]


SEAL_COLUMNS = {
    "day": "day + 1",
    "made": "made + interval '1 second'",
    "ledger_after": "ledger_after + 1",
    "audit_after": "audit_after + 1",
    "root": "reverse(root)",
}


@pytest.mark.parametrize("column", SEAL_COLUMNS)
def test_a_changed_column_of_the_newest_seal_is_found(sealed, column):
    by_force(f"UPDATE reports_seal SET {column} = {SEAL_COLUMNS[column]}")
    assert "Seal 1 was changed." in {problem.words for problem in found()}


def test_a_part_taken_out_of_a_seal_is_found(sealed):
    by_force("DELETE FROM reports_sealpart WHERE \"table\" = 'ledger'")
    assert found() == [
        Problem(today(), "", "Seal 1 was changed."),
        Problem(today(), "ledger", counted(0, 3)),
    ]


def test_what_is_not_sealed_yet_is_no_problem(sealed, desk, north, bolt):
    desk.ship(north, bolt, 5)
    assert found() == []


@pytest.fixture
def three_seals(sealed, desk, north, bolt):
    for day in (2, 3):
        desk.receive(north, bolt, day)
        seal(now=tomorrow(day))
    assert found() == []
    return list(Seal.objects.order_by("number"))


def test_a_seal_made_to_fit_an_edited_row_is_found(three_seals):
    """Whoever has the database, but not the key, cannot sign what they changed."""
    part = SealPart.objects.filter(seal=2, table="ledger")
    by_force("UPDATE reports_sealpart SET digest = %s WHERE id = %s", "0" * 64, part.get().pk)
    assert found() == [
        Problem(today(), "ledger", EDITED),
        Problem(today() + timedelta(days=1), "", "Seal 2 was changed."),
    ]


def test_a_seal_of_another_key_in_its_place_is_found(three_seals, settings):
    second = three_seals[1]
    settings.SEAL_KEY = "of somebody who does not know the other one"
    second.key = seals.fingerprint(settings.SEAL_KEY)
    forged = seals.root_of(second, second.parts.all())
    by_force("UPDATE reports_seal SET key = %s, root = %s WHERE number = 2", second.key, forged)
    settings.SEAL_KEY = "only-for-tests-seals-nothing-else"
    days = [today() + timedelta(days=n) for n in (0, 1, 2)]
    assert found() == [
        Problem(days[1], "", f"The key {second.key} of seal 2 is not among the keys."),
        Problem(days[1], "", "Seal 2 has another root than the file of roots."),
        Problem(days[2], "", "Seal 3 does not continue the one before."),
    ]


def test_a_seal_taken_out_of_the_chain_is_found(three_seals):
    by_force("DELETE FROM reports_sealpart WHERE seal_id = 2")
    by_force("DELETE FROM reports_seal WHERE number = 2")
    days = {problem.words: problem.day for problem in found()}
    assert days["Seals before number 3 are missing."] == today() + timedelta(days=2)
    assert days["Seal 2 is gone from the database."] == today() + timedelta(days=1)


def test_a_truncated_chain_is_found_by_the_file_of_roots(three_seals):
    """The rows of the newest seal are taken away with it: nothing in the database tells of them any more."""
    by_force("DELETE FROM reports_sealpart WHERE seal_id = 3")
    by_force("DELETE FROM reports_seal WHERE number = 3")
    by_force("DELETE FROM stock_stocktransaction WHERE id = %s", ids("stock_stocktransaction")[-1])
    assert found() == [Problem(today() + timedelta(days=2), "", "Seal 3 is gone from the database.")]


def test_a_truncated_file_of_roots_is_found(three_seals):
    kept = roots_file().read_text().splitlines(keepends=True)
    assert kept == [f"{each.number} {each.day} {each.root}\n" for each in three_seals]
    roots_file().write_text("".join(kept[:-1]))
    assert found() == [Problem(today() + timedelta(days=2), "", "Seal 3 is missing in the file of roots.")]
    assert seal(now=tomorrow(3)) is None
    assert found() == []


def test_a_former_key_verifies_what_was_sealed_with_it(three_seals, settings, desk, north, bolt):
    former, settings.SEAL_KEY = settings.SEAL_KEY, "the key of the next year, 32 characters"
    settings.SEAL_KEY_FALLBACKS = [former]
    seal(now=tomorrow(4))
    assert found() == []
    settings.SEAL_KEY_FALLBACKS = []
    assert {re.sub(r"key \w+", "key", problem.words) for problem in found()} == {
        f"The key of seal {number} is not among the keys." for number in (1, 2, 3)
    }


def test_the_seals_go_on_in_another_cluster(three_seals, desk, north, bolt, monkeypatch):
    """A restore into a cluster whose transactions count from the beginning again: all that stands there is ahead."""
    monkeypatch.setattr(seals, "ALLOWANCE", timedelta(days=9))  # The rows of all these nights are today's.
    desk.receive(north, bolt, 7)
    for table in ("stock_stocktransaction", "auditlog_logentry"):
        by_force(f"UPDATE {table} SET xact = xact + 1000000000")
    by_force(
        """UPDATE reports_seal
           SET until = until + 1000000000, since = CASE number WHEN 1 THEN since ELSE since + 1000000000 END"""
    )
    resign()
    desk.receive(north, bolt, 8)
    made = seal(now=tomorrow(5))
    assert (made.number, made.since, made.ledger_after) == (5, seals.LEAST, ids("stock_stocktransaction")[-2])
    assert found() == []
    desk.receive(north, bolt, 9)
    assert (seal(now=tomorrow(6)).number, found()) == (6, [])
    by_force("UPDATE stock_stocktransaction SET quantity = 99 WHERE id = %s", made.ledger_after)
    assert [(problem.table, problem.words) for problem in found()] == [("ledger", EDITED)]


def resign():
    """Sign the seals anew over rows that only this test could have changed so."""
    root = seals.NOTHING_BEFORE
    roots_file().unlink()
    for each in Seal.objects.order_by("number"):
        span = [each.since, each.until]
        for part in each.parts.all():
            (now,) = [p for p in seals.parts(seals.Span(part.table, span, 0)) if p.day == part.day]
            by_force("UPDATE reports_sealpart SET digest = %s WHERE id = %s", now.digest, part.pk)
        each.previous = root
        root = seals.root_of(each, SealPart.objects.filter(seal=each))
        by_force("UPDATE reports_seal SET previous = %s, root = %s WHERE number = %s", each.previous, root, each.number)
    seals._keep_outside(Seal.objects.order_by("number"))


def test_the_command_says_what_it_found(sealed):
    out = StringIO()
    call_command("verify_seals", stdout=out)
    assert out.getvalue() == f"1 seals hold, up to {today()}.\n"
    assert SealCheck.objects.values_list("seals", "problems").get() == (1, 0)
    by_force("UPDATE stock_stocktransaction SET quantity = 11 WHERE id = %s", ids("stock_stocktransaction")[0])
    out = StringIO()
    with pytest.raises(CommandError, match=r"^1 problem$") as refused:
        call_command("verify_seals", stdout=out)
    assert refused.value.returncode == 1
    assert out.getvalue() == f"{today()} ledger: {EDITED}\n"
    assert SealCheck.objects.values_list("seals", "problems").get() == (1, 1)


def test_a_window_of_ids_makes_no_difference(sealed, desk, north, bolt, monkeypatch):
    """A seal is made and verified in the same windows, however many rows they hold."""
    from reports.queries import sealed as queries

    monkeypatch.setattr(queries, "WINDOW", 2)
    for _ in range(3):
        desk.receive(north, bolt, 1)
    assert seal(now=tomorrow(2)).parts.get(table="ledger").rows == 3
    by_force("DELETE FROM stock_stocktransaction WHERE id = %s", ids("stock_stocktransaction")[-1])
    assert Problem(today(), "ledger", counted(3, 2)) in found()


def test_the_day_of_a_seal_is_the_day_before_by_utc(transactional_db):
    assert seal(now=datetime(2027, 3, 1, 0, 20, tzinfo=UTC)).day == date(2027, 2, 28)

"""A seal digests every column that says something: no column of a sealed table can be changed unseen."""

import pytest
from django.db import connection

from reports.queries.sealed import AUDIT, LEDGER, TRANSIT
from tests.reports import test_seals as seals_of
from tests.reports.test_seals import EDITED, Problem, by_force, found, today

pytestmark = pytest.mark.usefixtures("own_folder", "everything_is_final")

# The table, the alias that it has in a digest, and the digests that shall say all of it.
SEALED = (
    ("stock_stocktransaction", "t", (LEDGER,)),
    ("stock_operation", "o", (LEDGER, TRANSIT)),
    ("stock_transferentry", "t", (TRANSIT,)),
    ("auditlog_logentry", "t", (AUDIT,)),
)
# A column may be left out for a reason that stands here: (table, column) -> reason. None is.
LEFT_OUT: dict[tuple[str, str], str] = {}
AUDITED = "auditlog_logentry"


def columns(table):
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT column_name FROM information_schema.columns
               WHERE table_schema = current_schema() AND table_name = %s""",
            [table],
        )
        return {row[0] for row in cursor.fetchall()}


def digested(sql, alias):
    """Return the columns of this alias that the rows of the digest are made of."""
    rows = [piece.split(")::text", 1)[0] for piece in sql.split("ROW(")[1:]]
    names = [name.strip() for row in rows for name in row.split(",")]
    return {name.removeprefix(f"{alias}.") for name in names if name.startswith(f"{alias}.")}


@pytest.mark.parametrize(("table", "alias", "digests"), SEALED, ids=[each[0] for each in SEALED])
@pytest.mark.django_db
def test_every_column_of_the_database_is_digested(table, alias, digests):
    wanted = columns(table) - {column for where, column in LEFT_OUT if where == table}
    assert [digested(sql, alias) for sql in digests] == [wanted] * len(digests)


def test_the_address_that_an_audit_row_shows_is_sealed(sealed):
    """It is the e-mail address of an export, which nobody can look up elsewhere once the person is anonymised."""
    by_force("UPDATE auditlog_logentry SET actor_email = 'forged@example.com' WHERE id = %s", seals_of.ids(AUDITED)[0])
    assert found() == [Problem(today(), "audit", EDITED)]

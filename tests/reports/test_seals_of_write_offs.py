"""A write-off books nothing but the transit ledger: it is sealed with all that its operation says."""

import pytest

from reports.models import SealPart
from reports.services.seals import Problem, seal
from stock.models import Operation, Transfer
from tests.reports import test_seals as seals_of
from tests.reports.test_seals import EDITED, counted, found, today


@pytest.fixture(autouse=True)
def sealed(desk, north, south, bolt, monkeypatch, own_folder, everything_is_final):
    """Ten sent, four of them written off, under one seal: two rows of transit."""
    monkeypatch.setattr(seals_of, "GUARDED", (*seals_of.GUARDED, "stock_transferentry"))
    desk.receive(north, bolt, 10)
    desk.send(north, south, bolt, 10)
    desk.write_off(Transfer.objects.get(), 4)
    seal(now=seals_of.tomorrow())
    assert found() == []


OF_IT = "WHERE key = (SELECT key FROM stock_operation WHERE kind = 'write_off')"
ENTRY = "SELECT operation_id, line_id, kind, quantity, xact FROM stock_transferentry ORDER BY id DESC LIMIT 1"
RIGHT = "GRANT UPDATE, DELETE ON stock_transferentry TO CURRENT_USER;"
FORGED = {
    "its note": (f"UPDATE stock_operation SET note = 'forged' {OF_IT}", EDITED),
    "its reason": (f"UPDATE stock_operation SET reason_id = NULL {OF_IT}", EDITED),
    "its person": (f"UPDATE stock_operation SET by_id = (SELECT min(id) FROM people_else) {OF_IT}", EDITED),
    "its quantity": (f"{RIGHT} UPDATE stock_transferentry SET quantity = 3 WHERE kind = 'written_off'", EDITED),
    "its goods": ("UPDATE stock_transferline SET product_id = (SELECT max(id) FROM catalog_product)", EDITED),
    "gone": (f"{RIGHT} DELETE FROM stock_transferentry WHERE kind = 'written_off'", counted(2, 1)),
    "one more": (
        f"INSERT INTO stock_transferentry (operation_id, line_id, kind, quantity, xact) {ENTRY}",
        counted(2, 3),
    ),
    "one more below all ids": (
        f"""INSERT INTO stock_transferentry (id, operation_id, line_id, kind, quantity, xact)
            SELECT -1, * FROM ({ENTRY}) AS newest""",
        counted(2, 3),
    ),
}


@pytest.mark.parametrize("what", FORGED)
def test_a_forged_write_off_is_found(what):
    assert SealPart.objects.get(table="transit").rows == 2
    sql, words = FORGED[what]
    other = "(SELECT id FROM accounts_user WHERE id NOT IN (SELECT by_id FROM stock_operation)) AS people_else"
    if what == "its person":
        from tests.factories import person

        person("staff")
    if what == "its goods":
        from tests.factories import ProductFactory

        ProductFactory()
    seals_of.by_force(sql.replace("people_else", other))
    assert Operation.objects.filter(kind="write_off").count() == 1
    assert found() == [Problem(today(), "transit", words)]

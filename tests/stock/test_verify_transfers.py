"""`verify_ledger` finds whatever breaks a law of goods on their way, and says where."""

import io

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from stock.models import Operation, TransferEntry, TransferLine

pytestmark = pytest.mark.django_db

TABLES = ("stock_transfer", "stock_transferline", "stock_transferentry", "stock_stocktransaction", "stock_operation")


@pytest.fixture
def steps(desk, north, south, bolt):
    """Every verb of a transfer once, each undone once: a draft, one on the way, one closed, two cancelled."""
    desk.receive(north, bolt, 100)
    desk.draft(north, south, bolt, 3)
    desk.cancel(desk.draft(north, south, bolt, 3))
    under_way = desk.send(north, south, bolt, 10).transfer
    desk.arrive(under_way, 4)
    desk.reverse(desk.arrive(under_way, 1))
    desk.reverse(desk.write_off(under_way, 2))
    closed = desk.send(north, south, bolt, 40)
    arrived, lost = desk.arrive(closed.transfer, 38), desk.write_off(closed.transfer)
    undone = desk.send(north, south, bolt, 7)
    desk.arrive(undone.transfer, 7)
    reversals = desk.undo(undone.transfer)
    return {
        "under_way": under_way,
        "closed": closed.transfer,
        "sending": closed,
        "arrived": arrived,
        "lost": lost,
        "undone": undone,
        "reversal": reversals[-1],
    }


def force(*statements, **values):
    """Change the books behind the triggers' backs, and set the triggers again."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in TABLES:
            # Before the grant, which an autovacuum of the table would wait for while this waits for it.
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            cursor.execute(f"GRANT UPDATE, DELETE ON {table} TO CURRENT_USER")
        for statement in statements:
            cursor.execute(statement, values)
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def differences():
    said = io.StringIO()
    with pytest.raises(CommandError) as error:
        call_command("verify_ledger", stdout=said)
    assert error.value.returncode == 1
    return sorted(line.strip() for line in said.getvalue().splitlines() if line.startswith("  "))


def test_what_the_services_book_has_no_difference(steps):
    said = io.StringIO()
    call_command("verify_ledger", stdout=said)
    assert "0 differences" in said.getvalue()


@pytest.mark.parametrize(("column", "what"), [("received", "received"), ("written_off", "written off")])
def test_a_line_whose_figure_nobody_entered(steps, column, what):
    line = steps["under_way"].lines.get()
    force(f"UPDATE stock_transferline SET {column} = {column} + 1 WHERE id = %(line)s", line=line.pk)
    before = getattr(line, column)
    words = f"BOLT-M8 @ SOUTH: transfer {line.transfer}, lot –, {what}: the line says {before + 1:f}"
    found = [difference for difference in differences() if "the line says" in difference]
    assert [difference.replace(".000", "") for difference in found] == [
        f"{words.replace('.000', '')}, its entries {before:.0f}"
    ]


def test_goods_that_a_line_has_made(steps):
    line = steps["under_way"].lines.get()
    force("UPDATE stock_transferline SET sent = sent + 1 WHERE id = %(line)s", line=line.pk)
    assert differences() == sorted(
        [
            f"BOLT-M8 @ SOUTH: transfer {line.transfer}, lot –, sent: the line says 11, its entries 10",
            "BOLT-M8: lot –: over all warehouses 8 left and did not arrive, transfers explain 9",
        ]
    )


@pytest.mark.parametrize(
    ("which", "state", "figures"),
    [
        ("under_way", "closed", "10 sent, 4"),
        ("under_way", "cancelled", "10 sent, 4"),
        ("closed", "sent", "40 sent, 40"),
        ("closed", "draft", "40 sent, 40"),
    ],
)
def test_a_state_that_does_not_fit_the_lines(steps, which, state, figures):
    transfer = steps[which]
    force(
        "ALTER TABLE stock_transfer DROP CONSTRAINT transfer_is_sent_once_it_left",
        "ALTER TABLE stock_transfer DROP CONSTRAINT transfer_closed_knows_when",
        "UPDATE stock_transfer SET state = %(state)s WHERE id = %(transfer)s",
        state=state,
        transfer=transfer.pk,
    )
    assert [found for found in differences() if "missing or not in force" not in found] == [
        f"SOUTH: transfer {transfer} is {state}: {figures} received or written off, in 1 lines"
    ]


def test_a_draft_without_lines(desk, steps, north, south, bolt):
    draft = desk.draft(north, south, bolt, 1)
    TransferLine.objects.filter(transfer=draft).delete()
    assert differences() == [f"SOUTH: transfer {draft} is draft: 0 sent, 0 received or written off, in 0 lines"]


def test_an_entry_that_the_ledger_rows_do_not_make(steps):
    entry = TransferEntry.objects.get(operation=steps["arrived"])
    force(
        "UPDATE stock_transferentry SET quantity = 37 WHERE id = %(entry)s",
        "UPDATE stock_transferline SET received = 37 WHERE id = %(line)s",
        "UPDATE stock_transfer SET state = 'sent', closed = NULL WHERE id = %(transfer)s",
        entry=entry.pk,
        line=entry.line_id,
        transfer=steps["closed"].pk,
    )
    assert differences() == sorted(
        [
            f"BOLT-M8 @ SOUTH: operation {steps['arrived'].pk}, lot –: the ledger rows make 38, the entries 37",
            "BOLT-M8: lot –: over all warehouses 8 left and did not arrive, transfers explain 9",
        ]
    )


def test_an_entry_of_another_kind_or_of_a_stranger(steps):
    lost = TransferEntry.objects.get(operation=steps["lost"])
    stranger = Operation.objects.get(kind="receive")
    force(
        "UPDATE stock_transferentry SET operation_id = %(other)s WHERE id = %(entry)s", entry=lost.pk, other=stranger.pk
    )
    assert differences() == sorted(
        [
            f"SOUTH: operation {steps['lost'].pk} (write_off): ledger row – of type –, quantity –",
            f"BOLT-M8 @ NORTH: operation {stranger.pk} (receive): entry {lost.pk}, written off 2",
        ]
    )


def test_a_reversal_that_forgot_the_transfer(steps):
    line = steps["undone"].transfer.lines.get()
    force("DELETE FROM stock_transferentry WHERE operation_id = %(reversal)s", reversal=steps["reversal"].pk)
    sending, reversal = steps["undone"].pk, steps["reversal"].pk
    assert differences() == sorted(
        [
            f"BOLT-M8 @ NORTH: operation {sending} and its reversal, sent: together 7, not 0",
            f"BOLT-M8 @ NORTH: operation {reversal}, lot –: the ledger rows make 7, the entries 0",
            f"BOLT-M8 @ SOUTH: transfer {line.transfer}, lot –, sent: the line says 0, its entries 7",
        ]
    )


def test_a_sending_that_adds_and_a_receipt_that_takes(steps):
    force("UPDATE stock_operation SET kind = 'send' WHERE key = %(key)s", key=steps["arrived"].pk)
    force("UPDATE stock_operation SET kind = 'arrive' WHERE key = %(key)s", key=steps["sending"].pk)
    found = differences()
    assert [
        any(f"operation {key} ({kind}): ledger row" in difference for difference in found)
        for key, kind in ((steps["arrived"].pk, "send"), (steps["sending"].pk, "arrive"))
    ] == [True, True]

"""An audit export proves itself: a script alone says whether it is as it was sent, or which day is not."""

import csv
import hashlib
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from auditlog.models import LogEntry

from inventory_site.web.trail import Act
from reports.services import seals
from reports.services.seals import seal
from tests.audit_rows import forget_audit_rows, unguarded
from tests.factories import person

pytestmark = pytest.mark.usefixtures("audited_rows")

SCRIPT = Path(__file__).resolve().parents[2] / "static" / "verify_export.py"
KEY = "only-for-tests-seals-nothing-else"
GOOD = (0, "The file is as it was sent.\n")


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    settings.DATA_DIR = tmp_path


def judged(folder, body, key=KEY):
    """Run a copy of the script alone, where it finds neither the project nor a package; return its end and words."""
    (folder / "alone").mkdir(exist_ok=True)
    path, script = folder / "export.csv", shutil.copy(SCRIPT, folder / "alone")
    path.write_bytes(body)
    done = subprocess.run(
        [sys.executable, "-I", "-S", script, str(path)],
        env={"SEAL_KEY": key},
        cwd=folder,
        capture_output=True,
        text=True,
    )
    assert done.stderr == ""
    return done.returncode, done.stdout


def fetched(client, **query):
    response = client.get("/audit.csv", query)
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    return b"".join(response.streaming_content)


@pytest.fixture
def export(client, desk, north, bolt, monkeypatch):
    """Three days: two rows of the audit log on each of the first two, today the rest; all of it is sealed.

    Other tests' transactions hold the cluster's horizon back; test_seal_horizon.py uses the real one.
    """
    monkeypatch.setattr(seals, "HORIZON", seals.HORIZON.replace("pg_snapshot_xmin", "pg_snapshot_xmax"))
    client.force_login(person("admin", name='Ada "A", =1+1', email="ada@example.com"))
    for reference in ("PO-1", "=cmd", "PO-3\u2028"):
        desk.receive(north, bolt, 5, reference=reference)
    old = list(LogEntry.objects.order_by("id").values_list("pk", flat=True)[:4])
    for n, pk in enumerate(old):
        at = datetime(2026, 1, 1 + n // 2, 12, n, tzinfo=UTC)
        with unguarded():
            LogEntry.objects.filter(pk=pk).update(timestamp=at, object_repr=f"thing {n}")
    seal(now=datetime.now(UTC))
    return fetched(client)


def lines_of(body):
    return body.splitlines(keepends=True)


def test_an_export_is_as_it_was_sent(export, tmp_path):
    assert judged(tmp_path, export) == GOOD
    records = list(csv.reader(export.decode().splitlines()))
    kinds = [record[0] for record in records if record[0].startswith("#")]
    today = datetime.now(UTC).date()
    assert kinds == ["#export", "#day", "#day", "#day", "#seal", "#end"]
    assert [r[1] for r in records if r[0] == "#day"] == [str(today), "2026-01-02", "2026-01-01"]
    assert [r[7] for r in records if r[0].startswith("2026-01-0")] == ["thing 3", "thing 2", "thing 1", "thing 0"]


def changed(body, what):
    lines = lines_of(body)
    row = next(n for n, line in enumerate(lines) if b"thing 1" in line)
    if what == "edited":
        lines[row] = lines[row].replace(b"thing 1", b"thing 9")
    elif what == "deleted":
        del lines[row]
    elif what == "inserted":
        lines.insert(row, lines[row].replace(b"thing 1", b"thing 9"))
    elif what == "reordered":
        lines[row], lines[row + 1] = lines[row + 1], lines[row]
    return b"".join(lines)


WHOLE = "the file as a whole is not as it was sent\n"
FOUND = {
    "edited": "2026-01-01: a row was edited, or its place was changed\n",
    "deleted": "2026-01-01: 2 rows were exported, 1 stand here\n",
    "inserted": "2026-01-01: 2 rows were exported, 3 stand here\n",
    "reordered": "2026-01-01: a row was edited, or its place was changed\n",
}


@pytest.mark.parametrize("what", FOUND)
def test_a_changed_line_is_found_and_its_day_is_named(export, tmp_path, what):
    assert judged(tmp_path, changed(export, what)) == (1, FOUND[what] + WHOLE)


def test_a_row_moved_to_another_day_names_both_days(export, tmp_path):
    """The moment of a line says to which day it belongs: whoever changes it takes it out of one and into another."""
    moved = b"".join(
        line.replace(b"2026-01-01", b"2026-01-02", 1) if b"thing 1" in line else line for line in lines_of(export)
    )
    found = ["2026-01-02: 2 rows were exported, 3 stand here\n", "2026-01-01: 2 rows were exported, 1 stand here\n"]
    assert judged(tmp_path, moved) == (1, "".join([*found, WHOLE]))


def test_a_proof_made_to_fit_an_edited_row_is_found(export, tmp_path):
    """Whoever edits a row and its day's digest cannot sign either without the key."""
    lines = [line.replace(b"thing 1", b"thing 9") for line in lines_of(export)]
    own = [line for line in lines if line.startswith(b"2026-01-01")]
    digest = hashlib.sha256(b"".join(own)).hexdigest().encode()
    day = next(n for n, line in enumerate(lines) if line.startswith(b"#day,2026-01-01"))
    fields = lines[day].split(b",")
    lines[day] = b",".join([*fields[:3], digest, *fields[4:]])
    words = "2026-01-01: the proof of this day, or of the one before it, was changed\n"
    assert judged(tmp_path, b"".join(lines)) == (1, words + WHOLE)


def test_a_file_that_was_cut_off_is_found(export, tmp_path):
    whole = lines_of(export)
    for cut in (whole[:-1], whole[:5], whole[:1], []):
        assert judged(tmp_path, b"".join(cut)) == (1, "the proof is missing or was cut off\n")


def test_a_day_taken_out_with_its_proof_is_found(export, tmp_path):
    left = b"".join(line for line in lines_of(export) if b"2026-01-02" not in line[:20])
    code, said = judged(tmp_path, left)
    assert (code, said.splitlines()[0]) == (
        1,
        "2026-01-01: the proof of this day, or of the one before it, was changed",
    )


def test_a_changed_seal_is_found(export, tmp_path):
    code, said = judged(tmp_path, export.replace(b"holdfast seal 1 ", b"holdfast seal 2 "))
    assert code == 1
    assert "does not sign what stands beside it" in said


def test_another_key_verifies_nothing(export, tmp_path):
    code, said = judged(tmp_path, export, key="somebody else's key, long enough")
    assert (code, said.startswith("signed with another key (")) == (1, True)


def test_a_file_signed_anew_with_another_key_is_found(export, tmp_path, client, settings):
    settings.SEAL_KEY = "somebody else's key, long enough"
    code, said = judged(tmp_path, fetched(client))
    assert (code, said.startswith("signed with another key (")) == (1, True)


def test_the_script_is_short_and_needs_the_standard_library_alone():
    text = SCRIPT.read_text()
    assert len(text.splitlines()) < 100
    imports = {line.split()[1] for line in text.splitlines() if line.startswith(("import ", "from "))}
    assert imports <= sys.stdlib_module_names


def test_a_manager_gets_their_warehouses_rows_and_of_the_seals_the_roots_alone(export, client, tmp_path, north, south):
    client.force_login(person("manager", {south: "manage"}))
    body = fetched(client, since=str(datetime.now(UTC).date() - timedelta(days=2)))
    assert judged(tmp_path, body) == GOOD
    assert b"NORTH" not in body
    seals = [record for record in csv.reader(body.decode().splitlines()) if record[0] == "#seal"]
    assert [len(record) for record in seals] == [2]


def test_an_empty_export_is_signed_too(export, client, tmp_path):
    body = fetched(client, person="nobody of that name")
    assert (judged(tmp_path, body), len(lines_of(body))) == (GOOD, 3)


def test_cells_that_a_spreadsheet_would_run_are_neutralised(export):
    cells = {cell for record in csv.reader(export.decode().splitlines()) for cell in record}
    assert ("'=cmd" in cells, "=cmd" in cells) == (True, False)


def test_a_filter_that_cannot_be_read_makes_no_file(client, export):
    assert client.get("/audit.csv", {"since": "never"}).status_code == 422


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("/audit.csv", "logentry"),
        ("/transactions.csv", "stocktransaction"),
        ("/reports/fast-movers.csv", "dailymovement"),
    ],
)
def test_every_export_is_recorded_before_its_first_byte(client, north, address, kind):
    admin = person("admin", name="Ada")
    client.force_login(admin)
    forget_audit_rows()
    client.get(address, {"warehouse": "NORTH", "after": ""})
    row = LogEntry.objects.get()
    assert (row.action, row.actor, row.content_type.model) == (Act.EXPORT, admin, kind)
    assert row.changes == {"filter": ["None", "warehouse=NORTH"]}
    assert row.additional_data["warehouse"] == north.pk
    assert row.object_repr.endswith(".csv")

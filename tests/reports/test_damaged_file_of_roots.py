"""A damaged line of the file of roots is named as a problem of the seals, and new roots go on being kept."""

import pytest

from reports.services.seals import Problem, roots_file, seal
from tests.reports.test_seals import found, today, tomorrow

pytestmark = pytest.mark.usefixtures("own_folder", "everything_is_final")

ROOT = b"f" * 64
DAMAGED = {
    "an empty line": b"\n",
    "a word for a number": b"one 2026-01-01 " + ROOT + b"\n",
    "a word for a day": b"7 yesterday " + ROOT + b"\n",
    "a day that no month has": b"7 2026-02-30 " + ROOT + b"\n",
    "too few words": b"7 2026-01-01\n",
    "too many words": b"7 2026-01-01 " + ROOT + b" x\n",
    "half a root": b"7 2026-01-01 ffff\n",
    "bytes that are no text": b"\xff\xfe\x00\n",
    "other digits": "٧ 2026-01-01 ".encode() + ROOT + b"\n",
    "a number without end": b"9" * 5000 + b" 2026-01-01 " + ROOT + b"\n",
    "a line that was cut off": b"7 2026-01-01 fff",
}


def unreadable(number):
    return Problem(None, "", f"Line {number} of the file of roots cannot be read.")


@pytest.mark.parametrize("what", DAMAGED)
def test_a_damaged_line_is_named_and_the_next_root_is_kept(sealed, what):
    with roots_file().open("ab") as file:
        file.write(DAMAGED[what])
    assert found() == [unreadable(2)]
    second = seal(now=tomorrow(2))
    assert roots_file().read_bytes().endswith(f"\n{second.number} {second.day} {second.root}\n".encode())
    assert found() == [unreadable(2)]


def test_a_seal_whose_own_line_was_damaged_is_missing_there(sealed):
    roots_file().write_text(f"one {sealed.day} {sealed.root}\n")
    missing = Problem(today(), "", "Seal 1 is missing in the file of roots.")
    assert found() == [unreadable(1), missing]


def test_a_second_line_of_a_seal_does_not_hide_the_first(sealed):
    kept = roots_file().read_bytes()
    forged = f"1 {sealed.day} ".encode() + ROOT + b"\n"
    roots_file().write_bytes(forged + kept)
    assert found() == [Problem(today(), "", "Seal 1 has another root than the file of roots.")]


def test_a_number_far_ahead_does_not_keep_new_roots_out(sealed):
    with roots_file().open("ab") as file:
        file.write(b"999999 2026-01-01 " + ROOT + b"\n")
    second = seal(now=tomorrow(2))
    assert roots_file().read_text().splitlines()[-1] == f"{second.number} {second.day} {second.root}"
    assert [problem.words for problem in found()] == ["Seal 999999 is gone from the database."]

"""Rows of CSV: a spreadsheet shows what was meant and runs nothing."""

import csv
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from inventory_site.web.csv_rows import csv_cell, csv_lines


@pytest.mark.parametrize("first", ["=", "+", "-", "@", "\t", "\r"])
def test_text_that_begins_like_a_formula_gets_one_apostrophe(first):
    assert csv_cell(f"{first}SUM(A1)") == f"'{first}SUM(A1)"


@pytest.mark.parametrize("text", ["", "BOLT-M8", "'=1", " =1", "a=b", "1-2", "Größe", "数量"])
def test_other_text_stays_as_it_is(text):
    assert csv_cell(text) == text


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (-5, -5),
        (Decimal("-5.500"), "-5.5"),
        (Decimal("1E+3"), "1000"),
        (Decimal("0.000"), "0"),
        (None, ""),
        (date(2026, 11, 23), "2026-11-23"),
        (datetime(2026, 11, 23, 4, 5, tzinfo=UTC), "2026-11-23T04:05:00+00:00"),
    ],
)
def test_numbers_stay_numbers_and_days_are_iso(value, cell):
    assert csv_cell(value) == cell


def test_lines_come_one_by_one_as_utf_8_and_read_back():
    asked = []

    def rows():
        for n in range(3):
            asked.append(n)
            yield (n, 'Größe "M", 5', "two\nlines")

    lines = csv_lines(("=n", "name", "note"), rows())
    assert next(lines) == b"'=n,name,note\r\n"
    assert asked == []
    first = next(lines)
    assert asked == [0]
    assert first == '0,"Größe ""M"", 5","two\nlines"\r\n'.encode()
    read = list(csv.reader("".join(line.decode() for line in lines).splitlines(keepends=True)))
    assert read == [[str(n), 'Größe "M", 5', "two\nlines"] for n in (1, 2)]

"""An export carries every seal that holds rows of its days, on whatever day they were sealed."""

import csv
from datetime import UTC, datetime, timedelta

import pytest

from reports.models import Seal, SealPart
from reports.services.audit_file import signed_file

DAY = datetime(2026, 9, 7, 12, tzinfo=UTC)


@pytest.fixture
def late_seals(db):
    """The rows of the 7th were sealed on the 20th and the 22nd; the seals around hold other days."""
    for number, day, held in ((1, 6, 6), (2, 20, 7), (3, 21, 21), (4, 22, 7), (5, 23, 23)):
        seal = Seal.objects.create(
            number=number,
            day=DAY.replace(day=day).date(),
            made=DAY.replace(day=day) + timedelta(days=1),
            since=number,
            until=number + 1,
            key="k" * 16,
            previous=f"{number - 1}" * 64,
            root=f"{number}" * 64,
        )
        SealPart.objects.create(seal=seal, table="audit", day=DAY.replace(day=held).date(), rows=1, digest="0" * 64)


def seals_of(*moments):
    rows = [(moment, ("x",)) for moment in moments]
    lines = b"".join(signed_file(["When", "What"], rows, now=DAY, whole=False)).decode().splitlines()
    return [record[1][0] for record in csv.reader(lines) if record[0] == "#seal"]


@pytest.mark.parametrize(
    ("days", "numbers"),
    [
        ([7], ["2", "3", "4"]),  # the one between them too: each continues the one before
        ([6], ["1"]),
        ([7, 6], ["1", "2", "3", "4"]),
        ([20], []),  # sealed on that day was another day's row
    ],
)
def test_the_seals_are_those_whose_parts_hold_the_days(late_seals, days, numbers):
    assert seals_of(*(DAY.replace(day=day) for day in days)) == numbers

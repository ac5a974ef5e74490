"""The demonstration leaves a count to go on with and one to review, the same from the same seed."""

import io

import pytest
from django.core.management import call_command

from accounts.models import User
from stock.models import Count

pytestmark = pytest.mark.django_db


def test_counts_that_wait_for_somebody():
    size = ["--products", "50", "--movements", "2000", "--days", "30", "--until", "2026-11-20T10:00Z"]
    call_command("load_demo", *size, stdout=io.StringIO())
    going, waiting = Count.objects.order_by("id")
    assert (going.state, waiting.state) == ("open", "review")
    staff = User.objects.get(email="staff@demo.holdfast.example")
    assert [list(each.assignees.all()) for each in (going, waiting)] == [[staff], [staff]]
    assert {each.warehouse.code for each in (going, waiting)} == {"NORTH"}
    assert [bin.finished is not None for bin in going.bins.order_by("id")] == [True, False, False]
    assert any(line.variance for line in waiting.lines.all())
    assert all(line.counted is not None for line in waiting.lines.all())
    assert not waiting.operations.exists()

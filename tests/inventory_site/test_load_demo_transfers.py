"""The demonstration leaves transfers in every state that somebody has to do something about."""

import io

import pytest
from django.core.management import call_command
from django.utils import timezone

from alerts.models import Delivery
from stock.models import Operation, Transfer, TransferLine

pytestmark = pytest.mark.django_db


def test_transfers_that_wait_for_somebody():
    size = ["--products", "400", "--movements", "8000", "--days", "30", "--until", "2026-11-20T10:00Z"]
    call_command("load_demo", *size, stdout=(said := io.StringIO()))
    assert said.getvalue().endswith("0 differences\n")
    states = sorted(Transfer.objects.values_list("state", flat=True))
    assert states == ["draft"] * 2 + ["sent"] * 4
    assert {transfer.destination.code for transfer in Transfer.objects.filter(state="sent")} == {"NORTH"}
    assert {transfer.source.code for transfer in Transfer.objects.filter(state="draft")} == {"NORTH"}
    assert [each.is_overdue(timezone.now()) for each in Transfer.objects.all()].count(True) == 1
    [part] = TransferLine.objects.filter(received__gt=0)
    assert (part.written_off, part.in_transit > 0) == (1, True)
    kinds = Operation.objects.exclude(transfer=None).values_list("kind", flat=True)
    assert sorted(kinds) == ["arrive", *["send"] * 4, "write_off"]
    assert not Delivery.objects.leaving().exists()

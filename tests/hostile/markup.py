"""A text that would run wherever it reached a page as it is, and the same planted wherever somebody may write."""

from datetime import timedelta

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from auditlog.models import LogEntry
from django.utils import timezone

from stock.models import Operation, ReasonCode
from stock.services import Origin
from tests.audit_rows import unguarded
from tests.desk import Desk
from tests.factories import BarcodeFactory, CategoryFactory, UnitFactory, person
from tests.stock.counting import Counter
from tests.worlds import two_worlds

RUNS = """"><script>alert(1)</script><img src=x onerror=alert(1)>'{{7*7}}${7*7}"""
SHORT = "<script>alert(1)</script>"
SHORTEST = "<b>{{7*7}}"


def write(row, **texts):
    """Write past every form and validator, as a row of earlier days would stand there."""
    type(row).objects.filter(pk=row.pk).update(**texts)


def markup_everywhere():
    """Build the two worlds with markup in every text that a person or their browser may choose."""
    found = two_worlds()
    admin, place, product = person("admin", name=RUNS), found.own.place, found.own.product
    write(product, name=RUNS, description=RUNS, category=CategoryFactory(name=RUNS))
    write(place, name=RUNS, address=RUNS)
    write(found.own.person, name=RUNS)
    write(UnitFactory(code="pcs"), name=RUNS[:40])
    write(UnitFactory(code="other"), code=SHORTEST, name=SHORT)
    write(ReasonCode.objects.get(code="correction"), name=RUNS[:60])
    BarcodeFactory(product=product, code=RUNS)
    desk, soon = Desk(admin), timezone.now().date() + timedelta(days=9)
    slip = {"reference": RUNS[:60], "note": RUNS, "origin": Origin(device=RUNS)}
    desk.receive(place, product, 5, found.own.bin, SHORT, soon, **slip)
    desk.ship(place, product, 1, lot=SHORT, lot_reason=RUNS, **slip)
    desk.adjust(place, product, -1, found.own.bin, lot=SHORT, **slip)
    desk.send(place, found.alien.place, product, 1, lot=SHORT, **slip)
    Counter(admin).open(place, found.own.bin, note=RUNS)
    for row in (found.own.alert, found.alien.alert):
        write(row, subject=SHORT, facts={**row.facts, "unit": RUNS})
    Authenticator.objects.create(user=found.own.person, type="webauthn", data={"name": RUNS})
    UserSession.objects.create(user=admin, ip="127.0.0.1", session_key="x" * 32, user_agent=RUNS)
    with unguarded():
        LogEntry.objects.update(object_repr=RUNS, additional_data={"device": RUNS, "warehouse": place.pk})
    assert Operation.objects.filter(note=RUNS).count() == 4
    return found, admin

"""What the probe does for the figures of people, audit log and seals; imported by it, once Django is set up."""

import time
import uuid
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.cached_db import SessionStore
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from accounts.services import add_person, set_right
from catalog.models import Product
from inventory_site.demo.people import PASSWORD, accounts
from inventory_site.demo.statements import Progress
from inventory_site.demo.trail import leave_trail
from reports.models import AuditRow, Seal
from reports.services import seals
from stock import services
from stock.models import Operation
from tests.audit_rows import unguarded
from warehouses.models import Warehouse

RIGHTS = "accounts_warehouseuserpermission"
# What one night adds: rows like those that stand there, written now.
NIGHT = """
    INSERT INTO auditlog_logentry (content_type_id, object_pk, object_id, object_repr, action, changes_text, changes,
                                   actor_id, actor_email, remote_addr, timestamp, additional_data)
    SELECT content_type_id, object_pk, object_id, object_repr, action, changes_text, changes, actor_id, actor_email,
           remote_addr, now(), additional_data
    FROM auditlog_logentry ORDER BY id DESC LIMIT %s
"""
LINES = 500


def ready(role):
    """Return the demo's person of this role, with the second factor without which nothing is open to an admin."""
    person = next(person for person in accounts() if person.role == role)
    if role == User.Role.ADMIN and not Authenticator.objects.filter(user=person).exists():
        TOTP.activate(person, generate_totp_secret())
    return person


def session_of(person, backend=settings.AUTHENTICATION_BACKENDS[0]):
    """Return the cookie of a session of somebody whom this backend let in."""
    session = SessionStore()
    session[SESSION_KEY] = str(person.pk)
    session[BACKEND_SESSION_KEY] = backend
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    session.save()
    return f"{settings.SESSION_COOKIE_NAME}={session.session_key}"


def leave_audit_rows(rows):
    """Fill the audit log up to so many rows, once; return how many stand there."""
    if _newest() < rows:
        leave_trail(rows, seed=1, until=timezone.now(), progress=Progress())
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
    return AuditRow.objects.count()


def _newest():
    """Return the highest id: ids follow each other, and a count would read all of them."""
    return AuditRow.objects.latest("pk").pk


def questions(role):
    """Return every filter of the audit page alone, with values that there are, and the place of a page far back."""
    person = ready(role)
    with connection.cursor() as cursor:
        cursor.execute("SELECT reference FROM stock_operation WHERE reference <> '' ORDER BY created DESC LIMIT 1")
        (reference,) = cursor.fetchone()
    product = Product.objects.order_by("sku_key")[1000]
    address = AuditRow.objects.exclude(remote_addr=None).order_by("-pk").values_list("remote_addr", flat=True)[0]
    far = timezone.now() - timedelta(days=400)
    return [
        {},
        {"warehouse": Warehouse.objects.for_user(person, "manage").order_by("code")[0].code},
        *({"person": name} for name in ("Maria", "Sam Porter", "@demo")),
        *({"kind": kind} for kind in ("catalog.product", "stock.inventory", "accounts.user", "operation")),
        *({"act": act} for act in ("0", "11", "20", "booked", Operation.Kind.ADJUST.value)),
        {"sku": product.sku},
        *({"q": text} for text in (product.sku, "a", reference)),
        {"address": address},
        {"since": "2026-01-01", "until": "2026-01-31"},
        {"after": f"{far.isoformat()}~a~1"},
    ]


def statements_of(role, path, **query):
    """Return how many statements a page sends, how many of them read rights, how many of these nothing else."""
    client = Client(headers={"host": "localhost"})
    client.force_login(ready(role), settings.AUTHENTICATION_BACKENDS[0])
    with CaptureQueriesContext(connection) as sent:
        response = client.get(path, query)
    assert response.status_code == 200, response.status_code
    rights = [each["sql"] for each in sent if RIGHTS in each["sql"]]
    return len(sent), len(rights), sum("accounts_user" not in sql for sql in rights)


def seal():
    """Seal what stands there as the next night would; return the seconds, and how many rows the seal has."""
    last = Seal.objects.order_by("-number").first()
    now = timezone.now()
    if last is not None:
        now = max(now, datetime(last.day.year, last.day.month, last.day.day, 0, 20, tzinfo=UTC) + timedelta(days=2))
    started = time.perf_counter()
    made = seals.seal(now=now)
    return time.perf_counter() - started, sum(made.parts.values_list("rows", flat=True))


def sealed_rows():
    return sum(Seal.objects.values_list("parts__rows", flat=True))


def a_night(rows):
    """Write as many rows as a night seals: half of them in the audit log, half booked lines of the ledger."""
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute(NIGHT, [rows // 2])
    person = ready(User.Role.ADMIN)
    place = Warehouse.objects.for_user(person, "operate").open().order_by("code")[0]
    products = list(Product.objects.filter(tracks_lots=False, status="active").order_by("sku_key")[: rows // 2])
    for start in range(0, len(products), LINES):
        some = products[start : start + LINES]
        lines = [services.ReceiveLine(product=product, quantity=Decimal(1)) for product in some]
        services.receive(warehouse=place, lines=lines, by=person, at=timezone.now(), key=uuid.uuid4())


def forge():
    """Change one sealed row in the middle of the audit log; return its id, its day and what it was called."""
    row = AuditRow.objects.filter(pk__gte=_newest() // 2).order_by("pk")[0]
    with unguarded():
        AuditRow.objects.filter(pk=row.pk).update(object_repr="forged")
    return row.pk, str(row.timestamp.astimezone(UTC).date()), row.object_repr


def mend(pk, name):
    with unguarded():
        AuditRow.objects.filter(pk=pk).update(object_repr=name)


def fill_the_matrix(people):
    """Add people until there are so many, each with a right in every warehouse; return what the matrix shows."""
    places = list(Warehouse.objects.open())
    for number in range(User.objects.count(), people):
        person = add_person(email=f"matrix{number}@bench.example", name=f"Matrix {number}", role="staff")
        for place in places:
            set_right(person=person, warehouse=place, right="operate")
    return User.objects.count(), len(places)


def forget_limits():
    """Forget how often one has signed in: the limits would stop the bench."""
    cache.clear()
    return [{"login": person.email, "password": PASSWORD} for person in accounts() if person.role != User.Role.ADMIN]


PEOPLE_CALLS = (
    *(leave_audit_rows, questions, statements_of, seal, sealed_rows, a_night, forge, mend),
    *(fill_the_matrix, forget_limits),
)

"""A process on one database: reads `[function, arguments]` a line, answers with what the function returns."""

import json
import sys
import time
import uuid
from decimal import Decimal

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.core.cache import cache  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.urls import reverse  # noqa: E402
from django.utils import timezone  # noqa: E402

from accounts.models import User  # noqa: E402
from catalog.models import Product  # noqa: E402
from inventory_site.demo.people import accounts  # noqa: E402
from stock import services  # noqa: E402
from stock.models import StockTransaction  # noqa: E402
from stock.queries.as_of import levels_as_of  # noqa: E402
from stock.queries.levels import levels  # noqa: E402
from tests.bench.bare.statement import CHOOSE  # noqa: E402
from tests.bench.deliveries_probe import DELIVERY_CALLS  # noqa: E402
from tests.bench.expiry_probe import EXPIRY_CALLS  # noqa: E402
from tests.bench.people_probe import PEOPLE_CALLS, ready, session_of  # noqa: E402
from warehouses.models import Warehouse  # noqa: E402

WARM = 20
BACKEND = settings.AUTHENTICATION_BACKENDS[0]


def timed(work):
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1000


def staff():
    return next(person for person in accounts() if person.role == User.Role.STAFF)


def warehouse():
    return Warehouse.objects.for_user(staff(), "operate").open().order_by("code").first()


def choose():
    """Note the levels that are shipped from, in `bench_level`, and return their SKUs and the warehouse."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS bench_level")
        cursor.execute(connection.ops.compose_sql(CHOOSE, {"warehouse": warehouse().pk, "person": staff().pk}))
        cursor.execute("ALTER TABLE bench_level ADD PRIMARY KEY (n)")
        cursor.execute("ANALYZE bench_level")
        cursor.execute("SELECT sku FROM bench_level ORDER BY n")
        return {"warehouse": warehouse().code, "skus": [row[0] for row in cursor.fetchall()]}


def sign_in(backend=BACKEND, role=User.Role.STAFF):
    """Return the cookie of a session of the demo's person of this role, whom this backend let in."""
    return session_of(ready(role), backend)


class Desk:
    """What is asked again and again, prepared once."""

    def __init__(self):
        self.person, self.warehouse = staff(), warehouse()
        with connection.cursor() as cursor:
            cursor.execute("SELECT sku FROM bench_level ORDER BY n")
            skus = [row[0] for row in cursor.fetchall()]
        # Few enough to be warm in both databases.
        self.products = list(Product.objects.filter(sku__in=skus[:WARM]).order_by("sku"))
        self.page = list(Product.objects.order_by("sku_key")[:25])
        self.warehouses = list(Warehouse.objects.order_by("code"))
        first, last = StockTransaction.objects.order_by("id")[0], StockTransaction.objects.order_by("-id")[0]
        self.midway = first.created + (last.created - first.created) / 2
        self.client = Client(headers={"host": "localhost"})
        self.client.force_login(self.person, BACKEND)
        self.turn = 0

    def slip(self):
        return {"by": self.person, "at": timezone.now(), "key": uuid.uuid4()}

    def next_product(self):
        self.turn += 1
        return self.products[self.turn % len(self.products)]

    def ship(self):
        line = services.ShipLine(product=self.next_product(), quantity=Decimal(1))
        services.ship(warehouse=self.warehouse, lines=[line], **self.slip())

    def receive(self, lines):
        wanted = [services.ReceiveLine(product=self.next_product(), quantity=Decimal(1)) for _ in range(lines)]
        services.receive(warehouse=self.warehouse, lines=wanted, **self.slip())

    def levels(self):
        levels([product.pk for product in self.page], [place.pk for place in self.warehouses])

    def levels_as_of(self):
        products, warehouses = [p.pk for p in self.page], [place.pk for place in self.warehouses]
        levels_as_of(self.midway, products=products, warehouses=warehouses)

    def get(self, name, *arguments, **query):
        response = self.client.get(reverse(f"stock:{name}", args=arguments), query)
        assert response.status_code == 200, response.status_code
        b"".join(response.streaming_content) if response.streaming else response.content

    def search(self):
        """Search as people do: by the beginning of a SKU, then by the words of a name."""
        product = self.next_product()
        self.get("product-list", q=product.sku[:-1] if self.turn % 2 else product.name)

    def product(self):
        self.get("product-detail", self.next_product().sku)

    def transactions(self):
        self.get("transaction-list")

    def as_of(self):
        self.get("product-list", at=timezone.localtime(self.midway).strftime("%Y-%m-%dT%H:%M"))


desk = None


def time_of(what, lines=None):
    """Return the milliseconds that one call takes."""
    work = getattr(desk_of_this_process(), what)
    if what == "levels":
        cache.clear()
    return timed(lambda: work(lines) if lines else work())


def time_of_cached_levels():
    desk_of_this_process().levels()
    return timed(desk_of_this_process().levels)


def queries_of(what, lines=None):
    """Return how many statements one call sends."""
    work = getattr(desk_of_this_process(), what)
    with CaptureQueriesContext(connection) as sent:
        work(lines) if lines else work()
    return len(sent)


def desk_of_this_process():
    global desk
    desk = desk or Desk()
    return desk


OWN_CALLS = (choose, sign_in, time_of, time_of_cached_levels, queries_of)
CALLS = {call.__name__: call for call in (*OWN_CALLS, *PEOPLE_CALLS, *EXPIRY_CALLS, *DELIVERY_CALLS)}

if __name__ == "__main__":
    for asked in sys.stdin:
        name, values = json.loads(asked)
        print(json.dumps(CALLS[name](**values)), flush=True)

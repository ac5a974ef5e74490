"""What the tests of alerts stand on: two warehouses with a manager each, a product, and findings about it.

Django is imported inside the fixtures: this file is read before the services that the settings name are up.
"""

import socket
import threading
from datetime import UTC, datetime

import pytest

MONDAY = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


@pytest.fixture
def north(db):
    from tests.factories import WarehouseFactory

    return WarehouseFactory(code="NORTH", name="North Quay")


@pytest.fixture
def south(db):
    from tests.factories import WarehouseFactory

    return WarehouseFactory(code="SOUTH", name="South Yard")


@pytest.fixture
def bolt(db):
    from tests.factories import ProductFactory

    return ProductFactory(sku="BOLT-M8", name="Hexagon bolt M8")


@pytest.fixture
def mona(north):
    from tests.factories import person

    return person("manager", {north: "manage"}, name="Mona", email="mona@example.com")


@pytest.fixture
def found(bolt, north):
    """Make a finding: BOLT-M8 at NORTH unless told otherwise."""
    from alerts.models import Alert
    from alerts.services import Finding

    def make(kind, *, quantity="19", product=bolt, warehouse=north, cause=None, **facts):
        cause = cause or (Alert.Cause.OVERSTOCK if kind == Alert.Type.OVERSTOCK else Alert.Cause.SHORTAGE)
        return Finding(
            cause=cause,
            type=kind and Alert.Type(kind),
            product_id=product.pk,
            warehouse=warehouse,
            facts={
                "sku": product.sku,
                "name": product.name,
                "unit": "pcs",
                "quantity": quantity,
                "threshold": "20",
                "warehouse": warehouse.code,
                "warehouse_name": warehouse.name,
                **facts,
            },
        )

    return make


@pytest.fixture
def see(found):
    """Observe one finding on its own, at a moment, in a transaction of its own; the alert that it is about."""
    from django.db import transaction

    from alerts.models import Alert
    from alerts.services import observe

    def observed(kind, at=MONDAY, **about):
        finding = found(kind, **about)
        with transaction.atomic():
            observe([finding], now=at)
        mine = Alert.objects.filter(product=finding.product_id, warehouse=finding.warehouse, cause=finding.cause)
        return mine.with_names().order_by("-id").first()

    return observed


@pytest.fixture
def at_once():
    """Run calls in threads that start together; raise what any of them raised, return what they returned."""
    from django.db import connection

    def run(*calls):
        start, answers, raised = threading.Barrier(len(calls)), [None] * len(calls), []

        def work(place, call):
            try:
                start.wait(10)
                answers[place] = call()
            except BaseException as error:  # noqa: BLE001 - the test's own thread raises it
                raised.append(error)
            finally:
                connection.close()

        threads = [threading.Thread(target=work, args=pair) for pair in enumerate(calls)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        if raised:
            raise raised[0]
        return answers

    return run


@pytest.fixture
def free_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


@pytest.fixture
def mail_server(settings, free_port):
    """A real SMTP server on loopback that the settings name: `received`, and answers that a test may set."""
    from aiosmtpd.controller import Controller

    class Door:
        def __init__(self):
            self.received, self.answers, self.at_data = [], {}, None

        async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
            if address in self.answers:
                return self.answers[address]
            envelope.rcpt_tos.append(address)
            return "250 OK"

        async def handle_DATA(self, server, session, envelope):  # noqa: N802
            if self.at_data:
                return await self.at_data(server, session, envelope)
            self.received.append(envelope)
            return "250 OK"

        def start(self):
            self.controller = Controller(self, hostname="127.0.0.1", port=free_port)
            self.controller.start()

        def stop(self):
            self.controller.stop()

        @property
        def recipients(self):
            return sorted(address for envelope in self.received for address in envelope.rcpt_tos)

    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", free_port, 5
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    door = Door()
    door.start()
    yield door
    door.stop()


@pytest.fixture
def twilio(settings):
    """A Twilio of one's own on loopback that the settings name."""
    from tests.alerts.doubles import Twilio

    double = Twilio()
    double.configure(settings)
    yield double
    double.stop()


@pytest.fixture
def firebase(settings):
    """A Firebase of one's own on loopback that the settings name."""
    from tests.alerts.doubles import Firebase

    double = Firebase()
    double.configure(settings)
    yield double
    double.stop()


@pytest.fixture
def add_device():
    """Give somebody a browser that gets push messages."""
    from accounts.services.second_factor import keys
    from alerts.models import PushDevice

    def add(person, token="a-browser"):
        encrypted = keys().encrypt(token.encode()).decode()
        digest = PushDevice.digest_of(token)
        return PushDevice.objects.create(person=person, token=encrypted, digest=digest, name=token)

    return add


@pytest.fixture
def queue_for(see):
    """Queue what was seen of so many products for one person through one channel alone."""
    from alerts.models import Delivery
    from tests.factories import ProductFactory

    def fill(person, channel, number=1):
        for product in ProductFactory.create_batch(number):
            see("low", product=product)
        mine = Delivery.objects.leaving().filter(person=person, channel="email", status="waiting")
        mine.update(channel=channel)
        return list(Delivery.objects.filter(person=person, channel=channel).order_by("id"))

    return fill


@pytest.fixture
def make_due():
    """Let time pass for everything that waits in the outbox: a lease or a pause is over."""
    from datetime import timedelta

    from django.db.models.functions import Now

    from alerts.models import Delivery

    def pass_time():
        Delivery.objects.leaving().filter(status=Delivery.Status.WAITING).update(
            next_attempt=Now() - timedelta(seconds=1)
        )

    return pass_time

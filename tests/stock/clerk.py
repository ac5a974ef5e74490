"""Filling in the pages that book stock as a person would, and reading what they answer."""

import html
import re
import uuid

from django.contrib.messages import get_messages
from django.urls import reverse

from stock.models import Holding, Inventory, Operation, StockTransaction
from tests.factories import LocationFactory, ProductFactory, WarehouseFactory, person

KINDS = ("receive", "ship", "move", "transfer", "adjust")

# A line that every shelf can book, and what the head asks for beside it.
LINES = {
    "receive": {"location": "A-01"},
    "ship": {"location": "A-01"},
    "move": {"source": "A-01", "destination": "A-02"},
    "transfer": {"source": "A-01"},
    "adjust": {"location": "A-01"},
}
HEADS = {"transfer": {"destination": "SOUTH", "way": "both"}, "adjust": {"reason": "damaged"}}
# The field of a bin in the warehouse that is worked in.
BIN = {"receive": "location", "ship": "location", "move": "source", "transfer": "source", "adjust": "location"}


class Clerk:
    """Somebody who operates in NORTH and SOUTH, where 100 BOLT-M8 lie in NORTH A-01; FAR is not theirs."""

    def __init__(self, client, desk):
        self.client = client
        self.north, self.south = WarehouseFactory(code="NORTH"), WarehouseFactory(code="SOUTH")
        self.a01, self.a02 = (LocationFactory(warehouse=self.north, code=code) for code in ("A-01", "A-02"))
        self.s01 = LocationFactory(warehouse=self.south, code="S-01")
        self.bolt = ProductFactory(sku="BOLT-M8", name="Hex bolt M8")
        desk.receive(self.north, self.bolt, 100, self.a01)
        self.person = person(rights={self.north: "operate", self.south: "operate"})
        client.force_login(self.person)
        self.key = uuid.uuid4()

    def data(self, kind, *lines, **head):
        """Return what the form sends: each line is what differs from 5 BOLT-M8 in the usual bins."""
        sent = {"key": str(self.key), "warehouse": "NORTH", "at": "", "code": "", **HEADS.get(kind, {}), **head}
        for number, line in enumerate(lines):
            whole = {"code": "BOLT-M8", "quantity": "5", **LINES[kind], **line}
            sent |= {f"line-{number}-{name}": text for name, text in whole.items()}
        return sent

    def send(self, kind, *lines, htmx=False, **head):
        headers = {"HX-Request": "true"} if htmx else {}
        return self.client.post(reverse(f"stock:{kind}"), self.data(kind, *lines, **head), headers=headers)

    def scan(self, kind, *lines, **asked):
        """Send a code as the page does with htmx."""
        data = self.data(kind, *lines, **asked)
        return self.client.post(reverse("stock:add-line", args=[kind]), data, headers={"HX-Request": "true"})


def told(response):
    """Return the messages that wait for the next page: (text, extra tags)."""
    return [(str(message), message.extra_tags) for message in get_messages(response.wsgi_request)]


def beside(response, field):
    """Return the words of error beside a field, by the name it is sent under."""
    found = re.search(rf'id="id_{re.escape(field)}_error">(.*?)</ul>', response.content.decode(), re.DOTALL)
    return [html.unescape(words) for words in re.findall(r"<li>(.*?)</li>", found[1])] if found else []


def summary(response):
    """Return the words in the summary on top."""
    found = re.search(r'id="error-summary".*?</div>', response.content.decode(), re.DOTALL)
    words = re.findall(r"<li>(.*?)</li>", found[0], re.DOTALL) if found else []
    return [html.unescape(re.sub(r"<[^>]+>", "", text)).strip() for text in words]


def value_of(response, name):
    """Return the value that a field of the answer holds, None where there is no such field."""
    tag = re.search(rf'<input[^>]*name="{re.escape(name)}"[^>]*>', response.content.decode())
    found = re.search(r'value="([^"]*)"', tag[0]) if tag else None
    return html.unescape(found[1]) if found else None


def books():
    """Return everything that a booking changes."""
    from catalog.models import Lot

    return (
        Operation.objects.count(),
        StockTransaction.objects.count(),
        sorted(Inventory.objects.values_list("product", "warehouse", "quantity", "version")),
        sorted(Holding.objects.values_list("inventory", "location", "quantity")),
        Lot.objects.count(),
    )

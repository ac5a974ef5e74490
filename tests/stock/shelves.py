"""Goods on shelves for the tests of pages: products received in one go, and what a page shows of them."""

import re
import uuid
from datetime import UTC, datetime
from decimal import Decimal
from html import unescape

from stock import services
from tests.factories import ProductFactory


def fill(desk, warehouse, count, *, quantity=10, location=None, **product):
    """Make this many products and receive each of them into the warehouse, in one operation."""
    products = ProductFactory.create_batch(count, **product)
    lines = [services.ReceiveLine(product=each, quantity=Decimal(quantity), location=location) for each in products]
    services.receive(warehouse=warehouse, lines=lines, by=desk.by, at=datetime.now(UTC), key=uuid.uuid4())
    return products


def words(response):
    """Return what a person reads on the page: its text, white space as single blanks."""
    text = re.sub(r"<(script|style|svg|select)\b.*?</\1>", " ", response.content.decode(), flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", text)).split())

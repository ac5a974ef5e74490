"""The fast movers as a file."""

import csv
from datetime import UTC, datetime

import pytest

from tests.factories import ProductFactory, person

URL = "/reports/fast-movers.csv"


@pytest.fixture
def read(client, north, south, desk, bolt, counted):
    """Ship two products, one of them with a name that a spreadsheet would run, and read the file."""
    evil = ProductFactory(sku="EVIL", name='=HYPERLINK("http://x","Größe")')
    desk.receive(north, bolt, 10)
    desk.receive(south, evil, 10)
    desk.ship(north, bolt, 6)
    desk.ship(south, evil, 2)
    counted()
    client.force_login(person(rights={north: "view", south: "view"}))

    def get(**query):
        answer = client.get(URL, query)
        return answer, list(csv.reader(b"".join(answer).decode("utf-8").splitlines()))

    return get


def test_the_file_has_the_figures_of_the_page(read):
    answer, lines = read()
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    day = datetime.now(UTC).date()
    assert answer["Content-Disposition"] == f'attachment; filename="fast-movers-all-{day}.csv"'
    assert lines == [
        [
            "Rank",
            "SKU",
            "Product",
            "Unit",
            "Shipped in 30 days",
            "Shipped in the 30 days before",
            "Rank before",
            "Places climbed",
        ],
        ["1", "BOLT-M8", "Hexagon bolt M8", "pcs", "6", "0", "", ""],
        ["2", "EVIL", '\'=HYPERLINK("http://x","Größe")', "pcs", "2", "0", "", ""],
    ]


def test_the_file_follows_the_filter(read):
    answer, lines = read(warehouse="south")
    assert "fast-movers-SOUTH-" in answer["Content-Disposition"]
    assert [line[1] for line in lines] == ["SKU", "EVIL"]


def test_the_file_is_sent_row_by_row(read):
    assert read()[0].streaming

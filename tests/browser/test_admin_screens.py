"""The admin site, as an admin sees it: nothing for axe to find, nothing in the console, nothing cut off at a desk."""

import pytest
from django.utils import timezone

from tests.browser.job import assert_accessible, sign_in
from tests.browser.thumb import WIDER
from tests.desk import Desk
from tests.factories import person

# How many pixels of a list stand outside its frame, to be scrolled to.
OUTSIDE = "[...document.querySelectorAll('#changelist .results')].map(list => list.scrollWidth - list.clientWidth)"


@pytest.fixture
def screens(site):
    """Give the addresses: the index, lists, a person with rights, an operation, the audit."""
    long = person("staff", name="Maximiliane Hohenstein-Wittgenau", email="maximiliane.hohenstein@warehouse.example")
    type(long).objects.filter(pk=long.pk).update(last_login=timezone.now())
    received = Desk(site.ana).receive(site.north, site.bolt, 12, reference="PO-2026-11-0000815")
    return (
        "/admin/",
        "/admin/accounts/",
        "/admin/accounts/user/",
        "/admin/accounts/user/?q=ana",
        f"/admin/accounts/user/{site.ana.pk}/change/",
        "/admin/stock/operation/",
        f"/admin/stock/operation/{received.pk}/change/",
        "/admin/auditlog/logentry/",
        "/admin/auditlog/logentry/?q=1",
    )


def test_admin_screens(page, screens):
    sign_in(page, person("admin"))
    at_a_desk = page.viewport_size["width"] > 1000
    wrong = []
    for address in screens:
        assert page.goto(address).status == 200, address
        assert_accessible(page)
        wrong += [(address, each) for each in page.evaluate(OUTSIDE if at_a_desk else WIDER) if each]
    assert wrong == []

"""The main job on a phone and at a desk, in a real Chromium, every screen checked by axe in light and dark."""

from alerts.models import Alert
from stock.models import Operation
from tests.browser.job import assert_accessible, main_job
from tests.desk import holdings


def test_the_main_job(page, site):
    main_job(page, site, look=assert_accessible)
    assert holdings(site.bolt, site.north) == {("A-01", ""): 100}
    assert holdings(site.bolt, site.south) == {}
    assert [alert.status for alert in Alert.objects.all()] == ["resolved"]
    kinds = list(Operation.objects.order_by("created").values_list("kind", flat=True))
    assert kinds == ["receive", "ship", "reverse", "transfer", "reverse"]
    assert set(Operation.objects.values_list("by", flat=True)) == {site.ana.pk}
    assert all("HeadlessChrome" in device for device in Operation.objects.values_list("device", flat=True))


def test_without_scripts(open_browser, site):
    page = open_browser("phone", java_script_enabled=False)
    main_job(page, site)
    assert holdings(site.bolt, site.north) == {("A-01", ""): 100}

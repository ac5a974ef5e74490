"""What helps against an alert, a tap away: a fragment that the alert's page loads, and a page of its own."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from alerts.models import Alert
from catalog.models import Product
from inventory_site.web.access import signed_in
from inventory_site.web.quantity import format_quantity
from inventory_site.web.request import StaffRequest
from stock.queries.holdings import Part
from stock.queries.remedies import Giver, Situation, situation_of
from warehouses.models import Warehouse

SHORT = (Alert.Type.LOW, Alert.Type.OUT)
LOTS = (Alert.Type.EXPIRING, Alert.Type.EXPIRED)
# An address may not grow beyond what a browser sends.
MOST_LINES = 30


@dataclass(frozen=True)
class Remedy:
    """Something to do: its words, its picture, where it is done, and a note below."""

    label: str
    picture: str
    href: str
    note: str = ""


@signed_in
@require_safe
def remedies(request: StaffRequest, pk: int) -> HttpResponse:
    """Show what helps against an alert: what this person may do in its warehouse, prefilled."""
    visible = Alert.objects.visible_to(request.user).exclude(warehouse=None)
    alert = get_object_or_404(visible.select_related("product__unit", "warehouse", "lot"), pk=pk)
    context = {"alert": alert, "remedies": _remedies(request, alert)}
    template = "stock/remedies.html#remedies" if request.htmx else "stock/remedies.html"
    return render(request, template, context)


def _remedies(request: StaffRequest, alert: Alert) -> list[Remedy]:
    assert alert.warehouse is not None
    kind, _sep, number = alert.subject.partition(":")
    if kind == "transfer" and number.isdecimal():
        return [Remedy(_("Look at the transfer"), "truck", reverse("stock:transfer-detail", args=[int(number)]))]
    if kind == "count" and number.isdecimal():
        return [Remedy(_("Review the count"), "clipboard-list", reverse("stock:count-detail", args=[int(number)]))]
    if alert.product is None or not (alert.warehouse.is_open and request.user.may("operate", alert.warehouse.pk)):
        return []
    others = Warehouse.objects.for_user(request.user, "operate").open()
    found = situation_of(alert.product, alert.warehouse, others, now=timezone.now())
    parts = found.place.parts if found.place else []
    ways = _against_shortage(alert, alert.product, found) if alert.type in SHORT else []
    if alert.type in LOTS and alert.lot:
        ways = _against_expiry(alert, [part for part in parts if part.lot == alert.lot.number])
    elif alert.type == Alert.Type.OVERSTOCK:
        ways = [Remedy(_("Send some to another warehouse"), "arrow-left-right", _sheet("transfer", alert))]
    return [*ways, *_always(request, alert, parts)]


def _against_shortage(alert: Alert, product: Product, found: Situation) -> list[Remedy]:
    assert alert.warehouse is not None
    ways = _coming(alert, product, found)
    ways += [
        Remedy(
            _("Transfer %(quantity)s %(unit)s from %(warehouse)s") % _words(giver, product),
            "arrow-left-right",
            _address(
                "transfer",
                {
                    "warehouse": giver.code,
                    "destination": alert.warehouse.code,
                    "line-0-code": product.sku,
                    "line-0-quantity": format_quantity(giver.quantity),
                },
            ),
            _("%(on_hand)s %(unit)s on hand there") % _words(giver, product),
        )
        for giver in found.givers
    ]
    return [*ways, Remedy(_("Receive"), "package-plus", _sheet("receive", alert))]


def _coming(alert: Alert, product: Product, found: Situation) -> list[Remedy]:
    """Return the way to what is on the way here already; it says where that is enough."""
    assert alert.warehouse is not None
    if not found.coming:
        return []
    words = {"quantity": format_quantity(found.coming), "unit": product.unit.code}
    asked = {"state": "sent", "direction": "in", "warehouse": alert.warehouse.code}
    return [
        Remedy(
            _("%(quantity)s %(unit)s are on the way here") % words,
            "truck",
            _address("transfer-list", asked),
            "" if found.wanted else _("That is enough to end this."),
        )
    ]


def _words(giver: Giver, product: Product) -> dict[str, str]:
    return {
        "quantity": format_quantity(giver.quantity),
        "on_hand": format_quantity(giver.on_hand),
        "unit": product.unit.code,
        "warehouse": giver.name,
    }


def _against_expiry(alert: Alert, parts: list[Part]) -> list[Remedy]:
    """Return what to do with a lot: out with it once it has expired, before that out to somebody who wants it."""
    assert alert.product is not None
    lines: dict[str, str] = {}
    for n, part in enumerate(parts[:MOST_LINES]):
        lines[f"line-{n}-code"], lines[f"line-{n}-quantity"] = alert.product.sku, format_quantity(part.quantity)
        lines[f"line-{n}-location"], lines[f"line-{n}-lot_number"] = part.bin, part.lot
    if not lines:
        return []
    if alert.type == Alert.Type.EXPIRED:
        return [Remedy(_("Dispose of the expired lot"), "trash-2", _sheet("adjust", alert, reason="expired", **lines))]
    return [Remedy(_("Ship this lot first"), "truck", _sheet("ship", alert, **lines))]


def _always(request: StaffRequest, alert: Alert, parts: list[Part]) -> list[Remedy]:
    """Return what helps against every alert of a product: a look at what lies there, and for managers thresholds."""
    assert alert.warehouse is not None
    assert alert.product is not None
    bins = sorted({part.bin for part in parts})[:MOST_LINES]
    what = {"bins": " ".join(bins)} if bins else {"products": alert.product.sku}
    ways = [
        Remedy(_("Count it"), "clipboard-list", _address("count-create", {"warehouse": alert.warehouse.code, **what}))
    ]
    if alert.type not in LOTS and request.user.may("manage", alert.warehouse.pk):
        address = reverse("stock:product-thresholds", args=[alert.warehouse.code, alert.product.sku])
        ways.append(Remedy(_("Thresholds"), "sliders-horizontal", address))
    return ways


def _sheet(verb: str, alert: Alert, **more: str) -> str:
    """Return the address of a sheet in the alert's warehouse, with its product unless lines are given."""
    assert alert.warehouse is not None
    assert alert.product is not None
    what = {"code": alert.product.sku} if not any(name.startswith("line-") for name in more) else {}
    return _address(verb, {"warehouse": alert.warehouse.code, **what, **more})


def _address(page: str, asked: dict[str, str]) -> str:
    return f"{reverse(f'stock:{page}')}?{urlencode(asked)}"

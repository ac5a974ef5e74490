"""Who may do what where: the matrix of people and warehouses, one right of it, and one warehouse from its own side."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts import services
from accounts.forms import PeopleFilter, RightField
from accounts.models import User
from accounts.queries import RIGHT_WORDS, Access, access_of, concerned_by
from accounts.views.proof import confirmed
from inventory_site.web.access import role
from inventory_site.web.chips import chips, without
from inventory_site.web.keyset import KeysetPage, keyset_page
from inventory_site.web.limits import limited
from inventory_site.web.request import StaffRequest
from warehouses.models import Warehouse
from warehouses.queries import warehouse_for

ROWS = 50
COLUMNS = 12


@dataclass(frozen=True)
class Row:
    """A person of the matrix with what they have in each warehouse that it shows."""

    person: User
    cells: list[Access]


@role("admin")
@limited("search")
@require_safe
def matrix(request: StaffRequest) -> HttpResponse:
    """Show the rights of the people in the open warehouses, each to be changed on the spot."""
    people = PeopleFilter(request.GET, User.objects.filter(anonymised=None))
    places = Warehouse.objects.for_user(request.user, "manage").open()
    columns: KeysetPage[Warehouse] = keyset_page(places, by="code", after=request.GET.get("beyond", ""), size=COLUMNS)
    page = keyset_page(people.qs, by="email", after=request.GET.get("after", ""), size=ROWS)
    cells = access_of(page.rows, columns.rows)
    context = {
        "page": page,
        "rows": [Row(person, of) for person, of in zip(page.rows, cells, strict=True)],
        "warehouses": columns.rows,
        "beyond": columns.after,
        "form": people.form,
        "chips": chips(request, people.words),
        "query": without(request),
    }
    return render(request, "accounts/matrix.html", context)


@role("admin")
@confirmed
@require_POST
def right_set(request: StaffRequest, pk: int, code: str) -> HttpResponse:
    """Store one right of a person: its cell for htmx, else back to the page that it stood on."""
    person = get_object_or_404(User, pk=pk, anonymised=None)
    place = warehouse_for(request, "manage", code)
    sent = request.POST.get("right", "")
    if sent not in ("", *RIGHT_WORDS):
        raise Http404
    right = RightField().clean(sent)
    services.set_right(person=person, warehouse=place, right=right, by=request.user)
    words = {"name": person, "place": place.code, "right": RIGHT_WORDS[right] if right else _("None")}
    messages.success(request, _("%(name)s in %(place)s: %(right)s") % words)
    if request.htmx:
        context = {"cell": Access(person, place, right), "back": request.POST.get("next", "")}
        return render(request, "accounts/right_cell.html", context)
    back = request.POST.get("next", "")
    known = url_has_allowed_host_and_scheme(back, allowed_hosts=None)
    return redirect(back if known else reverse("accounts:person-detail", args=[pk]))


@role("manager")
@require_safe
def warehouse_people(request: StaffRequest, code: str) -> HttpResponse:
    """Show who may do what in a warehouse, and why; for those who manage it."""
    place = warehouse_for(request, "manage", code)
    page = keyset_page(concerned_by(place), by="id", after=request.GET.get("after", ""), size=ROWS)
    context = {
        "warehouse": place,
        "page": page,
        "listed": [access for of in access_of(page.rows, [place]) for access in of],
    }
    return render(request, "accounts/warehouse_people.html", context)

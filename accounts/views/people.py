"""The people: the list, a person's page, and what admins do there."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import services
from accounts.errors import Refused, StateMovedOn
from accounts.exports import json_parts
from accounts.forms import LeaveForm, PeopleFilter, RoleForm, WelcomeForm
from accounts.models import User
from accounts.queries import access_of, own_data
from accounts.views.proof import confirmed
from inventory_site.web.access import role
from inventory_site.web.chips import chips, without
from inventory_site.web.errors import error_page
from inventory_site.web.keyset import keyset_page
from inventory_site.web.limits import limited
from inventory_site.web.request import StaffRequest
from inventory_site.web.trail import Act, record
from warehouses.models import Warehouse


@role("admin")
@limited("search")
@require_safe
def person_list(request: StaffRequest) -> HttpResponse:
    """List the people, with those on top of the page's words who wait for an admin."""
    people = PeopleFilter(request.GET, User.objects.all())
    context = {
        "page": keyset_page(people.qs, by="email", after=request.GET.get("after", "")),
        "form": people.form,
        "chips": chips(request, people.words),
        "query": without(request),
        "waiting": User.objects.filter(status=User.Status.PENDING).count(),
    }
    return render(request, "accounts/person_list.html", context)


@role("admin")
@require_safe
def person_detail(request: StaffRequest, pk: int) -> HttpResponse:
    """Show a person: who they are, what they may do and where."""
    return _page(request, get_object_or_404(User.objects.select_related("home_warehouse"), pk=pk))


def _page(request: StaffRequest, person: User, *, status: int = 200, **more: object) -> HttpResponse:
    places = Warehouse.objects.for_user(request.user, "manage").open()
    pending = person.status == User.Status.PENDING
    context = {
        "person": person,
        "invitation": None if person.has_come else person.invitations.select_related("invited_by").first(),
        "rights": [] if pending or person.anonymised else access_of([person], list(places))[0],
        "form": WelcomeForm(warehouses=places, initial={"role": person.role}) if pending else None,
        "role_form": RoleForm(initial={"role": person.role}),
        "myself": person.pk == request.user.pk,
        "now": timezone.now(),
        **more,
    }
    return render(request, "accounts/person_detail.html", context, status=status)


def _done(request: StaffRequest, person: User, verb: Callable[[], object], words: str) -> HttpResponse:
    """Do something with a person and go back to their page, which says that it was done or why it was not."""
    try:
        verb()
    except Refused as error:
        person.refresh_from_db()
        return _page(request, person, status=422, errors=[str(error)])
    except StateMovedOn as error:
        return error_page(request, 409, str(error))
    messages.success(request, words % {"name": person})
    return redirect("accounts:person-detail", person.pk)


@role("admin")
@confirmed
@require_POST
def person_role(request: StaffRequest, pk: int) -> HttpResponse:
    """Give somebody another role."""
    person, form = get_object_or_404(User, pk=pk), RoleForm(request.POST)
    if not form.is_valid():
        return _page(request, person, status=422, role_form=form, form=form)
    chosen = form.cleaned_data["role"]
    words = _("%(name)s is %(role)s now.") % {"name": "%(name)s", "role": dict(User.Role.choices)[chosen]}
    return _done(request, person, lambda: services.change_role(person=person, role=chosen, by=request.user), words)


@role("admin")
@confirmed
@require_POST
def person_suspend(request: StaffRequest, pk: int) -> HttpResponse:
    """Let somebody in no more."""
    person = get_object_or_404(User, pk=pk)
    words = _("%(name)s is suspended and is signed out everywhere.")
    return _done(request, person, lambda: services.suspend(person=person, by=request.user), words)


@role("admin")
@confirmed
@require_POST
def person_restore(request: StaffRequest, pk: int) -> HttpResponse:
    """Let somebody who was suspended in again."""
    person = get_object_or_404(User, pk=pk)
    words = _("%(name)s may sign in again.")
    return _done(request, person, lambda: services.restore(person=person, by=request.user), words)


@role("admin")
@confirmed
@require_POST
def person_approve(request: StaffRequest, pk: int) -> HttpResponse:
    """Let somebody in who has registered."""
    person = get_object_or_404(User, pk=pk)
    form = WelcomeForm(request.POST, warehouses=Warehouse.objects.for_user(request.user, "manage").open())
    if not form.is_valid():
        return _page(request, person, status=422, form=form)
    words = _("%(name)s may sign in now.")
    return _done(request, person, lambda: services.approve(person=person, by=request.user, **form.welcome), words)


@role("admin")
@confirmed
@require_POST
def person_refuse(request: StaffRequest, pk: int) -> HttpResponse:
    """Do not let somebody in who has registered."""
    person = get_object_or_404(User, pk=pk)
    words = _("%(name)s is refused.")
    return _done(request, person, lambda: services.refuse(person=person, by=request.user), words)


@role("admin")
@limited("export")
@never_cache
@require_safe
def person_export(request: StaffRequest, pk: int) -> StreamingHttpResponse:
    """Send what is kept of a person, as a file."""
    person = get_object_or_404(User, pk=pk)
    record(Act.EXPORT, about=person, name=str(person), by=request.user)
    answer = StreamingHttpResponse(json_parts(own_data(person)), content_type="application/json")
    answer["Content-Disposition"] = f'attachment; filename="person-{person.pk}.json"'
    return answer


@role("admin")
@confirmed
@require_http_methods(["GET", "HEAD", "POST"])
def person_anonymise(request: StaffRequest, pk: int) -> HttpResponse:
    """Take away who somebody was, once their address is typed."""
    person, sent = get_object_or_404(User, pk=pk, anonymised=None), request.method == "POST"
    form = LeaveForm(request.POST if sent else None, person=person)
    if sent and form.is_valid():
        words = _("Done. What this person booked stands under “%(name)s” now.")

        def anonymise() -> None:
            services.anonymise(person=person, by=request.user, at=timezone.now())
            person.refresh_from_db()

        return _done(request, person, anonymise, words)
    return render(
        request, "accounts/person_anonymise.html", {"form": form, "person": person}, status=422 if sent else 200
    )

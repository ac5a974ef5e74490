"""The reasons for corrections, which admins keep."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from inventory_site.web.access import role
from inventory_site.web.keyset import keyset_page
from inventory_site.web.request import StaffRequest
from stock import services
from stock.errors import Busy, Refused
from stock.forms.reasons import ReasonForm
from stock.models import ReasonCode
from stock.queries.reasons import is_used
from stock.views.answers import stopped


@role("admin")
@require_safe
def reason_list(request: StaffRequest) -> HttpResponse:
    """List the reasons, those in use and those that were retired."""
    page = keyset_page(ReasonCode.objects.all(), by="code", after=request.GET.get("after", ""))
    return render(request, "stock/reason_list.html", {"page": page})


@role("admin")
@require_http_methods(["GET", "HEAD", "POST"])
def reason_create(request: StaffRequest) -> HttpResponse:
    """Add a reason."""
    return _form(request, ReasonCode())


@role("admin")
@require_http_methods(["GET", "HEAD", "POST"])
def reason_edit(request: StaffRequest, pk: int) -> HttpResponse:
    """Change a reason; its code and direction only while it was never used."""
    return _form(request, get_object_or_404(ReasonCode, pk=pk))


@role("admin")
@require_POST
def reason_retire(request: StaffRequest, pk: int) -> HttpResponse:
    """Take a reason out of use, or put it back (`back`)."""
    reason = get_object_or_404(ReasonCode, pk=pk)
    back = "back" in request.POST
    try:
        (services.restore_reason if back else services.retire_reason)(reason=reason)
    except Busy as error:
        return stopped(request, error)
    words = _("%(name)s is in use again.") if back else _("%(name)s is retired. What was booked with it keeps it.")
    messages.success(request, words % {"name": reason.name})
    return redirect("stock:reason-list")


@role("admin")
@require_POST
def reason_delete(request: StaffRequest, pk: int) -> HttpResponse:
    """Delete a reason that was never used, or say why it stays."""
    reason = get_object_or_404(ReasonCode, pk=pk)
    try:
        services.delete_reason(reason=reason)
    except Refused as refused:
        return _page(request, reason, ReasonForm(instance=reason, used=True), str(refused))
    except Busy as error:
        return stopped(request, error)
    messages.success(request, _("%(name)s is deleted.") % {"name": reason.name})
    return redirect("stock:reason-list")


def _form(request: StaffRequest, reason: ReasonCode) -> HttpResponse:
    used = reason.pk is not None and is_used(reason)
    form = ReasonForm(request.POST if request.method == "POST" else None, instance=reason, used=used)
    if request.method == "POST" and form.is_valid():
        try:
            services.save_reason(reason=form.instance)
        except Refused as refused:
            return _page(request, reason, form, *(problem.message for problem in refused.problems))
        except Busy as error:
            return stopped(request, error)
        messages.success(request, _("Saved %(name)s.") % {"name": reason.name})
        return redirect("stock:reason-list")
    return _page(request, reason, form)


def _page(request: StaffRequest, reason: ReasonCode, form: ReasonForm, *errors: str) -> HttpResponse:
    # As it is stored: the form has put what was typed into the one at hand.
    context = {"form": form, "reason": ReasonCode.objects.filter(pk=reason.pk).first(), "errors": errors}
    return render(request, "stock/reason_form.html", context, status=422 if errors or form.errors else 200)

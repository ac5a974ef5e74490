"""What people set for themselves."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.forms import ProfileForm
from inventory_site.web.access import signed_in
from inventory_site.web.request import StaffRequest
from inventory_site.web.zones import zone_choices


@signed_in
def profile(request: StaffRequest) -> HttpResponse:
    sent = request.method == "POST"
    form = ProfileForm(request.POST if sent else None, instance=request.user)
    if sent and form.is_valid() and form.saved():
        messages.success(request, _("Saved your profile."))
        return redirect("accounts:profile")
    context = {"form": form, "zones": zone_choices()}
    return render(request, "accounts/profile.html", context, status=422 if sent else 200)

"""The security part of a profile: second factor, passkeys, recovery codes, sessions; and the proof before a change."""

from typing import Any

from allauth.account.adapter import get_adapter as get_account_adapter
from allauth.account.utils import get_next_redirect_url
from allauth.account.views import ReauthenticateView
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.views import ReauthenticateView as ReauthenticateByCodeView
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.views import GenerateRecoveryCodesView, ViewRecoveryCodesView
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from allauth.mfa.webauthn.internal import auth
from allauth.mfa.webauthn.views import (
    AddWebAuthnView,
    EditWebAuthnView,
    ReauthenticateWebAuthnView,
    RemoveWebAuthnView,
)
from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.services.recovery_codes import codes_left, hash_codes
from accounts.services.sessions import end_own_sessions, open_sessions
from accounts.services.sign_in import ELSEWHERE
from accounts.views.fresh_proof import fresh_proof
from accounts.views.sign_in import Refusing, called
from inventory_site.web.access import while_setting_up
from inventory_site.web.devices import device_of
from inventory_site.web.limits import limited
from inventory_site.web.request import StaffRequest

SECURITY = reverse_lazy("accounts:security")


class SetUpAppView(Refusing, ActivateTOTPView):
    """Shows the code to scan and takes the app's first answer; then the recovery codes are shown."""

    def get_success_url(self) -> str:
        messages.success(self.request, _("Your authenticator app is set up."))
        return str(super().get_success_url() if self.did_generate_recovery_codes else SECURITY)


class RemoveAppView(Refusing, DeactivateTOTPView):
    success_url = SECURITY


class CodesView(ViewRecoveryCodesView):
    """Shows new recovery codes once, and from then on how many are left."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        held = Authenticator.objects.get(user=self.request.user, type=Authenticator.Type.RECOVERY_CODES)
        if context["can_view_codes"]:
            hash_codes(authenticator=held)
        return {**context, "left": codes_left(held)}


class NewCodesView(Refusing, GenerateRecoveryCodesView):
    """Makes new recovery codes; the old ones are worthless from then on."""


class AddPasskeyView(Refusing, AddWebAuthnView):
    """Makes a passkey that signs in by itself: it lives in the device, which verifies its owner."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        context["js_data"] = {"creation_options": auth.begin_registration(self.request.user, True)}
        return context

    def get_success_url(self) -> str:
        messages.success(self.request, _("Your passkey is added."))
        return str(super().get_success_url() if self.did_generate_recovery_codes else SECURITY)


class RenamePasskeyView(Refusing, EditWebAuthnView):
    success_url = SECURITY


class RemovePasskeyView(RemoveWebAuthnView):
    """Removes a passkey, unless it is the last factor of somebody whose role needs one: 409."""

    success_url = SECURITY

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs), "needed": not get_adapter().can_delete_authenticator(self.object)}

    def form_valid(self, form: forms.Form) -> HttpResponse:
        if not get_adapter().can_delete_authenticator(self.object):
            refused: HttpResponse = self.render_to_response(self.get_context_data(), status=409)
            return refused
        response: HttpResponse = super().form_valid(form)
        return response


class ConfirmByPasskeyView(ReauthenticateWebAuthnView):
    def form_invalid(self, form: forms.Form) -> HttpResponse:
        for words in form.errors.get("credential", []):
            messages.error(self.request, str(words))
        return redirect(self.request.get_full_path())


class ConfirmView(Refusing, ReauthenticateView):
    """The password once more, before a change."""


class ConfirmByCodeView(Refusing, ReauthenticateByCodeView):
    """A code, before a change."""


_confirm, _confirm_by_code, _confirm_by_passkey = (
    called(ConfirmView),
    called(ConfirmByCodeView),
    called(ConfirmByPasskeyView),
)
_set_up_app, _remove_app = called(SetUpAppView), called(RemoveAppView)
_codes, _new_codes = called(CodesView), called(NewCodesView)
_add_passkey, _rename_passkey, _remove_passkey = (
    called(AddPasskeyView),
    called(RenamePasskeyView),
    called(RemovePasskeyView),
)


@while_setting_up
@require_safe
def security(request: StaffRequest) -> HttpResponse:
    held = list(Authenticator.objects.filter(user=request.user).order_by("created_at"))
    by_type = {each.type: each.wrap() for each in held}
    here = request.session.session_key
    context = {
        "app": by_type.get(Authenticator.Type.TOTP),
        "codes": by_type.get(Authenticator.Type.RECOVERY_CODES),
        "codes_left": sum(codes_left(each) for each in held if each.type == Authenticator.Type.RECOVERY_CODES),
        "passkeys": [each.wrap() for each in held if each.type == Authenticator.Type.WEBAUTHN],
        "device": device_of(request.headers.get("User-Agent", "")),
        "sessions": [
            (each, device_of(each.user_agent)) for each in open_sessions(request.user).exclude(session_key=here)
        ],
    }
    return render(request, "accounts/security.html", context)


@while_setting_up
@fresh_proof
@require_POST
def session_end(request: StaffRequest) -> HttpResponse:
    asked = request.POST.get("session", "")
    only = int(asked) if asked.isdecimal() and len(asked) < 19 else None
    if asked and only is None:
        return redirect("accounts:security")
    count = end_own_sessions(person=request.user, keep=request.session.session_key, only=only)
    words = ngettext("%(count)d session is ended.", "%(count)d sessions are ended.", count)
    messages.success(request, words % {"count": count})
    return redirect("accounts:security")


@while_setting_up
@limited("second_factor")
def confirm(request: StaffRequest) -> HttpResponseBase:
    """Ask for the password; who signs in by the company's provider alone is sent there."""
    if get_account_adapter().get_reauthentication_methods(request.user)[0]["id"] != ELSEWHERE:
        return _confirm(request)
    context = {"next": get_next_redirect_url(request) or SECURITY}
    return render(request, "account/reauthenticate_elsewhere.html", context)


@while_setting_up
@limited("second_factor")
def confirm_by_code(request: StaffRequest) -> HttpResponseBase:
    return _confirm_by_code(request)


@while_setting_up
@limited("second_factor")
def confirm_by_passkey(request: StaffRequest) -> HttpResponseBase:
    return _confirm_by_passkey(request)


@while_setting_up
@never_cache
def set_up_app(request: StaffRequest) -> HttpResponseBase:
    return _set_up_app(request)


@while_setting_up
def remove_app(request: StaffRequest) -> HttpResponseBase:
    return _remove_app(request)


@while_setting_up
@never_cache
def recovery_codes(request: StaffRequest) -> HttpResponseBase:
    return _codes(request)


@while_setting_up
def new_recovery_codes(request: StaffRequest) -> HttpResponseBase:
    return _new_codes(request)


@while_setting_up
@never_cache
def add_passkey(request: StaffRequest) -> HttpResponseBase:
    return _add_passkey(request)


@while_setting_up
def rename_passkey(request: StaffRequest, pk: int) -> HttpResponseBase:
    return _rename_passkey(request, pk=pk)


@while_setting_up
def remove_passkey(request: StaffRequest, pk: int) -> HttpResponseBase:
    return _remove_passkey(request, pk=pk)

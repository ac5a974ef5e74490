"""Passwords: a new one by mail for who forgot theirs, another one for who knows it."""

from typing import Any, cast

from allauth.account.views import (
    PasswordChangeView,
    PasswordResetDoneView,
    PasswordResetFromKeyDoneView,
    PasswordResetFromKeyView,
    PasswordResetView,
)
from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from accounts.services.sessions import end_sessions
from accounts.views.sign_in import Refusing, called
from inventory_site.web.access import anyone, while_setting_up
from inventory_site.web.limits import limited
from inventory_site.web.request import StaffRequest


class ForgottenView(Refusing, PasswordResetView):
    """Asks for the address; the answer is the same for every one."""


class NewPasswordView(Refusing, PasswordResetFromKeyView):
    """Takes the new password of somebody who came by the link of the mail; ends every session they had."""

    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        if context.get("token_fail"):
            kwargs["status"] = 404
        response: HttpResponse = super().render_to_response(context, **kwargs)
        return response

    def form_valid(self, form: forms.Form) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        end_sessions(person=self.reset_user)
        return response


class ChangePasswordView(Refusing, PasswordChangeView):
    """Takes another password; ends every session but this one."""

    def form_valid(self, form: forms.Form) -> HttpResponse:
        super().form_valid(form)
        person = cast("StaffRequest", self.request).user
        end_sessions(person=person, keep=self.request.session.session_key)
        messages.success(self.request, _("Your password is changed. All other sessions are ended."))
        return redirect("accounts:security")


_forgotten = called(ForgottenView)
_mail_sent = called(PasswordResetDoneView)
_new_password = called(NewPasswordView)
_new_password_done = called(PasswordResetFromKeyDoneView)
_change_password = called(ChangePasswordView)


@anyone
@limited("password_reset")
def forgotten(request: HttpRequest) -> HttpResponseBase:
    return _forgotten(request)


@anyone
def mail_sent(request: HttpRequest) -> HttpResponseBase:
    return _mail_sent(request)


@anyone
def new_password(request: HttpRequest, uidb36: str, key: str) -> HttpResponseBase:
    return _new_password(request, uidb36=uidb36, key=key)


@anyone
def new_password_done(request: HttpRequest) -> HttpResponseBase:
    return _new_password_done(request)


@while_setting_up
@limited("password_change")
def change_password(request: StaffRequest) -> HttpResponseBase:
    return _change_password(request)

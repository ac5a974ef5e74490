"""What people type to prove who they are: codes, credentials, addresses."""

from typing import Any, cast

from allauth.account.forms import ChangePasswordForm, LoginForm, ResetPasswordForm
from allauth.core import context
from allauth.mfa.adapter import get_adapter as get_mfa_adapter
from allauth.mfa.base.forms import AuthenticateForm, BaseAuthenticateForm, ReauthenticateForm
from allauth.mfa.base.internal.flows import check_rate_limit
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.totp.internal.auth import SECRET_SESSION_KEY
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    EditWebAuthnForm,
    LoginWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from django import forms
from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import get_language, gettext, gettext_lazy

from accounts.models import User
from accounts.services.letters import send_reset
from accounts.services.recovery_codes import spend_recovery_code
from accounts.services.second_factor import spend_code
from accounts.services.sign_ins import of_person, refused, reset_asked
from inventory_site.web.texts import refuse_hidden_characters
from inventory_site.web.trail import Act

# What reading a made-up credential ends in.
UNREADABLE = (AttributeError, KeyError, IndexError, TypeError, ValueError)


def one_time_code(form: forms.Form, help_text: Any) -> None:
    """Make the code's field one that a phone fills in by itself and opens the digits for."""
    code = form.fields["code"]
    code.label, code.help_text = gettext_lazy("Code"), help_text
    code.widget.attrs = {
        "autocomplete": "one-time-code",
        "inputmode": "numeric",
        "maxlength": 20,
        "spellcheck": "false",
    }


# Each says whether it took the code, and takes none twice.
BY_CODE = {Authenticator.Type.TOTP: spend_code, Authenticator.Type.RECOVERY_CODES: spend_recovery_code}


class SpendsCode:
    """Takes each code of an authenticator app once, for the whole time in which it holds, and each recovery code."""

    authenticator: Authenticator

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        words = gettext_lazy("The six digits that your authenticator app shows, or one of your recovery codes.")
        form = cast("forms.Form", self)
        one_time_code(form, words)
        form.fields["code"].widget.attrs["autofocus"] = True

    def clean_code(self) -> str:
        form = cast("BaseAuthenticateForm", self)
        clear_limit = check_rate_limit(form.user)
        code: str = form.cleaned_data["code"]
        held = {each.type: each for each in Authenticator.objects.filter(user=form.user, type__in=BY_CODE)}
        for kind in filter(held.get, BY_CODE):
            if BY_CODE[kind](authenticator=held[kind], code=code):
                self.authenticator = held[kind]
                clear_limit()
                return code
        if held:
            form._emit_authentication_failed(held.get(Authenticator.Type.TOTP) or next(iter(held.values())))
        raise get_mfa_adapter().validation_error("incorrect_code")


class SecondStepForm(SpendsCode, AuthenticateForm):
    """The second step of a sign-in, by app or recovery code."""


class ConfirmByCodeForm(SpendsCode, ReauthenticateForm):
    """A proof before a change to the own account, by app or recovery code."""


class SetUpAppForm(ActivateTOTPForm):
    """The first code of a new authenticator app; until it comes, the session keeps the secret encrypted."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        session, adapter = context.request.session, get_mfa_adapter()
        held = session.get(SECRET_SESSION_KEY)
        super().__init__(*args, **kwargs)
        if self.is_bound and held:
            self.secret = adapter.decrypt(held)
        else:
            session[SECRET_SESSION_KEY] = adapter.encrypt(self.secret)
        one_time_code(self, gettext_lazy("The six digits that the app shows now."))


class ReadsCredential:
    """Refuses in words what is not a credential at all, whatever it is instead."""

    def clean(self) -> dict[str, Any]:
        try:
            return super().clean() or {}  # type: ignore[misc]
        except UNREADABLE:
            raise get_mfa_adapter().validation_error("incorrect_code") from None

    def clean_credential(self) -> Any:
        check = getattr(super(), "clean_credential", lambda: self.cleaned_data["credential"])  # type: ignore[attr-defined]
        try:
            return check()
        except UNREADABLE:
            raise get_mfa_adapter().validation_error("incorrect_code") from None


class AddPasskeyForm(ReadsCredential, AddWebAuthnForm):
    """A new passkey, always one that signs in by itself, so its owner was verified by their device."""

    name = forms.CharField(
        label=gettext_lazy("Name"), required=False, max_length=50, validators=[refuse_hidden_characters]
    )

    def clean_passwordless(self) -> bool:
        return True


class RenamePasskeyForm(EditWebAuthnForm):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=50, validators=[refuse_hidden_characters])


class NotesRefusal(ReadsCredential):
    """Tells the audit log of a passkey that was refused."""

    user: User | None
    reauthenticated: bool

    def clean_credential(self) -> Any:
        try:
            return super().clean_credential()
        except forms.ValidationError:
            if self.user is None:
                refused(None)
                words = gettext("This passkey is not known here any more. Sign in in another way.")
                raise forms.ValidationError(words, code="unknown_passkey") from None
            of_person(Act.PROOF_REFUSED if self.reauthenticated else Act.FACTOR_REFUSED, self.user, "passkey")
            raise


class PasskeySignInForm(NotesRefusal, LoginWebAuthnForm):
    """A sign-in with a passkey alone."""


class PasskeyStepForm(NotesRefusal, AuthenticateWebAuthnForm):
    """The second step of a sign-in, by passkey."""


class ConfirmByPasskeyForm(NotesRefusal, ReauthenticateWebAuthnForm):
    """A proof before a change to the own account, by passkey."""


def _name_address(field: forms.Field) -> None:
    """Call it what it is called everywhere here, once: the library says the same in grey inside the field."""
    field.label = gettext("E-mail")
    field.widget.attrs.pop("placeholder", None)


class SignInForm(LoginForm):
    """The address and the password of an account."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _name_address(self.fields["login"])
        self.fields["password"].widget.attrs.pop("placeholder", None)


class AnotherPasswordForm(ChangePasswordForm):
    """The password of today and the one from now on."""

    def clean_oldpassword(self) -> str:
        try:
            return str(super().clean_oldpassword())
        except forms.ValidationError:
            of_person(Act.PROOF_REFUSED, self.user, "password")
            raise


class ForgottenPasswordForm(ResetPasswordForm):
    """Whose password is to be set anew. Nobody is looked for here: neither words nor time tell who has an account."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _name_address(self.fields["email"])

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"]
        return email.lower()

    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        email: str = self.cleaned_data["email"]
        reset_asked(email)
        send_reset(email=email, language=get_language() or settings.LANGUAGE_CODE, at=timezone.now())
        return email

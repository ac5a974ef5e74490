"""The second factor: how its secrets are kept, and who may be without one."""

from collections.abc import Iterator
from typing import Any, ClassVar
from urllib.parse import urlsplit

from allauth.core.internal.cryptokit import normalize_user_code
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.utils.safestring import SafeString
from django.utils.translation import gettext, gettext_lazy
from qrcode import QRCode  # type: ignore[import-untyped]
from qrcode.image.svg import SvgPathImage  # type: ignore[import-untyped]

from accounts.models import User

FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
SECRETS = {Authenticator.Type.TOTP: "secret", Authenticator.Type.RECOVERY_CODES: "seed"}


def keys() -> MultiFernet:
    """Return what encrypts secrets with the first of ENCRYPTION_KEYS and reads them with any of them."""
    return MultiFernet([Fernet(key) for key in settings.ENCRYPTION_KEYS])


class SecondFactorAdapter(DefaultMFAAdapter):
    """allauth's second factor in the house's words, its secrets encrypted."""

    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": gettext_lazy("This was not right, or was used before. Try again with a new code."),
        "cannot_delete_authenticator": gettext_lazy(
            "With your role you need a second factor. Set up another one before you remove this one."
        ),
    }

    def encrypt(self, text: str) -> str:
        return keys().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return keys().decrypt(encrypted_text).decode()

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Say whether its owner may be without it: another one is left, or their role needs none."""
        owner = User.objects.get(pk=authenticator.user_id)
        others = Authenticator.objects.filter(user=owner, type__in=FACTORS).exclude(pk=authenticator.pk)
        return owner.role not in settings.SECOND_FACTOR_FOR or others.exists()

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Bind passkeys to the name in BASE_URL, which no request can choose."""
        return {"id": str(urlsplit(settings.BASE_URL).hostname), "name": "Holdfast"}

    def generate_authenticator_name(self, user: AbstractBaseUser, type: Authenticator.Type) -> str:  # noqa: A002
        count = Authenticator.objects.filter(user_id=user.pk, type=type).count()
        return gettext("Passkey %(number)d") % {"number": count + 1}

    def build_totp_svg(self, url: str) -> str:
        """Draw the code as an SVG element that stands in the page itself: no inline style, no data: address."""
        code = QRCode(border=4, image_factory=SvgPathImage)
        code.add_data(url)
        return SafeString(code.make_image().to_string(encoding="unicode"))  # nosec B703 # made of black squares alone


@transaction.atomic
def spend_code(*, authenticator: Authenticator, code: str) -> bool:
    """Mark the time step of an app's code as used; False where the code is not of now, or it or a later one was used.

    Locks the authenticator, so the same code in two requests counts once, whether or not the cache is at hand.
    """
    held = Authenticator.objects.select_for_update(no_key=True).get(pk=authenticator.pk)
    secret = keys().decrypt(held.data["secret"]).decode()
    later = (step for step in yield_hotp_counters_from_time() if step > held.data.get("last_step", 0))
    step = next((step for step in later if format_hotp_value(hotp_value(secret, step)) == normalize_user_code(code)), 0)
    if not step:
        return False
    held.data["last_step"] = step
    held.save(update_fields=["data"])
    authenticator.data = held.data
    return True


def encrypt_again() -> int:
    """Encrypt every stored secret with the first of ENCRYPTION_KEYS; return how many there were."""
    return sum(_encrypt_again(pk) for pk in _with_secrets())


def _with_secrets() -> Iterator[int]:
    yield from Authenticator.objects.filter(type__in=SECRETS).values_list("pk", flat=True).iterator()


@transaction.atomic
def _encrypt_again(pk: int) -> int:
    # Somebody may remove it, or be shown their recovery codes, which are hashed then, in this moment.
    held = Authenticator.objects.select_for_update(no_key=True).filter(pk=pk).first()
    if held is None:
        return 0
    name = SECRETS[Authenticator.Type(held.type)]
    if name not in held.data:
        return 0
    held.data[name] = keys().rotate(held.data[name].encode()).decode()
    held.save(update_fields=["data"])
    return 1

"""Where the services are that Holdfast talks to, whether what is said there is encrypted, and what opens them."""

import json
from collections.abc import Callable, Collection
from typing import Any
from urllib.parse import parse_qs, urlsplit

from environs import ValidationError, validate

database_address = validate.Regexp(r"postgres(ql)?://", error="Not a postgresql:// address.")
redis_address = validate.Regexp(r"(rediss?|unix)://", error="Not a redis://, rediss:// or unix:// address.")
mail_address = validate.Regexp(
    r"(smtp|submission|file|console|memory|dummy)://",
    error="Not an address like submission://smtp.example.com.",
)
web_address = validate.Regexp(r"https?://[^/]+$", error="Not an address like https://stock.example.com.")
fernet_key = validate.Regexp(r"[A-Za-z0-9_-]{43}=$", error="Not as Fernet.generate_key() of cryptography makes it.")
THIS_MACHINE = {"", "localhost", "127.0.0.1", "::1"}
NOT_ENCRYPTED = "Not encrypted, and neither on this machine nor named in PLAIN_TEXT_HOSTS: %s."


def encrypted(plain_text_hosts: Collection[str]) -> Callable[[str], None]:
    """Give a check of an address: what goes there is encrypted and the other side has to show its certificate.

    Addresses on this machine need not be, nor hosts that the operator names, such as containers of the same machine.
    """

    def check(address: str) -> None:
        place = urlsplit(address)
        asked = {name: values[-1].casefold() for name, values in parse_qs(place.query).items()}
        needs = {
            "postgres": ("sslmode=verify-full", asked.get("sslmode") in ("verify-full", "verify-ca")),
            "postgresql": ("sslmode=verify-full", asked.get("sslmode") in ("verify-full", "verify-ca")),
            "redis": ("rediss://...?ssl_cert_reqs=required", False),
            # Celery looks at no certificate unless it is told to.
            "rediss": ("ssl_cert_reqs=required", asked.get("ssl_cert_reqs") in ("required", "cert_required")),
            "smtp": ("submission://", "true" in (asked.get("tls"), asked.get("ssl"))),
        }
        said, is_met = needs.get(place.scheme, ("", True))
        if not is_met and (place.hostname or "") not in THIS_MACHINE.union(plain_text_hosts):
            raise ValidationError(NOT_ENCRYPTED % said)

    return check


def provider(scheme: str) -> validate.Validator:
    """Give a check of where a provider is reached: an address of this scheme, or none."""
    return validate.Regexp(rf"({scheme}://[^/?#]+[^?#]*)?$", error="Not an https:// address.")


def needed_with(other: str) -> dict[str, Any]:
    """Give what makes a setting needed where this other one is set."""
    return {"validate": validate.Length(min=1, error="Empty.")} if other else {"default": ""}


def each(check: validate.Validator) -> Callable[[list[str]], None]:
    """Give a check of a list that asks this of every entry."""

    def check_all(values: list[str]) -> None:
        for value in values:
            check(value)

    return check_all


def firebase_web_config(account: str) -> dict[str, Any]:
    """Give the check of what browsers register with Firebase by: of the project of the account, or, as it, nothing."""

    def check(text: str) -> None:
        values = _object(text)
        missing = sorted({"apiKey", "appId", "messagingSenderId", "projectId"} - values.keys())
        if missing:
            raise ValidationError(f"Not the JSON of a web app's configuration: it lacks {', '.join(missing)}.")
        if values["projectId"] != _object(account).get("project_id"):
            raise ValidationError("Of another project than FIREBASE_ACCOUNT.")

    return _as_the_account(account, check)


def vapid_key(account: str) -> dict[str, Any]:
    """Give the check of the public key (P-256, uncompressed) by which browsers know who sends them push messages."""
    return _as_the_account(
        account, validate.Regexp(r"B[A-Za-z0-9_-]{86}$", error="Not the public key of a Web Push certificate.")
    )


def _as_the_account(account: str, check: Callable[[str], Any]) -> dict[str, Any]:
    if account:
        return {"validate": check}
    return {"default": "", "validate": validate.Length(max=0, error="Set, but FIREBASE_ACCOUNT is not.")}


def _object(text: str) -> dict[str, Any]:
    try:
        values = json.loads(text)
    except ValueError:
        return {}
    return values if isinstance(values, dict) else {}


def service_account(text: str) -> None:
    """Check that a text is the key of a Google service account, as Firebase's console hands it out; "" is none."""
    if not text:
        return
    needed = {"project_id", "client_email", "private_key", "token_uri"}
    if not needed <= _object(text).keys():
        raise ValidationError("Not the JSON of a service account.")

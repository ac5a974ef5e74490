"""Where the services are that Holdfast talks to, and whether what is said on the way there is encrypted."""

from collections.abc import Callable, Collection
from urllib.parse import parse_qs, urlsplit

from environs import ValidationError, validate

database_address = validate.Regexp(r"postgres(ql)?://", error="Not a postgresql:// address.")
redis_address = validate.Regexp(r"(rediss?|unix)://", error="Not a redis://, rediss:// or unix:// address.")
mail_address = validate.Regexp(
    r"(smtp|submission|file|console|memory|dummy)://",
    error="Not an address like submission://smtp.example.com.",
)
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

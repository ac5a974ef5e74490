"""Recovery codes as they are kept: from the moment in which their owner has seen them, their hashes alone."""

import secrets
from hashlib import scrypt
from hmac import compare_digest
from typing import Any

from allauth.core.internal.cryptokit import normalize_user_code
from allauth.mfa import app_settings
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.db import transaction

# 16 MB and some 50 ms a guess. It stands beside the hashes, so that it can grow.
COST = 2**14


@transaction.atomic
def hash_codes(*, authenticator: Authenticator) -> None:
    """Keep what the codes hash to instead of the encrypted seed that allauth made them from.

    All share one salt, so that a code is hashed once to be looked for. Locks the authenticator.
    """
    held = Authenticator.objects.select_for_update(no_key=True).get(pk=authenticator.pk)
    if "seed" not in held.data:
        return
    codes = RecoveryCodes(held).generate_codes()
    kept: dict[str, Any] = {"cost": COST, "salt": secrets.token_hex(16)}
    kept["hashes"] = [_hash(code, kept) for code in codes]
    # allauth reads its own list of codes where there is no seed: it finds none there that could let anybody in.
    held.data = {"migrated_codes": [], "viewed_at": held.data.get("viewed_at"), **kept}
    held.save(update_fields=["data"])


@transaction.atomic
def spend_recovery_code(*, authenticator: Authenticator, code: str) -> bool:
    """Take a code off the list; False where it is not on it. Locks the authenticator, so a code counts once."""
    code = normalize_user_code(code)
    if len(code) != app_settings.RECOVERY_CODE_DIGITS:
        return False
    held = Authenticator.objects.select_for_update(no_key=True).get(pk=authenticator.pk)
    if "hashes" not in held.data:
        return False
    hashed = _hash(code, held.data)
    left = [each for each in held.data["hashes"] if not compare_digest(each, hashed)]
    spent = len(left) < len(held.data["hashes"])
    if spent:
        held.data["hashes"] = left
        held.save(update_fields=["data"])
    return spent


def codes_left(authenticator: Authenticator) -> int:
    """Return how many codes have not been used."""
    return len(authenticator.data.get("hashes", range(app_settings.RECOVERY_CODE_COUNT)))


def _hash(code: str, kept: dict[str, Any]) -> str:
    return scrypt(code.encode(), salt=bytes.fromhex(kept["salt"]), n=kept["cost"], r=8, p=1).hex()

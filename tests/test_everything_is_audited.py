"""Every table is told of in the time line or says here why not, and every file that leaves is recorded first."""

import pytest
from auditlog.models import LogEntry
from auditlog.registry import auditlog
from django.apps import apps

from inventory_site.web.trail import Act
from tests.audit_rows import forget_audit_rows
from tests.calls import CALLS
from tests.factories import person
from tests.test_markers import answers, worlds  # noqa: F401  # The fixture.

AUDITED = {model._meta.label for model in auditlog.get_models()}

# Written by hand. A table that is neither audited nor named here fails the build.
TOLD_OTHERWISE = {
    # The ledger: history of its own, in the same time line as operations.
    "stock.Operation": "stands in the time line itself",
    "stock.StockTransaction": "the lines of an operation",
    "stock.TransferEntry": "the transit lines of an operation",
    "stock.Holding": "follows from the ledger",
    "stock.Transfer": "sending, receiving and writing off are operations; a draft has booked nothing",
    "stock.TransferLine": "a part of a transfer",
    "stock.Count": "posting is operations",
    "stock.CountBin": "a part of a count",
    "stock.CountLine": "a part of a count; who counted what is kept append-only",
    "stock.CountEntry": "append-only history of its own",
    "stock.CountSubmission": "append-only history of its own",
    # Signing in: each act is recorded by `accounts.services.sign_ins` and `sessions`.
    "mfa.Authenticator": "Second factor added, removed, used, refused",
    "usersessions.UserSession": "Signed in, signed out, sessions ended",
    "sessions.Session": "Signed in, signed out, sessions ended",
    "socialaccount.SocialAccount": "the link to a provider, and its end, is recorded as a change of the person",
    "account.EmailAddress": "the address is the person's, who is audited",
    "account.EmailConfirmation": "not used: addresses are proved by links of ours",
    "accounts.AddressChange": "a link that waits; the changed address is the person's",
    "accounts.Registration": "a link that waits; the person it makes is audited",
    "accounts.Letter": "a mail that waits",
    # Nobody changes these by hand.
    "socialaccount.SocialApp": "the provider stands in the settings",
    "socialaccount.SocialToken": "tokens are not kept",
    "accounts.WarehouseGroupPermission": "rights are people's alone",
    "guardian.UserObjectPermission": "rights stand in accounts.WarehouseUserPermission",
    "guardian.GroupObjectPermission": "rights are people's alone",
    "auth.Permission": "made by migrations",
    "auth.Group": "made by migrations; who is in one is a change of the person",
    "contenttypes.ContentType": "made by migrations",
    "admin.LogEntry": "a log; what the admin site saves is audited like any save",
    "alerts.Alert": "its history is kept beside it",
    "alerts.AlertEvent": "append-only history of its own",
    "alerts.Delivery": "the outbox of the alerts",
    "reports.DailyMovement": "follows from the ledger",
    "reports.RollupMark": "follows from the ledger",
    "stock.SweepMark": "follows from the calendar",
    # The audit log and what guards it.
    "auditlog.LogEntry": "the audit log",
    "reports.AuditRow": "the audit log",
    "reports.Seal": "guards the audit log; chained and kept outside",
    "reports.SealPart": "a part of a seal",
    "reports.SealCheck": "when seals were last verified",
}


def test_every_table_is_audited_or_says_why_not():
    assert {model._meta.label for model in apps.get_models()} == AUDITED | set(TOLD_OTHERWISE)
    assert set(TOLD_OTHERWISE) & AUDITED == set()


# Every route that sends a file, and what the row is about. Written by hand as well.
EXPORTS = {
    "accounts:person-export": "user",
    "reports:audit-csv": "logentry",
    "reports:fast-movers-csv": "dailymovement",
    "reports:noise-csv": "alert",
    "stock:transaction-csv": "stocktransaction",
}


def test_every_file_that_a_route_sends_is_recorded_with_who_took_it(client, worlds):  # noqa: F811
    """All routes are called: one that sends a file and is not named above is found, as is one that forgets its row."""
    admin = person("admin")
    client.force_login(admin)
    sent = {}
    forget_audit_rows()
    looking = [name for name in CALLS if all(call.post is None for call in CALLS[name](worlds))]
    for name, _call, response in answers(client, worlds, ways=({},), names=looking, follow=False):
        rows = LogEntry.objects.filter(action=Act.EXPORT)
        if response.headers.get("Content-Disposition", "").startswith("attachment"):
            (row,) = rows
            assert row.actor == admin
            sent[name] = row.content_type.model
        else:
            assert not rows, name
        forget_audit_rows()
    assert sent == EXPORTS


@pytest.mark.parametrize("act", [each for each in Act if each >= Act.SIGN_IN])
def test_every_act_beyond_a_save_is_written_somewhere(act):
    """An act that nothing writes any more would be a promise that nobody keeps."""
    from tests.test_architecture import CODE

    assert [name for name, text in CODE.items() if f"Act.{act.name}" in text and not name.endswith("web/trail.py")] or (
        f"Act.{act.name}" in CODE["inventory_site/web/trail.py"]
    )

"""How each route of the site is called, at both places of `tests.worlds`: a row for every route."""

import uuid
from dataclasses import dataclass, field

from catalog.models import Unit
from stock.models import ReasonCode


@dataclass(frozen=True)
class Call:
    """One way of calling a route. `at` says whose address it is: own, alien, or nobody's."""

    at: str = ""
    kwargs: dict = field(default_factory=dict)
    query: dict = field(default_factory=dict)
    post: dict | None = None


def everywhere(**query):
    """Plain, and with each warehouse named in the query."""

    def calls(worlds):
        yield Call(query=query)
        yield Call("own", query={**query, "warehouse": worlds.own.place.code})
        yield Call("alien", query={**query, "warehouse": worlds.alien.place.code})

    return calls


def each(kwargs, **more):
    """At an address of each world."""

    def calls(worlds):
        for at, world in (("own", worlds.own), ("alien", worlds.alien)):
            yield Call(at, kwargs(world), **{name: value(world) for name, value in more.items()})

    return calls


def once(**kwargs):
    return lambda _worlds: [Call(kwargs=kwargs)]


def posted(**kwargs):
    return lambda _worlds: [Call(kwargs=kwargs, post={})]


def ledger(worlds):
    yield from everywhere()(worlds)
    for world in (worlds.own, worlds.alien):
        yield Call(query={"person": world.person.pk})
        yield Call(query={"product": "bolt-m8", "person": world.person.pk})
    yield Call(query={"lot": worlds.own.marks["lot"]})
    yield Call(query={"bin": worlds.own.marks["bin"], "reason": "correction"})
    yield Call(query={"product": "BOLT-M8", "since": "2020-01-01", "type": "in"})


# Past and present, and the difference.
PAST = ({}, {"at": "2026-01-01T10:00"}, {"against": "2026-01-01T10:00"})


def moments(**kwargs):
    return lambda _worlds: [Call(kwargs=kwargs, query=query) for query in PAST]


def levels(worlds):
    for query in PAST:
        for call in everywhere(**query)(worlds):
            yield Call(call.at, BOLT, call.query)
    for at, world in (("own", worlds.own), ("alien", worlds.alien)):
        yield Call(at, BOLT, {"warehouse": world.place.code, "bin": world.marks["bin"], "lot": world.marks["lot"]})


def products(worlds):
    yield from everywhere(at="2026-01-01T10:00", against="2026-01-01T11:00")(worlds)
    yield from everywhere()(worlds)
    for state in ("low", "out", "over"):
        yield from everywhere(state=state)(worlds)
    yield Call(query={"q": "bolt"})


def lines(worlds):
    for kind in ("receive", "ship", "move", "transfer", "adjust"):
        for at, world in (("own", worlds.own), ("alien", worlds.alien)):
            yield Call(at, {"kind": kind}, {"warehouse": world.place.code}, post={"code": "BOLT-M8"})
        yield Call("", {"kind": kind}, post={"code": "SCAN-ME"})


def facts(worlds):
    typed = {"look": "0", "line-0-code": "BOLT-M8", "line-0-quantity": "9999999"}
    for kind in ("receive", "ship", "transfer"):
        for at, world in (("own", worlds.own), ("alien", worlds.alien)):
            lot = f"{worlds.own.word}LOT" if at == "own" else ""
            yield Call(at, {"kind": kind}, post={**typed, "warehouse": world.place.code, "line-0-lot_number": lot})


def audit(worlds):
    yield from everywhere()(worlds)
    yield Call(query={"kind": "operation"})
    for world in (worlds.own, worlds.alien):
        yield Call(query={"person": world.person.pk})
    for words in ("BOLT-M8", "NUT"):
        yield Call(query={"q": words})


def scans(worlds):
    yield from everywhere()(worlds)
    for code in ("BOLT-M8", "SCAN-ME", "NOTHING"):
        yield from everywhere(code=code)(worlds)


def operations(worlds):
    for world, at in ((worlds.own, "own"), (worlds.alien, "alien")):
        for operation in (world.operation, world.noted):
            yield Call(at, {"key": operation.pk})
    yield Call("own", {"key": worlds.transfer.pk})
    yield Call("nobody", {"key": uuid.uuid4()})


def transfers(**more):
    def calls(worlds):
        for name, transfer in worlds.transfers.items():
            yield Call("alien" if name == "hidden" else "own", {"pk": transfer.pk}, **more)

    return calls


def boards(worlds):
    for state in ("draft", "sent", "done"):
        for direction in ("", "in", "out"):
            yield from everywhere(state=state, direction=direction)(worlds)


def undoings(worlds):
    for call in operations(worlds):
        yield Call(call.at, call.kwargs, post={})


def verb(worlds):
    yield from everywhere()(worlds)
    yield from everywhere(code="BOLT-M8")(worlds)


def counts(worlds):
    for state in ("", "posted", "undone", "cancelled"):
        yield from everywhere(state=state)(worlds)


def many_thresholds(worlds):
    for at, world in (("own", worlds.own), ("", worlds.alien)):
        yield Call(at, query={"product": worlds.own.product.pk})
        sent = {"product": worlds.own.product.pk, "warehouses": world.place.code, "preview": "1"}
        yield Call(at, post={**sent, "low_way": "default", "high_way": "leave"})
    yield Call("alien", query={"all": "1", "warehouse": worlds.alien.place.code})


def people(worlds):
    yield from everywhere()(worlds)
    for status in ("active", "suspended"):
        yield from everywhere(status=status, q="person")(worlds)


def reason(_worlds):
    yield Call(kwargs={"pk": ReasonCode.objects.get(code="sample").pk})


def reason_posted(worlds):
    for call in reason(worlds):
        yield Call(kwargs=call.kwargs, post={})


BOLT = {"sku": "BOLT-M8"}
PLACE_POSTED = each(lambda world: {"code": world.place.code}, post=lambda _world: {})
BIN_POSTED = each(lambda world: {"warehouse": world.place.code, "code": world.bin.code}, post=lambda _world: {})
PLACE = each(lambda world: {"code": world.place.code})
COUNT = each(lambda world: {"pk": world.count.pk})
PERSON = each(lambda world: {"pk": world.person.pk})
PERSON_POSTED = each(lambda world: {"pk": world.person.pk}, post=lambda _world: {})

CALLS = {
    "livez": once(),
    "readyz": once(),
    "events": once(),
    "twilio:status": posted(),
    "twilio:sms": posted(),
    "account_login": once(),
    "account_logout": once(),
    "mfa_login_webauthn": once(),
    "mfa_authenticate": once(),
    "account_reset_password": once(),
    "account_reset_password_done": once(),
    "account_reset_password_from_key": once(uidb36="1", key="set-password"),
    "account_reset_password_from_key_done": once(),
    "account_reauthenticate": once(),
    "mfa_reauthenticate": once(),
    "mfa_reauthenticate_webauthn": once(),
    "account_change_password": once(),
    "mfa_activate_totp": once(),
    "mfa_deactivate_totp": once(),
    "mfa_view_recovery_codes": once(),
    "mfa_generate_recovery_codes": once(),
    "mfa_add_webauthn": once(),
    "mfa_edit_webauthn": once(pk=1),
    "mfa_remove_webauthn": once(pk=1),
    "accounts:security": once(),
    "accounts:session-end": lambda _worlds: [Call(post={})],
    "accounts:profile": once(),
    "accounts:address": once(),
    "accounts:address-sent": once(),
    "accounts:address-confirm": once(token="nonsense"),
    "accounts:single-sign-on": once(),
    "accounts:single-sign-on-return": once(),
    "accounts:person-list": people,
    "accounts:matrix": people,
    "accounts:person-invite": once(),
    "accounts:person-detail": PERSON,
    "accounts:person-export": PERSON,
    "accounts:person-anonymise": PERSON,
    "accounts:person-role": PERSON_POSTED,
    "accounts:person-suspend": PERSON_POSTED,
    "accounts:person-restore": PERSON_POSTED,
    "accounts:person-approve": PERSON_POSTED,
    "accounts:person-refuse": PERSON_POSTED,
    "accounts:invitation-resend": PERSON_POSTED,
    "accounts:invitation-withdraw": PERSON_POSTED,
    "accounts:right-set": each(
        lambda world: {"pk": world.person.pk, "code": world.place.code}, post=lambda _world: {"right": "view"}
    ),
    "accounts:warehouse-people": PLACE,
    "accounts:invitation-accept": once(token="nonsense"),
    "accounts:register": once(),
    "accounts:register-sent": once(),
    "accounts:register-confirm": once(token="nonsense"),
    "stock:today": everywhere(),
    "stock:more": once(),
    "stock:scan": scans,
    "stock:product-list": products,
    "stock:product-detail": moments(**BOLT),
    "stock:product-thresholds": each(lambda world: {"code": world.place.code, **BOLT}),
    "stock:product-archive": posted(**BOLT),
    "stock:product-restore": posted(**BOLT),
    "stock:product-delete": posted(**BOLT),
    "stock:location-detail": each(lambda world: {"warehouse": world.place.code, "code": world.bin.code}),
    "stock:location-deactivate": BIN_POSTED,
    "stock:location-activate": BIN_POSTED,
    "stock:warehouse-close": PLACE_POSTED,
    "stock:warehouse-reopen": PLACE_POSTED,
    "stock:many-thresholds": many_thresholds,
    "stock:reason-list": once(),
    "stock:reason-create": once(),
    "stock:reason-edit": reason,
    "stock:reason-retire": reason_posted,
    "stock:reason-delete": reason_posted,
    "stock:receive": verb,
    "stock:ship": verb,
    "stock:move": verb,
    "stock:transfer": verb,
    "stock:transfer-list": boards,
    "stock:transfer-detail": transfers(),
    "stock:transfer-edit": transfers(),
    "stock:transfer-receive": transfers(),
    "stock:transfer-write-off": transfers(),
    "stock:transfer-scan": transfers(post={"code": "NUT-M8"}),
    "stock:transfer-cancel": transfers(post={}),
    "stock:transfer-undo": transfers(post={}),
    "stock:adjust": verb,
    "stock:add-line": lines,
    "stock:line-facts": facts,
    "stock:count-list": counts,
    "stock:count-create": verb,
    "stock:count-detail": COUNT,
    "stock:count-assign": COUNT,
    "stock:count-cancel": each(lambda world: {"pk": world.count.pk}, post=lambda _world: {}),
    "stock:count-scan": each(lambda world: {"pk": world.count.pk}, query=lambda world: {"code": world.bin.code}),
    "stock:count-bin": each(lambda world: {"pk": world.count.pk, "code": world.bin.code}),
    "stock:count-line": each(
        lambda world: {"pk": world.count.pk, "code": world.bin.code}, post=lambda _world: {"code": "BOLT-M8"}
    ),
    "stock:count-recount": each(lambda world: {"pk": world.count.pk}, post=lambda _world: {}),
    "stock:count-post": COUNT,
    "stock:count-undo": each(lambda world: {"pk": world.count.pk}, post=lambda _world: {}),
    "stock:transaction-list": ledger,
    "stock:transaction-csv": ledger,
    "stock:level-detail": levels,
    "stock:operation-detail": operations,
    "stock:operation-reverse": undoings,
    "catalog:product-create": once(),
    "catalog:product-edit": once(**BOLT),
    "catalog:product-photo": once(**BOLT),
    "catalog:product-photo-remove": posted(**BOLT),
    "catalog:photo": once(size="large", name="0" * 32, **BOLT),
    "catalog:category-list": once(),
    "catalog:category-create": once(),
    "catalog:category-edit": lambda worlds: [Call(kwargs={"pk": worlds.category.pk})],
    "catalog:category-delete": lambda worlds: [Call(kwargs={"pk": worlds.category.pk}, post={})],
    "catalog:unit-list": once(),
    "catalog:unit-create": once(),
    "catalog:unit-edit": lambda _worlds: [Call(kwargs={"pk": Unit.objects.get(code="pcs").pk})],
    "warehouses:warehouse-list": once(),
    "warehouses:warehouse-create": once(),
    "warehouses:switch": each(lambda _world: {}, post=lambda world: {"warehouse": world.place.code}),
    "warehouses:warehouse-detail": PLACE,
    "warehouses:warehouse-edit": PLACE,
    "warehouses:location-create": each(lambda world: {"warehouse": world.place.code}),
    "warehouses:location-edit": each(lambda world: {"warehouse": world.place.code, "code": world.bin.code}),
    "alerts:alert-list": lambda worlds: [
        *everywhere()(worlds),
        *(Call(query={"state": state}) for state in ("acknowledged", "resolved", "all")),
    ],
    "alerts:alert-detail": each(lambda world: {"pk": world.alert.pk}),
    "alerts:alert-acknowledge": each(lambda world: {"pk": world.alert.pk}, post=lambda _world: {}),
    "alerts:alert-snooze": each(lambda world: {"pk": world.alert.pk}, post=lambda _world: {"rest": "hour"}),
    "alerts:alert-assign": each(lambda world: {"pk": world.alert.pk}, post=lambda _world: {"to": "0"}),
    "alerts:alert-comment": each(lambda world: {"pk": world.alert.pk}, post=lambda _world: {"text": "Seen."}),
    "alerts:alert-resolve": each(lambda world: {"pk": world.alert.pk}, post=lambda _world: {"why": "Counted anew."}),
    "alerts:alert-unread": once(),
    "alerts:dead-letter-list": lambda _worlds: [Call(query={"channel": channel}) for channel in ("", "sms", "x")],
    "alerts:dead-letter-retry": posted(pk=0),
    "alerts:dead-letter-retry-all": posted(),
    "alerts:alert-link": once(token="nonsense"),
    "alerts:notifications": everywhere(),
    "alerts:notification-test": once(),
    "alerts:notification-devices": once(),
    "alerts:notification-device-add": posted(),
    "alerts:notification-device-rename": posted(pk=1),
    "alerts:notification-device-remove": posted(pk=1),
    "alerts:notification-history": once(),
    "alerts:notification-history-of": PERSON,
    "service-worker": once(),
    "stock:remedies": each(lambda world: {"pk": world.alert.pk}),
    "reports:noise": everywhere(days="7"),
    "reports:noise-csv": everywhere(table="people"),
    "reports:audit-list": audit,
    "reports:audit-csv": everywhere(),
    "reports:fast-movers": everywhere(),
    "reports:fast-movers-csv": everywhere(),
    "reports:suggested-counts": everywhere(),
}

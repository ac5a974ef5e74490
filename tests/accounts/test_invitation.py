"""An invitation: one link by mail that works once, carries role and rights, and tells nobody whom it was for."""

import re
import socket
from datetime import timedelta

import pytest
from aiosmtpd.controller import Controller
from auditlog.models import LogEntry
from django.core import mail
from django.utils import timezone

from accounts.delivery import send_links
from accounts.models import Invitation, User
from tests.factories import PASSWORD, WarehouseFactory, person
from warehouses.models import Warehouse

INVITE = "/people/invite/"
TYPED = {"name": "Max Berg", "time_zone": "Europe/Berlin", "password": "seven boxes of blue bolts"}


@pytest.fixture
def north(db):
    return WarehouseFactory(code="NORTH")


@pytest.fixture
def invite(client, admin_person, north):
    def send(email="max@example.com", role="manager", **more):
        typed = {"email": email, "role": role, "home_warehouse": north.pk, f"right_{north.pk}": "manage", **more}
        return client.post(INVITE, typed)

    return send


def link():
    """Send what waits and give the path of the link in the newest mail."""
    send_links()
    return re.search(r"http://testserver(/invitation/\S+)", mail.outbox[-1].body).group(1)


@pytest.fixture
def invited(invite):
    invite()
    return User.objects.get(email="max@example.com")


def test_an_invited_person_has_role_and_rights_and_may_do_nothing_yet(invite, north):
    response = invite("Max@Example.com")
    max_ = User.objects.get(email="max@example.com")
    assert response["Location"] == f"/people/{max_.pk}/"
    assert (max_.status, max_.role, max_.home_warehouse, max_.name) == ("invited", "manager", north, "")
    assert list(Warehouse.objects.for_user(max_, "view")) == []
    assert not max_.has_usable_password()


def test_the_mail_leaves_by_the_worker_and_brings_the_person_in(client, invited, north, admin_person):
    assert mail.outbox == []
    address = link()
    sent = mail.outbox[0]
    assert (sent.to, sent.subject) == (["max@example.com"], "[Holdfast] Ada Admin invites you")
    assert address in sent.body
    assert address in sent.alternatives[0].content
    client.logout()
    assert "You sign in with max@example.com." in client.get(address).content.decode()
    assert client.post(address, TYPED)["Location"] == "/sign-in/"
    invited.refresh_from_db()
    assert (invited.name, invited.status, invited.time_zone) == ("Max Berg", "active", "Europe/Berlin")
    assert invited.check_password(TYPED["password"])
    assert list(Warehouse.objects.for_user(invited, "manage")) == [north]
    assert client.post("/sign-in/", {"login": "max@example.com", "password": TYPED["password"]}).status_code == 302


def test_the_token_is_kept_nowhere(client, invited):
    token = link().split("/")[2]
    kept = Invitation.objects.get()
    assert kept.token_hash == Invitation.digest(token)
    told = [str(entry.changes) + entry.object_repr for entry in LogEntry.objects.all()]
    assert [words for words in told if token in words or kept.token_hash in words] == []


def test_a_link_works_once(client, invited):
    address = link()
    client.logout()
    client.post(address, TYPED)
    for response in (client.get(address), client.post(address, TYPED | {"name": "Eve"})):
        assert response.status_code == 410
        assert "This link was used already." in response.content.decode()
    invited.refresh_from_db()
    assert invited.name == "Max Berg"


def test_an_old_a_withdrawn_and_an_unknown_link_say_so_and_never_for_whom(client, invited):
    address = link()
    Invitation.objects.update(expires=timezone.now() - timedelta(seconds=1))
    answers = [client.get(address)]
    assert client.post(f"/people/{invited.pk}/withdraw").status_code == 302
    client.logout()
    answers += [client.get(address), client.post(address, TYPED), client.get("/invitation/nonsense\x00/")]
    assert [answer.status_code for answer in answers] == [410, 410, 410, 404]
    for answer, words in zip(answers, ("too old", "withdrawn", "withdrawn", "does not work"), strict=True):
        text = answer.content.decode()
        assert words in text
        assert "max@" not in text
    invited.refresh_from_db()
    assert invited.status == "suspended"


def test_inviting_again_makes_the_old_link_worthless(client, invited):
    old = link()
    assert client.post(f"/people/{invited.pk}/invite-again").status_code == 302
    assert client.get(old).status_code == 404
    new = link()
    assert new != old
    assert client.get(new).status_code == 200
    assert Invitation.objects.count() == 1


def test_who_was_withdrawn_can_be_invited_again(client, invited):
    client.post(f"/people/{invited.pk}/withdraw")
    assert client.post(f"/people/{invited.pk}/restore").status_code == 409
    client.post(f"/people/{invited.pk}/invite-again")
    assert client.get(link()).status_code == 200
    assert Invitation.objects.count() == 2


def test_who_has_come_in_is_not_invited_again(client, invited):
    client.post(link(), TYPED)
    for verb in ("invite-again", "withdraw"):
        assert client.post(f"/people/{invited.pk}/{verb}").status_code == 409
    invited.refresh_from_db()
    assert invited.status == "active"


@pytest.mark.parametrize(
    ("field", "text", "message"),
    [
        ("email", "", "Enter the e-mail address."),
        ("email", "x", "Enter a valid email address."),
        ("email", "ADMIN@example.com", "Somebody has this e-mail address already. Look for it in the list."),
        ("role", "owner", "Select a valid choice. owner is not one of the available choices."),
    ],
)
def test_a_bad_invitation_is_refused_beside_its_field(client, invite, field, text, message):
    response = invite(**{field: text})
    assert response.status_code == 422
    assert dict(response.context["form"].errors) == {field: [message]}
    assert (User.objects.count(), Invitation.objects.count()) == (1, 0)


@pytest.mark.parametrize(
    ("field", "text", "message"),
    [
        ("name", "", "Enter your name."),
        ("name", "a\u202eb", "This holds a hidden character (U+202E). Delete the text and type it again."),
        ("time_zone", "Nowhere", "Write a time zone like Europe/Berlin."),
        ("password", "", "Enter a password."),
        ("password", "max@example.com", "The password is too similar to the e-mail."),
    ],
)
def test_what_cannot_be_taken_is_refused_and_the_link_lives_on(client, invited, field, text, message):
    address = link()
    client.logout()
    response = client.post(address, TYPED | {field: text})
    assert response.status_code == 422
    assert dict(response.context["form"].errors) == {field: [message]}
    invited.refresh_from_db()
    assert invited.status == "invited"
    assert client.get(address).status_code == 200


def test_nothing_else_can_be_slipped_in(client, invited):
    client.post(link(), TYPED | {"role": "admin", "email": "eve@example.com", "is_superuser": "on", "status": "x"})
    invited.refresh_from_db()
    assert (invited.role, invited.email, invited.is_superuser) == ("manager", "max@example.com", False)


@pytest.fixture
def smtp(settings):
    """The settings name a port of this machine on which, until `start`, nobody answers."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", port, 5
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    started = []

    def start(answer="250 OK"):
        class Door:
            received = []

            async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
                envelope.rcpt_tos.append(address)
                return answer

            async def handle_DATA(self, server, session, envelope):  # noqa: N802
                self.received.append(envelope)
                return "250 OK"

        started.append(Controller(Door(), hostname="127.0.0.1", port=port))
        started[-1].start()
        return Door.received

    yield start
    for controller in started:
        controller.stop()


def test_a_mail_server_that_is_away_holds_nobody_up_and_is_asked_again(invite, smtp):
    assert invite().status_code == 302
    assert send_links() == 0
    waiting = Invitation.objects.get()
    assert (waiting.mail_error, waiting.mailed) == ("ConnectionRefusedError: [Errno 111] Connection refused", None)
    assert waiting.mail_due > timezone.now()
    received = smtp()
    assert send_links() == 0
    Invitation.objects.update(mail_due=timezone.now() - timedelta(seconds=1))
    assert (send_links(), send_links()) == (1, 0)
    assert [envelope.rcpt_tos for envelope in received] == [["max@example.com"]]
    assert Invitation.objects.get().mail_error == ""


def test_a_refused_recipient_is_told_to_the_admin_and_not_tried_again(client, invited, smtp):
    smtp("550 no such user")
    assert send_links() == 0
    assert Invitation.objects.get().mail_due is None
    assert "no such user" in client.get(f"/people/{invited.pk}/").content.decode()


def test_it_is_in_the_audit_log_with_who_did_it(client, invited, admin_person):
    [made] = LogEntry.objects.get_for_object(Invitation.objects.get())
    assert (made.actor, made.action) == (admin_person, LogEntry.Action.CREATE)
    assert set(made.changes) == {"person", "invited_by", "expires", "accepted", "withdrawn"}
    client.post(f"/people/{invited.pk}/withdraw")
    assert set(LogEntry.objects.get_for_object(Invitation.objects.get()).first().changes) == {"withdrawn"}


@pytest.mark.parametrize("role", ["staff", "manager"])
def test_only_admins_invite(client, db, role):
    client.force_login(person(role))
    assert client.get(INVITE).status_code == 403
    assert client.post(INVITE, {"email": "x@example.com"}).status_code == 403
    assert User.objects.count() == 1


def test_an_invited_person_cannot_sign_in(client, invited):
    client.logout()
    response = client.post("/sign-in/", {"login": "max@example.com", "password": PASSWORD})
    assert response.status_code == 422
    assert "_auth_user_id" not in client.session

"""A wrong or missing variable stops the start, and every one of them is named at once."""

import json
import os
import re
import subprocess
import sys

import pytest

from tests.alerts.doubles import VAPID_KEY, WEB_CONFIG
from tests.inventory_site.running import CHECKOUT, variables

# What settings and the start read, and nothing else: a variable of the machine that runs the tests must not help.
FIT = {
    "ENVIRONMENT": "production",
    "SECRET_KEY": "0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJKLMNOPQ",
    "ENCRYPTION_KEYS": "b25seS1mb3ItdGVzdHMtb25seS1mb3ItdGVzdHMtb24=",
    "ALLOWED_HOSTS": "stock.example.com",
    "SEAL_KEY": "0123456789-abcdefghijklmnopqrstuvwxyz",
    "BASE_URL": "https://stock.example.com",
    "DATABASE_URL": "postgresql://holdfast@127.0.0.1/holdfast",
    "REDIS_URL": "redis://127.0.0.1/0",
    "BROKER_URL": "redis://127.0.0.1/1",
    "EMAIL_URL": "submission://smtp.example.com",
}


def refusal(tmp_path, **changes):
    """Read the settings in a fresh process, from a copy without `.env`; give what it names as wrong."""
    (tmp_path / "inventory_site").mkdir(exist_ok=True)
    (tmp_path / "inventory_site" / "__init__.py").touch()
    for name in ("settings.py", "addresses.py"):
        (tmp_path / "inventory_site" / name).write_text((CHECKOUT / "inventory_site" / name).read_text())
    environment = {name: value for name, value in {**FIT, **changes}.items() if value is not None}
    done = subprocess.run(
        [sys.executable, "-c", "import inventory_site.settings"],
        env={"PATH": os.environ["PATH"], **environment},
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    if done.returncode == 0:
        return {}
    assert "The environment is not fit to start with:" in done.stderr, done.stderr
    return dict(re.findall(r"^  ([A-Z_]+): (.*)$", done.stderr, re.MULTILINE))


def test_fit_environment_is_taken(tmp_path):
    assert refusal(tmp_path) == {}


def test_all_wrong_variables_are_named_at_once(tmp_path):
    wrong = refusal(
        tmp_path,
        SECRET_KEY=None,
        ALLOWED_HOSTS=None,
        DEBUG="on",
        BASE_URL="stock.example.com",
        DATABASE_URL="sqlite:///holdfast.db",
        REDIS_URL=None,
        BROKER_URL="amqp://broker",
        EMAIL_URL="mail.example.com",
        TRUSTED_PROXY_COUNT="many",
        LOG_LEVEL="loud",
    )
    assert wrong == {
        "SECRET_KEY": "Environment variable not set.",
        "ALLOWED_HOSTS": "Environment variable not set.",
        "DEBUG": "Must be off in production.",
        "BASE_URL": "Not an address like https://stock.example.com.",
        "DATABASE_URL": "Not a postgresql:// address.",
        "REDIS_URL": "Environment variable not set.",
        "BROKER_URL": "Not a redis://, rediss:// or unix:// address.",
        "EMAIL_URL": "Not an address like submission://smtp.example.com.",
        "TRUSTED_PROXY_COUNT": "Not a valid integer.",
        "LOG_LEVEL": "Must be one of: DEBUG, INFO, WARNING, ERROR.",
    }


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("SECRET_KEY", "short", "Shorter than 50 characters."),
        ("SECRET_KEY", "", "Shorter than 50 characters."),
        ("SEAL_KEY", "too short", "Shorter than 32 characters."),
        ("ALLOWED_HOSTS", "", "Names no host."),
        ("ENCRYPTION_KEYS", "", "Names no key."),
        ("ENCRYPTION_KEYS", None, "Environment variable not set."),
        ("ENCRYPTION_KEYS", "short", "Not as Fernet.generate_key() of cryptography makes it."),
        ("SECOND_FACTOR_FOR", "boss", "Not roles: staff, manager, admin."),
        ("DEBUG", "true", "Must be off in production."),
        ("ENVIRONMENT", "staging", "Must be one of: production, development, test."),
    ],
)
def test_production_refuses(tmp_path, name, value, why):
    assert refusal(tmp_path, **{name: value}) == {name: why}


@pytest.mark.parametrize(
    ("name", "value", "need"),
    [
        ("DATABASE_URL", "postgresql://holdfast@db.example.com/holdfast", "sslmode=verify-full"),
        ("DATABASE_URL", "postgresql://holdfast@db.example.com/holdfast?sslmode=require", "sslmode=verify-full"),
        ("DATABASE_URL", "postgresql://holdfast@10.0.0.5,127.0.0.1/holdfast", "sslmode=verify-full"),
        ("REDIS_URL", "redis://cache.example.com/0", "rediss://...?ssl_cert_reqs=required"),
        ("BROKER_URL", "redis://:secret@10.0.0.6/0", "rediss://...?ssl_cert_reqs=required"),
        ("BROKER_URL", "rediss://broker.example.com/0?ssl_cert_reqs=none", "ssl_cert_reqs=required"),
        ("BROKER_URL", "rediss://broker.example.com/0", "ssl_cert_reqs=required"),
        ("EMAIL_URL", "smtp://smtp.example.com", "submission://"),
    ],
)
def test_production_sends_nothing_unencrypted_to_another_machine(tmp_path, name, value, need):
    assert refusal(tmp_path, **{name: value}) == {
        name: f"Not encrypted, and neither on this machine nor named in PLAIN_TEXT_HOSTS: {need}."
    }
    assert refusal(tmp_path, ENVIRONMENT="development", **{name: value}) == {}


def test_it_does_where_the_operator_names_the_host_or_all_of_it_is_encrypted(tmp_path):
    named = {"DATABASE_URL": "postgresql://holdfast@postgres/holdfast", "REDIS_URL": "redis://cache/0"}
    assert refusal(tmp_path, PLAIN_TEXT_HOSTS="postgres,cache", **named) == {}
    encrypted = {
        "DATABASE_URL": "postgresql://holdfast@db.example.com/holdfast?sslmode=verify-full&sslrootcert=system",
        "REDIS_URL": "rediss://cache.example.com/0?ssl_cert_reqs=required",
        "BROKER_URL": "rediss://broker.example.com/0?ssl_cert_reqs=required",
        "EMAIL_URL": "submission://smtp.example.com",
    }
    assert refusal(tmp_path, **encrypted) == {}


def test_a_secret_may_come_as_a_file(tmp_path):
    secret = tmp_path / "secret_key"
    secret.write_text("short\n")
    assert refusal(tmp_path, SECRET_KEY=None, SECRET_KEY_FILE=str(secret)) == {
        "SECRET_KEY": "Shorter than 50 characters."
    }
    secret.write_text(f"{FIT['SECRET_KEY']}\n")
    assert refusal(tmp_path, SECRET_KEY=None, SECRET_KEY_FILE=str(secret)) == {}


def test_production_is_what_an_unset_environment_means(tmp_path):
    assert set(refusal(tmp_path, ENVIRONMENT=None, BASE_URL=None)) == {"BASE_URL"}


def test_example_lists_every_variable_that_is_read():
    sources = [CHECKOUT / "inventory_site" / "settings.py", *(CHECKOUT / "inventory_site" / "embedded").glob("*.py")]
    pattern = re.compile(r"""(?:env\.\w+|environ\.get|environ\.setdefault)\(\s*"([A-Z_]+)"|environ\["([A-Z_]+)"\]""")
    read = {first or second for path in sources for first, second in pattern.findall(path.read_text())}
    assert sorted(variables()) == sorted(read - {"DJANGO_SETTINGS_MODULE", "PGOPTIONS"})


PROVIDER = {"OIDC_SERVER_URL": "https://id.example.com/realms/acme", "OIDC_CLIENT_ID": "holdfast"}


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"OIDC_CLIENT_SECRET": "secret"}, {}),
        ({}, {"OIDC_CLIENT_SECRET": "Environment variable not set."}),
        ({"OIDC_CLIENT_SECRET": ""}, {"OIDC_CLIENT_SECRET": "Empty."}),
        (
            {"OIDC_CLIENT_SECRET": "secret", "OIDC_SERVER_URL": "http://id.example.com"},
            {"OIDC_SERVER_URL": "Not an https:// address."},
        ),
    ],
)
def test_a_provider_is_named_whole_or_not_at_all(tmp_path, changes, wrong):
    assert refusal(tmp_path, **{**PROVIDER, **changes}) == wrong


ACCOUNT = json.dumps({"project_id": "holdfast", "client_email": "a@b", "private_key": "k", "token_uri": "https://t"})
PUSH = {"FIREBASE_ACCOUNT": ACCOUNT, "FIREBASE_WEB_CONFIG": WEB_CONFIG, "FIREBASE_VAPID_KEY": VAPID_KEY}
ALONE = "Set, but FIREBASE_ACCOUNT is not."


def test_push_is_set_up_as_a_whole(tmp_path):
    assert refusal(tmp_path, **PUSH) == {}


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        (
            {"FIREBASE_WEB_CONFIG": None, "FIREBASE_VAPID_KEY": None},
            dict.fromkeys(["FIREBASE_WEB_CONFIG", "FIREBASE_VAPID_KEY"], "Environment variable not set."),
        ),
        ({"FIREBASE_ACCOUNT": None}, dict.fromkeys(["FIREBASE_WEB_CONFIG", "FIREBASE_VAPID_KEY"], ALONE)),
        (
            {"FIREBASE_WEB_CONFIG": '{"apiKey": "a-key", "projectId": "holdfast"}'},
            {
                "FIREBASE_WEB_CONFIG": "Not the JSON of a web app's configuration: it lacks appId, messagingSenderId.",
            },
        ),
        (
            {"FIREBASE_WEB_CONFIG": WEB_CONFIG.replace("holdfast", "another")},
            {"FIREBASE_WEB_CONFIG": "Of another project than FIREBASE_ACCOUNT."},
        ),
        (
            {"FIREBASE_VAPID_KEY": VAPID_KEY[:-1]},
            {"FIREBASE_VAPID_KEY": "Not the public key of a Web Push certificate."},
        ),
    ],
    ids=["account alone", "no account", "half a configuration", "another project", "no key"],
)
def test_push_is_not_set_up_by_halves(tmp_path, changes, wrong):
    assert refusal(tmp_path, **{**PUSH, **changes}) == wrong

"""What makes programs unsafe is not called at all, or in the one place that is made for it."""

import ast
import re
from collections.abc import Iterator

import pytest
from django.conf import settings

from tests.test_architecture import CODE

EMBEDDED = "inventory_site/embedded/"
DEMO = "inventory_site/demo/"
# What stands where no request comes: the programs that `make run` starts, and invented companies.
BESIDE = (EMBEDDED, DEMO)
SERVED = {name: text for name, text in CODE.items() if not name.startswith(BESIDE)}
# Where chance may be guessed: the pause before a second try, the end of a stream.
MAY_GUESS = {"alerts/delivery/outcomes.py", "stock/ledger/entry.py", "accounts/delivery.py", "inventory_site/events.py"}

CALLS_OUT = {"socket", "urllib.request", "http.client", "ftplib", "requests", "httpx", "aiohttp", "smtplib.SMTP"}
CALLS_OUT |= {"twilio", "firebase_admin", "urllib3.util"}
RUNS = {"subprocess", "pty", "commands", "os.system", "os.popen", "os.execv", "os.spawnv"}
READS_OBJECTS = {"pickle", "marshal", "shelve", "dill", "yaml", "jsonpickle"}
READS_XML = {"xml", "lxml", "defusedxml"}
EVALUATES = {"eval", "exec", "compile", "__import__"}
TEMPLATES = {"django.template.Template", "django.template.engines", "jinja2", "string.Template"}
LEAVES_UNESCAPED = {"django.utils.safestring.mark_safe"}
GUESSABLE = {"random", "uuid.uuid1"}
WEAK = {"md5", "sha1", "md4", "new", "DES", "DES3", "ARC4", "Blowfish", "ECB", "PKCS1v15", "AES", "modes"}


def used(source: str) -> Iterator[str]:
    """Give the dotted names that a module imports, and those it calls by them."""
    tree, known = ast.parse(source), {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for each in node.names:
                known[each.asname or each.name.partition(".")[0]] = each.name
                yield each.name
        elif isinstance(node, ast.ImportFrom) and node.module:
            for each in node.names:
                known[each.asname or each.name] = f"{node.module}.{each.name}"
                yield f"{node.module}.{each.name}"
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in known:
            yield f"{known[node.value.id]}.{node.attr}"
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in EVALUATES:
            yield node.func.id


def users(names: set[str], where: dict[str, str]) -> set[str]:
    return {
        file
        for file, text in where.items()
        for name in used(text)
        if any(name == each or name.startswith(f"{each}.") for each in names)
    }


def test_no_request_makes_a_call_to_an_address_outside():
    """Mail goes through Django, Redis through its client, single sign-on through allauth: where the settings say."""
    # One takes connections; one only knows the name of what allauth's call may end in; two are the worker's channels,
    # whose clients no web process ever imports (tests/alerts/test_sms.py).
    assert users(CALLS_OUT, SERVED) == {
        "inventory_site/gunicorn_worker.py",
        "accounts/views/single_sign_on.py",
        "alerts/channels/push.py",
        "alerts/channels/sms.py",
    }
    elsewhere = {name for name in used(SERVED["accounts/views/single_sign_on.py"]) if name.startswith("requests")}
    assert elsewhere == {"requests.RequestException"}


def test_no_request_starts_a_program():
    assert users(RUNS, SERVED) == set()
    shells = [file for file, text in CODE.items() if re.search(r"shell\s*=\s*True", text)]
    assert shells == []


def test_nothing_that_was_sent_becomes_an_object_or_code():
    assert users(READS_OBJECTS | EVALUATES, CODE) == set()
    assert settings.SESSION_SERIALIZER == "django.contrib.sessions.serializers.JSONSerializer"


def test_celery_takes_json_alone():
    from inventory_site.celery import app

    assert (set(app.conf.accept_content), app.conf.task_serializer) == ({"json"}, "json")


def test_no_xml_is_read():
    assert users(READS_XML, CODE) == set()


def test_no_template_is_made_of_what_somebody_wrote():
    assert users(TEMPLATES, CODE) == set()
    assert [file for file, text in CODE.items() if ".from_string(" in text] == []


def test_nothing_is_declared_safe_that_was_not_made_here():
    assert users(LEAVES_UNESCAPED, CODE) == set()
    templates = [path for room in settings.BASE_DIR.glob("*/templates") for path in room.rglob("*.*")]
    templates += list((settings.BASE_DIR / "templates").rglob("*.html"))
    assert len(templates) > 100
    found = {path.name for path in templates if re.search(r"\|\s*safe\b|autoescape off", path.read_text())}
    # Mails in plain text are no HTML; a field's hint is Django's own words, or ours.
    assert {name for name in found if not name.endswith(".txt")} == {"field.html"}


def test_what_nobody_may_guess_comes_from_the_system():
    assert users(GUESSABLE, SERVED) <= MAY_GUESS


def test_hashes_and_ciphers_are_the_strong_ones():
    weak = {
        (file, name)
        for file, text in CODE.items()
        for name in used(text)
        if name.startswith(("hashlib.", "cryptography.", "hmac.", "Crypto.")) and name.rpartition(".")[2] in WEAK
    }
    assert weak == set()
    known = {name for text in CODE.values() for name in used(text) if name.startswith(("hashlib.", "cryptography."))}
    assert {name.rpartition(".")[2] for name in known} <= {
        "sha256",
        "sha512",
        "blake2b",
        "scrypt",
        "Fernet",
        "MultiFernet",
        "fernet",
        "InvalidToken",
    }


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("import subprocess", RUNS),
        ("from os import system", RUNS),
        ("import os\nos.popen('x')", RUNS),
        ("from urllib import request", CALLS_OUT),
        ("import pickle as p", READS_OBJECTS),
        ("eval('1')", EVALUATES),
        ("from django.utils.safestring import mark_safe", LEAVES_UNESCAPED),
        ("from random import choice", GUESSABLE),
    ],
)
def test_such_a_call_would_be_found(source, names):
    assert users(names, {"planted.py": source}) == {"planted.py"}


SCRIPTS = {path.name: path.read_text() for path in sorted((settings.BASE_DIR / "static" / "js").glob("*.js"))}


def test_no_script_makes_html_of_a_text_or_code_of_a_word():
    """The one that copies an empty line copies what the server sent in the page's own <template>."""
    pattern = (
        r"insertAdjacentHTML|document\.write|outerHTML\s*=|\beval\(|new Function|setTimeout\(\s*[\"'`]|javascript:"
    )
    assert SCRIPTS
    assert {name for name, text in SCRIPTS.items() if re.search(pattern, text)} == set()
    made = [
        line.strip() for text in SCRIPTS.values() for line in text.splitlines() if re.search(r"innerHTML\s*=", line)
    ]
    assert [line for line in made if "getElementById(button.dataset.lineAdd).innerHTML" not in line] == []


def test_no_script_listens_to_other_windows_or_touches_prototypes():
    pattern = (
        r"postMessage|addEventListener\(\s*[\"']message[\"']|__proto__|\.prototype\b|Object\.assign\(\s*\w+\.prototype"
    )
    assert {name for name, text in SCRIPTS.items() if re.search(pattern, text)} == set()


def test_a_device_keeps_drafts_of_lines_and_nothing_else():
    keeps = {
        name
        for name, text in SCRIPTS.items()
        if re.search(r"localStorage|sessionStorage|indexedDB|document\.cookie|caches\.", text)
    }
    assert keeps == {"drafts.js"}
    assert 'field !== "csrfmiddlewaretoken"' in SCRIPTS["drafts.js"]
    drafts = [
        path.parent.name for path in settings.BASE_DIR.glob("*/templates/**/*.html") if "data-draft" in path.read_text()
    ]
    assert set(drafts) == {"stock"}

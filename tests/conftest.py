"""What every test stands on: real services, a database a worker, the rows of the migrations."""

import gc
import os
import subprocess

import hypothesis
import pytest

from tests.services import set_environment, start_services

SERVICES = pytest.StashKey()
LONGEST = ("tests/stock/test_random_days.py", "tests/browser/")

# A test that needs another number of examples says so as a multiple of hypothesis.settings.default.max_examples.
hypothesis.settings.register_profile("default", max_examples=100, deadline=None, print_blob=True)
hypothesis.settings.register_profile("long", hypothesis.settings.get_profile("default"), max_examples=5000)
hypothesis.settings.load_profile("default")


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config):
    if not hasattr(config, "workerinput"):
        config.stash[SERVICES] = start_services()
    set_environment()
    # Looking through all of Django for cycles after every few objects costs a tenth of the time.
    gc.set_threshold(100_000, 50, 100)
    from django.conf import settings

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    """Begin with what takes longest: at the end one worker would be alone with it."""
    items.sort(key=lambda item: not item.nodeid.startswith(LONGEST))


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart():
    """Let no worker inherit the name of the settings: it would read them before it has a Valkey database of its own."""
    os.environ.pop("DJANGO_SETTINGS_MODULE", None)


def pytest_unconfigure(config):
    if services := config.stash.get(SERVICES, None):
        services.stop()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    from tests.flush import keep_seeded_rows, seeded_rows

    with django_db_blocker.unblock():
        keep_seeded_rows(seeded_rows())


@pytest.fixture
def own_valkey(tmp_path, settings, monkeypatch):
    """A Valkey for this test alone, in the place of the run's cache and broker."""
    from celery import current_app

    from inventory_site.embedded.record import free_port, new_secret
    from inventory_site.embedded.valkey import CACHE, Valkey
    from inventory_site.web import cache, nudge

    valkey = Valkey(tmp_path / "valkey", free_port(), new_secret(), CACHE)
    valkey.configure()
    process = subprocess.Popen(
        valkey.command(), cwd=valkey.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    valkey.wait_until_ready()
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": valkey.url}}
    monkeypatch.setattr(current_app.conf, "broker_url", valkey.url)
    yield process
    process.kill()
    process.wait()
    cache.breaker.reset()
    nudge.breaker.reset()


@pytest.fixture(scope="session")
def valkeys():
    """The cache and the broker of the run."""
    import redis
    from django.conf import settings

    return [redis.Redis.from_url(url, socket_timeout=10) for url in (settings.REDIS_URL, settings.BROKER_URL)]


@pytest.fixture(autouse=True)
def empty_valkey(valkeys):
    """Start every test with nothing cached and nothing queued, and with both services at hand."""
    from inventory_site.web import cache, limits, nudge

    cache.breaker.reset()
    nudge.breaker.reset()
    limits.start_anew()
    for valkey in valkeys:
        valkey.flushdb()


@pytest.fixture
def admin_person(client, db):
    """An admin who has just signed in."""
    from tests.accounts.codes import prove
    from tests.factories import person

    made = person("admin", email="admin@example.com", name="Ada Admin")
    client.force_login(made)
    prove(client)
    return made


@pytest.fixture
def audited_rows():
    """Have the audit log tell of the rows that factories make."""
    from tests.factories import audited

    with audited():
        yield

"""What a real deployment copies: the proxy, the image, the services beside it."""

import re

import pytest
from django.urls import reverse

from inventory_site.events import HEARTBEAT_SECONDS
from inventory_site.web.browser_policy import LETS_IN
from tests.inventory_site.running import CHECKOUT
from tests.test_markers import OURS

NGINX = (CHECKOUT / "deploy" / "nginx.conf").read_text()
COMPOSE = (CHECKOUT / "docker-compose.yml").read_text()
DOCKERFILE = (CHECKOUT / "Dockerfile").read_text()
LEFT_OUT = (CHECKOUT / ".dockerignore").read_text().split()


def said(directive):
    return re.findall(rf"^\s*{directive} ([^;]+);", NGINX, re.MULTILINE)


def test_the_proxy_speaks_the_newer_tls_alone():
    assert said("ssl_protocols") == ["TLSv1.2 TLSv1.3"]


def test_the_proxy_takes_ciphers_with_forward_secrecy_alone():
    [ciphers] = said("ssl_ciphers")
    assert all(
        re.fullmatch(r"ECDHE-(ECDSA|RSA)-(AES\d+-GCM-SHA\d+|CHACHA20-POLY1305)", one) for one in ciphers.split(":")
    )


def test_plain_http_is_sent_on_to_https_and_nothing_else():
    [plain] = re.findall(r"server \{\s*listen 80;.*?\n\}", NGINX, re.DOTALL)
    assert "return 301 https://$host$request_uri;" in plain
    assert "proxy_pass" not in plain


def test_the_proxy_replaces_what_a_client_says_of_itself():
    headers = dict(re.findall(r"proxy_set_header (\S+) (\S+);", NGINX))
    assert headers == {"Host": "$host", "X-Forwarded-For": "$remote_addr", "X-Forwarded-Proto": "$scheme"}


def test_the_proxy_tells_no_version_and_lists_no_folder():
    assert said("server_tokens") == ["off"]
    assert not re.search(r"autoindex|stub_status|alias|root ", NGINX)


@pytest.mark.parametrize(
    "name", [name for name, pattern in OURS.items() if LETS_IN & set(pattern.pattern.regex.groupindex)]
)
def test_the_proxy_writes_down_no_link_that_lets_somebody_in(name):
    address = reverse(name, kwargs=dict.fromkeys(OURS[name].pattern.regex.groupindex, "0secret"))
    [(masked, instead)] = re.findall(r"~(\S+) \"(.*)\";", NGINX)
    found = re.match(masked.replace("(?<", "(?P<"), address)
    assert instead == "${room}..."
    assert "0secret" not in found["room"]
    [quiet] = re.findall(r"location ~ (\S+) \{\n\s+error_log /dev/null crit;", NGINX)
    assert re.match(quiet, address)


def test_the_proxy_writes_down_no_query_and_no_page_that_somebody_came_from():
    [written] = re.findall(r"log_format holdfast (.*?);", NGINX, re.DOTALL)
    kept = {"remote_addr", "time_iso8601", "request_method", "room_or_all", "status", "body_bytes_sent"}
    assert set(re.findall(r"\$(\w+)", written)) == kept | {"request_time", "http_user_agent"}
    assert said("access_log") == ["/var/log/nginx/access.log holdfast"] * len(re.findall(r"^server ", NGINX, re.M))
    assert said("error_log") == ["/var/log/nginx/error.log crit", "/dev/null crit"]


def test_the_proxy_waits_for_nobody_who_is_slow():
    assert (said("client_max_body_size"), said("client_header_timeout"), said("client_body_timeout")) == (
        ["20m"],
        ["10s"],
        ["10s"],
    )


@pytest.mark.parametrize("name", [".git", ".env", ".venv", "var", "tests", "docs"])
def test_the_image_holds_no_history_secret_or_test(name):
    assert name in LEFT_OUT


def test_the_image_holds_what_it_needs_to_run_and_no_tool():
    assert "uv sync --frozen --no-dev" in DOCKERFILE


def test_the_image_runs_as_nobody_who_may_write_the_program():
    assert "USER holdfast" in DOCKERFILE.split("FROM ")[-1]
    assert re.findall(r"chown \S+ (\S+)", DOCKERFILE) == ["var/media"]


def test_every_secret_of_the_services_has_to_be_given():
    secrets = re.findall(r"\$\{(\w*(?:PASSWORD|KEYS?))(:?[?]?[^}]*)\}", COMPOSE)
    assert {name for name, _ in secrets} >= {"SECRET_KEY", "SEAL_KEY", "ENCRYPTION_KEYS", "DATABASE_PASSWORD"}
    assert [name for name, rest in secrets if rest != ":?"] == []


def test_only_the_site_itself_is_reached_from_outside_and_through_the_proxy_alone():
    ports = re.findall(r"^\s+ports:\n((?:\s+- .*\n)+)", COMPOSE, re.MULTILINE)
    assert [port.strip() for port in ports] == ['- "127.0.0.1:8000:8000"', '- "127.0.0.1:8001:8001"']


def test_the_proxy_hands_on_the_stream_as_it_comes_from_a_process_of_its_own():
    [stream] = re.findall(r"location = /events/ \{(.*?)\}", NGINX, re.DOTALL)
    assert stream.split(";")[:2] == ["\n        proxy_pass http://127.0.0.1:8001", "\n        proxy_buffering off"]
    longest = {int(seconds) for seconds in re.findall(r"proxy_read_timeout (\d+)s", NGINX)}
    assert longest == {60}
    assert HEARTBEAT_SECONDS < 60


def test_the_role_of_the_database_is_no_superuser():
    made = (CHECKOUT / "deploy" / "postgres" / "role.sql").read_text()
    assert re.findall(r"CREATE ROLE %I (\w+)", made) == ["LOGIN"]
    assert not re.search(r"\b(SUPERUSER|CREATEROLE|BYPASSRLS|REPLICATION)\b", made.split("\\if :{?role}")[1])


@pytest.mark.django_db
def test_nor_is_it_here():
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper, rolcreaterole, rolreplication FROM pg_roles WHERE rolname = current_user")
        assert cursor.fetchone() == (False, False, False)

"""What every page carries: its weight on a phone, and nothing that the strict CSP would refuse."""

import gzip
import re

from django.conf import settings

STATIC = settings.BASE_DIR / "static"
BASE = settings.BASE_DIR / "templates" / "base.html"
FOLDERS = ("templates", "stock", "catalog", "warehouses", "alerts", "reports", "accounts")
INLINE = re.compile(
    r"""\sstyle=|\son[a-z]+=|\shx-on|["']js:|javascript:|<style|<script(?![^>]*\ssrc=)|hx-trigger="[^"]*\["""
)


def templates():
    return [path for folder in FOLDERS for path in (settings.BASE_DIR / folder).rglob("*.html")]


def weight(names):
    return sum(len(gzip.compress((STATIC / name).read_bytes(), 6)) for name in names)


def loaded(ending):
    return [name for name in re.findall(r'{% static "([^"]+)" %}', BASE.read_text()) if name.endswith(ending)]


def test_the_style_sheets_stay_below_12_kilobytes():
    assert weight(loaded(".css")) < 12 * 1024


def test_the_first_load_on_a_phone_leaves_20_of_its_60_kilobytes_to_the_page_and_its_scripts():
    assert weight([*loaded(".css"), *loaded(".js"), *loaded(".svg"), "icons.svg"]) < 40 * 1024


def test_no_template_holds_what_the_csp_refuses():
    found = {
        (path.relative_to(settings.BASE_DIR).as_posix(), match.group())
        for path in templates()
        for match in INLINE.finditer(
            re.sub(r"{% comment %}.*?{% endcomment %}|{#.*?#}", "", path.read_text(), flags=re.S)
        )
    }
    assert found == set()


def test_style_sheets_fetch_nothing_but_their_own_files():
    addresses = {
        url for path in (STATIC / "css").glob("*.css") for url in re.findall(r"url\(([^)]*)\)", path.read_text())
    }
    assert {(STATIC / "css" / url.strip('"')).resolve().is_file() for url in addresses} == {True}

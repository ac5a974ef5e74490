"""Every library is named, comes from where it should, is what was looked at, and is not older than we promise."""

import hashlib
import re
import tomllib
from datetime import date, datetime
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]
LOCK = tomllib.loads((CHECKOUT / "uv.lock").read_text())["package"]
OTHERS = [package for package in LOCK if "registry" in package["source"]]
SECURITY = (CHECKOUT / "docs" / "security.md").read_text()
REVIEWED = date.fromisoformat(re.search(r"Libraries last reviewed: (\d{4}-\d\d-\d\d)", SECURITY)[1])
VENDORED = CHECKOUT / "static" / "vendor"


def files(package):
    return [*package.get("wheels", []), *([package["sdist"]] if "sdist" in package else [])]


def test_every_library_comes_from_the_one_registry_as_a_file_that_is_known():
    assert len(OTHERS) > 100
    assert {package["source"]["registry"] for package in OTHERS} == {"https://pypi.org/simple"}
    assert [package["name"] for package in LOCK if package not in OTHERS] == ["holdfast"]
    unknown = [each["url"] for package in OTHERS for each in files(package) if not each["hash"].startswith("sha256:")]
    assert unknown == []


def test_whoever_takes_a_newer_library_looks_at_all_of_them():
    newest = max(datetime.fromisoformat(each["upload-time"]) for package in OTHERS for each in files(package))
    assert newest.date() <= REVIEWED


def test_the_framework_is_of_a_line_that_still_gets_mended():
    """Django 5.2 is mended until April 2028; whoever moves on writes the line and its end here."""
    [django] = [package["version"] for package in OTHERS if package["name"] == "django"]
    ends = {"5.2": date(2028, 4, 30)}
    line = ".".join(django.split(".")[:2])
    assert line in ends
    assert ends[line] > REVIEWED


def test_files_of_others_that_we_send_are_unchanged_and_named():
    text = (VENDORED / "README.md").read_text()
    named = dict(re.findall(r"\| \S+@\S+ \| (\S+) \| `([0-9a-f]{64})`", text))
    found = {
        str(path.relative_to(VENDORED)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in VENDORED.rglob("*.*")
        if path.suffix in {".js", ".css", ".woff2", ".wasm"}
    }
    assert found == named


# As the package firebase@13.2.0 of the npm registry has them.
FIREBASE = {
    "firebase-app.js": "a67a49aeb0937561e6405f721cf486dc3085e73763716e8233082417be769d40",
    "firebase-messaging.js": "b408dcf14f26499f20cded195b626b9fb72424e46826218f1dc664b490e84884",
}


def test_firebase_is_changed_where_it_says_so_and_nowhere_else():
    theirs = 'from"https://www.gstatic.com/firebasejs/13.2.0/firebase-app.js"'
    for name, digest in FIREBASE.items():
        ours = (VENDORED / "firebase-13.2.0" / name).read_bytes().decode()
        text = ours.replace('from"./firebase-app.js"', theirs) + f"\n//# sourceMappingURL={name}.map\n"
        assert hashlib.sha256(text.encode()).hexdigest() == digest, name


def test_the_time_within_which_a_weakness_is_mended_is_promised():
    for words in ("within 2 days", "within 14 days", "within 90 days"):
        assert words in SECURITY

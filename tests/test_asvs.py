"""`docs/asvs.csv` says what is done about each requirement of OWASP ASVS 5.0, levels 1 and 2, and tells the truth."""

import ast
import csv
import re
from collections import Counter
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]
ROWS = list(csv.DictReader((CHECKOUT / "docs" / "asvs.csv").read_text().splitlines()))
APPLYING = [row for row in ROWS if row["applies"] == "yes"]
COLUMNS = ["requirement", "level", "section", "description", "applies", "why_not", "control", "tests", "status"]
# What ASVS 5.0.0 has: how many requirements of level 1 and of level 2 stand in each section.
LAST = {
    1: {1: 2, 2: 9, 3: 11, 4: 3, 5: 2},
    2: {1: 3, 2: 3, 3: 4, 4: 1},
    3: {2: 2, 3: 4, 4: 6, 5: 5, 7: 2},
    4: {1: 3, 2: 1, 3: 2, 4: 4},
    5: {1: 1, 2: 3, 3: 2, 4: 3},
    6: {1: 3, 2: 12, 3: 4, 4: 4, 5: 5, 6: 3, 8: 4},
    7: {1: 3, 2: 4, 3: 2, 4: 5, 5: 2, 6: 2},
    8: {1: 2, 2: 3, 3: 1, 4: 1},
    9: {1: 3, 2: 4},
    10: {1: 2, 2: 2, 3: 4, 4: 11, 5: 5, 6: 2, 7: 3},
    11: {1: 2, 2: 3, 3: 3, 4: 4, 5: 1, 6: 1},
    12: {1: 3, 2: 2, 3: 4},
    13: {1: 1, 2: 5, 3: 2, 4: 5},
    14: {1: 2, 2: 4, 3: 3},
    15: {1: 3, 2: 3, 3: 7},
    16: {1: 1, 2: 5, 3: 4, 4: 3, 5: 3},
}
# The documents that the requirements ask for, each by words that stand in docs/security.md and nowhere by chance.
WRITTEN = {
    "V2.1.1": "What is checked of what comes in",
    "V2.1.2": "What belongs together is checked",
    "V2.1.3": "Limits of the business:",
    "V5.1.1": "**Files:** photos of products alone",
    "V6.1.1": "Nobody is locked out for good",
    "V6.1.2": "*context words*",
    "V6.1.3": "There is no other way",
    "V6.3.3": "**One factor for staff** is a decision",
    "V6.4.4": "makes sure who asks, as at enrolment",
    "V6.8.4": "it counts as one factor",
    "V7.1.1": "NIST SP 800-63B",
    "V7.1.2": "the number of devices is not limited",
    "V7.1.3": "Its sessions and ours are",
    "V8.1.1": "The least of both counts",
    "V8.1.2": "- **Fields:**",
    "V11.1.1": "They are replaced every year",
    "V11.1.2": "## Keys and what they protect",
    "V13.1.1": "## Whom Holdfast talks to",
    "V14.1.1": "| secret |",
    "V14.1.2": "| personal |",
    "V15.1.1": "Time frames:",
    "V15.1.2": "`uv.lock` is the inventory",
    "V15.1.3": "## What costs much, and what holds it",
    "V16.1.1": "## What is written down, and where",
    "V16.2.3": "No other file is written",
}


def defined():
    """Give the node id of every test of the repository that pytest collects, without what it is tried with."""
    for path in sorted((CHECKOUT / "tests").rglob("test_*.py")):
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                yield f"{path.relative_to(CHECKOUT)}::{node.name}"


def met(rows):
    return [row for row in rows if row["status"] == "met"]


def test_every_requirement_of_levels_1_and_2_stands_in_it_once():
    expected = Counter(
        f"V{chapter}.{section}.{number}"
        for chapter, sections in LAST.items()
        for section, last in sections.items()
        for number in range(1, last + 1)
    )
    assert Counter(row["requirement"] for row in ROWS) == expected
    assert Counter(row["level"] for row in ROWS) == {"1": 70, "2": 176}


def test_every_row_is_whole():
    broken = []
    for row in ROWS:
        applies = row["applies"] == "yes"
        control = bool(row["control"] and row["tests"]) and not row["why_not"]
        reason = row["status"] == "met" or re.fullmatch(r"not met: .{20,}", row["status"])
        left_out = row["applies"] == "no" and len(row["why_not"]) > 10 and not (row["control"] or row["tests"])
        told = all(row[name] for name in COLUMNS[:4])
        if (
            list(row) != COLUMNS
            or not told
            or not ((applies and control and reason) or (left_out and not row["status"]))
        ):
            broken.append(row["requirement"])
    assert broken == []


def test_every_test_that_is_named_exists():
    named = {test for row in APPLYING for test in row["tests"].split()}
    assert named - set(defined()) == set()


def test_every_requirement_of_level_1_that_applies_is_met():
    assert [row["requirement"] for row in APPLYING if row["level"] == "1" and row["status"] != "met"] == []


def test_at_least_95_percent_of_level_2_are_met():
    second = [row for row in APPLYING if row["level"] == "2"]
    assert len(met(second)) / len(second) >= 0.95


def test_the_rules_that_are_asked_for_are_written_down():
    text = (CHECKOUT / "docs" / "security.md").read_text()
    assert {number for number, words in WRITTEN.items() if text.count(words) != 1} == set()
    assert {number for number in WRITTEN if number not in {row["requirement"] for row in APPLYING}} == set()


def test_the_documents_stay_short_and_name_the_source():
    text = (CHECKOUT / "docs" / "security.md").read_text()
    assert len(text.splitlines()) <= 250
    assert "OWASP" in text
    assert "CC BY-SA 4.0" in text


def test_the_figures_of_the_readme_are_those_of_the_file():
    said = re.search(
        r"Of its (\d+) requirements (\d+) apply; all (\d+) of level 1 are met, and (\d+) of the (\d+) of level 2",
        (CHECKOUT / "README.md").read_text(),
    )
    levels = [[row for row in APPLYING if row["level"] == level] for level in "12"]
    assert [int(each) for each in said.groups()] == [
        len(ROWS),
        len(APPLYING),
        len(met(levels[0])),
        len(met(levels[1])),
        len(levels[1]),
    ]

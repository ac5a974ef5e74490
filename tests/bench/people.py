"""The figures of people, of the audit log and of its seals, on ten million audit rows beside the large ledger."""

import os
import subprocess
import sys
import time

from inventory_site.embedded import places
from tests.bench import site
from tests.bench.results import Figure, at_most, equal, percentile

ROWS = 10_000_000
NIGHT = 30_000
PEOPLE = 500
TURNS = 40
WARM = 5
APPLICATION = "inventory_site.wsgi:application"


def audit(ground):
    """The page by each filter alone, as an admin and as a manager, over HTTP, one request at a time."""
    figures = []
    with ground.probe("large") as probe, site.gunicorn(APPLICATION, ground.environment("large")) as port:
        rows = probe.ask("leave_audit_rows", rows=ROWS)
        for role in ("admin", "manager"):
            cookie, times, most = probe.ask("sign_in", role=role), {}, 0
            for question in probe.ask("questions", role=role):
                times[str(question)] = seconds = page(port, "/audit/", cookie, **question)
                most = max(most, probe.ask("statements_of", role=role, path="/audit/", **question)[0])
                # So that one may search more often than a person would.
                probe.ask("forget_limits")
                print(f"  {role} {question}: p50 {percentile(seconds, 0.5):.0f} ms", flush=True)
            slowest = max(times, key=lambda each: percentile(times[each], 0.95))
            everything = [each for seconds in times.values() for each in seconds]
            figures += [
                at_most(
                    f"audit page as {role} at {rows:,} rows by any one filter: p95 of the slowest",
                    percentile(times[slowest], 0.95),
                    "ms",
                    100,
                    limit=f"{slowest}, all: p50 {percentile(everything, 0.5):.0f} ms",
                ),
                at_most(f"audit page as {role}: statements", most, "statements", 12),
            ]
    return figures


def page(port, path, cookie, **query):
    """Return the milliseconds of each turn of a page, one after the other, once it is warm."""
    answers = site.one_by_one(port, [site.page(path, cookie, **query)] * (WARM + TURNS))
    if {status for status, _ in answers} != {200}:
        raise SystemExit(f"{path} {query} was answered by {sorted({status for status, _ in answers})}")
    return [seconds * 1000 for _, seconds in answers[WARM:]]


def seals(ground):
    """A seal over all that stands there, one over a night, and the verification of everything but for one forgery."""
    with ground.probe("large") as probe:
        probe.ask("leave_audit_rows", rows=ROWS)
        first, before = probe.ask("seal")
        probe.ask("a_night", rows=NIGHT)
        nightly, sealed = probe.ask("seal")
        rows = probe.ask("sealed_rows")
        row, day, name = probe.ask("forge")
        try:
            took, memory, said = manage(ground, "verify_seals")
        finally:
            probe.ask("mend", pk=row, name=name)
    found = " ".join(line.partition(":")[0] for line in said.splitlines() if ": " in line and line[0].isdigit())
    return [
        Figure("a seal over all that was not sealed", round(first, 1), "s", f"{before:,} rows", "", True),
        at_most("nightly seal", nightly, "s", 5, limit=f"{sealed:,} rows"),
        at_most(
            "verify_seals over 10,000,000 rows",
            took * 10_000_000 / rows,
            "s",
            120,
            limit=f"{rows:,} rows in {took:.0f} s",
        ),
        at_most("verify_seals: memory of the process", memory, "MB", 200),
        equal("verify_seals names the day of the one forged row, and no other", found, "", f"{day} audit"),
    ]


def manage(ground, command):
    """Run a command on the large database; return its seconds, its memory in MB and what it said."""
    started = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "manage.py", command],
        env=ground.environment("large"),
        cwd=places.CHECKOUT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    said = process.stdout.read()
    _pid, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return time.monotonic() - started, usage.ru_maxrss / 1024, said


def people(ground):
    """Signing in, the rights of a request, and the matrix of rights."""
    return [*rights(ground), *matrix(ground), *sign_in(ground)]


def rights(ground):
    """The statements that read rights while a page of a manager's warehouses is made: they are kept in no cache."""
    with ground.probe("large") as probe:
        asked = {"role": "manager", "path": "/audit/"}
        _, all_of_them, besides = probe.ask("statements_of", **asked)
    return [
        at_most("rights of a request: statements that read rights", all_of_them, "statements", 2),
        at_most("rights of a request: those that do nothing else", besides, "statements", 0),
    ]


def matrix(ground):
    """The page of the matrix, on the database of which nothing but its people matters."""
    with ground.probe("small") as probe, site.gunicorn(APPLICATION, ground.environment("small")) as port:
        many, wide = probe.ask("fill_the_matrix", people=PEOPLE)
        times = page(port, "/people/rights/", probe.ask("sign_in", role="admin"))
    size = f"{many} people x {wide} warehouses, p95 {percentile(times, 0.95):.0f} ms"
    return [at_most("matrix page", percentile(times, 0.5), "ms", 300, limit=size)]


def sign_in(ground):
    """A password that is right, at the large database: hashing it is most of the time, as it should be."""
    times, statuses = [], set()
    with ground.probe("large") as probe, site.gunicorn(APPLICATION, ground.environment("large")) as port:
        for _ in range(TURNS // 4):
            forms = probe.ask("forget_limits") * 2
            answers = site.one_by_one(port, [site.request("/sign-in/", "", form) for form in forms])
            statuses |= {status for status, _ in answers}
            times += [seconds * 1000 for _, seconds in answers]
    return [
        at_most("sign-in by password: p95", percentile(times[WARM:], 0.95), "ms", 700),
        equal("every sign-in was let in", sorted(statuses), "", [302]),
    ]

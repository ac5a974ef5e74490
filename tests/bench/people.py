"""The figures of the audit log and its seals, on ten million audit rows beside the large ledger."""

import os
import subprocess
import sys
import time

import psycopg

from inventory_site.embedded import places
from tests.bench.results import Figure, at_most, equal, percentile

ROWS = 10_000_000
TURNS = 40
# Two years of rows of every kind and warehouse, one in ten of none; made in order of time, as they come in life. They
# bear the number of the transaction that made them, so the first seal takes them all.
FILL = """
    INSERT INTO auditlog_logentry (content_type_id, object_pk, object_id, object_repr, action, changes_text, changes,
                                   actor_id, remote_addr, timestamp, additional_data, actor_email)
    SELECT kinds.ids[1 + n %% array_length(kinds.ids, 1)], (n %% 100000)::text, n %% 100000,
           'AUDIT-' || (n * 7919 %% 100000), (ARRAY[0, 1, 1, 1, 2, 10, 11, 12, 20])[1 + n %% 9], '',
           '{"name": ["before", "after"]}', people.ids[1 + n * 31 %% array_length(people.ids, 1)], '203.0.113.7',
           now() - (%(rows)s - n) * interval '6 seconds',
           CASE WHEN n %% 10 = 0 THEN '{"device": "bench"}'::jsonb ELSE jsonb_build_object(
               'warehouse', places.ids[1 + n * 13 %% array_length(places.ids, 1)], 'device', 'bench') END, NULL
    FROM generate_series(1, %(rows)s::bigint) AS n,
         (SELECT array_agg(id ORDER BY id) AS ids FROM django_content_type WHERE app_label <> 'admin') AS kinds,
         (SELECT array_agg(id ORDER BY id) AS ids FROM accounts_user) AS people,
         (SELECT array_agg(id ORDER BY id) AS ids FROM warehouses_warehouse) AS places
"""
QUESTIONS = (
    {},
    {"warehouse": "first"},
    {"person": "first"},
    {"kind": "catalog.product"},
    {"kind": "operation"},
    {"act": "11"},
    {"act": "booked"},
    {"q": "AUDIT-77"},
    {"q": "AUDIT-5 "},
    {"since": "2026-01-01", "until": "2026-02-01"},
    {"after": "far"},
)


def audit(ground):
    """The page by each filter, as an admin and as a manager; and the seals over everything."""
    fill(ground)
    figures = []
    with ground.probe("large") as probe:
        for role in ("admin", "manager"):
            times, most = {}, 0
            for question in QUESTIONS:
                probe.ask("audit_page", role=role, **question)
                took = [probe.ask("audit_page", role=role, **question) for _ in range(TURNS)]
                times[str(question)] = percentile([milliseconds for milliseconds, _ in took], 0.95)
                most = max(most, *(queries for _, queries in took))
            slowest = max(times, key=times.get)
            name = f"audit page as {role} by any one filter: p95 of the slowest"
            figures += [
                at_most(name, times[slowest], "ms", 100, limit=slowest),
                at_most(f"audit page as {role}: statements", most, "statements", 12),
            ]
    return figures + seals(ground)


def seals(ground):
    """A seal over everything, one over a night of 30,000 rows, and the verification of all of it."""
    first, _, _ = manage(ground, "seal")
    with psycopg.connect(ground.address("large"), autocommit=True) as database:
        database.execute("SET statement_timeout = 0")
        database.execute(FILL, {"rows": 30_000})
        database.execute("UPDATE reports_seal SET day = day - 1 WHERE number = (SELECT max(number) FROM reports_seal)")
    nightly, _, _ = manage(ground, "seal")
    with psycopg.connect(ground.address("large"), autocommit=True) as database:
        rows = database.execute("SELECT sum(rows) FROM reports_sealpart").fetchone()[0]
    # The day that this run changed is one that the verification must name.
    took, memory, said = manage(ground, "verify_seals")
    return [
        Figure("the first seal, over everything", round(first, 1), "s", f"{rows:,} rows", "<= 200", first <= 200),
        at_most("nightly seal of 30,000 rows", nightly, "s", 5),
        at_most(
            "verify_seals", took * 10_000_000 / float(rows), "s for 10M rows", 120, limit=f"{rows:,} rows: {took:.0f} s"
        ),
        at_most("verify_seals: memory of the process", memory, "MB", 200),
        equal("verify_seals names the one seal whose day was moved", said.count("was changed"), "seals", 1),
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


def fill(ground):
    with psycopg.connect(ground.address("large"), autocommit=True) as database:
        database.execute("SET statement_timeout = 0")
        if not database.execute("SELECT 1 FROM auditlog_logentry WHERE object_repr = 'AUDIT-1'").fetchone():
            print(f"Making {ROWS:,} audit rows, once...", flush=True)
            database.execute(FILL, {"rows": ROWS})
            database.execute("VACUUM (ANALYZE) auditlog_logentry")

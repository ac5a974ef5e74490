"""The figures of the stock ledger. Each takes the ground it stands on and gives what it measured."""

import itertools
import os
import random
import re
import subprocess
import sys
import time
from statistics import median

from inventory_site.embedded import places
from tests.bench import site
from tests.bench.bare.statement import LEVELS, SHIP
from tests.bench.deliveries import deliveries
from tests.bench.ground import FOLDER
from tests.bench.live import live
from tests.bench.people import audit, people, seals
from tests.bench.results import Figure, at_least, at_most, equal, percentile

ROUNDS = 5
# Turns before it counts: each product of the probe once.
WARM = 20
SECONDS = 4


def ship_over_http(ground):
    """One shipment over HTTP at 8 clients against the bare view, and at 1 client; side by side, round by round."""
    with ground.probe("large") as probe:
        chosen, cookie = probe.ask("choose"), probe.ask("sign_in")
        bare_cookie = probe.ask("sign_in", backend="django.contrib.auth.backends.ModelBackend")
    ours = (site.shipment(cookie, chosen["warehouse"], random.choice(chosen["skus"])) for _ in itertools.count())
    bare = (site.request("/ship/", bare_cookie, {"n": random.randint(1, LEVELS)}) for _ in itertools.count())
    environment = ground.environment("large")
    bare_environment = {**environment, "DJANGO_SETTINGS_MODULE": "tests.bench.bare.settings"}
    rates, alone, statuses = {"ours": [], "bare": [], "pgbench": []}, [], set()
    with (
        site.gunicorn("inventory_site.wsgi:application", environment) as our_port,
        site.gunicorn("tests.bench.bare.wsgi:application", bare_environment) as bare_port,
    ):
        for port, requests in ((our_port, ours), (bare_port, bare)):
            site.load(port, requests, clients=8, seconds=SECONDS)
        for _ in range(ROUNDS):
            for name, port, requests in (("ours", our_port, ours), ("bare", bare_port, bare)):
                answers = site.load(port, requests, clients=8, seconds=SECONDS)
                rates[name].append(len(answers) / SECONDS)
                statuses |= {(name, status) for status, _ in answers}
            rates["pgbench"].append(pgbench(ground))
            alone += [seconds for _, seconds in site.load(our_port, ours, clients=1, seconds=SECONDS)]
    rate = {name: median(values) for name, values in rates.items()}
    against = f"bare view {rate['bare']:.0f}/s, pgbench {rate['pgbench']:.0f}/s, ours {rate['ours']:.0f}/s"
    answered = " ".join(f"{name} {status}" for name, status in sorted(statuses))
    return [
        at_least(
            "the bare view against pgbench (else the run is void)",
            rate["bare"] / rate["pgbench"],
            "x",
            0.06,
            limit=against,
        ),
        at_least(
            "ship over HTTP at 8 clients against the bare view", rate["ours"] / rate["bare"], "x", 0.4, limit=against
        ),
        equal("every shipment was booked", answered, "", "bare 204 ours 303"),
        at_most("ship over HTTP at 1 client, p50", percentile(alone, 0.5) * 1000, "ms", 15),
    ]


def pgbench(ground):
    """Return the transactions a second of the bare view's statement without any Python."""
    script = FOLDER / "ship.sql"
    script.write_text(f"\\set n random(1, {LEVELS})\n{SHIP.replace('%(n)s', ':n').strip()};\n")
    program = ground.services.postgres.programs / "pgbench"
    options = ["-n", "-c", "8", "-j", "2", "-T", str(SECONDS), "-M", "prepared", "-f", script]
    done = subprocess.run([program, *options, ground.address("large")], check=True, capture_output=True, text=True)
    return float(re.search(r"tps = ([\d.]+)", done.stdout)[1])


def hot_product(ground):
    """200 clients ship one product at the same moment, five times over."""
    with ground.probe("large") as probe:
        chosen, cookie = probe.ask("choose"), probe.ask("sign_in")
    hot = chosen["skus"][0]
    answers = []
    with site.gunicorn("inventory_site.wsgi:application", ground.environment("large")) as port:
        for _ in range(ROUNDS):
            answers += site.burst(port, [site.shipment(cookie, chosen["warehouse"], hot) for _ in range(200)])
    booked = sum(status == 303 for status, _ in answers)
    return [
        equal("200 clients ship one hot product at once: booked", booked, "shipments", 200 * ROUNDS),
        at_most("200 clients ship one hot product at once: p99", percentile([s for _, s in answers], 0.99), "s", 2),
    ]


def receive(ground):
    """Receiving 500 lines, and the statements of receiving and shipping."""
    with ground.probe("large") as probe:
        probe.ask("choose")
        probe.ask("time_of", what="receive", lines=500)
        times = [probe.ask("time_of", what="receive", lines=500) for _ in range(7)]
        few, many = (probe.ask("queries_of", what="receive", lines=lines) for lines in (5, 500))
        shipping = probe.ask("queries_of", what="ship")
    return [
        at_most("receive of 500 lines", median(times), "ms", 300),
        equal("receive of 500 lines: statements as for 5 lines", many, "statements", few),
        at_most("ship of 1 line without HTTP", shipping, "statements", 8),
    ]


def levels(ground):
    """25 products x 10 warehouses from the database, from the cache, and as of a moment half-way back."""
    with ground.probe("large") as probe:
        probe.ask("choose")
        figures = {}
        for name, call, values in (
            ("from the database", "time_of", {"what": "levels"}),
            ("from the cache", "time_of_cached_levels", {}),
            ("as of a past moment", "time_of", {"what": "levels_as_of"}),
        ):
            for _ in range(3):
                probe.ask(call, **values)
            figures[name] = median(probe.ask(call, **values) for _ in range(21))
    most = {"from the database": 30, "from the cache": 5, "as of a past moment": 150}
    return [at_most(f"25 x 10 levels {name}", value, "ms", most[name]) for name, value in figures.items()]


GROWING = {
    "ship": "one ship",
    "levels": "25 x 10 levels from the database",
    "search": "search",
    "product": "product page",
    "transactions": "transactions page",
    "as_of": "as-of page",
}


def growth(ground):
    """What a thousand times the ledger costs: the same calls on both databases, in turn, warmed."""
    with ground.probe("small") as small, ground.probe("large") as large:
        for probe in (small, large):
            probe.ask("choose")
        figures = []
        for what, name in GROWING.items():
            times = {small: [], large: []}
            for turn in range(WARM + 2 * WARM):
                for probe in (small, large) if turn % 2 else (large, small):
                    took = probe.ask("time_of", what=what)
                    if turn >= WARM:
                        times[probe].append(took)
            before, after = median(times[small]), median(times[large])
            limit = f"{before:.1f} ms small, {after:.1f} ms large"
            figures.append(at_most(f"growth of p50: {name}", after / before, "x", 1.3, limit=limit))
    return figures


def verify_ledger(ground):
    """Every law over the whole ledger, as a command."""
    times, memory, ends = [], [], set()
    for _ in range(3):
        started = time.monotonic()
        process = subprocess.Popen(
            [sys.executable, "manage.py", "verify_ledger"],
            env=ground.environment("large"),
            cwd=places.CHECKOUT,
            stdout=subprocess.DEVNULL,
        )
        _pid, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        times.append(time.monotonic() - started)
        memory.append(usage.ru_maxrss / 1024)
        ends.add(process.returncode)
    return [
        at_most("verify_ledger over the large ledger", median(times), "s", 60),
        at_most("verify_ledger: memory of the process", max(memory), "MB", 200),
        Figure(
            "verify_ledger finds nothing, after all of the above",
            str(sorted(ends)),
            "exit",
            "[0]",
            "= [0]",
            ends == {0},
        ),
    ]


def expiry(ground):
    """The sweep over lots that expire: when little has changed since the last turn, and when nothing has."""
    with ground.probe("large") as probe:
        (some, none), found, rows, told = probe.ask("expiry_sweep", holdings=1_000_000, lots_a_product=20, changed=200)
    size = f"{rows:,} holdings of lots that expire, {told:,} incidents"
    return [
        at_most(f"expiry sweep that finds {found[0]:,} lots changed", some, "s", 10, limit=size),
        at_most("expiry sweep that finds nothing changed", none, "s", 10, limit=size),
        equal("expiry sweep: lots left unjudged", found[1], "", 0),
    ]


FIGURES = {
    figure.__name__: figure
    for figure in (
        ship_over_http,
        hot_product,
        receive,
        levels,
        growth,
        verify_ledger,
        audit,
        people,
        seals,
        expiry,
        deliveries,
        live,
    )
}

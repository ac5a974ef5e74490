"""`make run` in a data folder of its own, watched from outside."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from inventory_site.embedded import leftovers
from inventory_site.embedded.record import free_port
from inventory_site.embedded.services import SERVICES

CHECKOUT = Path(__file__).resolve().parents[2]


def variables():
    """Every variable that Holdfast reads."""
    lines = (CHECKOUT / ".env.example").read_text().splitlines()
    return [line.split("=")[0] for line in lines if line and not line.startswith("#")]


def environment(data, port):
    """Leave out what the tests themselves have set."""
    plain = {name: value for name, value in os.environ.items() if name not in [*variables(), "PGOPTIONS"]}
    return {**plain, "DATA_DIR": str(data), "PORT": str(port)}


def embedded(command, data, port=0, **more):
    """Run one of the commands to its end."""
    return subprocess.run(
        [sys.executable, "-m", "inventory_site.embedded", command],
        env={**environment(data, port or free_port()), **more},
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        timeout=200,
    )


class Running:
    """One start, and what can be seen of it."""

    def __init__(self, data):
        self.data, self.port = data, free_port()

    def start(self):
        command = [sys.executable, "-m", "inventory_site.embedded", "run"]
        self.process = subprocess.Popen(
            command, env=environment(self.data, self.port), cwd=CHECKOUT, stdout=subprocess.PIPE, text=True
        )
        said = []
        for line in self.process.stdout:
            said.append(line)
            if line.startswith("Stop it with"):
                return "".join(said)
        raise AssertionError(f"It ended: {''.join(said)}")

    def stop(self, number=signal.SIGTERM):
        self.process.send_signal(number)
        return self.process.wait(150)

    def status(self):
        """What /readyz says: ok, degraded, or why there was no such answer."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=6) as answer:
                return json.load(answer)["status"]
        except (urllib.error.URLError, OSError) as error:
            return type(error).__name__

    def of(self, name):
        """The processes of a service: those at its top, and their children."""
        found = leftovers.find(self.data, name)
        tops = {process for process in found if parent(process) not in found}
        return tops, found - tops

    def left(self):
        return {name: found for name in ("supervisor", *SERVICES) if (found := leftovers.find(self.data, name))}

    def wait_until_well(self, seconds=30):
        """Wait until every service has its process and /readyz is well; give how long that took."""
        began = time.monotonic()
        while not (self.status() == "ok" and all(self.of(name)[0] for name in SERVICES)):
            assert time.monotonic() - began < seconds, (self.status(), self.left())
            time.sleep(0.1)
        return time.monotonic() - began


def parent(process):
    try:
        return int(Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[1])
    except OSError:
        return 0

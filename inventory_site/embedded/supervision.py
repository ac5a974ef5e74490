"""supervisor, which restarts what dies and stops everything in order."""

import os
import shlex
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from inventory_site.embedded import leftovers, places
from inventory_site.embedded.services import Service

HEAD = """\
[supervisord]
nodaemon = true
silent = true
logfile = {logs}/supervisor.log
pidfile = {data}/run/supervisor.pid
childlogdir = {logs}
"""

# startretries: whatever keeps a service from starting may pass; supervisor waits a second longer each time.
PROGRAM = """
[program:{name}]
command = {command}
directory = {checkout}
environment = {mark}="{value}"
priority = {rank}
autorestart = true
startsecs = 2
startretries = 1000
stopsignal = {stop}
stopwaitsecs = {patience}
killasgroup = true
redirect_stderr = true
stdout_logfile = {logs}/{name}.log
stdout_logfile_maxbytes = 10MB
stdout_logfile_backups = 3
"""


def write_config(data: Path, services: Iterable[Service]) -> Path:
    """Write supervisor's configuration; a per cent sign doubled stands for itself there."""
    logs, config = data / "log", data / "run" / "supervisor.conf"
    for folder in (logs, config.parent):
        folder.mkdir(parents=True, exist_ok=True)
    sections = [HEAD.format(logs=quote(logs), data=quote(data))]
    for service in services:
        command = [sys.executable, "-m", "inventory_site.embedded.services", service.name]
        sections.append(
            PROGRAM.format(
                name=service.name,
                command=quote(shlex.join(command)),
                checkout=quote(places.CHECKOUT),
                mark=leftovers.MARK,
                value=quote(leftovers.mark(data, service.name)),
                rank=service.rank,
                stop=service.stop.name.removeprefix("SIG"),
                patience=service.patience,
                logs=quote(logs),
            )
        )
    config.write_text("".join(sections))
    return config


def quote(value: object) -> str:
    return str(value).replace("%", "%%")


def start_supervisor(data: Path, config: Path) -> subprocess.Popen[bytes]:
    """Start supervisor in a session of its own, so that Ctrl-C reaches it through us alone."""
    return subprocess.Popen(
        [sys.executable, "-m", "supervisor.supervisord", "--configuration", str(config)],
        env={**os.environ, leftovers.MARK: leftovers.mark(data, "supervisor")},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=places.CHECKOUT,
        start_new_session=True,
    )

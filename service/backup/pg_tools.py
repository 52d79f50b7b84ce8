"""pg_dump and pg_restore: found on the machine or in the private root, and run. Refuses one that is older than the server."""

import asyncio
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from hotline1022.core.errors import ConfigError, Unavailable
from hotline1022.service.asterisk.engine_find import private_root

#: as the server knows the tools
APPLICATION = "hotline1022 backup"


def find_tool(name: str, server: int) -> tuple[str, ...]:
    """How to call `pg_dump` or `pg_restore` of this major version, or the next newer one. Blocks while it asks.

    ConfigError `pg-tools-missing`.
    """
    found: dict[int, tuple[str, ...]] = {}
    for command in _candidates(name):
        version = _version(command)
        if version >= server:
            found.setdefault(version, command)
    if not found:
        raise ConfigError(
            f"there is no {name} of version {server} or newer on this machine: install postgresql-client-{server}, "
            "or run `scripts/private-root postgresql`",
            error_id="pg-tools-missing",
        )
    return found[min(found)]


def _candidates(name: str) -> Iterator[tuple[str, ...]]:
    own = [Path(path) for path in [shutil.which(name)] if path]
    own += sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}")) + sorted(Path("/usr").glob(f"pgsql-*/bin/{name}"))
    for path in own:
        yield (str(path),)
    root = private_root()
    loader = next(iter(sorted(root.glob("usr/lib/*-linux-gnu/ld-linux-*.so.*"))), None)
    for path in sorted(root.glob(f"usr/lib/postgresql/*/bin/{name}")):
        if loader is not None:
            yield (str(loader), "--library-path", str(loader.parent), str(path))


def _version(command: tuple[str, ...]) -> int:
    """Its major version; 0 where it does not run."""
    try:
        run = subprocess.run([*command, "--version"], check=False, capture_output=True, text=True, timeout=10)
    except (OSError, subprocess.TimeoutExpired):
        return 0
    said = re.search(r"\(PostgreSQL\) (\d+)", run.stdout)
    return int(said[1]) if said else 0


async def run_tool(command: tuple[str, ...], url: str, *words: str) -> None:
    """Run it on the database of this address; the password goes by the environment, not by the command line.

    Unavailable `disk-full`, `pg-tool-failed` with its last words. Cancelled, it is ended too.
    """
    parts, query = urlsplit(url), parse_qs(urlsplit(url).query)
    environment = {"PGDATABASE": unquote(parts.path.lstrip("/")), "PGAPPNAME": APPLICATION}
    for variable, value in (
        ("PGHOST", parts.hostname or (query.get("host") or [""])[0]),
        ("PGPORT", str(parts.port or "")),
        ("PGUSER", unquote(parts.username or "")),
        ("PGPASSWORD", unquote(parts.password or "")),
        ("PGSSLMODE", (query.get("sslmode") or query.get("ssl") or [""])[0]),
    ):
        if value:
            environment[variable] = value
    process = await asyncio.create_subprocess_exec(
        *command,
        f"--dbname={environment['PGDATABASE']}",
        *words,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
        env=os.environ | environment,
    )
    try:
        _, said = await process.communicate()
    except asyncio.CancelledError:
        process.kill()
        await process.wait()
        raise
    if process.returncode:
        last = " ".join(said.decode(errors="replace").split())[-500:]
        name = Path(command[-1]).name
        if "No space left on device" in last:
            raise Unavailable(f"the disk is full ({name}: {last}); free some space", error_id="disk-full")
        raise Unavailable(
            f"{name} failed: {last}; see that the database runs and the disk has room", error_id="pg-tool-failed"
        )

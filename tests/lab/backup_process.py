"""Makes a backup, to be killed: `python -m tests.lab.backup_process DATA DATABASE_URL SHELF COUNT`; DATABASE_URL "" = SQLite.

After COUNT files it says so and goes no further.
"""

import asyncio
import signal
import sys
from dataclasses import replace
from pathlib import Path

from hotline1022.service.backup.make import make_backup
from hotline1022.service.backup.shelf import Watch
from hotline1022.service.settings.tree import Database, Paths, Settings


def settings_for(data: Path, url: str, **paths: Path) -> Settings:
    """Settings of a hotline whose data lies there."""
    return replace(Settings(), paths=Paths(data=data, **paths), database=Database(url=url))


def stop_at(count: int) -> Watch:
    """Stops for ever after so many files."""

    def watch(done: int, total: int) -> None:
        if done == count:
            print(f"{done} of {total}", flush=True)
            while True:
                signal.pause()

    return watch


if __name__ == "__main__":
    data, url, shelf, count = sys.argv[1:]
    settings = settings_for(Path(data), url)
    asyncio.run(make_backup(settings, None, Path(shelf), copies=False, keys=None, watch=stop_at(int(count))))

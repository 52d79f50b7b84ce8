"""Restores, and is gone at a line: `python -m tests.lab.restore_process DATA DATABASE_URL BACKUP BOX PASSPHRASE LINE`; DATABASE_URL "" = SQLite.

LINE counts the lines of a restore's own files, each the first time it runs; -1 = none. Done, it says at which it was marked as begun, and how many there were.
"""

import asyncio
import os
import sys
from dataclasses import replace
from pathlib import Path

from hotline1022.db import restoring
from hotline1022.service.backup import half_restore, restore, restore_places
from hotline1022.service.backup.make import KeyFile
from hotline1022.service.settings.recordings import Recordings
from hotline1022.service.settings.tree import Settings
from tests.lab.backup_process import settings_for
from tests.lab.killed import KILLED, at_each_line

WATCHED = tuple(str(one.__file__) for one in (restoring, half_restore, restore, restore_places))


def place_for(data: Path, url: str) -> Settings:
    """Settings of where a backup with keys can be put back."""
    return replace(settings_for(data, url), recordings=Recordings(keys=f"{data}-keys"))


def main() -> None:
    """Until the line, or to the end."""
    data, url, backup, box, passphrase, line = sys.argv[1:]
    settings, mark, begun = place_for(Path(data), url), Path(data) / half_restore.MARK, [-1]
    keys = KeyFile(path=Path(box), passphrase=passphrase)

    def do(now: int) -> None:
        if now == int(line):
            os._exit(KILLED)
        if begun == [-1] and mark.exists():
            begun[0] = now

    def work() -> None:
        asyncio.run(restore.restore(settings, Path(backup), keys=keys, watch=lambda _done, _total: None))

    total = at_each_line(work, WATCHED, do, once=True)
    print(begun[0], total, flush=True)


if __name__ == "__main__":
    main()

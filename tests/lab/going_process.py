"""Lets recordings go, or erases a citizen, to be killed: `python -m tests.lab.going_process WHAT ADDRESS FOLDER [REQUEST NUMBER]`.

Tells when it begins.
"""

import asyncio
import sys
from pathlib import Path
from typing import Any, cast

from hotline1022.db.unit import Database
from hotline1022.service.citizen.desk import Citizens
from hotline1022.service.citizen.steps import Places
from tests.lab.evidence_world import Bells, World
from tests.lab.retention_world import Old


def places(folder: Path) -> Places:
    """Where the tests put files of a citizen."""
    return Places(attachments=folder / "attachments", outbox=folder / "outbox", journal=folder / "journal")


async def work(what: str, address: str, folder: Path, *more: str) -> None:
    """Do it to the end."""
    data = folder / "data"
    async with Database(address) as database:
        world = World(
            address=address,
            database=database,
            root=data / "recordings",
            place=folder / "second",
            keys=data / "keys",
            filed=cast("Any", None),
            bells=Bells(),
        )
        print("begins", flush=True)
        if what == "retention":
            retention = Old(world=world).retention()
            await retention.resume()
            await retention.night()
        else:
            await Citizens(database, places(folder), world.examiner().rows).confirm(*more)


if __name__ == "__main__":
    asyncio.run(work(sys.argv[1], sys.argv[2], Path(sys.argv[3]), *sys.argv[4:]))

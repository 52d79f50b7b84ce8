"""Packs a disclosure that was allowed and stays when the package lies there, before its row is written, to be killed there:
`python -m tests.lab.packing_process ADDRESS FOLDER ID`. Says `here` when it is there.
"""

import asyncio
import sys
from datetime import datetime
from pathlib import Path

from hotline1022.db.unit import Database
from hotline1022.evidence.package import Written
from hotline1022.evidence.types import Disclosure
from hotline1022.recordings.types import FiledCall
from hotline1022.service.disclosure.pack import Packer
from tests.lab.disclosure_world import ASKS, NOW, a_desk
from tests.lab.evidence_world import Bells, World, thread_pool
from tests.lab.storing_process import stay
from tests.unit.recordings_world import CALL


class Staying(Packer):
    """Stays after the package was written."""

    async def pack(self, one: Disclosure, path: Path, at: datetime) -> Written:
        """As the packer does."""
        written = await super().pack(one, path, at)
        stay()
        return written


async def pack(address: str, folder: Path, id: str) -> None:
    """Until killed."""
    async with Database(address) as database:
        world = World(
            address=address,
            database=database,
            root=folder / "data" / "recordings",
            place=folder / "second",
            keys=folder / "data" / "keys",
            filed=FiledCall(call=CALL, tracks=(), voicemails=()),
            bells=Bells(),
        )
        desk = a_desk(world, folder, thread_pool(), stamp=world.stamper().stamp, kind=Staying)
        await desk.pack(id, ASKS, NOW)


if __name__ == "__main__":
    asyncio.run(pack(sys.argv[1], Path(sys.argv[2]), sys.argv[3]))

"""Files calls without end, to be killed: `python -m tests.lab.filing_process ADDRESS FIRST`. Tells each that was committed."""

import asyncio
import sys
from itertools import count

from hotline1022.core.acting import Acting, acts
from hotline1022.core.ids import CallId, ChannelId
from hotline1022.db.stores import SqlRecordingStore
from hotline1022.db.unit import Database
from hotline1022.recordings.types import FiledCall
from tests.contract.database.made import a_call, of_calls
from tests.contract.database.test_recordings import a_track


async def work(address: str, first: int) -> None:
    """Until killed: each call's tracks in one transaction, and an act that makes a call's row in another."""
    async with Database(address) as database:
        store = SqlRecordingStore(database)
        for number in count(first):
            call = CallId(ChannelId(f"hl1-1795470208.{number}"))
            tracks = tuple(
                a_track(f"{call}-{side}", call=call, path=f"2026/11/24/{call}/{side}.wav") for side in ("a", "b")
            )
            await store.save([FiledCall(call=call, tracks=tracks, voicemails=())])
            with acts(Acting(actor="token:desk", origin="127.0.0.1", act="POST /api/calls", subject=f"call:{call}")):
                await database.save(of_calls(a_call(call)))
            print(call, flush=True)


if __name__ == "__main__":
    asyncio.run(work(sys.argv[1], int(sys.argv[2])))

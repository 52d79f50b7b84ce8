"""Listens without end, to be killed: `python -m tests.lab.listening_process ADDRESS`. Tells how many bytes it was given."""

import asyncio
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from secrets import token_hex

from hotline1022.db.listening import Listening
from hotline1022.db.unit import Database
from hotline1022.service.recordings.listening_book import ListeningBook

SIZE, BLOCK = 1 << 40, 1 << 18


class Endless:
    """A file that has all the bytes that anybody wants."""

    size = SIZE

    async def read(self, first: int, after: int) -> AsyncIterator[bytes]:
        """Zeros."""
        while first < after:
            yield bytes(min(BLOCK, after - first))
            first += BLOCK

    async def close(self) -> None:
        """Nothing to close."""


def a_right(call: str = "hl1-1795470208.58", **more: object) -> Listening:
    """One to hear the endless file."""
    given: dict[str, object] = {
        "id": token_hex(8), "key_sha256": token_hex(32), "token_id": "t1", "actor": "token:kt", "origin": "10.0.0.7",
        "recording_id": "ab" * 8, "call_id": call, "what": "stereo", "name": "wav", "reason": "quality",
        "words": "Nghe lại cuộc gọi của chị Lan.", "asked_at": datetime.now(UTC), "expires_at": datetime.now(UTC) + timedelta(hours=1),
        "path": "a.wav", "sha256": "ab" * 32, "bytes": SIZE, "duration_ms": SIZE // 32, "played_at": None,
    }  # fmt: skip
    return Listening(**given | more)  # type: ignore[arg-type]


async def listen(address: str) -> None:
    """Until killed; the chain hears of it as fast as it can."""
    async with Database(address) as database:
        book = ListeningBook(database)
        async with database.transaction() as tx:
            token, _ = await tx.tokens.create(token_hex(8), ["listen"], datetime.now(UTC))
            right = a_right(token_id=token.id)
            await tx.listening.add(right)
        given = 0
        async for piece in book.stream(right, "10.0.0.7", Endless()).read(0, SIZE):
            given += len(piece)
            print(right.id, given, flush=True)
            if given % (5 * BLOCK) == 0:
                await book.flush()


if __name__ == "__main__":
    asyncio.run(listen(sys.argv[1]))

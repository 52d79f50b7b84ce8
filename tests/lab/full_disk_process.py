"""A process of the lab that acts on a SQLite database whose disk fills up: a line with an act, or `?` for all that are kept.

    python -m tests.lab.full_disk_process FILE

Answers with JSON: "" or what was wrong; the acts, which make up a whole chain.
"""

import asyncio
import json
import sys
from pathlib import Path

from hotline1022.audit.chain import Walk
from hotline1022.core.acting import Acting, acts
from hotline1022.core.errors import HotlineError
from hotline1022.db.unit import Database


async def _act(database: Database, name: str) -> str:
    try:
        with acts(Acting(actor="token:desk", origin="127.0.0.1", act=name, subject="line:101")):
            async with database.transaction():
                pass
    except HotlineError as error:
        return f"{error.error_id}: {error}"
    return ""


async def _kept(database: Database) -> list[object]:
    walk, found = Walk(), list[object]()
    async with database.reading() as tx:
        async for portion in tx.audit.entries():
            walk.take(portion)
            found += [entry.detail["act"] for entry in portion]
    return found


async def serve(file: Path) -> None:
    """Until its input ends."""
    async with Database(file) as database:
        while word := (await asyncio.to_thread(sys.stdin.readline)).strip():
            answer = await _kept(database) if word == "?" else await _act(database, word)
            print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1])))

"""A ZIP that is made while it is sent, so that nothing lies on the disk and memory stays flat; how many may be under way at once.

Refuses one too many; ends with its token or session. What has other bytes than were stored ends it before its table of contents,
and is written down.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Generator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from hotline1022.accounts.types import Permission
from hotline1022.core.errors import Refused, Unavailable
from hotline1022.db.unit import Database
from hotline1022.queue.ports import AlarmBell
from hotline1022.recordings.apart import on_disk
from hotline1022.recordings.held import Held
from hotline1022.service.recordings.asker_stands import stands
from hotline1022.service.recordings.checked import Changed
from hotline1022.service.recordings.export import expired
from hotline1022.service.recordings.original_check import note_changed
from hotline1022.service.recordings.refused import refused

#: exports that may run at once: each hashes hours of sound, and holds its files
MOST = 2
#: that one piece may take; before the first one all files may be opened
PIECE_SECONDS = 60.0


class Few:
    """Who is given a ZIP now, by web.asker.Asker.id; `patience`: seconds for which somebody's next one waits for the one before,
    which ends when nobody takes it any more.
    """

    def __init__(self, *, most: int = MOST, patience: float = 0.0) -> None:
        self._most, self._patience = most, patience
        self._running: dict[str, asyncio.Event] = {}

    async def enter(self, asker: str) -> None:
        """Unavailable `export-busy`; whoever is in leaves again."""
        if asker in self._running and self._patience:
            try:
                async with asyncio.timeout(self._patience):
                    while asker in self._running:
                        await self._running[asker].wait()
            except TimeoutError:
                pass
        if asker in self._running:
            text = "an export runs already that you asked for; wait until it has ended"
            raise Unavailable(text, error_id="export-busy")
        if len(self._running) >= self._most:
            text = f"{self._most} exports run already; wait until one of them has ended"
            raise Unavailable(text, error_id="export-busy")
        self._running[asker] = asyncio.Event()

    def leave(self, asker: str) -> None:
        """It has ended."""
        if ended := self._running.pop(asker, None):
            ended.set()


class ZipSource:
    """web.listening_port.PieceSource. Each piece is made in a thread when it is asked for: none waits for a slow receiver."""

    def __init__(
        self,
        pieces: Generator[bytes, None, None],
        *,
        root: Path,
        database: Database,
        bell: AlarmBell,
        asker: str,
        needs: Sequence[Permission],
        ended: Callable[[], None],
    ) -> None:
        self._root, self._database, self._bell = root, database, bell
        self._asker, self._needs, self._ended = asker, needs, ended
        self._zip = Held(pieces)
        self._step: asyncio.Future[bytes] | None = None

    async def pieces(self) -> AsyncIterator[bytes]:
        """All of it."""
        try:
            while piece := await self._next():
                yield piece
        except Changed as error:
            finding = await note_changed(self._database, self._bell, error.path)
            raise (refused([finding]) if finding else expired()) from error
        except OSError as error:
            text = f"an original cannot be read ({error.strerror}); run hotline1022 doctor"
            raise Unavailable(text, error_id="recording-io") from error

    async def check(self) -> None:
        """Refused `export-ended`: its token was revoked, its session is over."""
        async with self._database.reading() as tx:
            now = datetime.now(UTC)
            if not all([await stands(tx, self._asker, one, now) for one in self._needs]):
                raise Refused("whoever asked for this export may have it no more; ask again", error_id="export-ended")

    async def close(self) -> None:
        """Its files are closed when this returns, also in the middle of a piece, but where the disk hangs."""
        try:
            if self._step is not None:
                await asyncio.gather(self._step, return_exceptions=True)
            await self._zip.close(self._root)
        finally:
            self._ended()

    async def _next(self) -> bytes:
        work = on_disk(self._root, PIECE_SECONDS, self._zip.use, lambda pieces: next(pieces, b""))
        self._step = asyncio.ensure_future(work)
        return await asyncio.shield(self._step)  # whoever is cancelled leaves it to `close`


class Sink:
    """What zipfile writes to: keeps what was not taken yet."""

    def __init__(self) -> None:
        self._kept: list[bytes] = []

    def write(self, data: bytes) -> int:
        """Keep it."""
        self._kept.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """There is nothing behind it."""

    def taken(self) -> bytes:
        """What came since the last time."""
        data = b"".join(self._kept)
        self._kept.clear()
        return data

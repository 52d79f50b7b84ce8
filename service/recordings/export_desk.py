"""Originals over the network: a ZIP that is made while it is sent, so that nothing lies on the disk and memory stays flat.

Refuses a third one at once, and a second one of the same asker; ends with its token or session. What has other bytes than were stored ends
it before its table of contents, and is written down.
"""

import asyncio
import zipfile
from collections.abc import AsyncIterator, Callable, Generator
from contextlib import ExitStack, closing
from datetime import UTC, datetime

from hotline1022.accounts.types import Permission
from hotline1022.core.errors import Refused, Unavailable
from hotline1022.evidence.package import stored
from hotline1022.recordings.apart import on_disk
from hotline1022.recordings.held import Held
from hotline1022.service.recordings.asker_stands import stands
from hotline1022.service.recordings.checked import Changed, Opener, checked, open_original, opener
from hotline1022.service.recordings.export import SUMS, Exporter, Taken, expired, name_of, why_of
from hotline1022.service.recordings.original_check import note_changed
from hotline1022.service.recordings.refused import refused
from hotline1022.web.asker import Asker
from hotline1022.web.export_port import Outgoing
from hotline1022.web.listening_wire import WhyBody

#: exports that may run at once: each hashes hours of sound, and holds its files
MOST = 2
#: that one piece may take; before the first one all files are opened
PIECE_SECONDS = 60.0


class ExportDesk:
    """web.export_port.Exports."""

    def __init__(self, exporter: Exporter) -> None:
        self._exporter = exporter
        #: ids of the tokens whose exports run
        self._running: set[str] = set()

    async def open(self, recording: str, why: WhyBody, asker: Asker) -> Outgoing:
        """All originals of one recording."""
        if asker.id in self._running:
            raise Unavailable(
                "an export runs already that you asked for; wait until it has ended", error_id="export-busy"
            )
        if len(self._running) >= MOST:
            text = f"{MOST} exports run already; wait until one of them has ended"
            raise Unavailable(text, error_id="export-busy")
        self._running.add(asker.id)
        try:
            given = why_of(self._exporter.reasons, why.reason, why.text)
            taken = await self._exporter.take(recording)
            await self._exporter.tell(taken, given)
        except BaseException:
            self._running.discard(asker.id)
            raise
        source = ZipSource(self._exporter, taken, asker.id, lambda: self._running.discard(asker.id))
        return Outgoing(name=f"{taken.found.call}-goc.zip", source=source)


class ZipSource:
    """web.listening_port.PieceSource. Each piece is made in a thread when it is asked for: none waits for a slow receiver."""

    def __init__(self, exporter: Exporter, taken: Taken, asker: str, ended: Callable[[], None]) -> None:
        self._exporter, self._asker, self._ended = exporter, asker, ended
        self._zip = Held(zip_pieces(taken, opener(exporter.root, exporter.keys), datetime.now(UTC)))
        self._step: asyncio.Future[bytes] | None = None

    async def pieces(self) -> AsyncIterator[bytes]:
        """All of it."""
        try:
            while piece := await self._next():
                yield piece
        except Changed as error:
            finding = await note_changed(self._exporter.database, self._exporter.bell, error.path)
            raise (refused([finding]) if finding else expired()) from error
        except OSError as error:
            text = f"an original cannot be read ({error.strerror}); run hotline1022 doctor"
            raise Unavailable(text, error_id="recording-io") from error

    async def check(self) -> None:
        """Refused `export-ended`: its token was revoked, its session is over."""
        async with self._exporter.database.reading() as tx:
            if not await stands(tx, self._asker, Permission.LISTEN, datetime.now(UTC)):
                raise Refused("whoever asked for this export may have it no more; ask again", error_id="export-ended")

    async def close(self) -> None:
        """Its files are closed when this returns, also in the middle of a piece, but where the disk hangs."""
        try:
            if self._step is not None:
                await asyncio.gather(self._step, return_exceptions=True)
            await self._zip.close(self._exporter.root)
        finally:
            self._ended()

    async def _next(self) -> bytes:
        work = on_disk(self._exporter.root, PIECE_SECONDS, self._zip.use, lambda pieces: next(pieces, b""))
        self._step = asyncio.ensure_future(work)
        return await asyncio.shield(self._step)  # whoever is cancelled leaves it to `close`


class _Sink:
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


def zip_pieces(taken: Taken, opened: Opener, at: datetime) -> Generator[bytes, None, None]:
    """The ZIP, as long as its originals and a little more, in pieces of a quarter of a megabyte. Blocks.

    All files are opened first: what expires meanwhile is given out all the same. Changed: one has other bytes than its row
    says; then neither SHA256SUMS nor the ZIP's table of contents has come.
    """
    with ExitStack() as stack:
        files = [(one, stack.enter_context(closing(open_original(one.path, opened)))) for one in taken.files]
        sink = _Sink()
        box = zipfile.ZipFile(sink, "w")  # type: ignore[call-overload]  # not closed when it breaks: that would make it whole
        for one, file in files:
            with box.open(stored(name_of(one), at), "w", force_zip64=True) as out:
                for piece in checked(one, file):
                    out.write(piece)
                    yield sink.taken()
        box.writestr(stored(SUMS, at), taken.sums)
        box.close()
        yield sink.taken()

"""Originals over the network: a ZIP that is made while it is sent. Refuses a third one at once, and a second one of the same asker."""

import zipfile
from collections.abc import Generator
from contextlib import ExitStack, closing
from datetime import UTC, datetime

from hotline1022.accounts.types import Permission
from hotline1022.evidence.package import stored
from hotline1022.service.recordings.checked import Opener, checked, open_original, opener
from hotline1022.service.recordings.export import SUMS, Exporter, Taken, name_of, why_of
from hotline1022.service.recordings.zip_source import Few, Sink, ZipSource
from hotline1022.web.asker import Asker
from hotline1022.web.export_port import Outgoing
from hotline1022.web.listening_wire import WhyBody


class ExportDesk:
    """web.export_port.Exports."""

    def __init__(self, exporter: Exporter) -> None:
        self._exporter, self._few = exporter, Few()

    async def open(self, recording: str, why: WhyBody, asker: Asker) -> Outgoing:
        """All originals of one recording."""
        await self._few.enter(asker.id)
        try:
            given = why_of(self._exporter.reasons, why.reason, why.text)
            taken = await self._exporter.take(recording)
            await self._exporter.tell(taken, given)
        except BaseException:
            self._few.leave(asker.id)
            raise
        source = ZipSource(
            zip_pieces(taken, opener(self._exporter.root, self._exporter.keys), datetime.now(UTC)),
            root=self._exporter.root,
            database=self._exporter.database,
            bell=self._exporter.bell,
            asker=asker.id,
            needs=(Permission.LISTEN,),
            ended=lambda: self._few.leave(asker.id),
        )
        return Outgoing(name=f"{taken.found.call}-goc.zip", source=source)


def zip_pieces(taken: Taken, opened: Opener, at: datetime) -> Generator[bytes, None, None]:
    """The ZIP, as long as its originals and a little more, in pieces of a quarter of a megabyte. Blocks.

    All files are opened first: what expires meanwhile is given out all the same. Changed: one has other bytes than its row
    says; then neither SHA256SUMS nor the ZIP's table of contents has come.
    """
    with ExitStack() as stack:
        files = [(one, stack.enter_context(closing(open_original(one.path, opened)))) for one in taken.files]
        sink = Sink()
        box = zipfile.ZipFile(sink, "w")  # type: ignore[call-overload]  # not closed when it breaks: that would make it whole
        for one, file in files:
            with box.open(stored(name_of(one), at), "w", force_zip64=True) as out:
                for piece in checked(one, file):
                    out.write(piece)
                    yield sink.taken()
        box.writestr(stored(SUMS, at), taken.sums)
        box.close()
        yield sink.taken()

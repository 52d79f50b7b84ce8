"""One citizen's data as a ZIP over the network, made while it is sent: the same that the command writes.

Refuses a third one at once; a second one of the same asker waits shortly until the one before has ended, so that a button pressed
twice gives one file. Originals go with it to whoever may listen too.
"""

from hotline1022.accounts.types import Permission
from hotline1022.service.citizen.export import CitizenExporter
from hotline1022.service.citizen.zip import zip_pieces
from hotline1022.service.recordings.checked import opener
from hotline1022.service.recordings.zip_source import Few, ZipSource
from hotline1022.web.asker import Asker
from hotline1022.web.export_port import Outgoing

#: seconds for the one before to notice that nobody takes it any more
PATIENCE = 10.0


class CitizenZips:
    """Gives them out."""

    def __init__(self, exporter: CitizenExporter) -> None:
        self._exporter, self._few = exporter, Few(patience=PATIENCE)

    async def open(self, number: str, reason: str, words: str, asker: Asker, *, audio: bool) -> Outgoing:
        """All of it; the audit has it when this returns.

        Forbidden `scope-missing`: originals for who may not listen; Invalid `number-invalid`, `reason-…`; Unavailable
        `export-busy`, `recording-not-listed`.
        """
        needs = (Permission.CITIZENS, Permission.LISTEN) if audio else (Permission.CITIZENS,)
        for one in needs:
            asker.demand(one)
        await self._few.enter(asker.id)
        out = self._exporter
        try:
            given = await out.prepare(number, reason, words, audio=audio)
        except BaseException:
            self._few.leave(asker.id)
            raise
        source = ZipSource(
            zip_pieces(given.data, given.files, given.left_out, opener(out.root, out.keys)),
            root=out.root,
            database=out.database,
            bell=out.bell,
            asker=asker.id,
            needs=needs,
            ended=lambda: self._few.leave(asker.id),
        )
        return Outgoing(name="du-lieu-ca-nhan.zip", source=source)

"""What the API needs to give out originals. Refuses nothing itself."""

from dataclasses import dataclass
from typing import Protocol

from hotline1022.web.asker import Asker
from hotline1022.web.listening_port import PieceSource
from hotline1022.web.listening_wire import WhyBody


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """A ZIP that is about to be sent."""

    #: under which it is saved
    name: str
    source: PieceSource


class Exports(Protocol):
    """Originals that leave."""

    async def open(self, recording: str, why: WhyBody, asker: Asker) -> Outgoing:
        """All originals of one recording for this asker, looked at now; the audit has it when this returns.

        NotFound `recording-unknown`, `recording-none`; Invalid `reason-…`; Refused `recording-damaged`; Unavailable
        `export-busy`, `recording-key-missing`. Reading: Refused `recording-damaged`, which is written down and rung; both times
        Refused `recording-expired`: its time was over meanwhile.
        """
        ...

"""What the API needs to look after one citizen's data; the composition root hands it in. Refuses nothing itself."""

from typing import Protocol

from hotline1022.web.asker import Asker
from hotline1022.web.citizen_wire import CitizenHistory, CitizenView, ErasureRequestView, ErasureView
from hotline1022.web.export_port import Outgoing


class CitizenPort(Protocol):
    """One citizen's data. Each that takes a number may raise Invalid `number-invalid`."""

    async def export(self, number: str, reason: str, text: str) -> CitizenView:
        """All of it, for a reason of the list, in words; Invalid `reason-unknown`, `reason-too-short`."""
        ...

    async def zip(self, number: str, reason: str, text: str, asker: Asker, *, audio: bool) -> Outgoing:
        """The same as a file, with the originals of the calls or without; Forbidden `scope-missing`: with them for who may not
        listen; Unavailable `export-busy`.
        """
        ...

    async def look(self, number: str) -> ErasureView:
        """What would go and what would stay; Refused `citizen-is-contact`."""
        ...

    async def request(self, number: str, reason: str) -> ErasureView:
        """The first step; Refused `citizen-unknown` when nothing may go."""
        ...

    async def confirm(self, request: str, number: str, seen: str) -> ErasureView:
        """The second step; NotFound `erasure-unknown`, Refused `erasure-other-number`, `erasure-done`, `erasure-changed`."""
        ...

    async def begin(self, request: str, number: str, reason: str, seen: str) -> ErasureRequestView:
        """Both steps, or the second of a request that is there, in the background: an erasure that runs or is done already is
        told as it is. Refused as above, and `erasure-running`: another one runs.
        """
        ...

    async def check(self, request: str, number: str) -> None:
        """Whether a request waits for this number; refuses as `confirm`."""
        ...

    async def erasure(self, request: str) -> ErasureRequestView:
        """How far one is; NotFound `erasure-unknown`."""
        ...

    async def history(self) -> CitizenHistory:
        """The latest ones."""
        ...

"""What the API needs to look after one citizen's data; the composition root hands it in. Refuses nothing itself."""

from typing import Protocol

from hotline1022.web.citizen_wire import CitizenView, ErasureView


class CitizenPort(Protocol):
    """One citizen's data. Each may raise Invalid `number-invalid`."""

    async def export(self, number: str, reason: str, text: str) -> CitizenView:
        """All of it, for a reason of the list, in words; Invalid `reason-unknown`, `reason-too-short`."""
        ...

    async def look(self, number: str) -> ErasureView:
        """What would go and what would stay; Refused `citizen-is-contact`."""
        ...

    async def request(self, number: str, reason: str) -> ErasureView:
        """The first step; Refused `citizen-unknown` when nothing may go."""
        ...

    async def confirm(self, request: str, number: str) -> ErasureView:
        """The second step; NotFound `erasure-unknown`, Refused `erasure-other-number`, `erasure-done`."""
        ...

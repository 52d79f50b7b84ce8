"""What the API's routes ask of recordings beside listening: who is heard when. Gives out no sound."""

from hotline1022.core.ids import CallId, ChannelId
from hotline1022.recordings.on_demand import CopiesOnDemand
from hotline1022.recordings.types import Survey


class RecordingsView:
    """web.ports.Recordings."""

    def __init__(self, copies: CopiesOnDemand) -> None:
        self._copies = copies

    async def survey(self, call: str) -> Survey | None:
        """Who is heard when, and how loud."""
        return await self._copies.survey(CallId(ChannelId(call)))

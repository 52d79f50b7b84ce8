"""Once a second logs out whom the desk has shut out or ended since: whoever did it, here or in another process. Refuses to cut a call:
who talks is out at once, and the talk goes on to its end.
"""

import asyncio
import logging

from hotline1022.core.errors import HotlineError
from hotline1022.core.standing import TABLE, Place, Standing, Then
from hotline1022.queue.agents import Agents
from hotline1022.queue.ports import AgentStore
from hotline1022.queue.types import AgentState

log = logging.getLogger(__name__)

#: seconds between two looks: one short question, and only while somebody is logged in
LOOK_SECONDS = 1.0


class ShutOut:
    """`run` in the service's TaskGroup."""

    def __init__(self, agents: Agents, store: AgentStore) -> None:
        self._agents, self._store = agents, store
        #: what could not be done at the last look, so that the log has it once
        self._failed = ""

    async def run(self) -> None:
        """Until cancelled; what is in force goes on while the database is away, and is looked at again."""
        while True:
            failed = ""
            try:
                await self.look()
            except HotlineError as error:
                failed = str(error)
            if failed and failed != self._failed:
                log.warning("somebody who was shut out may still be at a line: %s", failed)
            self._failed = failed
            await asyncio.sleep(LOOK_SECONDS)

    async def look(self) -> None:
        """Log out who may not be there. One line that cannot be told holds up no other; Unavailable, the first of them, afterwards."""
        there = [view for view in self._agents.views() if view.person]
        if not there:
            return
        standings = await self._store.standings({view.person for view in there})
        failed: HotlineError | None = None
        for seen in there:
            known = standings.get(seen.person, Standing.ENDED)
            now = self._agents.view(seen.line)
            # somebody else may have come while the database was asked, or at the line before this one
            if now.person != seen.person or TABLE[known, _place(now.state)] is not Then.LOG_OUT:
                continue
            log.info("line %s: person %s is %s at the desk, and is logged out", seen.line, seen.person, known)
            try:
                await self._agents.logout(seen.line, known)
            except HotlineError as error:  # its session is closed, or will be: the next look tries again
                failed = failed or error
        if failed is not None:
            raise failed


def _place(state: AgentState) -> Place:
    return Place.IN_TALK if state is AgentState.TALKING else Place.AT_LINE

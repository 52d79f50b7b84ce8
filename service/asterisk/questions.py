"""The dialplan's questions over FastAGI, and who answers each: the answer is one variable, HL_ANSWER. Refuses nothing itself."""

from dataclasses import dataclass

from hotline1022.ami_bridge.agi_session import AgiSession
from hotline1022.ami_bridge.fastagi import FastAgiServer
from hotline1022.service.asterisk.answers import Desk
from hotline1022.service.cascades.hunts import Cascades
from hotline1022.service.live.link import Live
from hotline1022.service.tickets.status import StatusByPhone

#: how long a code keyed on an agent's phone waits for who is at which line, after a start or a cut of the link; the dialplan
#: waits 4 s
KNOWN_SECONDS, LINE_SECONDS = 2.5, 4.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Questions:
    """Who answers."""

    desk: Desk
    cascades: Cascades
    status: StatusByPhone
    live: Live

    async def menu(self, session: AgiSession) -> None:
        """What follows a key of the menu."""
        await _answer(session, self.desk.menu(session.args))

    async def wait(self, session: AgiSession) -> None:
        """How long it will take, for who waits."""
        await _answer(session, self.desk.wait())

    async def cascade(self, session: AgiSession) -> None:
        """Whom to call for a citizen whom an agent puts through."""
        channel = session.variables.get("agi_uniqueid", "")
        await _answer(session, await self.cascades.ask(session.args, channel))

    async def ticket(self, session: AgiSession) -> None:
        """What became of a ticket, by its code."""
        caller = session.variables.get("agi_callerid", "")
        await _answer(session, await self.status.ask(session.args, caller))

    async def line(self, session: AgiSession) -> None:
        """What an agent has keyed: log in, out, pause, back."""
        await self.live.known(KNOWN_SECONDS)
        await _answer(session, await self.desk.line(session.args))


def answer_on(server: FastAgiServer, questions: Questions, *, seconds: float) -> None:
    """Let this server answer them, each within `seconds`."""
    server.route("menu", questions.menu, seconds=seconds)
    server.route("wait", questions.wait, seconds=seconds)
    server.route("cascade", questions.cascade, seconds=seconds)
    server.route("status", questions.ticket, seconds=seconds)
    server.route("line", questions.line, seconds=LINE_SECONDS)


async def _answer(session: AgiSession, said: str) -> None:
    await session.set_variable("HL_ANSWER", said)

"""What the dialplan asks between prompts, and the one-line answers. Refuses nothing: a bad question gets the safe answer.

/menu  menu, key, tries            -> OK~next~menu~tries~wait~category~prompts      (ivr.flow)
/wait                              -> OK~prompts                                    position and expected wait
/line  action, line, value, value  -> OK~prompt                                     login, logout, pause, unpause
"""

import logging
from collections.abc import Callable, Sequence
from datetime import timedelta

from hotline1022.core.acting import Acting, acts
from hotline1022.core.errors import HotlineError, Unavailable
from hotline1022.db.unit import Database
from hotline1022.ivr.flow import PROMPT_FOLDER, answer
from hotline1022.ivr.model import Fixed, MenuTree
from hotline1022.ivr.numbers import LARGEST, number_prompts
from hotline1022.queue.agents import MAIN, Agents
from hotline1022.queue.expected_wait import MOST_SAMPLES, ExpectedWait, minutes
from hotline1022.queue.types import AgentState
from hotline1022.queue.waiting import WaitingRoom

log = logging.getLogger(__name__)

_SAID = {
    "pin-wrong": Fixed.AGENT_WRONG_PIN,
    "pin-locked": Fixed.AGENT_TRY_LATER,
    "line-taken": Fixed.AGENT_LINE_IN_USE,
    "person-elsewhere": Fixed.AGENT_ON_OTHER_LINE,
    "line-empty": Fixed.AGENT_NOT_LOGGED_IN,
    "reason-unknown": Fixed.AGENT_WRONG_REASON,
}


class Desk:
    """Answers the dialplan."""

    def __init__(
        self, *, menu: Callable[[], MenuTree], agents: Agents, waiting: WaitingRoom, expected: ExpectedWait
    ) -> None:
        self._menu, self._agents, self._waiting, self._expected = menu, agents, waiting, expected

    def menu(self, args: Sequence[str]) -> str:
        """What the citizen hears next."""
        menu, key, tries = (*args, "", "", "")[:3]
        return answer(self._menu(), menu, key, tries)

    def wait(self) -> str:
        """What a citizen hears before waiting: nothing when an agent is free."""
        ahead = len(self._waiting.now(MAIN))
        free = sum(1 for v in self._agents.views() if v.state is AgentState.READY)
        if free > ahead:
            return "OK~"
        position = ahead + 1
        play: list[str] = []
        if position == 1:
            play += _prompts(Fixed.NEXT_IN_LINE)
        elif position <= LARGEST:
            play += [*_prompts(Fixed.POSITION), *number_prompts(position), *_prompts(Fixed.POSITION_END)]
        expected = self._expected.at(position, self._agents.on())
        if expected is not None:
            play += _spoken_wait(expected)
        return "OK~" + "&".join(play)

    async def line(self, args: Sequence[str]) -> str:
        """What an agent keyed on the phone."""
        action, line, first, second = (*args, "", "", "", "")[:4]
        try:
            with acts(self._acting(action, line, first)):
                said = await self._act(action, line, first, second)
        except Unavailable as error:
            log.warning("line %s: %s failed: %s", line, action, error)
            said = Fixed.AGENT_TRY_LATER
        except HotlineError as error:
            log.info("line %s: %s refused: %s", line, action, error.error_id)
            said = _SAID.get(error.error_id, Fixed.AGENT_TRY_LATER)
        return f"OK~{PROMPT_FOLDER}/{said}"

    def _acting(self, action: str, line: str, first: str) -> Acting:
        """Who keys it: who logs in, or who sits at the line."""
        there = next((view.person for view in self._agents.views() if view.line == line), None)
        person = first if action == "login" else there or "?"
        return Acting(actor=f"person:{person}", origin=f"line:{line}", act=f"keyed {action}", subject=f"line:{line}")

    async def _act(self, action: str, line: str, first: str, second: str) -> Fixed:
        match action:
            case "login":
                await self._agents.login(line, first, second)
                return Fixed.AGENT_LOGGED_IN
            case "logout":
                await self._agents.logout(line)
                return Fixed.AGENT_LOGGED_OUT
            case "pause":
                await self._agents.pause(line, first)
                return Fixed.AGENT_PAUSED
            case "unpause":
                await self._agents.unpause(line)
                return Fixed.AGENT_UNPAUSED
            case _:
                log.warning("line %s asks for %r, which nobody knows", line, action)
                return Fixed.AGENT_TRY_LATER


async def remember_talks(database: Database, expected: ExpectedWait) -> None:
    """The expected wait goes on from the last answered calls of the log: a restart forgets nothing that is spoken."""
    async with database.reading() as tx:
        talks = await tx.calls.recent_talks(MOST_SAMPLES)
    expected.remember(timedelta(milliseconds=ms) for ms in talks)


def _prompts(*keys: Fixed) -> list[str]:
    return [f"{PROMPT_FOLDER}/{key}" for key in keys]


def _spoken_wait(expected: timedelta) -> list[str]:
    if expected < timedelta(minutes=1):
        return _prompts(Fixed.WAIT_SHORT)
    spoken = number_prompts(min(minutes(expected), LARGEST))
    return [*_prompts(Fixed.WAIT_ABOUT), *spoken, *_prompts(Fixed.WAIT_MINUTES)]

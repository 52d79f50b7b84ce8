"""Whether Asterisk has loaded the dial plan of this program. Refuses to put a citizen through by one that would lose her on the way, and
rings while another version's is loaded: after an upgrade, until Asterisk has read the new one.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from hotline1022.ami_bridge.ports import Actions
from hotline1022.core.clock import local_day
from hotline1022.core.errors import HotlineError, Refused
from hotline1022.core.said import said
from hotline1022.queue.ports import AlarmBell
from hotline1022.service.asterisk.dialplan_mark import CALLED_BACK, mark, number_of

log = logging.getLogger(__name__)

#: seconds between two looks, and until the next one where Asterisk could not tell
EVERY_SECONDS, AGAIN_SECONDS = 60.0, 5.0
#: the module by which phones of a hunt tell her channel what became of them
_MODULE = "func_export.so"


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """What Asterisk has."""

    #: "" for a dial plan that is older than marks
    mark: str
    #: False: it said that the module is not there; an Asterisk that cannot say counts as having it
    module: bool

    @property
    def called_back(self) -> bool:
        """Whether it puts through a citizen who was called back."""
        return number_of(self.mark) >= CALLED_BACK

    @property
    def exports(self) -> bool:
        """Whether somebody at an agency gets the citizen; dial plans that are older than marks may do without the module."""
        return self.module or not self.mark


async def loaded(actions: Actions) -> Loaded | None:
    """Asked of Asterisk; None while it has no dial plan of ours, as for a moment at its start. Unavailable: no link, no answer."""
    if not await actions.getvar("HL_TRUNK"):  # stands behind the mark: where it is, the mark would be
        return None
    return Loaded(mark=await actions.getvar("HL_DIALPLAN"), module=await actions.getvar(f"IFMODULE({_MODULE})") != "0")


async def check_put_through(actions: Actions, *, called_back: bool) -> None:
    """Refused `dialplan-old`, `dialplan-module` where she would be lost on the way; asked of Asterisk at this moment. What it does not
    say stands in nobody's way.
    """
    try:
        found = await loaded(actions)
    except HotlineError as error:
        log.warning("which dial plan Asterisk has loaded is not known: %s", error)
        return
    if found is None:
        return
    if called_back and not found.called_back:
        raise Refused(
            "Asterisk has loaded an older dial plan, which cannot put through a citizen who was called back; when nobody is on "
            "the telephone run `hotline1022 reload`, or restart Asterisk",
            error_id="dialplan-old",
        )
    if not found.exports:
        raise Refused(
            f"Asterisk has not loaded {_MODULE}, without which nobody at an agency gets a citizen; say `module load {_MODULE}` on "
            "its console",
            error_id="dialplan-module",
        )


class DialplanWatch:
    """`run` in the service's TaskGroup."""

    def __init__(self, actions: Actions, bell: AlarmBell, clock: Callable[[], datetime]) -> None:
        self._actions, self._bell, self._clock = actions, bell, clock
        #: of the program as it was started: files that an upgrade has brought since are another version's
        self._own = mark()
        #: on which day what was rung; the bell repeats it until somebody has seen it
        self._rung: tuple[date, str] = (date.min, "")

    async def run(self) -> None:
        """Until cancelled; while Asterisk is away there is nothing to say of it."""
        while True:
            told = False
            try:
                told = await self.look()
            except HotlineError as error:
                log.debug("which dial plan Asterisk has loaded cannot be asked: %s", error)
            await asyncio.sleep(EVERY_SECONDS if told else AGAIN_SECONDS)

    async def look(self) -> bool:
        """Ring when it is another one, or cannot work: anew when that changes, and each day. False: Asterisk has none yet."""
        found = await loaded(self._actions)
        if found is None:
            return False
        day, text = local_day(self._clock()), self._wrong(found)
        if text and (day, text) != self._rung:
            await self._bell.ring("dialplan-differs", text)
        elif not text and self._rung[1]:
            log.info("Asterisk has loaded the dial plan of this version")
        self._rung = (day, text)
        return True

    def _wrong(self, found: Loaded) -> str:
        wrong = [] if found.exports else [said("alarm-said.dialplan-module")]
        if not found.called_back:
            wrong.append(said("alarm-said.dialplan-old"))
        elif found.mark != self._own:
            wrong.append(said("alarm-said.dialplan-other"))
        return "; ".join(wrong)

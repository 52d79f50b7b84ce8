"""The transfer button of an agent's phone, where Asterisk cannot do it: in the room in which the agent has a citizen back.

Refuses everything but a code of the transfers, by the agent who talks with her; whatever else the phone hears as refused,
and the talk goes on.
"""

import logging
import re

from hotline1022.ami_bridge.ports import Actions
from hotline1022.ami_bridge.types import TransferRefused
from hotline1022.core.cascade import State
from hotline1022.core.errors import HotlineError
from hotline1022.core.events import LegKind
from hotline1022.service.calls.call_log import CallLog

log = logging.getLogger(__name__)

CONTEXT = "hl1022-transfer"
_CODE = re.compile(r"7[0-9]{2}", re.ASCII)


class PhoneButton:
    """Puts a citizen through as `#1` and the code would."""

    def __init__(self, call_log: CallLog, actions: Actions) -> None:
        self._call_log, self._actions = call_log, actions

    async def pressed(self, event: TransferRefused) -> None:
        """Asterisk has refused a transfer: do it where the agent may."""
        if event.context != CONTEXT or not _CODE.fullmatch(event.exten):
            return
        call = self._call_log.call_of(event.channel)
        known = None if call is None else self._call_log.call(call)
        leg = None if known is None else known.legs.get(event.channel)
        if call is None or known is None or leg is None or leg.kind is not LegKind.AGENT or leg.talking_since is None:
            return
        if any(one.state is not State.ENDED for one in known.cascades):
            return
        log.info("call %s: line %s puts it through by its own button", call, leg.party)
        try:
            await self._actions.setvar("HL_WANTED", event.exten, channel=known.citizen)
            await self._actions.redirect(known.citizen, "hl1022-cascade", "anew")
        except HotlineError as error:
            log.warning("call %s: the button of line %s did nothing: %s", call, leg.party, error)

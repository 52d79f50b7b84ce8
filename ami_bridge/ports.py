"""What other rooms may ask of this one, as Protocols: act at Asterisk, and talk to a caller's channel by AGI."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from hotline1022.ami_bridge.types import ChannelNow, DeviceState, QueueNow
from hotline1022.core.ids import CallId, ChannelId


class Actions(Protocol):
    """Acts at Asterisk. Unavailable: no link or no answer in time (never sent twice). Refused, NotFound: it said no."""

    async def queue_add(
        self,
        queue: str,
        interface: str,
        member_name: str,
        *,
        state_interface: str = "",
        paused: bool = False,
        reason: str = "",
    ) -> None:
        """Make the interface a member; Refused (`already-member`) when it is one."""
        ...

    async def queue_remove(self, queue: str, interface: str) -> None:
        """Take it out; NotFound (`not-a-member`) when it is none."""
        ...

    async def queue_pause(self, interface: str, *, paused: bool, reason: str = "", queue: str | None = None) -> None:
        """Pause or take back, in one queue or in all; NotFound (`not-a-member`)."""
        ...

    async def queue_status(self, queue: str = "") -> tuple[QueueNow, ...]:
        """Queues with members and callers."""
        ...

    async def channels(self) -> tuple[ChannelNow, ...]:
        """Every channel that exists."""
        ...

    async def devices(self) -> Mapping[str, DeviceState]:
        """Phones by their name, `PJSIP/line-101`; one that has never been there may be missing."""
        ...

    async def hangup(self, channel: str, *, cause: int = 16) -> None:
        """End one channel, by its name or unique id; NotFound (`no-such-channel`)."""
        ...

    async def redirect(
        self,
        channel: str,
        context: str,
        exten: str = "s",
        priority: int = 1,
        *,
        extra: str = "",
        extra_context: str = "",
    ) -> None:
        """Send a channel (and with it a second one) to another place in the dialplan."""
        ...

    async def originate(
        self,
        channel: str,
        context: str,
        exten: str = "s",
        priority: int = 1,
        *,
        channel_id: ChannelId,
        call: CallId,
        caller_id: str = "",
        ring_seconds: float = 30.0,
        variables: Mapping[str, str] | None = None,
    ) -> str:
        """Ring a phone and send it into the dialplan; returns the action id that OriginateEnded will bear."""
        ...

    async def setvar(self, name: str, value: str, *, channel: str = "") -> None:
        """Set a channel's variable, or a global one."""
        ...

    async def getvar(self, name: str, *, channel: str = "") -> str:
        """Read a channel's variable, a global one, or what a function says; "" when there is none."""
        ...

    async def mixmonitor_stop(self, channel: str, *, monitor: str = "") -> None:
        """End one recording of the channel, or all."""
        ...

    async def ping(self) -> None:
        """A round trip."""
        ...


class AgiChannel(Protocol):
    """A caller's channel while the dialplan asks. Hangup (typed) when the caller or Asterisk has gone."""

    @property
    def variables(self) -> Mapping[str, str]:
        """What Asterisk sent: `agi_uniqueid`, `agi_callerid` …"""
        ...

    @property
    def args(self) -> Sequence[str]:
        """The arguments of AGI(), in order."""
        ...

    @property
    def query(self) -> Mapping[str, str]:
        """What stands behind the `?` of the address."""
        ...

    async def set_variable(self, name: str, value: str) -> None:
        """Set a channel variable."""
        ...

    async def get_variable(self, name: str) -> str | None:
        """Read a channel variable; None when it is not set."""
        ...

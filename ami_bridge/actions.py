"""What the service does at Asterisk, typed. Refuses whatever a header would let through as more than one value.

The link refuses line breaks; here are the further ways in which a value could do more than it says: a channel name that
is a regular expression (`/…/` hangs up many), commas in a variable.
"""

import re
from collections.abc import Mapping

from hotline1022.ami_bridge.guarded import Reply
from hotline1022.ami_bridge.link import AmiLink
from hotline1022.ami_bridge.snapshots import channel_now, devices_now, queues_now
from hotline1022.ami_bridge.types import ChannelNow, DeviceState, QueueNow
from hotline1022.ami_bridge.wire import Pair
from hotline1022.core.errors import Invalid, NotFound, Refused
from hotline1022.core.ids import CallId, ChannelId

_CHANNEL = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.+:;@/*#-]*")
_PLACE = re.compile(r"[A-Za-z0-9_.*#+-]+")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(\([A-Za-z0-9_.,:-]*\))?")
_PLAIN = re.compile(r"[^,\"\\]*")

#: the inherited variable that carries the call through the dialplan
CALL_VARIABLE = "__HL_CALL"

#: Asterisk's words for a refusal → what it means for us
_GONE = {
    "no such channel": "no-such-channel",
    "channel does not exist": "no-such-channel",
    "not there": "not-a-member",
    "interface not found": "not-a-member",
    "no such queue": "no-such-queue",
    "no such interface": "not-a-member",
}


class AmiActions:
    """Typed actions over the account that may act. Every method: see ports.Actions."""

    def __init__(self, link: AmiLink) -> None:
        self._link = link

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
        fields = [
            ("Queue", queue),
            ("Interface", interface),
            ("MemberName", member_name),
            ("Penalty", "0"),
            ("Paused", _yes(paused)),
        ]
        if state_interface:
            fields.append(("StateInterface", state_interface))
        if reason:
            fields.append(("Reason", reason))
        try:
            await self._ask("QueueAdd", *fields)
        except Refused as error:
            if "already there" in str(error).lower():
                raise Refused(f"{interface} is a member of {queue} already", error_id="already-member") from error
            raise

    async def queue_remove(self, queue: str, interface: str) -> None:
        await self._ask("QueueRemove", ("Queue", queue), ("Interface", interface))

    async def queue_pause(self, interface: str, *, paused: bool, reason: str = "", queue: str | None = None) -> None:
        fields = [("Interface", interface), ("Paused", _yes(paused))]
        if reason:
            fields.append(("Reason", reason))
        if queue is not None:
            fields.append(("Queue", queue))
        await self._ask("QueuePause", *fields)

    async def queue_status(self, queue: str = "") -> tuple[QueueNow, ...]:
        return queues_now(await self._link.queue_status(queue))

    async def channels(self) -> tuple[ChannelNow, ...]:
        return tuple(
            channel_now(item)
            for item in await self._link.core_show_channels()
            if item.get("Event") == "CoreShowChannel"
        )

    async def devices(self) -> Mapping[str, DeviceState]:
        return devices_now((await self._ask("DeviceStateList")).items)

    async def hangup(self, channel: str, *, cause: int = 16) -> None:
        await self._ask("Hangup", _channel(channel), ("Cause", str(cause)))

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
        fields = [_channel(channel), *_place(context, exten, priority)]
        if extra:
            place = _place(extra_context or context, exten, priority)
            fields += [_channel(extra, "ExtraChannel"), *((f"Extra{key}", value) for key, value in place)]
        await self._ask("Redirect", *fields)

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
        fields = [
            _channel(channel),
            *_place(context, exten, priority),
            ("Async", "true"),
            ("ChannelId", _matching(_CHANNEL, channel_id, "a channel id")),
            ("Timeout", str(int(ring_seconds * 1000))),
        ]
        if caller_id:
            fields.append(("CallerID", caller_id))
        given = {CALL_VARIABLE: str(call), **(variables or {})}
        for name, value in given.items():
            _matching(_VARIABLE, name.removeprefix("__"), "a variable name")
            fields.append(("Variable", f"{name}={_matching(_PLAIN, value, 'a value for Originate')}"))
        return (await self._ask("Originate", *fields)).action_id

    async def setvar(self, name: str, value: str, *, channel: str = "") -> None:
        fields = [("Variable", _matching(_VARIABLE, name, "a variable name")), ("Value", value)]
        await self._ask("Setvar", *([_channel(channel)] if channel else []), *fields)

    async def getvar(self, name: str, *, channel: str = "") -> str:
        asked = ("Variable", _matching(_VARIABLE, name, "a variable name"))
        return (await self._ask("Getvar", *([_channel(channel)] if channel else []), asked)).packet.get("Value")

    async def mixmonitor_stop(self, channel: str, *, monitor: str = "") -> None:
        await self._ask("StopMixMonitor", _channel(channel), *([("MixMonitorID", monitor)] if monitor else []))

    async def ping(self) -> None:
        await self._ask("Ping")

    async def _ask(self, name: str, *fields: Pair) -> Reply:
        """Send; Asterisk's `no such …` becomes NotFound."""
        try:
            return await self._link.action(name, fields)
        except Refused as error:
            said = str(error).lower()
            for words, error_id in _GONE.items():
                if words in said:
                    raise NotFound(str(error), error_id=error_id) from error
            raise


def _yes(flag: bool) -> str:
    return "true" if flag else "false"


def _matching(pattern: re.Pattern[str], value: str, what: str) -> str:
    if pattern.fullmatch(value) is None:
        raise Invalid(f"{value!r} is not {what}; it has characters that mean something else", error_id="ami-injection")
    return value


def _channel(channel: str, key: str = "Channel") -> Pair:
    return key, _matching(_CHANNEL, channel, "a channel")


def _place(context: str, exten: str, priority: int) -> tuple[Pair, Pair, Pair]:
    return (
        ("Context", _matching(_PLACE, context, "a context")),
        ("Exten", _matching(_PLACE, exten, "an extension")),
        ("Priority", str(priority)),
    )

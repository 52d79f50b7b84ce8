"""The whole outside world of the hotline, played by a second Asterisk: citizens, agent phones, 115 and the departments.

    async with PhoneNetwork(folder, engine, product=Address(host="127.0.0.1", port=5160), phones={"101": "secret"}) as net:
        await net.registered("101")
        await net.phone("101").does(Answers(after=1, talk=5))
        await net.number("115").does(BUSY)
        citizen = await net.call("1022", caller="0901234567", script=[Wait(2), Key("1"), Speak(3), StayUntilHangup(60)])
        await citizen.ended()
        assert longest_silence(citizen.heard).length < 1
        await net.quiet(product=pbx)

It knows nothing of the product but its SIP address.
"""

import asyncio
import itertools
import secrets as tokens
import time
from collections.abc import Coroutine, Mapping, Sequence
from pathlib import Path
from typing import Any, Self

from hotline1022.service.asterisk.engine import AsteriskEngine, AsteriskInstance, Port
from tests.lab.ami import Ami, AmiError, Message
from tests.lab.called import Called, Phone
from tests.lab.legs import HangUp, Key, Keys, Leg, Speak, StayUntilHangup, Step, Wait, until
from tests.lab.plans import (
    BUSY,
    CONGESTION,
    REJECTS,
    UNKNOWN,
    UNREACHABLE,
    Answers,
    Plan,
    Refuses,
    Rings,
)
from tests.lab.ports import free_port
from tests.lab.world_conf import Address, Tls, World, files

__all__ = [
    "BUSY", "CONGESTION", "REJECTS", "UNKNOWN", "UNREACHABLE", "Address", "Answers", "HangUp", "Key", "Keys", "Leg",
    "PhoneNetwork", "Plan", "Refuses", "Rings", "Speak", "StayUntilHangup", "Step", "Wait",
]  # fmt: skip

SLOW_HANDS = 6


class PhoneNetwork:
    """A second Asterisk on its own addresses and ports, driven over AMI."""

    def __init__(
        self,
        folder: Path,
        engine: AsteriskEngine,
        *,
        product: Address,
        carrier: Address | None = None,
        phones_at: Address | None = None,
        phones: Mapping[str, str] | None = None,
        rtp_first: int = 30000,
        rtp_last: int = 30399,
        account: tuple[str, str] | None = None,
        tls: Tls | None = None,
    ) -> None:
        """`phones_at` may equal `carrier`: then all share one address. `account`: the product registers at the carrier.

        `tls`: the carrier takes TLS and SRTP only.
        """
        carrier = carrier or Address(host="127.0.0.2", port=5060)
        self.recordings = folder.absolute() / "heard"
        self.world = World(
            product=product,
            carrier=carrier,
            phones_at=phones_at or Address(host="127.0.0.3", port=carrier.port),
            phones=dict(phones or {}),
            ami_port=free_port("tcp"),
            ami_secret=tokens.token_hex(8),
            rtp_first=rtp_first,
            rtp_last=rtp_last,
            recordings=self.recordings,
            account=account,
            tls=tls,
        )
        #: The Asterisk itself, for cli(), kill9() and the like.
        self.pbx = AsteriskInstance(
            folder,
            files(self.world),
            engine,
            system_name="",
            transmit_silence=False,
            die_with_parent=True,
            ports=[
                Port(host=place.host, number=place.port)
                for place in dict.fromkeys((self.world.carrier, self.world.phones_at))
            ],
        )
        self.changed = asyncio.Condition()
        self._ami: Ami | None = None
        self._slow: asyncio.LifoQueue[Ami | None] = asyncio.LifoQueue()
        self._slow_opened: list[Ami] = []
        self._legs: dict[str, Leg] = {}
        self._pending: dict[str, Leg] = {}
        self._citizens = itertools.count(0)
        self._called: dict[str, Called] = {
            f"line-{number}": Phone(self, f"line-{number}", 2100 + 37 * index)
            for index, number in enumerate(self.world.phones)
        }
        self._numbers = itertools.count(0)
        self._marks = itertools.count(1)
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self) -> None:
        """Start it (about a second); the phones begin to register."""
        self.recordings.mkdir(parents=True, exist_ok=True)
        await self.pbx.start()
        try:
            self._ami = await self._link(listening=True)
            for _ in range(SLOW_HANDS):
                self._slow.put_nowait(None)
            for item in await self.act({"Action": "PJSIPShowRegistrationsOutbound"}):
                if "ObjectName" in item:
                    self._registry(item["ObjectName"], item.get("Status", "") == "Registered")
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """Stop it; calls that are up are dropped."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        try:
            for ami in self._slow_opened:
                await ami.close()
            if self._ami is not None:
                await self._ami.close()
        finally:
            await self.pbx.stop()

    def phone(self, number: str) -> Phone:
        """The phone of a line, such as 101."""
        phone = self._called[f"line-{number}"]
        assert isinstance(phone, Phone)
        return phone

    def number(self, number: str) -> Called:
        """A number of the public network that the product calls, such as 115. Unknown (404) until told what it does."""
        if number not in self._called:
            self._called[number] = Called(self, number, 2500 + 37 * (next(self._numbers) % 13))
        return self._called[number]

    async def call(
        self,
        number: str,
        *,
        caller: str,
        script: Sequence[Step] = (),
        talk: bool = False,
        silent: bool = False,
        anonymous: bool = False,
    ) -> Leg:
        """A citizen calls. The script begins at the answer; without it she stays. Returns as soon as the INVITE is on its way.

        `talk`: her tone sounds from the answer on. `silent`: she sends no RTP at all. `anonymous`: the number is withheld.
        """
        frequency = 1700 + 23 * (next(self._citizens) % 13)
        if self.world.account and not anonymous:
            target = f"PJSIP/{number}@{self.world.account[0]}"
        else:
            target = f"PJSIP/{'withheld' if anonymous else 'carrier'}/sip:{number}@{self.world.trunk}"
        return await self.originate(target, caller, number, frequency, script, talk=talk, silent=silent, caller=caller)

    async def originate(
        self,
        target: str,
        who: str,
        other: str,
        frequency: int,
        script: Sequence[Step],
        *,
        caller: str,
        talk: bool = False,
        silent: bool = False,
    ) -> Leg:
        """Place a call from the network to the product."""
        uniqueid = f"out-{next(self._marks):04d}"
        leg = Leg(self, uniqueid, "", who, frequency, other=other)
        leg.started_at = time.time()
        self._legs[uniqueid] = self._pending[uniqueid] = leg
        leg.follow(tuple(script))
        sound = "none" if silent else str(frequency if talk else 0)
        variables = [("talk", "3600"), ("then", "stay"), ("freq", sound)]
        headers = {
            "Action": "Originate", "ActionID": uniqueid, "ChannelId": uniqueid, "Channel": target, "CallerID": f"<{caller}>",
            "Context": "talk", "Exten": "s", "Priority": "1", "Timeout": "120000", "Async": "true",
        }  # fmt: skip
        await self._need().action(headers, variables=variables)
        return leg

    async def registered(self, *numbers: str, to: bool = True, limit: float = 45.0) -> None:
        """Wait until these phones (default: all) are registered at the product (or are not)."""
        phones = [self.phone(number) for number in numbers or self.world.phones]
        again = asyncio.create_task(self._register_again()) if to else None
        try:
            await until(
                lambda: all(phone.is_registered is to for phone in phones),
                self.changed,
                limit,
                lambda: (
                    f"registered: { {phone.who: phone.is_registered for phone in phones} }, wanted {to}, within {limit:g} s"
                ),
            )
        finally:
            if again is not None:
                again.cancel()

    async def _register_again(self) -> None:
        """Phones whose first REGISTER met an Asterisk that was just starting wait for its answer for 32 s; these do not."""
        while True:
            await asyncio.sleep(10)
            await self.pbx.cli("pjsip send register *all")

    async def channels(self) -> list[str]:
        """The channels that exist in the network; empty after every scenario."""
        items = await self.act({"Action": "CoreShowChannels"})
        return [item["Channel"] for item in items if item.get("Event") == "CoreShowChannel"]

    async def quiet(self, *, product: AsteriskInstance | None = None, limit: float = 5.0) -> None:
        """Assert that neither here nor in the product any channel is left (they have `limit` seconds to go)."""
        deadline = time.monotonic() + limit
        while True:
            here = await self.channels()
            there = await channels_of(product) if product is not None else []
            if not here and not there:
                return
            if time.monotonic() > deadline:
                raise AssertionError(f"channels are left in the network: {here}; in the product: {there}")
            await asyncio.sleep(0.1)

    async def act(self, action: Message) -> list[Message]:
        """One AMI action."""
        return await self._need().action(action)

    async def act_slowly(self, action: Message) -> list[Message]:
        """One AMI action that Asterisk takes its time for (a key), over a link that nobody else waits for."""
        ami = await self._slow.get()
        try:
            if ami is None:
                ami = await self._link(listening=False)
                self._slow_opened.append(ami)
            return await ami.action(action)
        finally:
            self._slow.put_nowait(ami)

    async def set_global(self, name: str, value: str) -> None:
        """Set a global variable of the network's dialplan."""
        await self.act({"Action": "Setvar", "Variable": name, "Value": value})

    def spawn(self, work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
        """A task that is ended with the network at the latest."""
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def _need(self) -> Ami:
        if self._ami is None:
            raise AmiError("the network has not been started")
        return self._ami

    async def _link(self, *, listening: bool) -> Ami:
        ami = Ami("127.0.0.1", self.world.ami_port, "lab", self.world.ami_secret, self._event if listening else None)
        return await ami.__aenter__()

    def _event(self, event: Message) -> None:
        at = float(event.get("Timestamp", "0"))
        match event["Event"]:
            case "UserEvent" if event.get("UserEvent") == "LabInvite":
                self._invite(event, at)
            case "Registry":
                name = event.get("Username", "").removeprefix("sip:").split("@")[0]
                self._registry(name, event.get("Status") == "Registered")
            case "OriginateResponse" if event.get("Response") == "Failure":
                leg = self._legs.get(event.get("ActionID", ""))
                if leg is not None and not leg.channel:
                    self.spawn(self._not_placed(leg, at, event.get("Reason", "")), "not placed")
            case _:
                self._leg_event(event, at)
        self.spawn(self._notify(), "notify")

    async def _not_placed(self, leg: Leg, at: float, reason: str) -> None:
        """The channel's own end, with its cause, may be told a moment later than that the call failed."""
        await asyncio.sleep(1)
        if leg.ended_at is None:
            leg.note_end(at, 0, f"could not be placed, reason {reason}")
            await self._notify()

    def _invite(self, event: Message, at: float) -> None:
        called = self.number(event["Who"])
        leg = Leg(self, event["Uniqueid"], event["Channel"], called.who, called.frequency, other=event.get("From", ""))
        leg.started_at = at
        self._legs[leg.uniqueid] = leg
        called.legs.append(leg)

    def _leg_event(self, event: Message, at: float) -> None:
        leg = self._legs.get(event.get("Uniqueid", ""))
        if leg is None:
            return
        leg.channel = leg.channel or event.get("Channel", "")
        match event["Event"], event.get("UserEvent"):
            case "Newstate", _ if event.get("ChannelState") == "6":
                leg.note_answer(at)
            case "UserEvent", "LabRecording":
                leg.note_answer(at)
                leg.recording_at = leg.recording_at or at
            case "UserEvent", "LabEnded":
                leg.rtp_received, leg.rtp_sent = _count(event.get("Received")), _count(event.get("Sent"))
            case "Hangup", _:
                leg.note_end(at, int(event.get("Cause", "0")), event.get("Cause-txt", ""))

    def _registry(self, name: str, registered: bool) -> None:
        phone = self._called.get(name)
        if isinstance(phone, Phone):
            phone.is_registered = registered

    async def _notify(self) -> None:
        async with self.changed:
            self.changed.notify_all()


async def channels_of(pbx: AsteriskInstance) -> list[str]:
    """The channels that exist in an Asterisk."""
    lines = (await pbx.cli("core show channels concise")).splitlines()
    return [line.split("!")[0] for line in lines if "!" in line]


def _count(text: str | None) -> int | None:
    return int(text) if text and text.isdigit() else None

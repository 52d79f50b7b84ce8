"""Whom the product calls in the outside world: numbers of the public network, and the agents' phones."""

import asyncio
from collections.abc import Sequence
from typing import Protocol

from tests.lab.legs import Hands, Keys, Leg, Step, Wait, until
from tests.lab.plans import Plan, line
from tests.lab.world_conf import World


class Outside(Hands, Protocol):
    """What a number or phone needs of the network."""

    world: World
    changed: asyncio.Condition

    async def set_global(self, name: str, value: str) -> None: ...

    async def registered(self, *numbers: str, to: bool = True, limit: float = 45.0) -> None: ...

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
    ) -> Leg: ...


class Called:
    """A number or phone that the product calls; every INVITE to it is a leg, in order."""

    def __init__(self, net: Outside, who: str, frequency: int) -> None:
        self._net = net
        self.who = who
        self.frequency = frequency
        self.legs: list[Leg] = []

    @property
    def invites(self) -> list[float]:
        """When each INVITE arrived (seconds since 1970)."""
        return [leg.started_at for leg in self.legs]

    async def does(self, plan: Plan) -> None:
        """What it does from the next call on."""
        await self._net.set_global(f"PLAN_{self.who}", line(plan, self.frequency))

    async def rings(self, limit: float = 10.0, *, nth: int | None = None) -> Leg:
        """Wait for its n-th INVITE (from 1; default: one more than when asked), and return that leg."""
        wanted = nth or len(self.legs) + 1
        await until(
            lambda: len(self.legs) >= wanted,
            self._net.changed,
            limit,
            lambda: f"{self.who} was called {len(self.legs)} times within {limit:g} s, not {wanted}",
        )
        return self.legs[wanted - 1]


class Phone(Called):
    """An agent's phone: registered at the product as `line-NUMBER`."""

    is_registered = False

    async def dial(self, number: str, *, keys: str = "", talk: bool = False) -> Leg:
        """Call a number of the product (a feature code such as *11) as this phone; `keys` are pressed after the answer."""
        script: list[Step] = [Wait(0.5), Keys(keys)] if keys else []
        return await self._net.originate(
            f"PJSIP/{self.who}/sip:{number}@{self._net.world.product}",
            self.who,
            number,
            self.frequency,
            script,
            talk=talk,
            caller=self.who,
        )

    async def unplug(self) -> None:
        """Unregister; the product no longer knows where it is."""
        await self._net.act({"Action": "PJSIPUnregister", "Registration": self.who})
        await self._net.registered(self.who.removeprefix("line-"), to=False)

    async def plug(self) -> None:
        """Register again, also when it was (after the product's restart)."""
        self.is_registered = False
        await self._net.act({"Action": "PJSIPRegister", "Registration": self.who})
        await self._net.registered(self.who.removeprefix("line-"))

"""The API of a running hotline as an agent's screen uses it for transfers."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp

from hotline1022.core.ids import CallId
from tests.asterisk.cascade_world import Agency, Talk
from tests.asterisk.world import World, eventually


@dataclass(slots=True)
class Screen:
    """An agent's screen."""

    world: World
    http: aiohttp.ClientSession
    token: str

    async def ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> tuple[int, dict[str, Any]]:
        """Status and answer."""
        headers = {"Authorization": f"Bearer {self.token}"}
        async with self.http.request(method, path, headers=headers, json=body) as answer:
            return answer.status, json.loads(await answer.text())

    async def call_of(self, citizen: str) -> CallId:
        """The call of this number that goes on, as the list of calls shows it."""
        found: list[str] = []

        async def there() -> bool:
            _, told = await self.ask("GET", f"/api/calls?caller={citizen}")
            found[:] = [one["id"] for one in told["calls"] if one["state"] == "talking"]
            return bool(found)

        await eventually(there, f"no call of {citizen} is talking", 10)
        return CallId(found[0])  # type: ignore[arg-type]

    async def transfer(self, one: Talk, to: Agency, *, introduce: bool = False, note: str = "") -> CallId:
        """Put this citizen through."""
        call = await self.call_of(one.citizen.who)
        body = {"call": call, "agency": to.id, "category": "construction", "note": note, "introduce": introduce}
        status, told = await self.ask("POST", "/api/cascades", body)
        assert status == 201, told
        assert told["agency"] == to.id and len(told["code"]) == 8
        return call

    async def take_back(self, call: CallId) -> None:
        """The agent has this citizen back."""
        status, told = await self.ask("POST", f"/api/calls/{call}/take-back")
        assert status == 200, told

    async def state(self, call: CallId, wanted: str, seconds: float = 10) -> None:
        """Wait until the cascade of this call is in that state."""

        async def there() -> bool:
            status, told = await self.ask("GET", "/api/cascades")
            assert status == 200, told
            return any(one["call"] == call and one["state"] == wanted for one in told["cascades"])

        await eventually(there, f"the cascade of {call} is not {wanted}", seconds)


@asynccontextmanager
async def screen(world: World) -> AsyncIterator[Screen]:
    """A screen with a token of its own."""
    said = await world.product.cli("token", "create", "screen", "--scope", "agent")
    port = world.product.settings.service.http_port
    async with aiohttp.ClientSession(f"http://127.0.0.1:{port}") as http:
        yield Screen(world, http, said.splitlines()[-1])

"""The demo's terminal: calls, transfers and messages as the product's own API tells them, and all of them in one table."""

import asyncio
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import aiohttp
import click
import demo_words
from demo_transfers import telephones, written

from hotline1022.core.masking import mask
from hotline1022.service.settings.tree import Paths
from hotline1022.tickets.code import grouped
from tests.lab.network import Leg, PhoneNetwork

#: messages in these states have not left yet
UNDER_WAY = {"new", "leased", "sending"}


class Board:
    """Shows what is new on the terminal."""

    def __init__(self, http: aiohttp.ClientSession, fates: Mapping[str, str], names: Mapping[str, str]) -> None:
        """`fates` by the citizen's number; `names` of people by id and by line."""
        self._http, self._fates, self._names = http, fates, dict(names)
        self._since = datetime.now(UTC)
        self._shown: dict[str, int] = {}
        self._sent: set[str] = set()
        #: ids of transferred calls whose messages have all left
        self._told: set[str] = set()
        self.ended: set[str] = set()
        self._news = asyncio.Condition()

    async def watch(self) -> None:
        """Print each new thing that happens, until cancelled."""
        found = await self._get("/api/directory/agencies")
        self._names |= {one["id"]: one["name"] for one in found["agencies"]}
        while True:
            await self.look()
            await asyncio.sleep(0.3)

    async def all_ended(self, count: int) -> None:
        """Until so many calls have ended."""
        await self._until(lambda: len(self.ended) >= count)

    async def all_told(self, count: int) -> None:
        """Until the messages of so many transfers have left."""
        await self._until(lambda: len(self._told) >= count)

    async def _until(self, true: Callable[[], bool]) -> None:
        async with asyncio.timeout(60):
            async with self._news:
                await self._news.wait_for(true)

    async def look(self) -> None:
        """One look at every call, and at the messages."""
        for call in await self._calls():
            if call["id"] not in self.ended:
                await self._look_at(call)
        transfers = await self._transfers()
        codes = {one["ticket"]: one["code"] for one in transfers.values() if one["ticket"]}
        messages = await self._messages()
        for message in reversed(messages):
            if message["state"] not in UNDER_WAY and message["id"] not in self._sent:
                self._sent.add(message["id"])
                text = demo_words.of_message(message, codes.get(message["ticket"], ""))
                click.echo(f"  {(message['sent_at'] or message['created_at'])[11:19]}  {text}")
        open_ones = {message["ticket"] for message in messages if message["state"] in UNDER_WAY}
        known = {message["ticket"] for message in messages} - open_ones
        async with self._news:
            self._told = {call for call, one in transfers.items() if one["ticket"] in known}
            self._news.notify_all()

    async def _look_at(self, call: Mapping[str, Any]) -> None:
        detail = await self._get(f"/api/calls/{call['id']}")
        fresh = detail["events"][self._shown.get(call["id"], 0) :]
        cascade = (await self._transfers()).get(call["id"]) if fresh else None
        for event in fresh:
            text = demo_words.said(event, call["id"], self._names)
            if not text and cascade is not None:
                text = demo_words.of_transfer(event, cascade, self._names)
            if text:
                click.echo(f"  {event['at'][11:19]}  {mask(call['caller_raw'])}  {text}")
        self._shown[call["id"]] = len(detail["events"])
        if call["state"] == "ended":
            async with self._news:
                self.ended.add(call["id"])
                self._news.notify_all()

    async def table(self, paths: Paths, net: PhoneNetwork, citizens: Mapping[str, Leg]) -> str:
        """All calls in one table, with the place of each recording, and what was seen from outside of each transfer."""
        head = f"  {'fate':<26} {'caller':<11} {'keys':<5} {'waited':>7} {'talked':>7}  {'result':<34} who"
        lines = ["", head]
        transfers, messages = await self._transfers(), await self._messages()
        for call in await self._calls():
            detail = await self._get(f"/api/calls/{call['id']}")
            keys = "".join(e["data"]["key"] or "-" for e in detail["events"] if e["kind"] == "KeyPressed")
            who = self._names.get(call["person"]) or ("115" if call["result"] == "emergency" else "-")
            cascade = transfers.get(call["id"])
            if cascade is not None:
                taken = [step["name"] for step in cascade["steps"] if step["outcome"] == "taken"]
                who = f"{who}, then {taken[0] if taken else 'nobody'}"
            lines.append(
                f"  {self._fates.get(call['caller_raw'], ''):<26} {call['caller_raw']:<11} {keys:<5} "
                f"{(call['wait_ms'] or 0) / 1000:6.1f}s {(call['talk_ms'] or 0) / 1000:6.1f}s  "
                f"{call['result'] + ' (' + call['reason'] + ')':<34} {who}"
            )
            day = call["entered_at"][:10].replace("-", "/")
            lines.append(f"  {'':<26} {len(detail['tracks'])} tracks in {paths.recordings / day / call['id']}")
            if cascade is not None:
                sms = [one for one in messages if one["ticket"] == cascade["ticket"] and one["channel"] == "sms"]
                lines += [
                    f"  {'':<26} telephones: {seen}"
                    for seen in telephones(net, citizens[call["caller_raw"]], cascade["steps"])
                ]
                lines.append(f"  {'':<26} ticket {grouped(cascade['code'])}: {written(paths.outbox, sms)}")
        return "\n".join(lines)

    async def _calls(self) -> list[dict[str, Any]]:
        """This play's calls, oldest first; the data folder keeps those of earlier ones."""
        listed = (await self._get("/api/calls?limit=50"))["calls"]
        return [call for call in reversed(listed) if self._is_ours(call["entered_at"])]

    async def _transfers(self) -> dict[str, dict[str, Any]]:
        """This play's transfers by call."""
        listed = (await self._get("/api/cascades?limit=50"))["cascades"]
        return {one["call"]: one for one in listed if self._is_ours(one["started_at"])}

    async def _messages(self) -> list[dict[str, Any]]:
        """This play's messages, latest first."""
        listed = (await self._get("/api/outbox?limit=50"))["messages"]
        return [one for one in listed if self._is_ours(one["created_at"])]

    def _is_ours(self, at: str) -> bool:
        return datetime.fromisoformat(at) >= self._since

    async def _get(self, path: str) -> Any:
        async with self._http.get(path) as answer:
            return json.loads(await answer.text())

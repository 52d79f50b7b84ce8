"""The API and the command line of a running hotline, on a server whose clock is another: what happened is told everywhere.

The whole service runs with TZ=America/New_York, 11 or 12 hours behind: days and times stay the province's.
"""

import asyncio
import hashlib
import json
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio

from hotline1022.core.clock import local
from hotline1022.db.types import CallDetail
from hotline1022.web.route import PARTS
from hotline1022.web.routes import ROUTES
from tests.asterisk.world import STAY, World, eventually, hotline, outcome, person
from tests.lab.network import Answers, HangUp, Key, Rings, Speak, Wait

pytestmark = [pytest.mark.asterisk, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(150)]
ANSWERED, ABANDONED, MESSAGE, UNHEARD = "0909000001", "0909000002", "0909000003", "0909000004"


@dataclass(slots=True)
class Told:
    """A hotline after its calls, and how to ask it."""

    world: World
    calls: dict[str, CallDetail]
    tokens: dict[str, str]
    http: aiohttp.ClientSession

    async def ask(
        self, path: str, scope: str | None = "read", method: str = "GET", body: object = None
    ) -> tuple[int, Any]:
        """Status and answer."""
        headers = {"Authorization": f"Bearer {self.tokens[scope]}"} if scope else {}
        async with self.http.request(method, path, headers=headers, json=body) as answer:
            text = await answer.text()
            return answer.status, json.loads(text) if answer.content_type == "application/json" else text


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def told(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Told]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TZ", "America/New_York")
        tables = '[emergency]\nnumbers = ["115"]\nring_seconds = 5\nalarm_repeat_seconds = 5'
        async with hotline(tmp_path_factory.mktemp("api"), tables, ring_seconds=5) as world:
            await world.people("101")
            tokens = {}
            for scope in ("read", "agent", "metrics", "listen"):
                said = await world.product.cli("token", "create", f"the {scope}", "--scope", scope)
                tokens[scope] = said.splitlines()[-1]
                assert said.startswith("Keep it now, it is not shown again:") and tokens[scope]
            calls = await played(world)
            port = world.product.settings.service.http_port
            async with aiohttp.ClientSession(f"http://127.0.0.1:{port}") as http:
                yield Told(world, calls, tokens, http)


async def played(world: World) -> dict[str, CallDetail]:
    """One is answered, one hangs up waiting, one leaves a message, one reaches nobody at 115 and then an agent."""
    net = world.net
    await world.on_duty("101")
    await net.phone("101").does(Rings())
    abandoned = await net.call("1022", caller=ABANDONED, script=[Wait(1), Key("4"), Wait(8), HangUp()])
    message = await net.call("1022", caller=MESSAGE, script=[Wait(1), Key("7"), Wait(11), Speak(3), Key("#"), STAY])
    await abandoned.ended(40)
    await net.phone("101").does(Answers(after=0.5, talk=3))
    answered = await net.call("1022", caller=ANSWERED, script=[Wait(1), Key("2"), STAY])
    await answered.ended(60)
    # she first hears that it is an emergency
    await net.phone("101").does(Answers(after=0.5, talk=6))
    unheard = await net.call("1022", caller=UNHEARD, script=[Wait(1), Key("9"), STAY])
    await asyncio.gather(unheard.ended(60), message.ended(60))
    await world.quiet()
    return {leg.who: await world.logged(leg) for leg in (answered, abandoned, message, unheard)}


def of_the_province(text: str, about: datetime) -> None:
    """A time as the API says it: with the province's offset, and that moment."""
    at = datetime.fromisoformat(text)
    assert at.utcoffset() == timedelta(hours=7), text
    assert abs(at - about) < timedelta(milliseconds=1)


async def test_nothing_is_told_without_a_token_but_health_and_what_a_signed_link_opens(told: Told) -> None:
    for route in ROUTES:
        path = route.path.format(**dict.fromkeys(PARTS, "1"))
        status, _ = await told.ask(path, None, route.method)
        health, link = (
            path.startswith("/api/health/"),
            path.startswith(("/api/link/", "/l/", "/phieu/", "/g/", "/wall/")),
        )
        link |= route.path.startswith("/api/listen/{key}") and route.needs is None
        style = path.endswith("/page.css")
        door = path == "/api/sign-in"  # where somebody shows who it is, by a body that is missing here
        assert status == (200 if health or style else 404 if link else 400 if door else 401), path
        assert route.open == (health or link or door)
    for scope, path in (("metrics", "/api/calls"), ("read", "/metrics"), ("read", "/api/alarms/1/seen")):
        assert (await told.ask(path, scope, "POST" if "seen" in path else "GET"))[0] == 403


async def test_health(told: Told) -> None:
    assert await told.ask("/api/health/live", None) == (200, {"alive": True})
    status, health = await told.ask("/api/health/ready", None)
    assert status == 200 and health["ready"]
    assert {check["name"]: check["ready"] for check in health["checks"]} == {
        "sip": True, "ami": True, "disk": True, "database": True,
    }  # fmt: skip


async def test_calls_and_one_call(told: Told) -> None:
    status, page = await told.ask("/api/calls", "agent")
    assert status == 200 and {one["caller_raw"] for one in page["calls"]} == set(told.calls)
    for one in page["calls"]:
        call = told.calls[one["caller_raw"]]
        assert (one["id"], one["result"], one["reason"]) == (call.call.id, *outcome(call))
        of_the_province(one["entered_at"], call.call.entered_at)
        status, detail = await told.ask(f"/api/calls/{one['id']}", "agent")
        assert status == 200 and len(detail["tracks"]) == len(call.tracks)
        for event, row in zip(detail["events"], sorted(call.events, key=lambda fact: fact.seq), strict=True):
            assert event["kind"] == row.kind
            of_the_province(event["at"], row.at)
    _, masked = await told.ask("/api/calls")
    assert not {one["caller_raw"] for one in masked["calls"]} & set(told.calls), "numbers are masked for scope read"


async def test_an_auditor_verifies_everything_and_one_recording(told: Told) -> None:
    filed = [one for one in told.world.product.settings.paths.recordings.rglob("*") if one.is_file()]
    status, begun = await told.ask("/api/evidence/verification", "listen", "POST", {})
    assert (status, begun["asked_by"]) == (202, "token:the listen")

    async def over() -> bool:
        _, now = await told.ask("/api/evidence", "listen")
        return bool(now["verification"]["state"] != "running")

    await eventually(over, "the verification to end", 60)
    _, now = await told.ask("/api/evidence", "listen")
    found = now["verification"]
    assert (found["state"], found["wrong"], found["error"]) == ("done", 0, ""), found
    assert found["files"] == len(filed) > 0 and found["calls"] == len(told.calls)
    _, about = await told.ask("/api/evidence/entries?subject=chain&limit=1", "listen")
    (entry,) = about["entries"]
    assert (entry["kind"], entry["actor"], entry["detail"]["files"]) == (
        "evidence-verified", "token:the listen", len(filed),
    )  # fmt: skip
    _, page = await told.ask("/api/recordings", "read")
    one = page["recordings"][0]
    _, of_call = await told.ask(f"/api/evidence/entries?subject=call:{one['call']}", "listen")
    for each in [entry, *of_call["entries"]]:  # recomputed as a stranger does, from what an auditor is given
        hashed = {name: each[name] for name in ("seq", "kind", "actor", "origin", "subject", "detail", "prev")}
        text = json.dumps(
            {**hashed, "at": each["written_at"]}, sort_keys=True, separators=(",", ":"), ensure_ascii=False
        )
        assert hashlib.sha256(text.encode()).hexdigest() == each["sha256"], each
    assert "recording-stored" in {entry["kind"] for entry in of_call["entries"]}
    status, checked = await told.ask(f"/api/recordings/{one['id']}/verify", "listen", "POST")
    assert (status, checked["call"], checked["wrong"]) == (200, one["call"], 0)
    _, detail = await told.ask(f"/api/recordings/{one['id']}", "read")
    assert detail["recording"]["state"] == "verified"


async def test_lines_and_queue(told: Told) -> None:
    status, answer = await told.ask("/api/lines")
    lines = {line["line"]: line for line in answer["lines"]}
    assert status == 200 and set(lines) == {"101", "102", "103"}
    assert lines["101"]["person"] == person("101") and not lines["102"]["person"]
    status, queue = await told.ask("/api/queue")
    assert status == 200 and queue["waiting"] == []


async def test_who_hung_up_and_who_left_a_message(told: Told) -> None:
    status, answer = await told.ask("/api/abandoned", "agent")
    (one,) = answer["abandoned"]
    assert status == 200 and ABANDONED[1:] in json.dumps(one)
    status, answer = await told.ask("/api/voicemails", "agent")
    (message,) = answer["voicemails"]
    assert status == 200 and message["call"] == told.calls[MESSAGE].call.id


async def test_an_alarm_is_told_until_it_is_seen_and_counted(told: Told) -> None:
    status, answer = await told.ask("/api/alarms")
    (alarm,) = [one for one in answer["alarms"] if one["kind"] == "emergency-unanswered"]
    assert status == 200 and alarm["call"] == told.calls[UNHEARD].call.id
    unseen = await figure(told, "hotline_alarms_unseen")
    status, seen = await told.ask(f"/api/alarms/{alarm['id']}/seen", "agent", "POST")
    assert status == 200 and seen["seen_by"] == "the agent"
    _, answer = await told.ask("/api/alarms?seen=true")
    assert [one["id"] for one in answer["alarms"]] == [alarm["id"]]

    async def fewer() -> bool:
        return await figure(told, "hotline_alarms_unseen") == unseen - 1

    await eventually(fewer, "the seen alarm is still counted", 10)
    assert await figure(told, 'hotline_alarms_total{kind="emergency-unanswered"}') == 1


async def test_metrics_count_the_calls(told: Told) -> None:
    for result in ("answered", "abandoned", "voicemail", "emergency"):
        assert await figure(told, f'hotline_calls_ended_total{{result="{result}"}}') == 1
    assert await figure(told, "hotline_calls_going_on") == 0
    assert await figure(told, "hotline_ami_up") == 1
    assert await figure(told, "hotline_journal_rows_total") > 40
    assert await figure(told, 'hotline_recordings{what="failed"}') == 0


async def figure(told: Told, name: str) -> float:
    """One figure of /metrics."""
    status, text = await told.ask("/metrics", "metrics")
    assert status == 200
    found = re.findall(rf"^{re.escape(name)} (\S+)$", text, re.MULTILINE)
    assert len(found) == 1, f"{name}: {found}"
    return float(found[0])


async def test_the_document_describes_what_is_served(told: Told) -> None:
    status, document = await told.ask("/api/openapi.json", "metrics")
    assert status == 200 and document["openapi"].startswith("3.1")
    assert set(document["paths"]) == {route.path for route in ROUTES}


def environment(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/environ").read_text().split("\0")


async def test_files_lie_under_the_day_of_the_province(told: Told) -> None:
    process = told.world.product.process
    assert process is not None
    assert "TZ=America/New_York" in environment(process.pid)
    for call in told.calls.values():
        day = local(call.call.entered_at).strftime("%Y/%m/%d")
        folder = told.world.product.settings.paths.recordings / day / call.call.id
        hashes = {hashlib.sha256(file.read_bytes()).hexdigest() for file in folder.iterdir()}
        assert call.tracks and {track.sha256 for track in call.tracks} <= hashes


async def test_the_services_log_has_the_clock_of_the_province(told: Told) -> None:
    lines = told.world.product.service_log(10_000).splitlines()
    for call in told.calls.values():
        (line,) = [line for line in lines if f"call {call.call.id} ended" in line]
        assert call.call.ended_at is not None
        ended = local(call.call.ended_at)
        written = datetime.strptime(line[:8], "%H:%M:%S").replace(tzinfo=ended.tzinfo)
        after = (written - ended.replace(year=1900, month=1, day=1, microsecond=0)).total_seconds() % 86_400
        assert after <= 10, line


async def test_the_command_line_tells_the_same(told: Told) -> None:
    cli = told.world.product.cli
    call = told.calls[ANSWERED]
    at = local(call.call.entered_at)
    rows = (await cli("calls", "list")).splitlines()
    assert len(rows) == len(told.calls)
    times = [row[:19] for row in rows]
    assert times == sorted(times, reverse=True), "newest first"
    (row,) = [row for row in rows if ANSWERED in row]
    assert row.startswith(f"{at:%Y-%m-%d %H:%M:%S}  {ANSWERED} ") and row.endswith(
        f" {person('101'):<8} {call.call.id}"
    )
    assert "answered (agent-answered)" in row
    assert (await cli("calls", "list", "--day", f"{at:%Y-%m-%d}", "--result", "answered")).splitlines() == [row]
    behind = datetime.now(UTC).astimezone() - timedelta(days=2)
    assert (await cli("calls", "list", "--day", f"{behind:%Y-%m-%d}")) == "No calls.\n"
    text = await cli("calls", "show", call.call.id)
    assert text.startswith(f"Call {call.call.id} from {ANSWERED} to 1022, {at:%A %d.%m.%Y %H:%M:%S}\n")
    for words in ("answered (agent-answered)", "agent 101", f"person {person('101')}", "stored"):
        assert words in text, text
    (shown,) = json.loads(await cli("calls", "list", "--json", "--result", "abandoned"))
    of_the_province(shown["entered_at"], told.calls[ABANDONED].call.entered_at)
    with pytest.raises(AssertionError, match=r"there is no call 'hl1-1\.1'"):
        await cli("calls", "show", "hl1-1.1")

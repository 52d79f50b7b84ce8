"""The lists of an agent in parts: how many there are, who waits longest first, and that nobody else is called than who was shown."""

import re
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from hotline1022.core.callbacks import CallbackWhat, Talk
from hotline1022.core.ids import CallId, ChannelId
from hotline1022.db.stores import SqlRecordingStore
from hotline1022.db.unit import Database
from hotline1022.queue.types import AgentState
from hotline1022.service.calls.abandoned import AbandonedList
from hotline1022.web.desk.render import moment
from hotline1022.web.page_words import words
from hotline1022.web.types import AbandonedView
from tests.contract.database.agent_world import Desk, open_agent_desk
from tests.contract.database.made import at, gave_up, of_calls
from tests.contract.database.test_desk_agent import PAGE, act
from tests.contract.database.test_notify import a_line
from tests.contract.database.test_recordings import a_message, filed
from tests.unit.calls_memory import NOW
from tests.unit.staff_memory import MemoryAbandoned


@pytest.fixture
async def desk(database: Database, tmp_path: Path) -> AsyncIterator[Desk]:
    async with open_agent_desk(database, tmp_path) as made:
        yield made


@pytest.fixture
def many(monkeypatch: pytest.MonkeyPatch) -> list[AbandonedView]:
    """64 citizens who gave up, latest first."""
    found = [
        AbandonedView(
            caller=f"090100{n:04}", count=1, last_at=NOW - timedelta(minutes=n), last_call=f"hl1-1795470208.{n}"
        )
        for n in range(64)
    ]

    async def every(self: MemoryAbandoned, limit: int) -> Sequence[AbandonedView]:
        return found[:limit]

    monkeypatch.setattr(MemoryAbandoned, "list", every)
    return found


async def test_who_waits_longest_is_on_the_first_page_and_all_are_counted(
    desk: Desk, many: list[AbandonedView]
) -> None:
    async with desk.agent() as browser:
        first = (await browser.get(f"{PAGE}/lists?list=missed")).text
        assert "30 / 64" in first and "Trang 1 / 3" in first and "0901 000 063" in first and "0901 000 000" not in first
        last = (await browser.get(f"{PAGE}/lists?list=missed&page=3")).text
        assert "4 / 64" in last and "0901 000 000" in last and 'id="page-after"' not in last
        latest = (await browser.get(f"{PAGE}/lists?list=missed&order=latest")).text
        assert "0901 000 000" in latest and "0901 000 063" not in latest
        del many[30:]
        assert "Trang" not in (await browser.get(f"{PAGE}/lists?list=missed&page=3")).text, "the last one that there is"
        assert (await browser.get(f"{PAGE}/lists?list=missed&page=0")).status == 400


async def test_only_who_was_shown_is_called_back(desk: Desk) -> None:
    desk.sits(AgentState.READY)
    async with desk.agent() as browser:
        shown = (await browser.get(f"{PAGE}/lists?list=tell")).text
        target = re.search(r'name="id" value="([^"]+)"><input type="hidden" name="mark" value="([0-9a-f]{16})"', shown)
        assert target
        given = {"list": "tell", "id": target[1], "mark": target[2], "order": "longest", "page": "1"}
        desk.callbacks.number = "0912000111"  # the ticket was corrected meanwhile
        refused = await act(browser, f"{PAGE}/call-back", **given)
        assert refused.status == 409 and words()("error.callback-changed") in refused.text
        assert desk.callbacks.begun == []
        desk.callbacks.number = "02743822333"
        assert (await act(browser, f"{PAGE}/call-back", **given)).status == 200
        assert desk.callbacks.begun == [("101", CallbackWhat.TICKET, target[1])]


@pytest.mark.parametrize(
    ("which", "said"),
    [("missed", "callback-talked"), ("voicemail", "callback-talked-again"), ("tell", "callback-talked-again")],
)
async def test_who_was_quicker_is_said_and_a_second_click_knows_it(desk: Desk, which: str, said: str) -> None:
    desk.sits(AgentState.READY)
    async with desk.agent() as browser:
        found = re.search(
            r'name="id" value="([^"]+)"><input type="hidden" name="mark" value="([0-9a-f]{16})"',
            (await browser.get(f"{PAGE}/lists?list={which}")).text,
        )
        assert found
        if which == "tell":
            desk.callbacks.number = "02743822333"
        given = {"list": which, "id": found[1], "mark": found[2], "order": "longest", "page": "1"}
        desk.callbacks.talked[found[1]] = Talk(call="out-1795470300.1", at=NOW, name="Trần Bình")
        refused = await act(browser, f"{PAGE}/call-back", **given)
        assert refused.status == 409 and desk.callbacks.begun == []
        assert words()(f"agent-list.{said}", by="Trần Bình", at=moment(NOW)) in refused.text
        assert words()("error.callback-talked") not in refused.text, "one sentence"
        if which == "missed":
            return
        assert words()("agent-list.talked", by="Trần Bình", at=moment(NOW)) in refused.text
        known = re.search(r'name="talk" value="([^"]+)"', refused.text)
        assert known
        assert (await act(browser, f"{PAGE}/call-back", **given, talk=known[1])).status == 200
        assert [target for _, _, target in desk.callbacks.begun] == [found[1]]


async def test_rows_have_names_of_their_own(desk: Desk, many: list[AbandonedView]) -> None:
    async with desk.agent() as browser:
        for which in ("missed", "voicemail", "tell"):
            text = (await browser.get(f"{PAGE}/lists?list={which}")).text
            ids = re.findall(r'\bid="([^"]+)"', text)
            assert len(ids) == len(set(ids)), which
            assert all(re.search(rf'<li id="row-{which}-', one) for one in re.findall(r"<li[^>]*>", text)), which
            for button in re.findall(r'<button[^>]*type="submit"[^>]*>', text):
                assert re.search(r'id="(call|done|hear)-', button), button
        assert "hx-confirm" in (await browser.get(f"{PAGE}/lists?list=voicemail")).text


async def test_a_part_of_each_list(database: Database) -> None:
    others = [{"caller_raw": f"091{n}", "caller_e164": f"+8491{n}"} for n in range(3)]
    await database.save(of_calls(*(gave_up(f"hl1-1.{n}", n * 10, **other) for n, other in enumerate(others))))
    messages = tuple(a_message(f"vm{n}", call=CallId(ChannelId(f"hl1-1.{n}")), left_at=at(n)) for n in range(3))
    await SqlRecordingStore(database).save(filed(messages=messages))
    async with database.transaction() as tx:
        await tx.to_tell.put([a_line(f"t{n}", n) for n in range(3)])
        await tx.recordings.mark_heard("vm0", "1001", at(100))
        for latest, messages_there, lines_there in ((False, ["vm2"], ["t1", "t2"]), (True, ["vm1"], ["t1", "t0"])):
            found, total = await tx.recordings.unheard(skip=1, limit=30, latest=latest)
            assert ([one.id for one in found], total) == (messages_there, 2)
            lines, total = await tx.to_tell.waiting(skip=1, limit=2, latest=latest)
            assert ([one.ticket for one in lines], total) == (lines_there, 3)
    listed = AbandonedList(database)
    listed.DAYS = 36500
    calls, total = await listed.waiting(0, 2, latest=False)
    assert ([one.last_call for one in calls], total) == (["hl1-1.0", "hl1-1.1"], 3)
    calls, total = await listed.waiting(2, 2, latest=True)
    assert ([one.last_call for one in calls], total) == (["hl1-1.0"], 3)

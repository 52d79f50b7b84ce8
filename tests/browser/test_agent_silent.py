"""The link to Asterisk is cut while an agent's page is open, in a real Chromium: state, queue and call say so by themselves, a phone that
rings meanwhile is shown by the log, and all is as before when the link is there again.
"""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hotline1022.ami_bridge import types as ami
from hotline1022.ami_bridge.journal import Position
from hotline1022.core import events as e
from hotline1022.core.call import fold
from hotline1022.core.ids import CallId, ChannelId
from hotline1022.service.calls.call_log import Saved
from tests.browser.steps import barriers, serious
from tests.browser.test_agent import come_in, sees
from tests.browser.test_agent_ring import Ringing, ringing
from tests.contract.database.test_line_call import CALLER
from tests.lab.browser import Browser

__all__ = ["ringing"]
CALL = CallId(ChannelId("hl1-1795470208.90"))
LEG = ChannelId("hl1-1795470208.91")
#: seconds from the cut to the screen
SOON = 2


def stores(world: Ringing, *more: e.Event) -> None:
    """What the journal tells of one call is stored."""
    now = datetime.now(UTC)
    same: dict[str, Any] = {"call": CALL, "channel": CALL}
    history = [
        e.CallEntered(at=now, caller=CALLER, sent="", did="1022", **same),
        e.LegStarted(at=now, call=CALL, channel=LEG, kind=e.LegKind.AGENT, party="101"),
        *more,
    ]
    call = fold(history)
    assert call is not None
    world.counter.calls[CALL] = call
    world.news.saved(Saved(calls=(call,), events=(), backfilled=frozenset(), position=Position()))


async def test_the_page_says_that_asterisk_tells_nothing(ringing: Ringing, browser: Browser, tmp_path: Path) -> None:
    desk, queue = ringing.desk, ringing.desk.world.ports.queue
    await desk.make_agent()
    desk.sits()
    ringing.news.line(desk.lines.lines["101"])
    tab = await browser.tab()
    await tab.size(1920, 1080)
    await come_in(tab, desk)
    parts = {name: f"document.getElementById('{name}').innerText" for name in ("state", "queue", "call")}
    assert "Sẵn sàng" in await tab.run(parts["state"])
    now = datetime.now(UTC)
    ringing.news.heard(ami.LinkDown(at=now, epoch=1, reason="cut"))
    queue.lost_at = now  # type: ignore[attr-defined]
    ringing.news.lost()
    for name, said in (
        ("state", "Mất kết nối với tổng đài từ"),
        ("queue", "chưa rõ từ"),
        ("call", "Chưa rõ có cuộc gọi"),
    ):
        await sees(tab, f"{parts[name]}.includes('{said}')", seconds=SOON)
    assert "Sẵn sàng nhận" not in await tab.run(parts["queue"])
    assert await barriers(tab) == []
    await tab.picture(tmp_path / "silent.png")
    # the journal goes on telling
    stores(ringing)
    await sees(tab, "document.getElementById('form').dataset.draft", str(CALL))
    await sees(tab, f"{parts['call']}.includes('Đang đổ chuông')")
    stores(ringing, e.LegAnswered(at=datetime.now(UTC), call=CALL, channel=LEG))
    await sees(tab, f"{parts['call']}.includes('Đang nói chuyện')")
    await tab.picture(tmp_path / "silent-talk.png")
    queue.lost_at = None  # type: ignore[attr-defined]
    ringing.news.heard(ami.LinkUp(at=datetime.now(UTC), epoch=2))
    ringing.news.asked_anew(0)
    await sees(tab, f"!{parts['state']}.includes('Mất kết nối')", seconds=SOON)
    await sees(tab, f"{parts['queue']}.includes('Sẵn sàng nhận')", seconds=SOON)
    assert serious(tab) == []

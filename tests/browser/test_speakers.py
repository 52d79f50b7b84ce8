"""Each person of a call switched on and off in a Chromium: by the samples that are played, whoever is off is silent, the others go on
from the same moment; the chain says who was heard; by keys and by mouse, narrow and wide, without barriers.
"""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hotline1022.accounts.types import Permission, Wanted
from hotline1022.audit.types import Kind
from tests.browser.steps import barriers, serious, until
from tests.browser.test_audit_desk import HEARD, audited, enter, player
from tests.lab.audit_desk import Audited
from tests.lab.browser import Browser, Tab
from tests.lab.ear import attach, tones
from tests.unit.recordings_world import (
    AGENT,
    AGENT_TONE,
    CALL,
    CITIZEN_TONE,
    MUSIC_TONE,
    SECOND,
    SECOND_TONE,
)

__all__ = ["audited"]
#: by the number of the line in the player
TONES = {1: CITIZEN_TONE, 2: AGENT_TONE, 3: SECOND_TONE, 4: MUSIC_TONE}
#: the first agent is there from 1 s to 3 s; so that there is time to listen, this part of it comes again and again
AGAIN = """(() => {
  const sound = document.getElementById('sound');
  window.went = [];
  sound.addEventListener('pause', () => window.went.push(['pause', sound.currentTime]));
  sound.addEventListener('playing', () => window.went.push(['play', sound.currentTime]));
  setInterval(() => { if (!sound.paused && (sound.currentTime > 2.7 || sound.currentTime < 1.1)) sound.currentTime = 1.2; }, 40);
})()"""
BOX, CHECK = "document.querySelectorAll('[data-speaker]')[{}]", "[data-speaker] >> nth={}"
#: dB: a tone that is there is above the one, one that is not below the other
THERE, GONE = -45.0, -70.0


@pytest.fixture
async def tab(audited: Audited, browser: Browser) -> AsyncIterator[Tab]:
    """At the player of the recording."""
    tab = await browser.tab()
    await tab.size(1280, 900)
    await enter(tab, audited, "lan", Permission.LISTEN)
    await player(tab, audited)
    await until(tab, "document.getElementById('picture').hidden")
    yield tab


async def hears(tab: Tab, *lines: int) -> None:
    """Until these lines are played; another one that is heard at any look fails."""
    async with asyncio.timeout(60):
        while True:
            levels = dict(zip(TONES, await tones(tab, *TONES.values()), strict=True))
            assert all(level < GONE for line, level in levels.items() if line not in lines), levels
            if all(levels[line] > THERE for line in lines):
                return


async def ready(tab: Tab, address: str) -> str:
    """The address of the sound once it is another one than this, and plays."""
    sound = "document.getElementById('sound')"
    await until(tab, f"{sound}.getAttribute('src') !== '{address}' && !{sound}.paused && {sound}.readyState === 4")
    before = await tab.run(HEARD)
    await until(tab, f"{HEARD} !== {before}")
    found: str = await tab.run(f"{sound}.getAttribute('src')")
    return found


async def test_whoever_is_switched_off_is_silent_by_the_sound_itself(tab: Tab, audited: Audited) -> None:
    await tab.press(" ")
    await until(tab, f"{HEARD} > 0.1")
    await attach(tab)
    await tab.run(AGAIN)
    await until(tab, f"{HEARD} > 1.3")
    everybody = await tab.run("document.getElementById('sound').getAttribute('src')")
    await hears(tab, 1, 2)  # at this moment the citizen and the first agent talk

    await tab.press("1")
    assert await tab.run("document.getElementById('sound').paused"), "silent at once, before there is another copy"
    agents = await ready(tab, everybody)
    assert await tab.run(BOX.format(0) + ".checked") is False
    await hears(tab, 2)

    await tab.press("2")
    others = await ready(tab, agents)
    await hears(tab)  # who is on does not talk now

    await tab.click(CHECK.format(0))
    back = await ready(tab, others)
    await hears(tab, 1)

    await tab.click(CHECK.format(1))
    assert await ready(tab, back) == everybody, "all of them are the copy that there was"
    await hears(tab, 1, 2)

    went = await tab.run("window.went")
    stops = [n for n, (what, _) in enumerate(went) if what == "pause"]
    assert len(stops) == 4
    for stop in stops:
        assert abs(went[stop + 1][1] - went[stop][1]) < 0.25, "it goes on where it was"

    await audited.book.flush()
    async with audited.house.world.database.reading() as tx:
        entries = [one for one in await tx.audit.about(f"call:{CALL}") if one.kind == Kind.RECORDING_PLAYED]
    first, second = f"agent:{AGENT}", f"agent:{SECOND}"
    told = [one.detail.get("speakers") for one in entries if one.detail["step"] == "begun"]
    assert told == [None, [first, second, "machine"], [second, "machine"], ["citizen", second, "machine"]]
    heard = {repr(one.detail.get("speakers")) for one in entries if one.detail["step"] == "heard"}
    assert heard == {repr(one) for one in told}
    assert {one.actor for one in entries} == {"user:lan"} and serious(tab) == []


async def test_nobody_is_nobody_and_a_choice_before_play_loads_no_sound(tab: Tab) -> None:
    for key in "12":
        await tab.press(key)
    await tab.click(CHECK.format(2))
    await tab.press("4")
    await until(tab, "document.getElementById('choice').innerText.includes('ít nhất một người')")
    await tab.run("document.getElementById('play').focus()")  # a space in a box that was clicked is that box's
    await tab.press(" ")
    assert await tab.run("document.getElementById('sound').paused")
    await tab.press("2")
    await until(tab, "!document.getElementById('sound').paused")
    await attach(tab)
    await tab.run(AGAIN)
    await until(tab, f"{HEARD} > 1.3")
    await hears(tab, 2)
    assert await tab.run("document.getElementById('choice').innerText") == ""
    await tab.press(" ")
    await tab.press("1")
    await until(tab, "document.getElementById('choice').innerText === ''")
    await asyncio.sleep(0.5)
    assert await tab.run("document.getElementById('sound').paused"), "who had stopped it starts it"


async def test_a_choice_that_could_not_be_had_is_asked_for_again_by_play(tab: Tab) -> None:
    sent = "[window.real, window.fetch] = [window.fetch, (to, more) => more?.method === 'POST' ? Promise.reject(new TypeError()) : window.real(to, more)]"
    await tab.run(sent)
    await tab.press("1")
    await until(tab, "!document.getElementById('player-problem').hidden")
    assert "bấm Phát" in await tab.run("document.getElementById('player-problem').innerText")
    await tab.run("window.fetch = window.real")
    await tab.press(" ")
    await until(tab, "!document.getElementById('sound').paused && document.getElementById('player-problem').hidden")
    await attach(tab)
    await tab.run(AGAIN)
    await until(tab, f"{HEARD} > 1.3")
    await hears(tab, 2)


async def test_a_choice_that_is_refused_says_what_to_do_and_nothing_is_heard(tab: Tab, audited: Audited) -> None:
    await tab.press(" ")
    await until(tab, f"{HEARD} > 0.1")
    user = await audited.desk.admin.by_login("lan")
    assert user is not None
    await audited.desk.admin.change(user.id, user.version, Wanted(roles=frozenset({"agent"})))
    await tab.press("1")
    await until(tab, "!document.getElementById('player-problem').hidden")
    assert "nêu lý do lần nữa" in await tab.run("document.getElementById('player-problem').innerText")
    assert await tab.run("document.getElementById('sound').paused")


@pytest.mark.parametrize(("width", "height", "theme"), [(360, 740, "light"), (360, 740, "dark"), (1920, 1080, "light")])
async def test_each_has_a_line_with_name_time_and_waveform(
    tab: Tab, tmp_path: Path, width: int, height: int, theme: str
) -> None:
    await tab.run(f"document.cookie = 'theme={theme}; path=/'")
    await tab.size(width, height, mobile=width < 600)
    await tab.open(await tab.run("location.href"))
    await until(tab, "document.getElementById('picture').hidden")
    lines = await tab.run("[...document.querySelectorAll('.speaker label')].map(one => one.innerText)")
    assert [line.rpartition(", ")[0] for line in lines] == [
        "1 Người dân", "2 Điện thoại viên Nguyễn Thị Ánh (1001)", "3 Điện thoại viên", "4 Máy (lời mời, nhạc chờ)",
    ]  # fmt: skip
    assert "04:43:28 đến 04:43:34" in lines[0] and "04:43:29 đến 04:43:31" in lines[1] and "2 đoạn" in lines[3]
    drawn = """[...document.querySelectorAll('canvas.lane')].map(one => {
      const { width, height } = one, data = one.getContext('2d').getImageData(0, 0, width, height).data;
      const tall = x => { let n = 0; for (let y = 0; y < height; y++) n += data[4 * (y * width + x) + 3] > 0; return n / height; };
      return [0.08, 0.33, 0.58, 0.83].map(part => tall(Math.floor(part * width)) > 0.2);
    })"""
    assert await tab.run(drawn) == [
        [True, True, True, True], [False, True, False, False], [False, False, False, True], [True, False, True, False],
    ]  # fmt: skip
    assert await tab.run("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
    await tab.press("1")
    await until(tab, "document.getElementById('choice').innerText === ''")
    assert await barriers(tab) == [] and serious(tab) == []
    await tab.picture(tmp_path / f"speakers-{width}-{theme}.png")

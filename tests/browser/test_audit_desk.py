"""The auditor's pages in a real Chromium: readable and without barriers, empty, full and in error; a recording is played by keys alone,
it really sounds, each side of it can be silenced.
"""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from hotline1022.accounts.types import Permission, Wanted
from hotline1022.evidence.states import Move
from tests.browser.looked import Looks
from tests.browser.steps import barriers, fill, go_to, press, serious, until
from tests.contract.database.desk_world import OWN
from tests.lab.audit_desk import Audited, open_audit
from tests.lab.browser import Browser, Tab
from tests.lab.ear import attach

LONG = "Cơ quan Cảnh sát điều tra Công an thị xã Thuận An, tỉnh Bình Dương"
EVIL = "<img src=x onerror='window.bad=1'><script>window.bad=2</script>"
HEARD = "parseFloat(document.getElementById('sound').currentTime)"


@pytest.fixture
async def audited(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Audited]:
    async with open_audit(f"sqlite:///{tmp_path}/hotline.sqlite", tmp_path, monkeypatch) as made:
        yield made


async def enter(tab: Tab, audited: Audited, login: str, *permissions: Permission) -> None:
    """Somebody who may all this, signed in."""
    admin = audited.desk.admin
    await admin.add_role(login, login, permissions)
    given = await admin.add(Wanted(login=login, name=f"Người {login}", roles=frozenset({login})))
    await tab.open(str(audited.desk.server.make_url("/desk/sign-in")))
    await fill(tab, login=login, password=given.password)
    await press(tab)
    await fill(tab, old=given.password, new=OWN, again=OWN)
    await press(tab)


async def go(tab: Tab, audited: Audited, path: str) -> None:
    await tab.open(str(audited.desk.server.make_url(path)))


async def submit(tab: Tab, selector: str) -> None:
    """A form of the page, and the page that follows."""
    await tab.leave(f"{selector} button:not([type=button]):not(.visually-hidden)")


async def player(tab: Tab, audited: Audited) -> None:
    """By the reason to the player."""
    await go(tab, audited, f"/desk/recordings/{audited.recording}")
    await tab.choose("#reason", "complaint")
    await fill(tab, text="Đơn số 14 ngày 24.11.2026")
    await submit(tab, "form[action$='/listen']")


async def seen(audited: Audited) -> datetime:
    """When the one who listens was last seen."""
    user = await audited.desk.admin.by_login("lan")
    assert user is not None
    async with audited.house.world.database.reading() as tx:
        (session,) = await tx.sessions.open_of(user.id, audited.desk.now, timedelta(hours=1))
    return session.seen_at


async def test_a_recording_is_played_by_keys(audited: Audited, browser: Browser, tmp_path: Path) -> None:
    tab = await browser.tab()
    await tab.size(1280, 900)
    await enter(tab, audited, "lan", Permission.LISTEN)
    await player(tab, audited)
    assert await tab.run("document.activeElement.id") == "play", "a space plays at once"
    assert await tab.run("document.getElementById('sound').networkState") != 2, "nothing of the sound is loaded yet"
    await until(tab, "document.getElementById('picture').hidden")
    assert await tab.run("document.getElementById('share-silence').textContent") == "0%"
    await tab.picture(tmp_path / "player.png")
    await tab.press(" ")
    await until(tab, f"{HEARD} > 0.3")
    await attach(tab)
    await until(tab, "window.ear.side(0) > 0.02 && window.ear.side(1) > 0.02")
    before = await tab.run(HEARD)
    await until(tab, f"{HEARD} > {before} + 0.3")
    audited.desk.now += timedelta(minutes=5)
    await tab.run("performance.now = (real => () => real.call(performance) + 600001)(performance.now)")
    async with asyncio.timeout(60):
        while (await seen(audited)) != audited.desk.now:  # noqa: ASYNC110 -- the database tells nobody
            await asyncio.sleep(0.05)
    await tab.press(" ")
    assert await tab.run("document.getElementById('sound').paused") is True
    await tab.press("Home")
    assert await tab.run(HEARD) == 0
    await tab.press("ArrowRight")
    assert await tab.run(HEARD) == 5
    await tab.press("ArrowLeft")
    assert await tab.run(HEARD) == 0
    await go_to(tab, "place")
    await tab.press("ArrowRight")
    assert await tab.run(HEARD) == 5
    assert await tab.run("document.getElementById('place').getAttribute('aria-valuetext')") == "0:05, 04:43:33"
    await tab.click("[data-seek]:has-text('nhấc máy')")
    assert await tab.run(f"Math.abs({HEARD} - 1) < 0.11")
    assert serious(tab) == []
    found = await barriers(tab)
    assert found == []


async def test_a_player_whose_right_has_ended_says_what_to_do(audited: Audited, browser: Browser) -> None:
    tab = await browser.tab()
    await enter(tab, audited, "lan", Permission.LISTEN)
    await player(tab, audited)
    await until(tab, "document.getElementById('picture').hidden")
    user = await audited.desk.admin.by_login("lan")
    assert user is not None
    await audited.desk.admin.change(user.id, user.version, Wanted(roles=frozenset({"agent"})))
    await tab.press(" ")
    await until(tab, "!document.getElementById('player-problem').hidden")
    assert "nêu lý do lần nữa" in await tab.run("document.getElementById('player-problem').innerText")
    assert await tab.run(HEARD) == 0


ALL = (
    Permission.LISTEN, Permission.NUMBERS, Permission.DISCLOSE, Permission.RETENTION, Permission.SETTINGS,
)  # fmt: skip


@pytest.mark.parametrize(
    ("width", "height", "theme"), [(360, 740, "light"), (768, 1024, "dark"), (1920, 1080, "light"), (360, 740, "dark")]
)
async def test_every_page_is_readable_and_without_barriers(
    audited: Audited, browser: Browser, tmp_path: Path, width: int, height: int, theme: str
) -> None:
    tab = await browser.tab()
    await tab.size(width, height, mobile=width < 600)
    await enter(tab, audited, "lan", *ALL)
    await tab.run(f"document.cookie = 'theme={theme}; path=/'")
    look = Looks(tab, width, tmp_path, theme)

    async def open_and_look(name: str, path: str) -> None:
        await go(tab, audited, path)
        await look(name)

    recording = f"/desk/recordings/{audited.recording}"
    await open_and_look("search", "/desk/recordings")
    await open_and_look("search-empty", "/desk/recordings?words=khongco")
    await open_and_look("search-wrong", "/desk/recordings?ticket=12")
    await open_and_look("disclosures-empty", "/desk/disclosures")
    await open_and_look("new-empty", "/desk/disclosures/new")
    await open_and_look("holds-empty", "/desk/evidence/holds")
    await open_and_look("evidence-fresh", "/desk/evidence")
    await go(tab, audited, recording)
    await submit(tab, "form[action$='/listen']")
    await look("listen-wrong")
    await fill(tab, letter=f"12/CSĐT {EVIL}", why=LONG)
    await submit(tab, "form[action$='/hold']")
    await look("recording")
    await player(tab, audited)
    await until(tab, "document.getElementById('picture').hidden")
    await look("listen")
    await open_and_look("holds", "/desk/evidence/holds")
    await open_and_look("new", f"/desk/disclosures/new?recording={audited.recording}")
    await tab.leave("form[method=post][action$='/new'] .btn-primary")
    await look("new-wrong")
    await fill(tab, unit=LONG, letter=f"12/CSĐT {EVIL}", person="Trần Văn Bình", why=LONG)
    await fill(tab, **{"letter_date": "2026-11-24", "start-1": "0:01", "bleeps-1": "0:02..0:03"})
    await tab.leave("form[method=post][action$='/new'] .btn-primary")
    await look("disclosure-own")
    one = (await tab.run("location.pathname")).rpartition("/")[2]
    terms = (await audited.house.desk.get(one)).request.terms
    await audited.house.desk.decide(one, Move.APPROVE, "token:lanh-dao", audited.desk.now, terms=terms)
    await open_and_look("disclosure-approved", f"/desk/disclosures/{one}")
    await submit(tab, "form[action$='/pack']")
    await until(tab, "!!document.querySelector(\"form[action$='/hand-out']\")")
    await look("disclosure-packed")
    await fill(tab, link_to="Trần Văn Bình, điều tra viên")
    await submit(tab, "form[action$='/link']")
    await look("disclosure-linked")
    await open_and_look("disclosures", "/desk/disclosures")
    await audited.house.world.attack("UPDATE audit_entry SET actor = 'token:other' WHERE seq = 3")
    await go(tab, audited, "/desk/evidence")
    await submit(tab, "form[action$='/verify']")
    await until(tab, "document.body.innerText.includes('Đã xong')")
    await look("evidence-wrong")
    await open_and_look("entries", "/desk/evidence/entries?subject=call:hl1-1795470208.58")
    await open_and_look("home", "/desk")
    assert await tab.run("typeof window.bad") == "undefined"
    look.nothing_wrong()

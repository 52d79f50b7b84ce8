"""What loses something on the admin's pages is asked first: its form is behind a button that says what is lost, and works without scripts."""

from collections.abc import AsyncIterator
from html.parser import HTMLParser
from pathlib import Path

import pytest

from hotline1022.accounts.types import Wanted
from hotline1022.db.unit import Database
from tests.contract.database.desk_world import open_desk
from tests.contract.database.faq_made import BIRTH, LAN, a_desk
from tests.contract.database.menu_world import SHIPPED
from tests.contract.database.planning_world import Planning, fill, open_planning

ROSTER, DAYS = "/desk/roster", "/desk/deadlines/days"
MENU = "/desk/menu/draft"


class Asked(HTMLParser):
    """Where each form of a page is sent, apart for those that stand in a `details` that is closed, with what it says and its fields."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.plain: set[str] = set()
        self.asked: dict[str, dict[str, str]] = {}
        self.said: dict[str, str] = {}
        self._inside, self._text, self._action = False, "", ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "details":
            assert self._inside is False
            self._inside, self._text = given.get("class") == "ask-first" and "open" not in given, ""
        elif tag == "form" and self._inside:
            self._action = given["action"]
            self.asked[self._action] = {}
            self.said[self._action] = " ".join(self._text.split())
        elif tag == "form":
            self._action = ""
            self.plain.add(given["action"])
        elif tag in ("input", "button") and self._inside and self._action and "name" in given:
            self.asked[self._action][given["name"]] = given.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "details":
            self._inside = False

    def handle_data(self, data: str) -> None:
        if self._inside:
            self._text += data


@pytest.fixture
async def planning(database: Database, tmp_path: Path) -> AsyncIterator[Planning]:
    await fill(database)
    async with open_planning(database, tmp_path) as made:
        yield made


async def test_what_loses_something_is_asked_first(planning: Planning) -> None:
    admin = planning.world.admin
    given = await admin.add(Wanted(login="hoa", name="Trần Thị Hoa", roles=frozenset({"agent"}), person="1001"))
    user = f"/desk/users/{given.user.id}"
    person = f"{ROSTER}/people/1001"
    cases = (
        (f"{ROSTER}/people", f"{person}/pin", "Nguyễn Thị Lan", {"csrf"}),
        (person, f"{person}/pin", "Nguyễn Thị Lan", {"csrf"}),
        (person, f"{person}/end", "lịch trực", {"csrf"}),
        (user, f"{user}/reset", "Mật khẩu Trần Thị Hoa đang dùng", {"csrf"}),
        (user, f"{user}/shut", "1001 không vào ca bằng PIN", {"csrf", "version"}),
        (f"{ROSTER}/shifts/late", f"{ROSTER}/shifts/late/end", "bị bỏ", {"csrf", "seen", "day"}),
        (f"{ROSTER}/crews/k1", f"{ROSTER}/crews/k1/end", "bị bỏ", {"csrf", "seen", "day"}),
    )
    async with planning.world.signed_in("admin") as browser:
        for page, action, lost, fields in cases:
            found = Asked((await browser.get(page)).text)
            assert action in found.asked and action not in found.plain, (page, action)
            assert lost in found.said[action], (action, found.said[action])
            assert set(found.asked[action]) == fields, action
            assert found.asked[action]["csrf"], "a form without it is refused"
        done = await browser.send(DAYS, DAYS, first="2026-12-24", last="", act="closed")
        days = Asked((await browser.get(done.goes_to)).text)
        assert days.asked[DAYS]["act"] == "drop" and {"first", "seen", "csrf"} <= set(days.asked[DAYS])


async def test_what_is_chosen_after_the_question_is_done(planning: Planning) -> None:
    """The fields behind the question are sent with the answer."""
    given = await planning.world.admin.add(Wanted(login="hoa", name="Hoa", roles=frozenset({"agent"})))
    user = f"/desk/users/{given.user.id}"
    async with planning.world.signed_in("admin") as browser:
        shown = await browser.get(user)
        assert (await browser.post(f"{user}/shut", Asked(shown.text).asked[f"{user}/shut"])).status == 303
        shut = await browser.get(user)
        assert f"{user}/reset" not in shut.forms.fields, "nobody who is shut out gets a password"
        assert (await browser.send(user, f"{user}/let-in")).status == 303
        page = f"{ROSTER}/shifts/late"
        ending = Asked((await browser.get(page)).text).asked[f"{page}/end"]
        done = await browser.post(f"{page}/end", ending | {"day": "2026-12-01"})
        assert done.status == 303 and "done=ended" in done.goes_to


async def test_a_draft_is_dropped_after_a_question(database: Database, tmp_path: Path) -> None:
    desk = await a_desk(database)
    draft = await desk.faq.add("", BIRTH, LAN, desk.now)
    page = f"/desk/faq/{draft.id}"
    async with open_desk(database, tmp_path, faq=desk.faq) as world, world.signed_in("admin") as browser:
        found = Asked((await browser.get(page)).text)
        assert set(found.asked[f"{page}/drop"]) == {"csrf", "revision"} and f"{page}/drop" not in found.plain
        assert "soạn lại được từ đó" in found.said[f"{page}/drop"]
        assert (await browser.send(MENU, MENU, text=SHIPPED, act="save")).status == 303
        for shown in (MENU, "/desk/menu/steps"):
            found = Asked((await browser.get(shown)).text)
            assert found.asked[MENU]["act"] == "drop" and "không lấy lại được" in found.said[MENU]
        assert (await browser.post(MENU, found.asked[MENU])).goes_to == "/desk/menu?done=dropped"

"""Every page of the table, empty, full and where something is wrong, in a real Chromium: axe finds no barrier in it, on a telephone and on
a desk's screen, light and dark, and none is wider than its window. The service is whole, over a database with something of
everything; pages that need none of it are looked at in a house without rows.
"""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import requests

from hotline1022.accounts.types import Session, Stage, Wanted
from hotline1022.core.acting import by_the_service
from hotline1022.core.clock import utc_now
from hotline1022.db.unit import Database
from hotline1022.service.accounts.user_admin import UserAdmin
from hotline1022.web.cookies import PLAIN
from tests.browser.barrier_table import TABLE, Kind, Row, Wrong
from tests.browser.barrier_world import Form, Looker, address, forms_of, told
from tests.lab.browser import Browser
from tests.lab.migrated import migrated
from tests.lab.whole_service import Whole, whole_service
from tests.unit.test_web_roles import BODIES

pytestmark = pytest.mark.slow
#: what is typed into every field of a form until one of it is refused
TYPED = ("", "9" * 40, "ứ" * 6000, "\"'></textarea><b onx=1>", "2026-02-30")
#: statuses of a page that says what was wrong with a form
REFUSED = (400, 401, 409)
#: signing out ends the browser that looks
NOT_SENT = ("/desk/sign-out", "/desk/account/sessions/end")


@pytest.fixture(scope="module")
def houses(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Whole, Whole]]:
    """The full one, and the one without rows."""
    with ExitStack() as stack:
        made = []
        for bare in (False, True):
            folder = tmp_path_factory.mktemp("bare" if bare else "full")

            async def database(folder: Path = folder) -> str:
                return f"sqlite:///{await migrated(folder / 'hotline.sqlite')}"

            (folder / "import" / "2024").mkdir(parents=True)
            place = {"RECORDINGS_IMPORT_FOLDER": str(folder / "import")}
            made.append(stack.enter_context(whole_service(database, folder, bare=bare, **place)))
        _more(made[0])
        yield made[0], made[1]


def _more(house: Whole) -> None:
    """What the table needs besides, and sessions that have not come the whole way."""
    ask = house.ask
    ask("POST", "/api/deadlines", json=BODIES["/api/deadlines"] | {"seen": 0})
    calls = ask("GET", "/api/calls", params={"limit": "200"})["calls"]
    caller = next(one["caller_e164"] for one in calls if one["caller_e164"] and one["result"] == "informed")
    erasure = {"number": caller, "reason": "Đơn ngày 12/11/2026"}
    house.known["erasure"] = [ask("POST", "/api/citizens/erasures", json=erasure)["request"]]
    message = house.known["voicemail"][0]
    right = house.session.post(f"{house.base}/api/voicemails/{message}/listen", headers=dict(house.who["everybody"]))
    house.known["key"] = [str(right.json()["url"]).rpartition("/")[2]]

    tickets = house.known["ticket"]
    one = ask("GET", f"/api/tickets/{tickets[0]}")["ticket"]
    ask("POST", f"/api/tickets/{tickets[0]}/forward", json={"version": one["version"]})

    async def half() -> None:
        async with Database(house.app.settings.database_url) as database:
            for number, stage in enumerate((Stage.SECOND, Stage.CHANGE)):
                wanted = Wanted(login=f"nua-{number}", name="Nguyễn Thị Lan", roles=frozenset({"agent"}))
                given = await UserAdmin(database, utc_now).add(wanted)
                now, cookie = utc_now(), f"h{number}" * 20 + "xyz"
                session = Session(
                    id=f"a{number}" * 8, user=given.user.id, stage=stage, made_at=now, seen_at=now,
                    ends_at=now + timedelta(hours=12), origin="127.0.0.1", browser="",
                )  # fmt: skip
                with by_the_service():
                    async with database.transaction() as tx:
                        await tx.sessions.add(session, cookie)
                house.who = {**house.who, stage.value: {"Cookie": f"{PLAIN}={cookie}"}}

    asyncio.run(half())


def _get(house: Whole, row: Row, path: str, **more: Any) -> requests.Response:
    headers = dict(house.who[row.who])
    return house.session.get(house.base + path, headers=headers, timeout=60, allow_redirects=False, **more)


async def _tabs(browser: Browser, house: Whole, who: str, count: int) -> list[Looker]:
    """Some tabs of one person's browser."""
    made = []
    for _ in range(count):
        looker = Looker(await browser.somebody(), house.base)
        await looker.enter(house.who[who])
        made.append(looker)
    return made


async def _shared(lookers: Sequence[Looker], rows: Sequence[Row], look: Any) -> None:
    """Each row by whichever tab is free."""
    waiting = list(reversed(rows))

    async def work(looker: Looker) -> None:
        while waiting:
            await look(looker, waiting.pop())

    async with asyncio.TaskGroup() as group:
        for looker in lookers:
            group.create_task(work(looker))


def _rows() -> Mapping[str, list[Row]]:
    """Rows with pages, by whose browser."""
    found: dict[str, list[Row]] = {}
    for row in TABLE:
        if row.kind in (Kind.PAGE, Kind.PART):
            found.setdefault(row.who, []).append(row)
    return found


async def test_full_pages_have_no_barriers(houses: tuple[Whole, Whole], browser: Browser) -> None:
    """What there is to see, and what a search says that finds nothing or was asked wrongly."""
    house, _ = houses
    seen = []

    async def look(looker: Looker, row: Row) -> None:
        path = address(row.path, house.known)
        if row.inside:
            await looker.open(row.inside)
        for query in (address(one, house.known) for one in row.full):
            await (looker.insert(path + query) if row.inside else looker.open(path + query))
            await looker.look(path + query)
        for query in row.nothing:
            await looker.open(path + query)
            await looker.look(path + query)
        for query in row.asked:
            await looker.open(path + query, (await asyncio.to_thread(_get, house, row, path + query)).status_code)
            await looker.look(path + query)

    for who, rows in _rows().items():
        lookers = await _tabs(browser, house, who, 2 if len(rows) > 10 else 1)
        await _shared(lookers, rows, look)
        seen += lookers
    assert not (wrong := told(*(one.wrong for one in seen))), wrong
    assert sum(one.looked for one in seen) > 4 * len(TABLE)


async def test_pages_of_a_house_without_rows_have_no_barriers(houses: tuple[Whole, Whole], browser: Browser) -> None:
    _, house = houses
    lookers = await _tabs(browser, house, "everybody", 2)

    async def look(looker: Looker, row: Row) -> None:
        if row.inside:
            await looker.open(row.inside)
        await (looker.insert(row.path) if row.inside else looker.open(row.path))
        await looker.look(row.path)

    rows = [one for one in _rows()["everybody"] if "{" not in one.path]
    await _shared(lookers, rows, look)
    assert not (wrong := told(*(one.wrong for one in lookers))), wrong


async def test_forms_that_are_refused_have_no_barriers(houses: tuple[Whole, Whole], browser: Browser) -> None:
    """Every form of every page, with what it refuses; the last test, as some of what is typed is taken."""
    house, _ = houses
    seen, off = [], {}

    async def look(looker: Looker, row: Row) -> None:
        path = address(row.path + row.full[-1], house.known)
        html = (await asyncio.to_thread(_get, house, row, path)).text
        forms = [one for one in forms_of(path, html) if not one.action.startswith(NOT_SENT)]
        shown = False
        for form in forms:
            sent = await asyncio.to_thread(_refused, house, row, form)
            if sent is not None:
                await looker.open("/desk/sign-in", None)
                status = await looker.send(form, sent)
                assert status in REFUSED, (path, form.action, status)
                await looker.look(f"{path} → {form.action} refused")
                shown = True
        is_ = Wrong.FORMS if shown else Wrong.TAKES if forms else Wrong.NEVER
        if is_ is not row.wrong:
            off[f"{row.who} {row.path}"] = (is_, [one.action for one in forms])

    for who, rows in _rows().items():
        lookers = await _tabs(browser, house, who, 2 if len(rows) > 10 else 1)
        await _shared(lookers, [one for one in rows if one.kind is Kind.PAGE], look)
        seen += lookers
    assert not off, f"the table says otherwise of {off}"
    assert not (wrong := told(*(one.wrong for one in seen))), wrong


def _refused(house: Whole, row: Row, form: Form) -> list[tuple[str, str]] | None:
    """What this form refuses, and says so; None where it takes all."""
    for text in TYPED:
        for pairs in form.filled(text):
            answer = house.session.post(
                house.base + form.action,
                headers=dict(house.who[row.who]),
                timeout=60,
                allow_redirects=False,
                **({"files": [(name, (None, value)) for name, value in pairs]} if form.files else {"data": pairs}),
            )
            assert answer.status_code < 500, (form.action, answer.text)
            if answer.status_code in REFUSED and "<html" in answer.text:
                return pairs
    return None

"""Which dial plan Asterisk has loaded: its mark changes with what it does; an old one rings, and loses nobody whom it cannot put through."""

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from importlib.resources import files
from pathlib import Path

import pytest

from hotline1022.core.errors import HotlineError, Unavailable
from hotline1022.service.asterisk import dialplan_mark
from hotline1022.service.asterisk.dialplan import DialplanWatch
from hotline1022.service.asterisk.dialplan_mark import CALLED_BACK, NUMBER, mark, number_of
from hotline1022.service.asterisk.render import texts
from hotline1022.web.cascade_wire import CascadeBody
from hotline1022.web.desk.render import told
from hotline1022.web.desk.service_words import alarm_words
from tests.unit import test_cascade_called_back as called_back
from tests.unit.cascade_house import CALL, TALKING, House, a_house

OLD = {"HL_TRUNK": "hl1022-trunk"}
OWN = OLD | {"HL_DIALPLAN": mark(), "IFMODULE(func_export.so)": "1"}
OTHER = OWN | {"HL_DIALPLAN": f"{NUMBER}-0123456789ab"}
BARE = OWN | {"IFMODULE(func_export.so)": "0"}


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with a_house(tmp_path) as one:
        one.asterisk.living = ["a", "c"]
        yield one


# ---------------------------------------------------------------- the mark


def copied(folder: Path) -> Path:
    """The dial plan's files, to be changed."""
    source = files("hotline1022.asterisk_conf") / "hl1022"
    (folder / "hl1022").mkdir()
    for entry in source.iterdir():
        (folder / "hl1022" / entry.name).write_text(entry.read_text(encoding="utf-8"), encoding="utf-8")
    return folder


@pytest.mark.parametrize("name", ["extensions.conf", "cascade.conf", "callback.conf", "status.conf"])
def test_the_mark_is_another_when_a_line_is_and_not_when_a_comment_is(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = mark()
    folder = copied(tmp_path)
    monkeypatch.setattr(dialplan_mark, "files", lambda package: folder)
    assert mark() == own
    file = folder / "hl1022" / name
    before = file.read_text(encoding="utf-8")
    file.write_text(f"; said in other words\n\n{before}", encoding="utf-8")
    assert mark() == own
    file.write_text(f"{before}\n same => n,NoOp()\n", encoding="utf-8")
    assert mark() != own and number_of(mark()) == NUMBER


def test_asterisk_gets_the_mark_above_what_shows_that_there_is_a_plan() -> None:
    given = {name: "x" for name in _names()} | {"dialplan": mark()}
    written = texts(given)["hl1022/extensions.conf"].splitlines()
    assert written.index(f"HL_DIALPLAN={mark()}") < written.index("HL_TRUNK=hl1022-trunk")
    assert written.index("[globals](+)") < written.index(f"HL_DIALPLAN={mark()}")


def _names() -> set[str]:
    """Every name that the files have a hole for."""
    folder = files("hotline1022.asterisk_conf")
    every = [one.read_text(encoding="utf-8") for part in ("pbx", "hl1022") for one in (folder / part).iterdir()]
    return {name for text in every for name in re.findall(r"@\{([a-z_]+)\}", text)}


@pytest.mark.parametrize(
    ("text", "number"),
    [("", 0), ("1-0123456789ab", 1), ("12-a", 12), ("old", 0), ("-1", 0), ("²-a", 0), ("9" * 5000 + "-a", 0)],
)
def test_the_number_of_a_mark(text: str, number: int) -> None:
    assert number_of(text) == number


def test_this_dial_plan_can_what_the_service_asks_of_it() -> None:
    assert NUMBER >= CALLED_BACK


# ---------------------------------------------------------------- the alarm


@pytest.mark.parametrize(
    ("known", "word", "said"),
    [
        (OLD, "nobody who was called back can be put through", "chưa chuyển máy được"),
        (OTHER, "of another version", "phiên bản khác"),
        (BARE, "module load func_export.so", "chưa nạp func_export.so"),
    ],
)
async def test_another_one_rings_once_a_day_and_anew_after_it_was_right(
    house: House, known: dict[str, str], word: str, said: str
) -> None:
    watch = DialplanWatch(house.asterisk, house.bell, house.clock)  # type: ignore[arg-type]
    for right in ({}, OWN):
        house.asterisk.known = right
        await watch.look()
    assert house.bell.rung == [], "nothing is said of an Asterisk that has no dial plan yet"
    house.asterisk.known = known
    for _ in range(3):
        await watch.look()
    ((kind, text),) = house.bell.rung
    assert kind == "dialplan-differs" and word in text
    assert said in alarm_words(text) and "Asterisk has" not in alarm_words(text)
    house.now += timedelta(days=1)
    await watch.look()
    assert len(house.bell.rung) == 2, "another day, and nothing was done"
    house.asterisk.known = OWN
    await watch.look()
    house.asterisk.known = known
    await watch.look()
    assert len(house.bell.rung) == 3


async def test_an_older_asterisk_without_the_module_is_told_of_the_plan_alone(house: House) -> None:
    house.asterisk.known = OLD | {"IFMODULE(func_export.so)": "0"}
    await DialplanWatch(house.asterisk, house.bell, house.clock).look()  # type: ignore[arg-type]
    ((_, text),) = house.bell.rung
    assert "func_export" not in text, "it does without"


# ---------------------------------------------------------------- nobody is lost on the way


async def refused(house: House, body: CascadeBody) -> HotlineError:
    with pytest.raises(HotlineError) as caught:
        await house.view.begin(body, by="lan")
    assert not house.asterisk.done, "Asterisk is told nothing"
    return caught.value


async def test_who_was_called_back_is_not_put_through_by_an_old_plan_and_may_be_as_soon_as_it_is_read(
    house: House,
) -> None:
    await house.stored(called_back.TALKING)
    house.asterisk.known = OLD
    error = await refused(house, called_back.BODY)
    assert error.error_id == "dialplan-old" and "hotline1022 reload" in str(error)
    assert "lập phiếu" in told(error), "the agent reads what to do now"
    house.asterisk.known = OWN
    assert (await house.view.begin(called_back.BODY, by="lan")).call == called_back.CALL


async def test_who_called_herself_is_put_through_by_an_old_plan_as_ever(house: House) -> None:
    await house.stored(TALKING)
    house.asterisk.known = OLD
    assert (await house.view.begin(CascadeBody(call=CALL, agency="so-xay-dung"), by="lan")).call == CALL


@pytest.mark.parametrize("out", [False, True])
async def test_nobody_is_put_through_without_the_module(house: House, out: bool) -> None:
    await house.stored(called_back.TALKING if out else TALKING)
    house.asterisk.known = BARE
    error = await refused(house, replace(called_back.BODY, call=called_back.CALL if out else CALL))
    assert error.error_id == "dialplan-module" and "lập phiếu" in told(error)


async def test_what_asterisk_does_not_say_stands_in_nobodys_way(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    async def away(name: str, *, channel: str = "") -> str:
        raise Unavailable("no answer", error_id="ami-no-answer")

    await house.stored(called_back.TALKING)
    monkeypatch.setattr(type(house.asterisk), "getvar", lambda self, name: away(name))
    assert (await house.view.begin(called_back.BODY, by="lan")).call == called_back.CALL

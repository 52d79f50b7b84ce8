"""A transfer in the timeline of its call: who was called, how each step ended, how it all ended; the same by the command."""

import asyncio
from pathlib import Path

import pytest
from click.testing import CliRunner

from hotline1022.ami_bridge.journal import Position
from hotline1022.db.unit import Database
from hotline1022.service.calls.call_log import Saved
from hotline1022.service.calls.log_store import DatabaseLogStore
from hotline1022.service.calls.timeline import timeline
from hotline1022.service.calls.timeline_cascade import names_of
from hotline1022.service.cli.main import main
from hotline1022.service.directory.desk import fill
from hotline1022.service.views import CallsView
from tests.lab.migrated import migrated
from tests.lab.own_settings import own_settings
from tests.scenario.tables import CHANNELS, events, told
from tests.scenario.test_calls import TO_QUEUE
from tests.unit.directory_memory import NUMBERS
from tests.unit.tickets_made import NOW

TALK = (
    TO_QUEUE
    + """
9.100 a HL_LEG call=%c|kind=agent|party=101
13.000 a ANSWER
13.005 a HL_TRACK call=%c|kind=agent|file=t2|person=1001
13.010 c BRIDGE_ENTER b1
13.020 a BRIDGE_ENTER b1
20.000 a BRIDGE_EXIT b1
20.001 a HANGUP 16
"""
)
BEGUN = "20.500 c HL_CASCADE hunt=1|agency=so-xay-dung|category=|ticket=t1|code=23456789|line=101|origin=phone\n"
OFFICE = """
20.510 c HL_TRY hunt=1|try=1|role=specialist|contact=so-xay-dung-cv|which=office|number=02740000019
20.600 b HL_LEG call=%c|kind=contact|party=02740000019
20.700 b HANGUP 17
20.750 c HL_TRY_END try=1|status=BUSY|taken=
"""
MOBILE = """
20.760 c HL_TRY hunt=1|try=2|role=specialist|contact=so-xay-dung-cv|which=mobile|number=0900000019
20.800 e HL_LEG call=%c|kind=contact|party=0900000019
22.000 e ANSWER
"""
MACHINE = """
32.500 e HL_CONFIRM call=%c|try=2|key=
32.600 e HANGUP 16
32.650 c HL_TRY_END try=2|status=NOANSWER|taken=
"""
LEADER = """
32.660 c HL_TRY hunt=1|try=3|role=leader|contact=so-xay-dung-ld|which=office|number=
32.670 c HL_TRY_END try=3|status=NUMBER-MISSING|taken=
32.680 c HL_TRY hunt=1|try=4|role=leader|contact=so-xay-dung-ld|which=mobile|number=0900000020
32.700 x HL_LEG call=%c|kind=contact|party=0900000020
"""
TAKEN = """
35.000 x ANSWER
37.000 x HL_CONFIRM call=%c|try=4|key=1
37.200 x HL_TAKEN call=%c|try=4
"""
OVER = """
47.200 c HL_TRY_END try=4|status=ANSWER|taken=talk
47.210 c HL_CASCADE_END outcome=connected
47.300 c HANGUP 16
"""
FIRST_TWO = """
  20.500  is transferred to Sở Xây dựng by line 101
  20.510  step 1: specialist Chuyên viên mẫu Sở XD, office phone 02740000019
  20.750  step 1 ends: busy
  20.760  step 2: specialist Chuyên viên mẫu Sở XD, mobile 0900000019
"""
THIRD = """
  32.500  the specialist presses nothing
  32.650  step 2 ends: picked up, but nobody pressed 1
  32.660  step 3: leader Lãnh đạo mẫu Sở XD, office phone -
  32.670  step 3 ends: skipped, there is no number
  32.680  step 4: leader Lãnh đạo mẫu Sở XD, mobile 0900000020
"""
TAKES = """
  37.000  the leader presses 1
  37.200  the leader has the citizen, 16.7 s after the transfer
"""
STORIES = {
    "the leader takes": (
        BEGUN + OFFICE + MOBILE + MACHINE + LEADER + TAKEN + OVER,
        f"""{FIRST_TWO}{THIRD}{TAKES}
  47.200  step 4 ends: taken
  47.210  the transfer ends: taken by Lãnh đạo mẫu Sở XD; ticket 2345 6789
""",
    ),
    "the citizen hangs up in that talk": (
        BEGUN + OFFICE + MOBILE + MACHINE + LEADER + TAKEN + "41.000 c HANGUP 16\n",
        f"""{FIRST_TWO}{THIRD}{TAKES}
  41.000  the transfer ends: taken by Lãnh đạo mẫu Sở XD; ticket 2345 6789
""",
    ),
    "passed back": (
        BEGUN + OFFICE + MOBILE + MACHINE + LEADER + TAKEN + "40.000 x HL_PASS call=%c|try=4|to=back\n"
        "40.100 c HL_TRY_END try=4|status=ANSWER|taken=talk\n40.110 c HL_CASCADE_END outcome=back\n",
        f"""{FIRST_TWO}{THIRD}{TAKES}
  40.000  the leader passes the citizen back to 1022
  40.100  step 4 ends: taken
  40.110  the transfer ends: passed back to 1022; ticket 2345 6789
""",
    ),
    "nobody": (
        BEGUN + OFFICE + "20.800 c HL_CASCADE_END outcome=nobody\n45.000 c HANGUP 16\n",
        """
  20.500  is transferred to Sở Xây dựng by line 101
  20.510  step 1: specialist Chuyên viên mẫu Sở XD, office phone 02740000019
  20.750  step 1 ends: busy
  20.800  the transfer ends: nobody took the citizen; ticket 2345 6789
""",
    ),
    "with the service dead": (
        BEGUN.replace("ticket=t1|code=23456789", "ticket=|code=") + "20.800 c HL_CASCADE_END outcome=nobody\n",
        """
  20.500  is transferred to Sở Xây dựng by line 101
  20.800  the transfer ends: nobody took the citizen; its ticket was made afterwards
""",
    ),
    "the citizen hangs up in step 2": (
        BEGUN + OFFICE + MOBILE + "25.000 c HANGUP 16\n25.100 e HANGUP 16\n",
        f"""{FIRST_TWO}
  25.000  step 2 ends: the citizen hung up
  25.000  the transfer ends: the citizen was gone before anybody had taken the call; ticket 2345 6789
""",
    ),
    "taken back": (
        BEGUN
        + OFFICE
        + MOBILE
        + "25.000 c HL_CASCADE_END outcome=taken-back\n25.100 e HANGUP 16\n60.000 c HANGUP 16\n",
        f"""{FIRST_TWO}
  25.000  step 2 ends: cancelled
  25.000  the transfer ends: the agent took the citizen back
""",
    ),
    "introduced, and passed on to the leader": (
        BEGUN
        + OFFICE
        + MOBILE
        + "24.000 e HL_CONFIRM call=%c|try=2|key=1\n24.100 e HL_ROOM call=%c|try=2\n27.000 e HL_TAKEN call=%c|try=2\n"
        + "30.000 e HL_PASS call=%c|try=2|to=leader\n30.100 c HL_TRY_END try=2|status=ANSWER|taken=talk\n",
        f"""{FIRST_TWO}
  24.000  the specialist presses 1
  24.100  the specialist talks with line 101 in private
  27.000  the specialist has the citizen, 6.5 s after the transfer
  30.000  the specialist passes the citizen on to the leader
  30.100  step 2 ends: taken
""",
    ),
    "a code that nobody has": (
        "20.500 c HL_CASCADE_UNKNOWN wanted=799|line=101\n",
        "  20.500  line 101 transfers to 799, a code that no agency has",
    ),
}
#: what a line of a transfer begins with
OURS = ("is transferred", "step ", "the specialist ", "the leader ", "the transfer ", "line 101 transfers")


def of_transfer(text: str) -> list[str]:
    """The lines that tell of a transfer."""
    return [line.strip() for line in text.splitlines() if line[12:].startswith(OURS)]


async def kept(table: str, database: Database) -> str:
    """The call of a table in the database, as its timeline tells it."""
    await fill(database, NUMBERS, NOW)
    call, _ = told(table)
    saved = Saved(calls=(call,), events=tuple(events(table)), backfilled=frozenset(), position=Position())
    await DatabaseLogStore(database).save(saved)
    detail = await CallsView(database).get(call.id)
    assert detail is not None
    async with database.reading() as tx:
        directory, cascades = await tx.directory.load(), await tx.cascades.of_call(call.id)
    return timeline(detail, cascades, names_of(directory))


@pytest.mark.parametrize("story", STORIES)
async def test_a_transfer_is_told_in_words(tmp_path: Path, story: str) -> None:
    table, expected = STORIES[story]
    await migrated(tmp_path / "hotline.sqlite")
    async with Database(tmp_path / "hotline.sqlite") as database:
        text = await kept(TALK + table, database)
    assert of_transfer(text) == [line.strip() for line in expected.splitlines() if line.strip()]


def test_calls_show_names_agency_and_people(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "data" / "db" / "hotline.sqlite"
    table, expected = STORIES["the leader takes"]

    async def save() -> str:
        await migrated(file)
        async with Database(file) as database:
            return await kept(TALK + table, database)

    text = asyncio.run(save())
    own_settings(monkeypatch, PATHS_DATA=tmp_path / "data")
    shown = CliRunner().invoke(main, ["calls", "show", CHANNELS["c"]])
    assert (shown.exit_code, shown.output) == (0, f"{text}\n")
    assert of_transfer(shown.output) == [line.strip() for line in expected.splitlines() if line.strip()]

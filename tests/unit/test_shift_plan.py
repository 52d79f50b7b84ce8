"""The shift plan: a file becomes rows whole or not at all, and the command and the API say the same."""

import asyncio
import json
from datetime import date, datetime, time, timedelta
from importlib.resources import files
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hotline1022.core.clock import PROVINCE
from hotline1022.core.errors import HotlineError, Invalid
from hotline1022.db.unit import Database
from hotline1022.queue.agents import Agents
from hotline1022.service.cli.main import main
from hotline1022.service.lines.roster_desk import RosterDesk
from hotline1022.service.lines.shift_plan import a_shift, read_csv, read_toml
from hotline1022.service.views import ShiftsView
from hotline1022.web.roster_wire import CrewBody, PlannedBody, ShiftBody
from hotline1022.web.types import CrewView, PlannedView, ShiftTimes
from tests.lab.migrated import migrated
from tests.lab.own_settings import own_settings

SAMPLE = (files("hotline1022.service.lines") / "shifts.toml").read_text(encoding="utf-8")


def test_the_sample_is_four_crews_three_shifts_and_one_person_at_night() -> None:
    plan = read_toml(SAMPLE)
    assert [(one.id, one.needed) for one in plan.shifts] == [("morning", 3), ("afternoon", 3), ("night", 1)]
    assert plan.shifts[2].starts == time(22) and plan.shifts[2].ends == time(6)
    assert [len(one.people) for one in plan.crews] == [3, 3, 3, 3]
    assert len(plan.days) == 3 * 31
    assert [plan.days[date(2026, 12, day), "morning"] for day in (1, 2, 4, 5, 31)] == [
        ("k1",), ("k2",), ("k4",), ("k1",), ("k3",),
    ]  # fmt: skip
    for day in (date(2026, 12, 1) + timedelta(days=n) for n in range(31)):
        assert plan.days[day, "morning"] != plan.days[day, "afternoon"]
        assert len(plan.days[day, "night"]) == 1


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[[shift]", "no TOML"),
        ("[[shifts]]\n", "known are crew, rotation, shift"),
        ('[[shift]]\nid = "A"\nname = "x"\nstarts = "06:00"\nends = "07:00"\nneeded = 1', "no id of a shift"),
        ('[[shift]]\nid = "a"\nname = "x"\nstarts = "6"\nends = "07:00"\nneeded = 1', "shift a: starts"),
        ('[[shift]]\nid = "a"\nname = "x"\nstarts = "07:00"\nends = "07:00"\nneeded = 1', "ends when it starts"),
        ('[[shift]]\nid = "a"\nname = "x"\nstarts = "07:00"\nends = "08:00"\nneeded = true', "needed"),
        ('[[shift]]\nid = "a"\nname = "x"\nstarts = "07:00"\nends = "08:00"\nneeded = -1', "out of range"),
        ('[[crew]]\nid = "1001"\nname = "x"\npeople = []', "no id of a crew"),
        ('[[crew]]\nid = "k"\nname = "x"\npeople = ["Lan"]', "no person id"),
        ('[[crew]]\nid = "k"\nname = "x"\npeople = ["1001", "1001"]', "twice"),
        ('[[crew]]\nid = "k"\nname = "x"\nmembers = ["1001"]', "'members' is unknown"),
        ('crew = "k1"', "[[crew]]"),
        ('[[rotation]]\nfirst = 2026-12-02\nlast = 2026-12-01\nnight = ["k"]', "before first"),
        ('[[rotation]]\nfirst = 2026-12-01\nlast = 2029-12-01\nnight = ["k"]', "before first"),
        ('[[rotation]]\nfirst = "2026-12-01"\nlast = 2026-12-01\nnight = ["k"]', "a day: 2026-12-01"),
        ("[[rotation]]\nfirst = 2026-12-01\nlast = 2026-12-01\nnight = []", "names nobody"),
    ],
)
def test_what_is_no_plan(text: str, says: str) -> None:
    with pytest.raises(Invalid) as caught:
        read_toml(text)
    assert says in str(caught.value) and caught.value.error_id == "shift-invalid"


def test_a_table() -> None:
    comma = read_csv("day,shift,who\n2026-12-01,night,1004\n2026-12-01,morning,k1 1005\n2026-12-01,morning,1006\n")
    assert comma.days == {
        (date(2026, 12, 1), "night"): ("1004",),
        (date(2026, 12, 1), "morning"): ("k1", "1005", "1006"),
    }
    assert read_csv("\ufeffwho;day;shift\r\n;2026-12-01;night\r\n").days == {(date(2026, 12, 1), "night"): ()}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "day,shift,who"),
        ("day,shift\n", "day,shift,who"),
        ("day,shift,who\n2026-12-01,night\n", "line 2"),
        ("day,shift,who\n2026-12-01,night,1,2\n", "line 2"),
        ("day,shift,who\n1/12/2026,night,1004\n", "line 2: '1/12/2026' is no day"),
    ],
)
def test_what_is_no_table(text: str, says: str) -> None:
    with pytest.raises(Invalid) as caught:
        read_csv(text)
    assert says in str(caught.value)


# ---------------------------------------------------------------- the command


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder with twelve people."""
    own_settings(monkeypatch, PATHS_DATA=tmp_path / "data")
    file = tmp_path / "data" / "db" / "hotline.sqlite"

    async def fill() -> None:
        from hotline1022.core.ids import PersonId
        from hotline1022.queue.types import Person

        await migrated(file)
        async with Database(file) as database, database.transaction() as tx:
            for number in range(1001, 1013):
                hashed = "$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$aGFzaA"
                await tx.agents.add_person(
                    Person(id=PersonId(str(number)), name=f"Người {number}", pin_hash=hashed, active=True)
                )

    asyncio.run(fill())
    return file


def shifts(*words: str) -> Result:
    return CliRunner().invoke(main, ["shifts", *words])


def plan(since: str, days: int = 1) -> dict[tuple[str, str], list[str]]:
    told = json.loads(shifts("show", "--since", since, "--days", str(days), "--json").stdout)
    return {(one["day"], one["shift"]): one["who"] for one in told["plan"]}


def test_a_plan_is_written_shown_and_changed(data: Path, tmp_path: Path) -> None:
    file = tmp_path / "plan.toml"
    file.write_text(shifts("sample").stdout, encoding="utf-8")
    assert shifts("import", str(file)).output == "Written: 3 shifts, 4 crews, the plan of 31 days.\n"
    shown = shifts("show", "--since", "2026-12-31", "--days", "2").output
    assert "2026-12-31  morning: k3   afternoon: k2   night: 1001\n" in shown
    assert "2027-01-01  morning: - !   afternoon: - !   night: - !\n" in shown
    assert shifts("set", "2026-12-24", "night", "1004", "k2").exit_code == 0
    assert shifts("set", "2026-12-24", "morning").output == "2026-12-24 morning: nobody.\n"
    assert plan("2026-12-24") == {
        ("2026-12-24", "afternoon"): ["k3"],
        ("2026-12-24", "night"): ["1004", "k2"],
    }
    assert shifts("crew", "k3", "Kíp ba", "1012").exit_code == 0
    assert "k3         Kíp ba: 1012" in shifts("show").output
    table = tmp_path / "december.csv"
    table.write_text("day,shift,who\n2026-12-24,morning,k1\n", encoding="utf-8")
    assert "the plan of 1 days" in shifts("import", str(table)).output
    assert plan("2026-12-24")["2026-12-24", "morning"] == ["k1"]


@pytest.mark.parametrize(
    ("words", "error_id"),
    [
        (["set", "2026-12-01", "nigth", "1004"], "shift-unknown"),
        (["set", "2026-12-01", "night", "k9"], "crew-unknown"),
        (["set", "2026-12-01", "night", "9999"], "person-not-found"),
        (["set", "2026-12-01", "night", "1001", "1001"], "shift-invalid"),
        (["set", "tomorrow", "night", "1001"], "day-invalid"),
        (["crew", "k1", "Kíp 1", "9999"], "person-not-found"),
        (["crew", "9", "Kíp 9"], "shift-invalid"),
    ],
)
def test_what_is_not_there_is_named_and_nothing_is_written(
    data: Path, tmp_path: Path, words: list[str], error_id: str
) -> None:
    file = tmp_path / "plan.toml"
    file.write_text(SAMPLE, encoding="utf-8")
    shifts("import", str(file))
    before = shifts("show", "--since", "2026-12-01", "--json").stdout
    done = shifts(*words)
    assert done.exit_code == 1 and error_id in done.stderr
    assert shifts("show", "--since", "2026-12-01", "--json").stdout == before


def test_a_file_with_one_fault_writes_nothing(data: Path, tmp_path: Path) -> None:
    file = tmp_path / "plan.toml"
    file.write_text(SAMPLE.replace('"k4", "k1", "k2", "k3"', '"k4", "k1", "k2", "k5"'), encoding="utf-8")
    done = shifts("import", str(file))
    assert done.exit_code == 1 and "crew-unknown" in done.stderr
    assert "There are no shifts" in shifts("show").output


def test_who_is_missing_now(data: Path) -> None:
    today = datetime.now(PROVINCE).date()
    assert shifts("missing").output == "No shift runs now.\n"

    async def fill() -> None:
        async with Database(data) as database:
            plan = RosterDesk(database)
            # two halves of the day: one of them runs at any moment
            for id, starts, ends in (("am", time(0), time(12)), ("pm", time(12), time(0))):
                await plan.save_times(ShiftBody(id=id, name=id, starts=starts, ends=ends, needed=1))
                for day in (today - timedelta(days=1), today, today + timedelta(days=1)):
                    await plan.save_planned(PlannedBody(day=day, shift=id, who=("1001", "1002")))
            async with database.transaction() as tx:
                await tx.agents.open_session("1001", "101", datetime.now(PROVINCE))
                await tx.agents.open_session("1005", "102", datetime.now(PROVINCE))

    asyncio.run(fill())
    done = shifts("missing")
    assert done.exit_code == 1
    assert "missing 1002 Người 1002; 2 logged in, 1 needed" in done.output
    (told,) = json.loads(shifts("missing", "--json").stdout)
    assert (told["missing"], told["extra"], told["present"]) == (["1002"], ["1005"], ["1001", "1005"])


def no_agents() -> Agents:
    return Agents.__new__(Agents)


# ---------------------------------------------------------------- the API's side


async def test_the_api_writes_by_the_same_rules(data: Path) -> None:
    async with Database(data) as database:
        view, plan = ShiftsView(database, no_agents()), RosterDesk(database)
        night = ShiftTimes(id="night", name="Ca đêm", starts=time(22), ends=time(6), needed=1)
        assert (
            await plan.save_times(ShiftBody(id="night", name="Ca đêm", starts=time(22), ends=time(6), needed=1))
            == night
        )
        crew = CrewView(id="k1", name="Kíp 1", people=("1001", "1002"))
        assert await plan.save_crew(CrewBody(id="k1", name="Kíp 1", people=("1001", "1002"))) == crew
        one = PlannedView(day=date(2026, 12, 1), shift="night", who=("k1", "1003"))
        assert await plan.save_planned(PlannedBody(day=one.day, shift="night", who=one.who)) == one
        assert (await view.times(), await view.crews()) == ([night], [crew])
        assert await view.planned(one.day, one.day) == [one]
        wrong = [
            (plan.save_planned(PlannedBody(day=one.day, shift="nigth", who=())), "shift-unknown"),
            (plan.save_planned(PlannedBody(day=one.day, shift="night", who=("9999",))), "person-not-found"),
            (plan.save_crew(CrewBody(id="k1", name="Kíp 1", people=("9999",))), "person-not-found"),
            (
                plan.save_times(ShiftBody(id="n", name="n", starts=time(6), ends=time(6), needed=1)),
                "shift-invalid",
            ),
        ]
        for asked, error_id in wrong:
            with pytest.raises(HotlineError) as caught:
                await asked
            assert caught.value.error_id == error_id
        assert await view.planned(one.day, one.day) == [one]
        await plan.save_planned(PlannedBody(day=one.day, shift="night", who=()))
        assert await view.planned(one.day, one.day) == []


def test_a_shift_past_midnight_can_be() -> None:
    assert a_shift(id="night", name="Đêm", starts=time(22), ends=time(6), needed=0).needed == 0

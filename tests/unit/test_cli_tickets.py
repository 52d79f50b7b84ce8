"""`hotline1022 tickets`: look, act, and be told in one line what is not allowed."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hotline1022.core.clock import local_day
from hotline1022.db.unit import Database
from hotline1022.service.cli.main import main
from hotline1022.service.directory.desk import fill
from hotline1022.tickets.code import grouped
from tests.lab.migrated import migrated
from tests.lab.own_settings import own_settings
from tests.unit.directory_memory import NUMBERS
from tests.unit.tickets_made import CODE, NOW, made

OLD = "34567898"


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder with two tickets, one of them of long ago."""
    file = tmp_path / "data" / "db" / "hotline.sqlite"

    async def save() -> None:
        await migrated(file)
        async with Database(file) as database:
            await fill(database, NUMBERS, NOW)  # as a first start does
            await two_tickets(database)

    async def two_tickets(database: Database) -> None:
        async with database.transaction() as tx:
            assert await tx.tickets.add(made())
            old = made(id="b" * 16, code=OLD, when=NOW - timedelta(days=900), content="Đèn đường tắt.", calls=())
            assert await tx.tickets.add(old)

    asyncio.run(save())
    own_settings(monkeypatch, PATHS_DATA=tmp_path / "data")
    return tmp_path / "data"


def tickets(*words: str) -> Result:
    return CliRunner().invoke(main, ["tickets", *words])


def test_list_and_show(data: Path) -> None:
    done = tickets("list", "--words", "VIA HE", "--phone", "0901.234.567", "--state", "new")
    assert done.exit_code == 0
    assert done.output.startswith(f"{grouped(CODE)}  2026-11-25 08:00  new ")
    assert tickets("list", "--words", "nước").output == "No tickets.\n"
    late = json.loads(tickets("list", "--overdue", "--json").output)
    assert {one["code"]: one["late"] for one in late}[OLD] == ["forward", "answer"]
    assert "LATE: forward, answer  Sở Xây dựng" in tickets("list", "--overdue", "--words", "đèn").output
    assert "LATE: forward, answer" in tickets("show", OLD).output
    shown = tickets("show", grouped(CODE)).output
    assert "Nguyễn Thị Ánh" in shown and "answer 2026-12-02 17:00" in shown and "possible  complete, forward" in shown
    told = json.loads(tickets("show", CODE, "--json").output)
    assert told["detail"]["ticket"]["id"] == "a" * 16 and len(told["history"]) == 1


def test_act(data: Path) -> None:
    done = tickets(
        "act", CODE, "forward", "--version", "1", "--agency", "cong-an-tinh", "--owner", "c-1", "--by", "lan"
    )
    assert (done.exit_code, done.output[:10]) == (0, f"{grouped(CODE)} ")
    assert "Công an tỉnh" in done.output
    assert tickets("act", CODE, "accept", "--version", "2").exit_code == 0
    later = local_day(datetime.now(UTC)) + timedelta(days=200)
    done = tickets("act", CODE, "extend", "--version", "3", "--why", "Chờ vật tư", "--until", f"{later}")
    assert done.exit_code == 0, done.output
    shown = tickets("show", CODE).output
    assert "first 2026-12-02 17:00" in shown and "extend → extended: Chờ vật tư" in shown
    assert "  2  " in shown and " lan " in shown


@pytest.mark.parametrize(
    ("words", "error_id"),
    [
        (("act", CODE, "resume", "--version", "1"), "ticket-state"),
        (("act", CODE, "forward", "--version", "7"), "ticket-changed"),
        (("act", CODE, "complete", "--version", "1"), "answer-missing"),
        (("act", CODE, "forward", "--version", "1", "--agency", "nobody"), "agency-unknown"),
        (("act", CODE, "extend", "--version", "1", "--until", "soon"), "day-invalid"),
        (("show", "99999999"), "ticket-unknown"),
    ],
)
def test_what_is_not_done_is_one_line(data: Path, words: tuple[str, ...], error_id: str) -> None:
    done = tickets(*words)
    assert done.exit_code == 1
    assert done.output.startswith("hotline1022: ") and done.output.endswith(f"[{error_id}]\n")
    assert done.output.count("\n") == 1


def test_the_policy_is_checked(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "policy.toml"
    file.write_text('[ordinary]\nanswer = "soon"\n', encoding="utf-8")
    assert CliRunner().invoke(main, ["config", "check"]).exit_code == 0
    monkeypatch.setenv("HOTLINE1022_PATHS_TICKET_POLICY", str(file))
    for words in (["config", "check"], ["tickets", "list"]):
        done = CliRunner().invoke(main, words)
        assert done.exit_code == 1 and "ordinary.answer" in done.output and "[ticket-policy-invalid]" in done.output

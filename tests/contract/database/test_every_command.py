"""Each command that changes something leaves its act in the audit, with who gave it; each that only looks leaves nothing.

A new command is in none of the lists and fails here until somebody says which it is.
"""

import asyncio
import os
import re
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text

from hotline1022.audit.types import Entry, Kind
from hotline1022.db.engine import connect
from hotline1022.db.migrate import migrate
from hotline1022.db.types import Batch
from hotline1022.db.unit import Database
from hotline1022.service.cli.main import main
from hotline1022.service.cli.shell_user import shell_actor
from hotline1022.service.directory.desk import fill
from tests.contract.database.made import answered, at
from tests.lab.chain import entries
from tests.lab.evidence_world import World, build, everything_now
from tests.lab.own_settings import own_settings
from tests.lab.xlsx import a_book
from tests.unit.directory_memory import NUMBERS
from tests.unit.recordings_world import CALL, CITIZEN_TONE, file, tone
from tests.unit.tickets_made import CODE
from tests.unit.tickets_made import made as a_ticket

CITIZEN = "0901234567"
#: they look, or write files that are asked for; `evidence key` makes the key of a new house, which has an entry of its own
LOOKING = {
    "calls list", "calls show", "config check", "config sample", "directory check", "directory sample", "directory show",
    "doctor", "evidence disclosure", "evidence key", "evidence list", "evidence show", "faq list", "faq search",
    "faq template", "language check", "language new", "outbox list",
    "outbox statement", "people list", "recordings holds", "recordings key list", "recordings reasons",
    "recordings retention", "recordings search", "recordings show", "shifts missing", "shifts sample", "shifts show",
    "tickets list", "tickets show", "token list", "user list", "user roles",
}  # fmt: skip
#: they act on a machine, not on the house's data: they start it, or write files from its settings
MACHINE = {"run", "serve", "asterisk-conf", "prompts"}
#: held elsewhere: `reload` needs a running service (tests/asterisk/test_reload.py), the others two places (test_backup.py)
ELSEWHERE = {"reload", "restore"}
#: what looking must show of what there is
TOLD = {
    "calls list": CALL, "calls show": CALL, "directory check": "sample-number", "directory show": "ubnd-tinh",
    "evidence key": "BEGIN PUBLIC KEY", "faq search": "No answer", "faq template": "is written", "evidence show": "recording-stored", "recordings reasons": "authority",
    "recordings search": "+84901234567", "recordings show": CALL, "tickets list": "Sở Xây dựng", "tickets show": "+84901234567",
}  # fmt: skip
TABLE = "calldate,src,dst,duration,billsec,uniqueid,recordingfile\n2024-03-02 08:30:00,0901234567,1022,1,1,1.1,a.wav\n"
CATALOGUE = Path(__file__).parents[3] / "web" / "pages" / "vi.toml"
WORDS = "Công văn 12/CSĐT ngày 24.11.2026"
LETTER = ("--unit", "Công an tỉnh", "--letter", "12/CSĐT", "--date", "2026-11-24", "--person", "Bình", "--why", WORDS)


def leaves(command: click.Command, path: tuple[str, ...] = ()) -> Iterator[str]:
    """The words of each command."""
    context = click.Context(command)
    if not isinstance(command, click.Group):
        yield " ".join(path)
        return
    for name in command.list_commands(context):
        below = command.get_command(context, name)
        assert below is not None
        yield from leaves(below, (*path, name))


class Shell:
    """Gives commands, and looks into the audit after each."""

    def __init__(self, world: World, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.world, self.folder, self._patch = world, folder, monkeypatch
        self.given: set[str] = set()

    async def entries(self) -> list[Entry]:
        """All of them."""
        return await entries(self.world.database)

    async def run(self, words: str, *rest: str, by: int | None = None) -> str:
        """It succeeds, and its act is in the audit; gives what it said. `by`: the number of another user."""
        before = len(await self.entries())
        with self._patch.context() as patched:
            if by is not None:
                patched.setattr(os, "getuid", lambda: by)
            done = await self._give(words, *rest)
        assert done.exit_code == 0, (words, done.output, done.exception)
        acts = [one for one in (await self.entries())[before:] if one.kind == Kind.ACT]
        who = shell_actor() if by is None else f"cli:{by}"
        assert [(one.actor, one.origin, one.detail["act"]) for one in acts] == [(who, "cli", f"hotline1022 {words}")], (
            words
        )
        self.given.add(words)
        return done.output

    async def refused(self, words: str, *rest: str, error_id: str) -> None:
        """It is refused in one line, and the audit is as it was."""
        before = len(await self.entries())
        done = await self._give(words, *rest)
        assert done.exit_code == 1 and f"[{error_id}]" in done.output, (words, done.output)
        assert len(await self.entries()) == before, words

    async def _give(self, words: str, *rest: str) -> Result:
        return await asyncio.to_thread(CliRunner().invoke, main, [*words.split(), *rest])


@pytest.fixture
async def shell(address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Shell]:
    everything_now(monkeypatch)
    own_settings(
        monkeypatch,
        PATHS_DATA=tmp_path / "data",
        DATABASE_URL=address,
        RECORDINGS_KEYS=tmp_path / "keys",
        DISCLOSURE_LINK_ADDRESS="https://1022.example.vn/g/",
    )
    await migrate(address)
    async with Database(address) as database:
        world = await build(address, database, tmp_path)
        await database.save(Batch(calls=(answered(CALL, 0, answered_at=at(0), version=9),)))
        await fill(database, NUMBERS, datetime.now(UTC))
        async with database.transaction() as tx:
            assert await tx.tickets.add(a_ticket(when=datetime.now(UTC), calls=()))
        yield Shell(world, tmp_path, monkeypatch)


def found(pattern: str, said: str) -> str:
    match = re.search(pattern, said)
    assert match is not None, (pattern, said)
    return match.group(1)


async def test_every_changing_command_is_an_act_of_who_gave_it(shell: Shell) -> None:
    folder = shell.folder
    await people_and_plan(shell)
    await directory_and_tickets(shell)
    await questions(shell)
    await outbox(shell)
    await recordings(shell)
    await disclosure(shell)
    await citizen(shell)
    (folder / "backups").mkdir()
    backup = await shell._give("backup", str(folder / "backups"))
    made = (await shell.entries())[-1]
    assert backup.exit_code == 0 and (made.kind, made.actor) == (Kind.BACKUP_MADE, shell_actor())
    shell.given.add("backup")
    every = set(leaves(main))
    assert shell.given | LOOKING | MACHINE | ELSEWHERE == every
    assert not shell.given & (LOOKING | MACHINE | ELSEWHERE)


async def people_and_plan(shell: Shell) -> None:
    await shell.run("people add", "101", "Nguyễn Thị Lan", "--pin", "4711")
    await shell.refused("people add", "101", "Ai đó", "--pin", "4711", error_id="person-exists")
    plan = '[[shift]]\nid = "night"\nname = "Ca đêm"\nstarts = "22:00"\nends = "06:00"\nneeded = 1\n'
    (shell.folder / "plan.toml").write_text(plan)
    await shell.run("shifts import", str(shell.folder / "plan.toml"))
    await shell.run("shifts crew", "k1", "Kíp 1", "101")
    await shell.run("shifts set", "2026-12-24", "night", "101")
    said = await shell.run("token create", "quay", "--scope", "read")
    listed = (await shell._give("token list")).stdout
    await shell.run("token revoke", found(r"(?m)^(\S+)", listed.splitlines()[-1]))
    assert said
    await users(shell)


async def users(shell: Shell) -> None:
    await shell.run("user add", "lan", "Nguyễn Thị Lan", "--role", "admin", "--person", "101")
    await shell.refused("user add", "lan", "Ai đó", "--role", "agent", error_id="user-exists")
    await shell.refused("user add", "minh", "Minh", "--role", "nobody", error_id="role-unknown")
    await shell.refused("user change", "lan", "--out", error_id="last-admin")
    await shell.run("user change", "lan", "--name", "Lan", "--role", "admin", "--role", "agent")
    password = await shell.run("user reset", "lan", "--second-factor", "--quiet")
    assert re.fullmatch(r"([a-z0-9]{4}-){3}[a-z0-9]{4}\n", password)
    await shell.refused("user reset", "nobody", error_id="user-unknown")
    await shell.run("user role", "thong-ke", "--name", "Thống kê", "--may", "look")
    await shell.refused("user role", "admin", "--may", "look", error_id="last-admin")
    await shell.run("user role", "thong-ke", "--remove")
    assert "Lan" in (await shell._give("user list")).stdout and "users" in (await shell._give("user roles")).stdout
    assert password.strip() not in repr(await shell.entries())


async def directory_and_tickets(shell: Shell) -> None:
    (shell.folder / "d.toml").write_text((await shell._give("directory sample")).stdout)
    await shell.run("directory import", str(shell.folder / "d.toml"))
    await shell.refused("tickets act", CODE, "complete", "--version", "77", error_id="ticket-changed")
    version = found(r"version\s+(\d+)", (await shell._give("tickets show", CODE)).stdout)
    await shell.run("tickets act", CODE, "accept", "--version", version)


async def questions(shell: Shell) -> None:
    assert re.match(r"2\d examples", await shell.run("faq sample"))
    assert "0 examples" in (await shell._give("faq sample")).stdout, "not twice"
    assert "Đăng ký khai sinh cho con" in (await shell._give("faq search", "khải sình")).stdout
    assert "OUT OF DATE" in (await shell._give("faq list", "--out-of-date")).stdout
    sheet = [["Câu hỏi", "Trả lời"], ["Xin nhập tịch ở đâu?", "Sở Tư pháp."], ["?", ""]]
    file = shell.folder / "q.xlsx"
    file.write_bytes(a_book(sheet))
    tried = (await shell._give("faq import", str(file), "--agency", "so-tu-phap", "--dry-run")).stdout
    assert "1 new, 0 there, 1 wrong. Nothing is written." in tried and "[faq-question]" in tried
    assert "Written." in await shell.run("faq import", str(file), "--agency", "so-tu-phap", "--propose")
    await shell.refused("faq import", str(file), "--agency", "nowhere", error_id="faq-agency-unknown")


async def outbox(shell: Shell) -> None:
    await shell.run("outbox test", CITIZEN)
    message = found(r"([0-9a-f]{24})", (await shell._give("outbox list")).stdout)
    await shell.refused("outbox resend", message, error_id="message-not-resendable")
    engines = connect(shell.world.address)
    async with engines.writer.begin() as connection:
        await connection.execute(text("UPDATE outbox_message SET state = 'failed'"))
    await engines.close()
    await shell.run("outbox resend", message)


async def recordings(shell: Shell) -> None:
    folder = shell.folder
    await shell.run("recordings verify")
    await shell.run("evidence verify")
    await shell.refused("recordings hold", "nobody", "--letter", "1", "--why", WORDS, error_id="recording-unknown")
    hold = found(r"release ([0-9a-f]+)", await shell.run("recordings hold", CALL, "--letter", "12", "--why", WORDS))
    await shell.run("recordings release", hold, "--why", "Xong việc")
    await shell.refused("recordings release", hold, "--why", "Xong việc", error_id="hold-released")
    reason = ("--reason", "authority", "--words", WORDS)
    await shell.run("recordings export", CALL, *reason, "--to", str(folder / "out"))
    (folder / "monitor").mkdir()
    (folder / "monitor" / "a.wav").write_bytes(file(tone(CITIZEN_TONE, 1000)))
    (folder / "cdr.csv").write_text(TABLE)
    await shell.run("recordings import", str(folder / "monitor"), "--csv", str(folder / "cdr.csv"))
    await shell.run("recordings rebuild-catalogue")
    await shell.run("recordings key new")
    await shell.run("recordings reseal")


async def disclosure(shell: Shell) -> None:
    other = 4000111
    one = found(r"([0-9a-f]{16})", await shell.run("evidence request", CALL, *LETTER))
    terms = found(r"--terms (\S+)", await shell.run("evidence change", one))
    await shell.refused("evidence approve", one, "--terms", terms, error_id="same-person")
    await shell.run("evidence approve", one, "--terms", terms, by=other)
    await shell.run("evidence pack", one)
    await shell.run("evidence link", one, "--to", "Trần Văn Bình")
    await shell.run("evidence hand-out", one, "--to", "Trần Văn Bình")
    await shell.run("evidence withdraw", one, "--words", "Không cần nữa")
    two = found(r"([0-9a-f]{16})", await shell.run("evidence request", CALL, *LETTER))
    await shell.run("evidence refuse", two, "--words", "Không đúng thẩm quyền", by=other)
    await shell.run("evidence stamp")


async def citizen(shell: Shell) -> None:
    reason = ("--reason", "citizen", "--words", "Đơn ngày 12/11/2026")
    await shell.run("citizen export", CITIZEN, "--to", str(shell.folder / "cong-dan.zip"), *reason)
    asked = await shell.run("citizen erase", CITIZEN, "--reason", "Đơn ngày 12/11/2026")
    request = found(r"citizen confirm (\S+)", asked)
    await shell.refused("citizen confirm", request, "--number", "0901111111", error_id="erasure-other-number")
    await shell.run("citizen confirm", request, "--number", CITIZEN)


async def test_a_command_that_looks_leaves_the_audit_as_it_was(shell: Shell) -> None:
    subjects = {
        "calls show": (CALL,),
        "evidence show": (f"call:{CALL}",),
        "recordings show": (CALL,),
        "recordings retention": ("--dry-run",),
        "tickets show": (CODE,),
        "faq search": ("khai sinh",),
        "faq template": (str(shell.folder / "t.xlsx"),),
        "language check": (str(CATALOGUE),),
        "language new": (str(shell.folder / "en.toml"),),
        "outbox statement": ("2026-11",),
    }
    asked = found(r"([0-9a-f]{16})", await shell.run("evidence request", CALL, *LETTER))
    subjects["evidence disclosure"] = (asked,)
    told = TOLD | {"evidence disclosure": asked, "evidence list": asked}
    before = await shell.entries()
    for words in sorted(LOOKING - {"doctor", "config check"}):  # these look at the machine
        done = await shell._give(words, *subjects.get(words, ()))
        # the shipped directory has sample numbers, and that is what `check` is there to tell
        assert done.exit_code == (words == "directory check"), (words, done.output, done.exception)
        assert told.get(words, "") in done.stdout, (words, done.output)
    assert (await shell._give("evidence verify", "--no-entry")).exit_code == 0
    assert await shell.entries() == before

"""The demo's own parts: its agencies, what it says of messages, and that it does not believe a log that is wrong."""

from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest

from hotline1022.accounts.types import From, Stage, Wanted
from hotline1022.core.clock import utc_now
from hotline1022.core.ids import PersonId
from hotline1022.db.unit import Database
from hotline1022.directory.hunt import hunt
from hotline1022.directory.types import SAMPLE, Skip
from hotline1022.faq.types import Asked, EntryFilter
from hotline1022.queue.types import Person
from hotline1022.service.accounts.desk import AccountDesk
from hotline1022.service.accounts.user_admin import UserAdmin, named_roles
from hotline1022.service.cascades.plan import dialled
from hotline1022.service.faq.desk import FaqDesk
from hotline1022.service.figures.wall_desk import WallDesk
from hotline1022.service.settings.config import load
from hotline1022.service.tickets.join import stored
from hotline1022.tickets.types import State, TicketFilter
from scripts.demo_past import INSTEAD, remember
from scripts.demo_people import sign_ins, television
from scripts.demo_transfers import TRANSFERS, telephones, write_agencies, written
from scripts.demo_words import of_message

#: a Sunday at three in the morning
NIGHT = datetime(2026, 11, 28, 20, 0, tzinfo=UTC)
BODY = "Ma phieu: 23456789. Nguoi dan: +84901000011."


async def test_agencies_stand_beside_the_shipped_ones_and_a_second_demo_changes_nothing(tmp_path: Path) -> None:
    settings = load(None, {"HOTLINE1022_PATHS_DATA": str(tmp_path / "data")})
    settings.paths.db.mkdir(parents=True)
    written_down = []
    for _ in range(2):
        await write_agencies(settings)
        async with Database(settings.database_url) as database, database.reading() as tx:
            directory = await tx.directory.load()
            written_down.append(len(await tx.directory.changes(limit=1000)))
    assert written_down[0] == written_down[1] and "so-xay-dung" in directory.agencies
    codes = {str(agency.code): id for id, agency in directory.agencies.items()}
    for transfer in TRANSFERS.values():
        steps = hunt(directory, agency=codes[transfer.code], at=NIGHT).steps
        assert all(step.skip is Skip.NO and step.seconds <= 8 for step in steps)
        assert all(SAMPLE in directory.contacts[step.contact].letter for step in steps)
        rung = [dialled(step.number or "") for step in steps][: len(transfer.phones)]
        assert rung == list(transfer.phones) and transfer.takes in {"", rung[-1]}


async def test_somebody_of_each_role_comes_in_and_each_demo_tells_other_passwords(tmp_path: Path) -> None:
    settings = load(None, {"HOTLINE1022_PATHS_DATA": str(tmp_path / "data")})
    settings.paths.db.mkdir(parents=True)
    await write_agencies(settings)
    async with Database(settings.database_url) as database:
        for person in ("1001", "1002"):
            async with database.transaction() as tx:
                await tx.agents.add_person(
                    Person(id=PersonId(person), name="Lan", pin_hash="$argon2id$v=19$", active=True)
                )
        told = [await sign_ins(database, "key") for _ in range(2)]
        assert not {one.password for one in told[0]} & {one.password for one in told[1]}
        door = AccountDesk(database, "key", utc_now)
        for one, role in zip(told[1], named_roles(), strict=True):
            entered = await door.sign_in(one.login, one.password, From(address="127.0.0.1"))
            assert entered.signed.permissions == role.permissions and entered.signed.session.stage is Stage.FULL
            assert one.role == role.name


async def test_who_was_tried_out_comes_in_at_the_next_demo_all_the_same(tmp_path: Path) -> None:
    settings = load(None, {"HOTLINE1022_PATHS_DATA": str(tmp_path / "data")})
    settings.paths.db.mkdir(parents=True)
    await write_agencies(settings)
    async with Database(settings.database_url) as database:
        async with database.transaction() as tx:
            for person in ("1001", "1002"):
                await tx.agents.add_person(Person(id=PersonId(person), name="Lan", pin_hash="$argon2id$", active=True))
        await sign_ins(database, "key")
        admin = UserAdmin(database, utc_now)
        async with database.transaction() as tx:
            await tx.accounts.set_totp((await admin.by_login("quan")).id, b"sealed", on=True)
        for login, change in (
            ("cuc", Wanted(active=False)),
            ("lan", Wanted(person="")),
            ("hanh", Wanted(roles=frozenset({"agent"}))),
        ):
            one = await admin.by_login(login)
            await admin.change(one.id, one.version, change)
        await admin.add(Wanted(login="ai", name="Ai Đó", roles=frozenset({"agent"}), person="1001"))
        door = AccountDesk(database, "key", utc_now)
        for told, role in zip(await sign_ins(database, "key"), named_roles(), strict=True):
            entered = await door.sign_in(told.login, told.password, From(address="127.0.0.1"))
            assert entered.signed.session.stage is Stage.FULL and entered.signed.permissions == role.permissions


async def test_the_television_of_an_earlier_demo_is_revoked(tmp_path: Path) -> None:
    settings = load(None, {"HOTLINE1022_PATHS_DATA": str(tmp_path / "data")})
    settings.paths.db.mkdir(parents=True)
    await write_agencies(settings)
    async with Database(settings.database_url) as database:
        first, second = [(await television(database)).removeprefix("/wall/") for _ in range(2)]
        desk = WallDesk(database, utc_now)
        assert await desk.opens(second) and not await desk.opens(first)


async def test_each_of_the_demos_people_finds_something_to_look_at(tmp_path: Path) -> None:
    settings = load(None, {"HOTLINE1022_PATHS_DATA": str(tmp_path / "data")})
    settings.paths.db.mkdir(parents=True)
    await write_agencies(settings)
    said: list[str] = []
    for _ in range(2):  # the second time nothing is made twice
        await remember(settings, said.append)
    assert len(said) == 1
    async with Database(settings.database_url) as database:
        async with database.reading() as tx:
            for agency in INSTEAD.values():
                found = await tx.tickets.list(TicketFilter(agencies=frozenset({agency}), limit=200))
                assert {State.ACCEPTED, State.COMPLETED} <= {one.state for one in found}, agency
        faq = FaqDesk(database, stored(database), utc_now)
        hits = (await faq.search(Asked(words="khai sinh", typing=True, limit=5))).hits
        assert hits
        own = await faq.list(EntryFilter(agencies=frozenset({"chay-thu-giao-thong"})))
        assert own and len(own) == len({one.shown.text.question for one in own})


def test_a_message_is_shown_with_its_code_and_without_numbers() -> None:
    message = {"channel": "sms", "recipient": "+84901000011", "name": "", "subject": "", "text": BODY}
    assert of_message(message, "23456789") == (
        "+8490****011  the citizen gets an SMS: Ma phieu: 23456789. Nguoi dan: +8490****011."
    )


@pytest.mark.parametrize("lost", [False, True])
def test_every_sms_must_be_a_file_with_its_text(tmp_path: Path, lost: bool) -> None:
    (tmp_path / "a.txt").write_text(f"Den: +84901000011 ()\nPhan: 1 gsm7\n\n{BODY}\n", encoding="utf-8")
    if lost:
        with pytest.raises(AssertionError, match="2 SMS were sent"):
            written(tmp_path, [{"text": BODY}, {"text": "khac"}])
    else:
        assert written(tmp_path, [{"text": BODY}]) == f"1 SMS in {tmp_path}: a.txt"


@pytest.mark.parametrize(
    ("outcome", "cause", "calls", "believed"),
    [
        ("busy", 17, 1, True),
        ("refused", 21, 1, True),
        ("unreachable", 20, 1, True),
        ("no-answer", 0, 1, True),
        ("busy", 21, 1, False),
        ("taken", 17, 1, False),
        ("busy", 17, 0, False),
        ("busy", 17, 2, False),
    ],
)
def test_a_log_that_the_telephones_do_not_bear_out_is_not_believed(
    outcome: str, cause: int, calls: int, believed: bool
) -> None:
    leg = SimpleNamespace(answered_at=None, cause=cause, cause_text="")
    net = SimpleNamespace(number=lambda _: SimpleNamespace(legs=[leg] * calls))
    step = {"dialled": "02740000981", "outcome": outcome}
    if believed:
        assert telephones(net, leg, [step]) == [f"027****981 never picked up ({cause})"]  # type: ignore[arg-type]
    else:
        with pytest.raises(AssertionError, match="the log says"):
            telephones(net, leg, [step])  # type: ignore[arg-type]

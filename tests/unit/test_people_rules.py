"""One rule for ids, PINs and pause codes on phone, API and command line; and wrong PINs are counted over a restart."""

import asyncio
import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, get_type_hints

import pytest
from click.testing import CliRunner

from hotline1022.core.errors import Invalid, Refused
from hotline1022.core.ids import PersonId
from hotline1022.core.people import (
    PAUSE_DIGITS,
    PERSON_DIGITS,
    PIN_DIGITS,
    check_new_pin,
    check_person,
    fits,
    pattern,
    words,
)
from hotline1022.db.stores import SqlAgentStore
from hotline1022.db.unit import Database
from hotline1022.queue import pin_door
from hotline1022.queue.agents import Agents
from hotline1022.queue.pin_door import PIN_TRIES
from hotline1022.queue.types import Person, Phone
from hotline1022.service.cli.main import main
from hotline1022.web import wire
from tests.lab.migrated import migrated
from tests.unit.web_memory import open_house

DIALPLAN = Path(__file__).parents[2] / "asterisk-conf" / "hl1022" / "extensions.conf"


@pytest.mark.parametrize("person", ["", "123456789", "١٢٣", "10 1", "10a", "-1", "1\n"])
def test_what_is_no_person_id(person: str) -> None:
    with pytest.raises(Invalid) as caught:
        check_person(person)
    assert caught.value.error_id == "person-invalid" and "1 to 8 digits" in str(caught.value)


@pytest.mark.parametrize("pin", ["", "123", "123456789", "1111", "12a4", "٤٧١١", "4711\n"])
def test_what_is_no_pin(pin: str) -> None:
    with pytest.raises(Invalid) as caught:
        check_new_pin(pin)
    assert caught.value.error_id == "pin-weak" and "4 to 8 digits" in str(caught.value)
    assert not pin or pin not in str(caught.value)


def test_what_is_one() -> None:
    assert (check_person("1"), check_person("12345678")) == ("1", "12345678")
    assert (check_new_pin("4711"), check_new_pin("12345678")) == ("4711", "12345678")
    assert fits("7", PAUSE_DIGITS) and not fits("77", PAUSE_DIGITS)


def test_the_phone_takes_as_many_digits_as_the_rules_say() -> None:
    reads = dict(re.findall(r"Read\((HL_\w+),[^,]*,(\d+),", DIALPLAN.read_text(encoding="utf-8")))
    assert {name: int(most) for name, most in reads.items()} == {
        "HL_PERSON": PERSON_DIGITS[1],
        "HL_PIN": PIN_DIGITS[1],
        "HL_REASON": PAUSE_DIGITS[1],
    }


def rule_of(kind: type, name: str) -> Any:
    return get_type_hints(kind, include_extras=True)[name].__metadata__[0]


def test_the_api_and_the_help_say_the_same() -> None:
    for kind in (wire.LoginBody, wire.PersonBody):
        assert rule_of(kind, "pin").pattern == pattern(PIN_DIGITS) and words(PIN_DIGITS) in rule_of(kind, "pin").doc
    assert rule_of(wire.PersonBody, "id").pattern == pattern(PERSON_DIGITS)
    assert rule_of(wire.PauseBody, "reason").pattern == pattern(PAUSE_DIGITS)
    help_text = " ".join(CliRunner().invoke(main, ["people", "add", "--help"]).output.split())
    assert words(PIN_DIGITS) in help_text and words(PERSON_DIGITS) in help_text


@pytest.mark.parametrize(
    ("arguments", "error_id"),
    [(["123456789", "An", "--pin", "4711"], "person-invalid"), (["1001", "An", "--pin", "123456789"], "pin-weak")],
)
def test_the_command_refuses(arguments: list[str], error_id: str) -> None:
    done = CliRunner().invoke(main, ["people", "add", *arguments])
    assert done.exit_code == 1 and error_id in done.output


def test_the_command_adds_somebody_once_and_replaces_when_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asyncio.run(migrated(tmp_path / "db" / "hotline.sqlite"))
    monkeypatch.setenv("HOTLINE1022_PATHS_DATA", str(tmp_path))
    add = ["people", "add", "1001", "Lan", "--pin", "2468"]
    assert CliRunner().invoke(main, add).exit_code == 0
    again = CliRunner().invoke(main, add)
    assert again.exit_code == 1 and "person-exists" in again.output
    assert CliRunner().invoke(main, ["people", "add", "1001", "Hoa", "--pin", "8642", "--replace"]).exit_code == 0
    listed = CliRunner().invoke(main, ["people", "list"]).output
    assert "Hoa" in listed and "Lan" not in listed


# ---------------------------------------------------------------- wrong PINs


class Hands:
    """An Asterisk that does all it is told."""

    async def add(self, queue: str, line: str, person: str, *, paused: bool, reason: str) -> None: ...

    async def remove(self, queue: str, line: str) -> None: ...

    async def renew(self, queue: str, line: str, person: str) -> None: ...

    async def pause(self, queue: str, line: str, *, paused: bool, reason: str) -> None: ...

    async def phone(self, queue: str, line: str) -> Phone:
        return Phone.IDLE

    async def ring(self, kind: str, detail: str, call: str = "") -> None: ...


@pytest.fixture
async def database(tmp_path: Path) -> Any:
    file = tmp_path / "hotline.sqlite"
    await migrated(file)
    async with Database(file) as opened:
        async with opened.transaction() as tx:
            hashed = "$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$aGFzaA"
            for one in ("1001", "1002"):
                await tx.agents.add_person(Person(id=PersonId(one), name="An", pin_hash=hashed, active=True))
        yield opened


def service(database: Database, looked: list[str]) -> Agents:
    """A service that has just started."""

    async def verify(_: str, pin: str) -> bool:
        looked.append(pin)
        return pin == "4711"

    hands = Hands()
    return Agents(
        lines=["101", "102"],
        reasons=["1"],
        store=SqlAgentStore(database),
        hands=hands,
        bell=hands,
        verify_pin=verify,
        wrap_up=timedelta(0),
    )


async def refused(agents: Agents, person: str, pin: str) -> str:
    with pytest.raises(Refused) as caught:
        await agents.login("101", person, pin)
    return caught.value.error_id


async def test_five_wrong_pins_shut_out_also_after_a_restart(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[str] = []
    agents = service(database, looked)
    for _ in range(PIN_TRIES - 1):
        assert await refused(agents, "1001", "0000") == "pin-wrong"
    agents = service(database, looked)
    assert await refused(agents, "1001", "0000") == "pin-wrong"
    agents = service(database, looked)
    assert await refused(agents, "1001", "4711") == "pin-locked"
    assert len(looked) == PIN_TRIES, "a PIN of somebody who is shut out is not looked at"
    assert (await agents.login("102", "1002", "4711")).person == "1002", "others are not"

    class Later(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> Any:
            return datetime.now(tz) + timedelta(seconds=pin_door.LOCK_SECONDS + 1)

    monkeypatch.setattr(pin_door, "datetime", Later)
    assert (await service(database, looked).login("101", "1001", "4711")).person == "1001"


async def test_a_right_pin_or_a_new_one_counts_anew(database: Database) -> None:
    agents = service(database, [])
    for _ in range(3):
        for _ in range(PIN_TRIES - 1):
            assert await refused(agents, "1001", "0000") == "pin-wrong"
        await agents.login("101", "1001", "4711")
        await agents.logout("101")
    for _ in range(PIN_TRIES):
        await refused(agents, "1001", "0000")
    assert await refused(agents, "1001", "4711") == "pin-locked"
    async with database.transaction() as tx:
        await tx.agents.forget_pin_tries("1001")
    await agents.login("101", "1001", "4711")


async def test_an_id_that_nobody_has_is_shut_out_alike_and_one_that_is_none_is_not_counted(database: Database) -> None:
    looked: list[str] = []
    agents = service(database, looked)
    said = [await refused(agents, "7777", "4711") for _ in range(PIN_TRIES + 1)]
    assert said == ["pin-wrong"] * PIN_TRIES + ["pin-locked"]
    assert {await refused(agents, "123456789", "4711") for _ in range(PIN_TRIES + 1)} == {"pin-wrong"}
    assert {await refused(agents, "1001", "47") for _ in range(PIN_TRIES)} == {"pin-wrong"}
    assert looked == []


async def test_another_pin_is_given_to_a_person_there_is(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        status, person = await house.ask("POST", "/api/people/1001/pin", "admin", json={"pin": "24680"})
        assert (status, person["id"]) == (200, "1001") and house.people.pins["1001"] == "24680"
        assert (await house.ask("POST", "/api/people/7777/pin", "admin", json={"pin": "24680"}))[0] == 404
        assert (await house.ask("POST", "/api/people/1001/pin", "admin", json={"pin": "12"}))[0] == 400

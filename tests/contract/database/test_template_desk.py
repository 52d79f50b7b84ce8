"""Texts of messages on both databases: what is sent, what waits, who wrote what, and two at once."""

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from hotline1022.audit.types import Kind
from hotline1022.core.acting import Acting, acts
from hotline1022.core.errors import Invalid, NotFound, Refused
from hotline1022.db.unit import Database
from hotline1022.notify.links import Links
from hotline1022.notify.templates import load
from hotline1022.notify.types import (
    Encoding,
    Message,
    OutboxFilter,
    TemplateVersion,
    TicketChange,
    TicketEvent,
    Wording,
)
from hotline1022.service.notify.template_desk import TemplateDesk, hash_of
from hotline1022.service.settings.tree import Settings
from hotline1022.service.tickets.announcer import Announcer
from tests.unit.notify_memory import AT

NAME = "citizen.made.sms"
SHIPPED = load()[NAME].wording
OWN = Wording(text="1022 da nhan phan anh, ma {code}.", encoding=Encoding.GSM7)
THIRD = Wording(text="Đã nhận, mã {code}.", encoding=Encoding.UCS2)


def desk_of(database: Database) -> TemplateDesk:
    return TemplateDesk(database, load(), link=None, clock=lambda: AT)


async def told(database: Database, number: int) -> list[Message]:
    """A ticket is made; all messages that wait since then."""
    change = TicketChange(
        change=f"t{number}/1",
        ticket=f"t{number}",
        code=f"1000000{number}",
        event=TicketEvent.MADE,
        agency="Sở Y tế",
        category="Y tế",
        phone="0901234567",
    )
    async with database.transaction() as tx:
        await Announcer(Settings(), Links(secret=b"0123456789abcdef")).announce(tx, change, [], datetime.now(UTC))
    async with database.reading() as tx:
        return list(await tx.outbox.list(OutboxFilter()))


async def texts(database: Database, number: int) -> set[str]:
    return {one.text for one in await told(database, number)}


async def rows(database: Database) -> Sequence[TemplateVersion]:
    return (await desk_of(database).get(NAME)).versions


async def test_the_next_message_says_it_and_what_waits_does_not(database: Database) -> None:
    desk = desk_of(database)
    (before,) = await told(database, 1)
    assert before.text.startswith("Tong dai 1022 da tiep nhan")
    saved = await desk.save(NAME, OWN, seen=0, note=" ngắn hơn ", by="user:lan")
    assert (saved.number, saved.note, saved.by, saved.text) == (2, "ngắn hơn", "user:lan", OWN.text)
    waiting = {one.ticket: one.text for one in await told(database, 2)}
    assert waiting == {"t1": before.text, "t2": "1022 da nhan phan anh, ma 10000002."}
    first = (await rows(database))[-1]
    assert (first.number, first.by, first.from_file, first.wording) == (1, "settings", True, SHIPPED)
    listed = {one.name: one for one in await desk.list()}
    assert listed[NAME].wording == OWN and listed[NAME].version == saved
    assert listed["citizen.made.email"].version is None and len(listed) == len(load())


async def test_back_to_an_earlier_one_and_to_the_file_that_then_leads(database: Database) -> None:
    desk = desk_of(database)
    await desk.save(NAME, OWN, seen=0, note="", by="user:lan")
    await desk.save(NAME, THIRD, seen=2, note="", by="user:minh")
    again = await desk.back(NAME, 2, seen=3, note="", by="user:lan")
    assert (again.number, again.again, again.wording) == (4, 2, OWN)
    assert "1022 da nhan phan anh, ma 10000001." in await texts(database, 1)
    await desk.back(NAME, 0, seen=4, note="", by="user:lan")
    assert any(one.startswith("Tong dai 1022 da tiep nhan") for one in await texts(database, 2))
    # an upgrade brings another text: it leads, and the list says what was sent before the next change
    files = load()
    other = {**files, NAME: replace(files[NAME], text="Moi: {code}")}
    later = TemplateDesk(database, other, link=None, clock=lambda: AT)
    assert (await later.get(NAME)).wording.text == "Moi: {code}"
    await later.save(NAME, OWN, seen=5, note="", by="user:lan")
    found = await rows(database)
    assert [(one.number, one.from_file) for one in found[:3]] == [(7, False), (6, True), (5, True)]
    assert found[1].text == "Moi: {code}"


async def test_of_two_the_second_is_told(database: Database) -> None:
    desk = desk_of(database)
    await desk.save(NAME, OWN, seen=0, note="", by="user:lan")
    for late in (desk.save(NAME, THIRD, seen=0, note="", by="user:minh"), desk.back(NAME, 1, seen=1, note="", by="x")):
        with pytest.raises(Refused) as refused:
            await late
        assert refused.value.error_id == "template-changed"
    async with database.transaction() as tx:
        with pytest.raises(Refused, match="meanwhile"):
            await tx.templates.add((await rows(database))[0])
    assert len(await rows(database)) == 2


async def test_what_cannot_be_sent_or_is_so_already_is_refused(database: Database) -> None:
    desk = desk_of(database)
    with pytest.raises(Invalid, match=r"line 2: text: \{cdoe\} is no placeholder") as invalid:
        await desk.save(NAME, Wording(text="Mã\r\n{cdoe}", encoding=Encoding.GSM7), seen=0, note="", by="user:lan")
    assert invalid.value.error_id == "template-invalid"
    for same in (
        desk.save(NAME, SHIPPED, seen=0, note="", by="user:lan"),
        desk.back(NAME, 0, seen=0, note="", by="user:lan"),
    ):
        with pytest.raises(Refused) as refused:
            await same
        assert refused.value.error_id == "template-same"
    with pytest.raises(NotFound) as unknown:
        await desk.back(NAME, 9, seen=0, note="", by="user:lan")
    assert unknown.value.error_id == "template-version-unknown"
    for ask in (desk.get("mayor.made.sms"), desk.check("mayor.made.sms", OWN)):
        with pytest.raises(NotFound) as nothing:
            await ask
        assert nothing.value.error_id == "template-unknown"
    assert await rows(database) == ()


async def test_the_audit_tells_of_each_by_its_hash_alone(database: Database) -> None:
    act = Acting(actor="user:lan", origin="10.0.0.7", act="POST /api/templates/{template}")
    with acts(act):
        await desk_of(database).save(NAME, OWN, seen=0, note="bí mật", by="user:lan")
    async with database.reading() as tx:
        found = [one async for one in tx.audit.of_kind(Kind.TEMPLATE_CHANGED)]
        everything = [one async for some in tx.audit.entries() for one in some]
    assert [(one.actor, one.origin, one.subject, one.detail["version"]) for one in found] == [
        ("service", "service", f"template:{NAME}", 1),
        ("user:lan", "10.0.0.7", f"template:{NAME}", 2),
    ]
    assert found[1].detail["sha256"] == hash_of(OWN) and found[1].detail["before"] == 1
    assert OWN.text not in repr(everything) and "bí mật" not in repr(everything)
    assert [one.kind for one in everything].count("act") == 1


async def test_a_version_that_is_none_for_this_release_holds_up_no_ticket(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    await desk_of(database).save(NAME, OWN, seen=0, note="", by="user:lan")
    (newest, _) = await rows(database)
    odd = {name: getattr(newest, name) for name in TemplateVersion.__dataclass_fields__}
    async with database.transaction() as tx:
        await tx.templates.add(TemplateVersion(**odd | {"number": 3, "text": "Mã {gone}"}))
        await tx.templates.add(TemplateVersion(**odd | {"name": "mayor.made.sms", "number": 1}))
    with caplog.at_level(logging.WARNING):
        (message,) = await told(database, 1)
    assert message.text.startswith("Tong dai 1022 da tiep nhan")
    assert "version 3 of template citizen.made.sms" in caplog.text
    assert (await desk_of(database).get(NAME)).wording == SHIPPED

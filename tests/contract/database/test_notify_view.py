"""The API's port and the command line of messages over the database; the parts that the settings put together."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from hotline1022.core.errors import ConfigError, Refused
from hotline1022.db.unit import Database
from hotline1022.notify.answers import Accepted, NotTaken
from hotline1022.notify.folder_gateway import FolderGateway
from hotline1022.notify.links import Links
from hotline1022.notify.mail_gateway import MailGateway
from hotline1022.notify.smpp_gateway import SmppGateway
from hotline1022.notify.states import Trigger, moves
from hotline1022.notify.types import Channel, MessageState, OutboxFilter
from hotline1022.service.cli.main import main
from hotline1022.service.notify.outbox_book import OutboxBook
from hotline1022.service.notify.parts import (
    _Nowhere,
    check_messages,
    gateways_of,
    link_sheet,
    quiet_of,
)
from hotline1022.service.notify.sms_http import HttpGateway
from hotline1022.service.notify.view import OutboxView
from hotline1022.service.settings.notify import Notify
from hotline1022.service.settings.tree import Paths, Settings
from hotline1022.service.tickets.announcer import Announcer
from tests.contract.database.made import T0, at
from tests.contract.database.test_notify import a_line, sending
from tests.unit.notify_made import LAN, MINH, a_change
from tests.unit.notify_memory import a_mail
from tests.unit.notify_memory import a_message as a_row
from tests.unit.queue_memory import MemoryBell

LINKS = Links(secret=b"0123456789abcdef")


async def test_the_view_over_the_database(database: Database) -> None:
    view = OutboxView(database, budget=1)
    message = await sending(database, parts=2)
    async with database.transaction() as tx:
        await tx.outbox.move(message, moves(Trigger.ACCEPTED), price=800, sent_at=at(1))
        await tx.outbox.move(message, moves(Trigger.UNDELIVERABLE), ended_at=at(2))
        await tx.to_tell.put([a_line()])
    (dead,) = await view.list(OutboxFilter(state=MessageState.FAILED))
    assert (await view.resend(dead.id, confirm=False, at=at(3))).state is MessageState.NEW
    made = await view.statement("2026-03")
    assert (made.sms, made.price, made.budget, made.left) == (2, 800, 1, -1)
    assert "2026-03,g1,sms,citizen,1,2,800,0\r\n" in await view.statement_csv("2026-03")
    assert (await view.statement("2026-02")).rows == ()
    (line,) = await view.to_tell(False, 10)
    assert (await view.mark_told(line.id, "lan", at(4))).told_by == "lan"
    assert await view.inbound(10) == []


# ---------------------------------------------------------------- announcing


async def test_a_change_and_its_messages_are_one_transaction(database: Database, tmp_path: Path) -> None:
    announcer = Announcer(settings(tmp_path, link_address="https://1022.vn/p/"), LINKS)
    change = a_change(phone="02743822333")
    with pytest.raises(Refused):
        async with database.transaction() as tx:
            assert await announcer.announce(tx, change, (LAN, MINH), T0) == 4
            raise Refused("the ticket was changed at the same moment")
    async with database.reading() as tx:
        assert await tx.outbox.list(OutboxFilter()) == [] and await tx.to_tell.list() == []
    for count in (4, 0):
        async with database.transaction() as tx:
            assert await announcer.announce(tx, change, (LAN, MINH), T0) == count
    async with database.transaction() as tx:
        mail = next(one for one in await tx.outbox.list(OutboxFilter()) if one.recipient == LAN.email)
        (line,) = await tx.to_tell.list()
        await tx.to_tell.mark_told(line.id, "lan", T0)
        await announcer.announce(tx, change, (LAN, MINH), T0)
        assert await tx.to_tell.list() == [], "who was told is not on the list again for the same change"
    key = mail.text.partition("https://1022.vn/p/")[2].split()[0]
    async with database.transaction() as tx:
        link = await tx.ticket_links.find(key)
        assert link is not None and (link.contact, link.ticket) == ("c1", "t1") and LINKS.stands(key, link) == link
        by_sms = next(one for one in await tx.outbox.list(OutboxFilter()) if one.recipient == LAN.sms)
        assert key in by_sms.text and by_sms.parts <= 2, "an SMS has room for it"
        assert await tx.ticket_links.find(key[:-1]) is None
        assert await tx.ticket_links.forget(link.expires) == 0 and await tx.ticket_links.find(key) == link
    book = OutboxBook(database, MemoryBell(), clock=lambda: link.expires + timedelta(seconds=1))
    await book.forget()
    async with database.reading() as tx:
        assert await tx.ticket_links.find(key) is None, "what is over is dropped"


# ---------------------------------------------------------------- parts


def settings(tmp_path: Path, **notify: Any) -> Settings:
    return replace(Settings(), paths=Paths(data=tmp_path / "data"), notify=Notify(**notify))


def test_what_the_settings_put_together(tmp_path: Path) -> None:
    parts = gateways_of(settings(tmp_path), _Nowhere())
    assert all(isinstance(gateway, FolderGateway) for gateway, _ in parts.values())
    parts = gateways_of(settings(tmp_path, sms_gateway="speedsms", sms_per_minute=100, sms_price=400), _Nowhere())
    gateway, caps = parts[Channel.SMS]
    assert isinstance(gateway, HttpGateway) and (gateway.name, gateway.price) == ("speedsms", 400)
    assert (caps.per_minute, caps.per_number) == (60, 10), "the gateway's own cap is lower"
    parts = gateways_of(settings(tmp_path, sms_gateway="smpp", mail_host="mail.example.vn"), _Nowhere())
    assert isinstance(parts[Channel.SMS][0], SmppGateway)
    assert isinstance(parts[Channel.EMAIL][0], MailGateway)
    assert quiet_of(settings(tmp_path, quiet_from="22:30")).starts.hour == 22


@pytest.mark.parametrize(
    "notify",
    [
        {"sms_gateway": "http", "sms_profile": "/nowhere.toml"},
        {"templates": "/nowhere.toml"},
        {"sms_gateway": "smpp", "sms_ca": "/nowhere.pem"},
        {"mail_host": "mail.example.vn", "mail_ca": "/nowhere.pem"},
    ],
)
def test_a_file_that_is_not_there_is_named_at_the_start(tmp_path: Path, notify: dict[str, str]) -> None:
    with pytest.raises(ConfigError, match="nowhere"):
        check_messages(settings(tmp_path, **notify))


def test_links_are_made_only_with_an_address(tmp_path: Path) -> None:
    assert link_sheet(settings(tmp_path), LINKS, T0) is None
    sheet = link_sheet(settings(tmp_path, link_address="https://1022.vn/p/", link_days=2), LINKS, T0)
    assert sheet is not None
    address = sheet("c1", "t1")
    assert sheet("c1", "t1") == address, "the same ticket for the same person has one link"
    ((key, link),) = sheet.made.items()
    assert address == f"https://1022.vn/p/{key}" and LINKS.stands(key, link) == link
    assert link.expires == T0.replace(microsecond=0) + timedelta(days=2)


async def test_the_folder_keeps_each_message_once(tmp_path: Path) -> None:
    gateway = FolderGateway(tmp_path / "outbox")
    message = a_row(text="Ma phieu 4711")
    assert isinstance(await gateway.ask(message, ()), NotTaken)
    assert isinstance(await gateway.send(message), Accepted)
    assert isinstance(await gateway.send(message), Accepted)
    assert isinstance(await gateway.ask(message, ()), Accepted)
    await gateway.send(a_mail())
    files = sorted(path.name for path in (tmp_path / "outbox").iterdir())
    assert files == ["20261124T013000-e1.eml", "20261124T013000-m1.txt"]
    assert "Ma phieu 4711" in (tmp_path / "outbox" / files[1]).read_text(encoding="utf-8")
    assert b"lan.nguyen@example.vn" in (tmp_path / "outbox" / files[0]).read_bytes()
    (tmp_path / "full").write_text("a file where the folder should be")
    said = await FolderGateway(tmp_path / "full").send(message)
    assert isinstance(said, NotTaken) and said.away


# ---------------------------------------------------------------- command line


def run(*words: str, code: int = 0) -> str:
    done = CliRunner().invoke(main, words)
    assert done.exit_code == code, done.output
    return done.output


def test_the_commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOTLINE1022_PATHS_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("HOTLINE1022_NOTIFY_SMS_BUDGET", "0")
    assert "No messages" in run("outbox", "list")
    assert "no mobile number" in run("outbox", "test", "02743822333", code=1)
    run("outbox", "test", "0901234567")
    listed = run("outbox", "list", "--state", "new")
    assert "+8490****567" in listed and "Tong dai 1022" in listed
    assert '"recipient": "+84901234567"' in run("outbox", "list", "--json")
    message = listed.split()[0]
    assert "message-not-resendable" in run("outbox", "resend", message, "--confirm", code=1)
    assert "message-unknown" in run("outbox", "resend", "nobody", code=1)
    table = run("outbox", "statement", "2026-11")
    assert table.startswith("thang,cong,kenh") and "2026-11,con_lai,sms,,,0,," in table
    assert '"month": "2026-11"' in run("outbox", "statement", "2026-11", "--json")
    assert "month-invalid" in run("outbox", "statement", "november", code=1)


def test_a_month_over_its_budget_ends_with_code_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOTLINE1022_PATHS_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("HOTLINE1022_NOTIFY_SMS_BUDGET", "1")
    run("outbox", "list")

    async def send() -> None:
        async with Database(tmp_path / "data" / "db" / "hotline.sqlite") as database:
            message = await sending(database, parts=2)
            async with database.transaction() as tx:
                await tx.outbox.move(message, moves(Trigger.ACCEPTED), price=800, sent_at=at(1))

    asyncio.run(send())
    assert "2 SMS, 1 over the budget of 1" in run("outbox", "statement", "2026-03", code=1)

"""Email against a real server that takes, refuses, hangs, answers late, and dies before its answer; and what it looks like."""

import asyncio
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import trustme

from hotline1022.notify.answers import Accepted, NoAnswer, NotTaken, RefusedForGood, StillOpen
from hotline1022.notify.html import html_of
from hotline1022.notify.mail import mail_of
from hotline1022.notify.mail_gateway import MailGateway, MailServer
from tests.lab.smtp import mail_server
from tests.unit.notify_memory import AT, a_mail


@dataclass
class Certificates:
    server: ssl.SSLContext
    known: ssl.SSLContext
    ca: Path


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Certificates]:
    authority = trustme.CA()
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost", "127.0.0.1").configure_cert(server)
    ca = tmp_path_factory.mktemp("ca") / "ca.pem"
    authority.cert_pem.write_to_path(str(ca))
    yield Certificates(server, ssl.create_default_context(cafile=str(ca)), ca)


def gateway(port: int, context: ssl.SSLContext | None = None, **more: Any) -> MailGateway:
    given: dict[str, Any] = {
        "host": "127.0.0.1",
        "port": port,
        "tls": "none",
        "sender": "1022@example.vn",
        "seconds": 1.0,
    }
    return MailGateway(MailServer(**given | more), context or ssl.create_default_context(), lambda: AT)


@pytest.mark.parametrize("address", ["an@vi\u200b.example.vn", "an@vídụ.vn", "nguyễn@example.vn"])
async def test_an_address_that_the_protocol_cannot_write_holds_up_no_other_email(address: str) -> None:
    async with mail_server() as server:
        said = await gateway(server.port).send(a_mail(recipient=address))
        assert isinstance(said, RefusedForGood) and said.error_id == "mail-address", "the server is not away"
        assert server.mails == []


async def test_a_vietnamese_email_arrives_whole() -> None:
    async with mail_server() as server:
        message = a_mail(
            subject="[1022] Phiếu mới 4711: giao thông",
            text="Kính gửi chị Lan,\n\nĐèn đường hỏng.",
            name="Nguyễn Thị Lan",
        )
        assert await gateway(server.port).send(message) == Accepted()
        (mail,) = server.mails
        assert mail["Subject"] == "[1022] Phiếu mới 4711: giao thông"
        assert mail["From"].addresses[0].display_name == "Tổng đài 1022"
        assert mail["To"].addresses[0].display_name == "Nguyễn Thị Lan"
        assert server.recipients == ["lan.nguyen@example.vn"]
        assert mail["Date"].endswith("+0700") and mail["Message-ID"] == "<e1@example.vn>"
        plain, rich = mail.get_body(("plain",)), mail.get_body(("html",))
        assert plain is not None and rich is not None
        assert plain.get_content().strip().splitlines() == message.text.splitlines()
        assert "Kính gửi chị Lan" in rich.get_content()


async def test_tls_and_a_login(certificates: Certificates) -> None:
    async with mail_server(starttls=certificates.server, auth=True) as server:
        login = {"tls": "starttls", "username": "1022", "password": "right"}
        assert await gateway(server.port, certificates.known, **login).send(a_mail()) == Accepted()
        assert server.logins == [(b"1022", b"right")]
        said = await gateway(server.port, certificates.known, **login | {"password": "wrong"}).send(a_mail())
        assert isinstance(said, NotTaken) and said.away, "our account's fault, not this message's"
        assert len(server.mails) == 1


async def test_tls_from_the_first_byte(certificates: Certificates) -> None:
    async with mail_server(tls=certificates.server) as server:
        assert await gateway(server.port, certificates.known, tls="tls").send(a_mail()) == Accepted()


@pytest.mark.parametrize("how", ["tls", "starttls"])
async def test_a_certificate_that_nobody_vouches_for_gets_no_email(certificates: Certificates, how: str) -> None:
    with_tls = {"tls": certificates.server} if how == "tls" else {"starttls": certificates.server}
    async with mail_server(**with_tls) as server:  # type: ignore[arg-type]
        said = await gateway(server.port, tls=how).send(a_mail())
        assert isinstance(said, NotTaken) and said.away
        assert server.mails == []


async def test_a_server_without_tls_is_not_spoken_to_in_the_clear() -> None:
    async with mail_server() as server:
        said = await gateway(server.port, tls="starttls").send(a_mail())
        assert isinstance(said, NotTaken) and said.away
        assert server.mails == []


@pytest.mark.parametrize(
    ("step", "how", "wanted"),
    [
        ("rcpt", "450", NotTaken(error_id="mail-450", reason="450 says the server")),
        ("rcpt", "550", RefusedForGood(error_id="mail-550", reason="550 says the server")),
        ("data", "452", NotTaken(error_id="mail-452", reason="452 says the server")),
        ("data", "554", RefusedForGood(error_id="mail-554", reason="554 says the server")),
    ],
)
async def test_what_the_server_refuses(step: str, how: str, wanted: object) -> None:
    async with mail_server() as server:
        setattr(server, step, how)
        assert await gateway(server.port).send(a_mail()) == wanted
        assert server.mails == []


@pytest.mark.parametrize("how", ["hang", "cut"])
async def test_before_the_text_a_failure_means_not_taken(how: str) -> None:
    async with mail_server() as server:
        server.rcpt = how
        said = await gateway(server.port).send(a_mail())
        assert isinstance(said, NotTaken) and said.away


@pytest.mark.parametrize("how", ["hang", "cut", "cut-kept"])
async def test_after_the_text_a_failure_means_that_nobody_knows(how: str) -> None:
    async with mail_server() as server:
        server.data = how
        assert isinstance(await gateway(server.port).send(a_mail()), NoAnswer)
        assert len(server.mails) == (how == "cut-kept")


async def test_late_is_in_time() -> None:
    async with mail_server() as server:
        server.data = "late"
        assert await gateway(server.port).send(a_mail()) == Accepted()


async def test_nobody_there_and_an_address_that_is_none() -> None:
    said = await gateway(9).send(a_mail())
    assert isinstance(said, NotTaken) and said.away
    async with mail_server() as server:
        for address in ("no address", "a@b@c", "a\nb@c.vn", ""):
            said = await gateway(server.port).send(a_mail(recipient=address))
            assert isinstance(said, RefusedForGood), address
        assert server.links == 0
    assert await gateway(9).ask(a_mail(), ()) == StillOpen()


async def test_the_same_message_twice_is_known_by_its_id() -> None:
    async with mail_server() as server:
        await asyncio.gather(*(gateway(server.port).send(a_mail()) for _ in range(2)))
        assert len({mail["Message-ID"] for mail in server.mails}) == 1
        assert len(server.mails) == 2


def test_no_header_can_be_slipped_in() -> None:
    mail = mail_of(
        a_mail(subject="Phiếu\r\nBcc: x@evil.example", name='Lan" <x@evil.example>\n'), sender="1022@example.vn", at=AT
    )
    assert mail["Bcc"] is None
    assert [one.addr_spec for one in mail["To"].addresses] == ["lan.nguyen@example.vn"]
    assert b"\nBcc:" not in mail.as_bytes()


def test_html_is_the_text_and_nothing_else() -> None:
    made = html_of("Kính gửi <Lan> & An,\n\nMở phiếu: https://1022.vn/p/ab-_c?x=1&y=2.\nHạn: 05/12\n")
    assert "<p>Kính gửi &lt;Lan&gt; &amp; An,</p>" in made
    assert '<a href="https://1022.vn/p/ab-_c?x=1&amp;y=2">https://1022.vn/p/ab-_c?x=1&amp;y=2</a>.<br>' in made
    assert "<script" not in html_of('<script>alert("x")</script> javascript:alert(1)')

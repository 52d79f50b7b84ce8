"""A mail server for tests: aiosmtpd, that takes, refuses, hangs, answers late, and dies between the text and its answer."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

HOLD = 30.0


@dataclass
class MailServer:
    """What it saw, and how it behaves; each step may be a code to say, or `hang`, `cut`, `late`."""

    port: int = 0
    rcpt: str = ""
    data: str = ""
    mails: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    logins: list[tuple[bytes, bytes]] = field(default_factory=list)
    links: int = 0

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.rcpt:
            return await self._odd(server, self.rcpt)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.data and self.data != "late":
            if self.data == "cut-kept":
                self._keep(envelope)
            return await self._odd(server, self.data)
        if self.data == "late":
            await asyncio.sleep(0.5)
        self._keep(envelope)
        return "250 OK"

    def _keep(self, envelope: Envelope) -> None:
        assert isinstance(envelope.content, bytes)
        self.mails.append(message_from_bytes(envelope.content, policy=policy.default))
        self.recipients += envelope.rcpt_tos

    async def _odd(self, server: SMTP, how: str) -> str:
        if how == "hang":
            await asyncio.sleep(HOLD)
        if how.startswith("cut"):
            assert isinstance(server.transport, asyncio.WriteTransport)
            server.transport.abort()
            await asyncio.sleep(HOLD)
        return f"{how} says the server"

    def authenticate(self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        self.logins.append((data.login, data.password))
        return AuthResult(success=data.password == b"right")


@asynccontextmanager
async def mail_server(
    *, tls: ssl.SSLContext | None = None, starttls: ssl.SSLContext | None = None, auth: bool = False
) -> AsyncIterator[MailServer]:
    """A server on loopback."""
    kept = MailServer()
    loop = asyncio.get_running_loop()

    def factory() -> SMTP:
        kept.links += 1
        more: dict[str, Any] = {"authenticator": kept.authenticate, "auth_required": True} if auth else {}
        if auth and starttls is None:
            more["auth_require_tls"] = False
        return SMTP(kept, hostname="mail.test", tls_context=starttls, require_starttls=starttls is not None, **more)

    server = await loop.create_server(factory, "127.0.0.1", 0, ssl=tls)
    kept.port = server.sockets[0].getsockname()[1]
    try:
        yield kept
    finally:
        server.close()

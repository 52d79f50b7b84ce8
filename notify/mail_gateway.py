"""Email by SMTP with TLS. Refuses a server without TLS, unless it is this machine; never sends a message twice by itself.

Until the text has begun to leave, every failure means that nothing was taken. From then on silence means that nobody knows.
"""

import asyncio
import contextlib
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from email.errors import HeaderParseError

import aiosmtplib

from hotline1022.core.clock import utc_now
from hotline1022.notify.answers import Accepted, Asked, NoAnswer, NotTaken, RefusedForGood, Sent, StillOpen
from hotline1022.notify.mail import mail_of
from hotline1022.notify.types import Message

SECONDS = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class MailServer:
    """Where and how."""

    host: str
    port: int
    #: starttls, tls, or none
    tls: str
    username: str = ""
    password: str = field(default="", repr=False)
    sender: str
    #: đồng for an email
    price: int = 0
    seconds: float = SECONDS


class MailGateway:
    """notify.ports.Gateway over an SMTP server; each message has a connection of its own."""

    name = "mail"
    can_ask = False
    can_follow = False

    def __init__(self, server: MailServer, context: ssl.SSLContext, clock: Callable[[], datetime] = utc_now) -> None:
        self._server, self._context, self._clock = server, context, clock
        self.price = server.price

    async def send(self, message: Message) -> Sent:
        """One email."""
        server = self._server
        smtp = aiosmtplib.SMTP(
            hostname=server.host,
            port=server.port,
            timeout=server.seconds,
            use_tls=server.tls == "tls",
            start_tls=server.tls == "starttls",
            tls_context=None if server.tls == "none" else self._context,
        )
        try:
            return await self._send(smtp, message)
        finally:
            smtp.close()

    async def _send(self, smtp: aiosmtplib.SMTP, message: Message) -> Sent:
        server = self._server
        try:
            message.recipient.encode(
                "ascii"
            )  # the command has no other letters; it is this address's fault, not the server's
            content = mail_of(message, sender=server.sender, at=self._clock()).as_bytes()
        except (ValueError, IndexError, HeaderParseError) as error:
            return RefusedForGood(error_id="mail-address", reason=_reason(error))
        leaving = False
        try:
            async with asyncio.timeout(4 * server.seconds):
                await smtp.connect()
                if server.username:
                    await smtp.login(server.username, server.password)
                await smtp.mail(server.sender)
                await smtp.rcpt(message.recipient)
                leaving = True
                await smtp.data(content)
        except (aiosmtplib.SMTPRecipientRefused, aiosmtplib.SMTPDataError) as error:
            return _refused(error)
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            if leaving:
                return NoAnswer(reason=_reason(error))
            return NotTaken(error_id="mail-away", reason=_reason(error), away=True)
        with contextlib.suppress(aiosmtplib.SMTPException, OSError):
            async with asyncio.timeout(2.0):
                await smtp.quit()
        return Accepted()

    async def ask(self, message: Message, ids: tuple[str, ...]) -> Asked:
        """SMTP cannot be asked."""
        return StillOpen()

    async def run(self) -> None:
        """Nothing of its own."""


def _refused(error: aiosmtplib.SMTPResponseException) -> Sent:
    """A code of 4xx means later, one of 5xx never."""
    error_id = f"mail-{error.code}"
    if 400 <= error.code < 500:
        return NotTaken(error_id=error_id, reason=_reason(error))
    return RefusedForGood(error_id=error_id, reason=_reason(error))


def _reason(error: Exception) -> str:
    if isinstance(error, aiosmtplib.SMTPResponseException):
        return f"{error.code} {error.message}".replace("\n", " ")[:200]
    return (str(error) or type(error).__name__).replace("\n", " ")[:200]

"""A message as an email: headers, text and HTML. Pure; refuses nothing: what would break a header becomes a blank."""

from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from hotline1022.core.clock import local
from hotline1022.core.words import words
from hotline1022.notify.types import Message


def mail_of(message: Message, *, sender: str, at: datetime) -> EmailMessage:
    """The email. Its Message-ID is the message's key, so that one that comes twice is known for the same."""
    mail = EmailMessage(policy=SMTP)
    mail["From"] = Address(display_name=words()("notice.sender"), addr_spec=sender)
    mail["To"] = Address(display_name=_header(message.name), addr_spec=message.recipient)
    mail["Subject"] = _header(message.subject)
    mail["Date"] = format_datetime(local(at))
    mail["Message-ID"] = f"<{message.client_key}@{sender.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(message.text + "\n", subtype="plain", charset="utf-8", cte="base64")
    if message.html:
        mail.add_alternative(message.html, subtype="html", charset="utf-8", cte="base64")
    return mail


def _header(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())

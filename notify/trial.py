"""A message that only tries a gateway: it says so, when it was asked for, and nothing of anybody. Refuses what is no mobile phone and no
address of email.
"""

from datetime import datetime

from hotline1022.core.clock import written
from hotline1022.core.errors import Invalid
from hotline1022.core.mail_address import is_mail_address
from hotline1022.core.words import words
from hotline1022.notify import sms
from hotline1022.notify.html import html_of
from hotline1022.notify.types import TEST, Channel, Encoding, NewMessage, RecipientKind


def trial(channel: Channel, to: str, at: datetime, key: str) -> NewMessage:
    """It leaves at once, in quiet hours too. Invalid `number-invalid`, `email-invalid`."""
    text = words()("notice.trial", at=written(at, exactly=True))
    mail = channel is Channel.EMAIL
    return NewMessage(
        key=f"test/{key}",
        channel=channel,
        kind=RecipientKind.AGENCY,
        recipient=_email(to) if mail else _mobile(to),
        template=TEST,
        encoding=Encoding.NONE if mail else Encoding.GSM7,
        subject=words()("notice.trial-subject") if mail else "",
        text=text if mail else sms.written(text, Encoding.GSM7),
        html=html_of(text) if mail else "",
        urgent=True,
        created_at=at,
    )


def _mobile(to: str) -> str:
    found = sms.mobile(to)
    if not found:
        raise Invalid(f"{to!r} is no mobile number; write it as 0901234567", error_id="number-invalid")
    return found


def _email(to: str) -> str:
    if not is_mail_address(to.strip()):
        raise Invalid(f"{to!r} is no address of email; write it as ten@coquan.gov.vn", error_id="email-invalid")
    return to.strip()

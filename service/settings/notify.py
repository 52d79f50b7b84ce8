"""The settings of messages: gateways, prices, caps, hours; each field says its unit and default. Refuses nothing itself."""

from dataclasses import dataclass, field
from typing import Any

from hotline1022.service.settings.fields import a_number, a_secret

#: keys that name a file
NOTIFY_FILES = frozenset({"sms_profile", "sms_ca", "mail_ca", "templates"})
_CLOCK = r"([01][0-9]|2[0-3]):[0-5][0-9]"


def _words(default: str, *words: str) -> Any:
    return field(default=default, metadata={"words": words})


def _clock(default: str) -> Any:
    return field(default=default, metadata={"pattern": _CLOCK, "shape": "a time of day such as 21:00"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Notify:
    """SMS and email."""

    #: "folder" (files in data/outbox), "speedsms", "esms", "http" (own profile) or "smpp"; "folder"
    sms_gateway: str = _words("folder", "folder", "speedsms", "esms", "http", "smpp")
    #: own profile file, for "http"; "" = none
    sms_profile: str = ""
    #: API key, or system_id of SMPP; "" = none
    sms_account: str = ""
    #: its secret or token; "" = none (or sms_secret_file = a file that holds it)
    sms_secret: str = a_secret()
    #: brand name or number that people see; "1022"
    sms_sender: str = field(default="1022", metadata={"pattern": r"[A-Za-z0-9._ -]{1,20}", "shape": "1 to 20 letters"})
    #: host of SMPP; "127.0.0.1"
    sms_host: str = field(default="127.0.0.1", metadata={"kind": "host"})
    #: port of SMPP; 2775
    sms_port: int = a_number(2775, 1, 65535)
    #: SMPP over TLS; true
    sms_tls: bool = True
    #: PEM file of the authorities that sign that certificate; "" = the system's
    sms_ca: str = ""
    #: price of one part, đồng; 0
    sms_price: int = a_number(0, 0, 100000)
    #: SMS that leave in a minute at most; 60, 0 = no cap
    sms_per_minute: int = a_number(60, 0, 10000)
    #: SMS to one phone in an hour at most; 10, 0 = no cap
    sms_per_number: int = a_number(10, 0, 1000)
    #: SMS a month of the contract; 2000
    sms_budget: int = a_number(2000, 0, 10000000)
    #: SMTP server; "" = emails are files in data/outbox
    mail_host: str = field(default="", metadata={"kind": "host"})
    #: its port; 587
    mail_port: int = a_number(587, 1, 65535)
    #: "starttls", "tls", or "none" (this machine only); "starttls"
    mail_tls: str = _words("starttls", "starttls", "tls", "none")
    #: PEM file of the authorities that sign its certificate; "" = the system's
    mail_ca: str = ""
    #: account there; "" = none
    mail_username: str = ""
    #: its password; "" = none (or mail_secret_file = a file that holds it)
    mail_secret: str = a_secret()
    #: address that emails come from; "1022@localhost"
    mail_from: str = field(
        default="1022@localhost",
        metadata={
            "pattern": r"[A-Za-z0-9._+-]{1,64}@[A-Za-z0-9.-]{1,190}",
            "shape": "an address such as 1022@example.vn",
        },
    )
    #: emails that leave in a minute at most; 120, 0 = no cap
    mail_per_minute: int = a_number(120, 0, 10000)
    #: own templates file; "" = the shipped one
    templates: str = ""
    #: from when on no SMS rings citizens, and officers of tickets that are not urgent; "21:00"
    quiet_from: str = _clock("21:00")
    #: until when; "07:00", the same as quiet_from = never quiet
    quiet_until: str = _clock("07:00")
    #: hours after which a message that could not be sent is given up; 24
    give_up_hours: int = a_number(24, 1, 240)
    #: address in front of the token of a link; "" = messages have no links
    link_address: str = field(
        default="", metadata={"pattern": r"(https://[^\s]{3,150})?", "shape": "https://… or nothing"}
    )
    #: days that a link is good for; 14
    link_days: int = a_number(14, 1, 90)

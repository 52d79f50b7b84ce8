"""The settings of the desk: its language, and how long somebody stays signed in, and when answers that end are told of. Refuses nothing itself."""

from dataclasses import dataclass, field

from hotline1022.service.settings.fields import a_number

#: keys that name a file
DESK_FILES = frozenset({"catalogue"})


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskSettings:
    """Words and sessions of the pages."""

    #: language of pages and messages, of the catalogues that come with 1022; "vi"
    language: str = field(
        default="vi", metadata={"pattern": r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})?", "shape": "a language such as vi"}
    )
    #: own file of words in another language, in place of `language`; "" = none
    catalogue: str = ""
    #: minutes without a request after which somebody is signed out; 60
    idle_minutes: int = a_number(60, 5, 1440)
    #: hours after which somebody signs in again, whatever was done: longer than a shift; 12
    session_hours: int = a_number(12, 1, 24)
    #: days before the last day of an answer from which on its agency is told that it ends; 30
    faq_soon_days: int = a_number(30, 1, 365)

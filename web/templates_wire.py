"""What requests about texts of messages carry, and what is told of them. Refuses nothing itself: rules.py and notify/ do."""

from dataclasses import dataclass
from typing import Annotated

from hotline1022.notify.types import Encoding, MessageClass, TemplateVersion, Wording
from hotline1022.web.rules import Rule

#: characters of a message, of a subject, and of why it was changed
TEXT_MOST, SUBJECT_MOST, NOTE_MOST = 4000, 200, 200

Subject = Annotated[str, Rule(doc="of an email; an SMS has none", high=SUBJECT_MOST)]
MessageText = Annotated[str, Rule(doc="with placeholders such as {code}", high=TEXT_MOST, lines=True)]
Alphabet = Annotated[Encoding, Rule(doc="of an SMS: gsm7 takes the marks away, ucs2 keeps them")]
Parts = Annotated[int, Rule(doc="of an SMS: it is never longer, values are cut short", low=1, high=5)]
Note = Annotated[str, Rule(doc="why, in a few words", high=NOTE_MOST)]
Seen = Annotated[int, Rule(doc="number of the last version that was seen; 0 = there was none")]


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateRemark:
    """What is wrong with a text, or odd in it."""

    place: Annotated[str, Rule(doc="subject, text or parts")]
    line: Annotated[int, Rule(doc="of that field, from 1; 0 = of no line")]
    word: Annotated[str, Rule(doc="a stable word for it")]
    message: str
    about: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateShown:
    """The message with example data, as it would be sent."""

    subject: str
    text: str
    parts: Annotated[int, Rule(doc="parts that are billed; 1 for an email")]
    units: Annotated[int, Rule(doc="septets of GSM-7, or 16-bit units of UCS-2; 0 for an email")]
    whole: Annotated[int, Rule(doc="units that one part holds; 0 for an email")]
    each: Annotated[int, Rule(doc="units of each of several parts; 0 for an email")]


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateChecked:
    """What was found."""

    problems: tuple[TemplateRemark, ...]
    warnings: tuple[TemplateRemark, ...]
    #: None: it cannot be sent
    example: TemplateShown | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateRow:
    """One message, and what it says now."""

    name: Annotated[str, Rule(doc="WHO.EVENT.CHANNEL")]
    wording: Wording
    version: Annotated[TemplateVersion | None, Rule(doc="the last one of the desk; none: the file's text leads")]


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateList:
    """All of them, by name."""

    templates: tuple[TemplateRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateDetail:
    """One message, whole."""

    name: str
    wording: Wording
    file: Annotated[Wording, Rule(doc="what the settings' file, else the shipped one, says")]
    own_file: Annotated[str, Rule(doc="name of notify.templates; empty = the shipped texts")]
    versions: Annotated[tuple[TemplateVersion, ...], Rule(doc="latest first")]
    placeholders: Annotated[tuple[str, ...], Rule(doc="that mean something here")]
    checked: TemplateChecked


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateCheckBody:
    """A text to be looked at."""

    subject: Subject = ""
    text: MessageText
    encoding: Alphabet = Encoding.NONE
    message_class: MessageClass = MessageClass.CARE
    parts: Parts = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateBody:
    """A text that is put in force."""

    subject: Subject = ""
    text: MessageText
    encoding: Alphabet = Encoding.NONE
    message_class: MessageClass = MessageClass.CARE
    parts: Parts = 1
    seen: Seen
    note: Note = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateAgainBody:
    """What comes back."""

    version: Annotated[int, Rule(doc="the version; 0 = the file's, which then leads again")]
    seen: Seen
    note: Note = ""


def wording_of(body: TemplateCheckBody | TemplateBody) -> Wording:
    """The text that was sent."""
    return Wording(
        subject=body.subject,
        text=body.text,
        encoding=body.encoding,
        message_class=body.message_class,
        parts=body.parts,
    )

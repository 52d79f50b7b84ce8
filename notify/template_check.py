"""What is wrong with the wording of a message, all of it, by field and line; and what is odd in it. Pure; changes nothing."""

from collections.abc import Iterator
from dataclasses import dataclass
from string import Formatter

from hotline1022.notify import sms
from hotline1022.notify.audience import AlarmEvent, Audience
from hotline1022.notify.types import Channel, Encoding, TicketEvent, Wording

#: what a template may ask for
PLACEHOLDERS = frozenset(
    {"code", "agency", "category", "deadline", "answer", "urgent", "link", "officer", "name", "phone"}
    | {"count", "former", "tickets"}
    | {"alarm", "since", "more", "others", "detail", "cure", "how"}
)
#: what means something only where many tickets are told of together, and what means something there
_OF_MANY, _FOR_MANY = frozenset({"count", "former", "tickets"}), frozenset({"agency", "urgent", "officer"})
#: what means something in messages about alarms alone, and what does there too
_OF_ALARMS = frozenset({"alarm", "since", "more", "others", "detail", "cure", "how"})
_FOR_ALARMS = frozenset({"urgent", "officer"})
#: who the citizen is goes to the citizen alone: a message lies open on telephones, is forwarded, and nobody sees who read it
OF_CITIZENS = frozenset({"name", "phone"})
#: parts of an SMS at most
PARTS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateFault:
    """One thing that is wrong, or odd."""

    #: subject, text or parts
    place: str
    #: of that field, from 1; 0 = of no line
    line: int
    #: a stable word for it
    word: str
    #: with its cure
    message: str
    #: what the message is about, for other languages
    about: str = ""


def allowed(name: str) -> frozenset[str]:
    """The placeholders that mean something in this message."""
    if f".{TicketEvent.TAKEN_OVER}." in name:
        return _OF_MANY | _FOR_MANY
    if name.startswith(f"{Audience.WATCHER}."):
        over = name.startswith(f"{Audience.WATCHER}.{AlarmEvent.OVER}.")
        return _OF_ALARMS - ({"more", "others"} if over else {"how"}) | _FOR_ALARMS
    return (
        PLACEHOLDERS - _OF_MANY - _OF_ALARMS - (frozenset() if name.startswith(f"{Audience.CITIZEN}.") else OF_CITIZENS)
    )


def channel_of(name: str) -> Channel:
    """Of a name that is known."""
    return Channel(name.rpartition(".")[2])


def bare(text: str) -> str:
    """What is left of a text when no value is put in."""
    return text.format(**dict.fromkeys(PLACEHOLDERS, ""))


def faults(name: str, wording: Wording) -> tuple[TemplateFault, ...]:
    """All that is wrong with it as this message; nothing = it may be sent."""
    return tuple(_faults(name, wording))


def _faults(name: str, wording: Wording) -> Iterator[TemplateFault]:
    texts = {"subject": wording.subject, "text": wording.text}
    if channel_of(name) is Channel.SMS:
        del texts["subject"]
    broken = False
    for key, text in texts.items():
        if not text.strip():
            broken = True
            yield TemplateFault(place=key, line=0, word="empty", message=f"{key} is empty; write what is to be said")
        for number, line in enumerate(text.split("\n"), start=1):
            for found in _line(key, number, line, allowed(name)):
                broken = True
                yield found
    if "subject" in texts and "\n" in wording.subject.strip():
        yield TemplateFault(place="subject", line=2, word="lines", message="subject has several lines; write it on one")
    if channel_of(name) is Channel.EMAIL:
        return
    if wording.encoding is Encoding.NONE or not 1 <= wording.parts <= PARTS:
        text = f"an SMS is gsm7 or ucs2 and has 1 to {PARTS} parts; correct encoding or parts"
        yield TemplateFault(place="parts", line=0, word="parts", message=text, about=str(PARTS))
    elif not broken and _parts(bare(wording.text.strip()), wording.encoding) > wording.parts:
        text = f"text is longer than {wording.parts} parts even without values; shorten it, or raise parts"
        yield TemplateFault(place="text", line=0, word="too-long", message=text, about=str(wording.parts))


def _line(key: str, number: int, line: str, known: frozenset[str]) -> Iterator[TemplateFault]:
    """No placeholder goes over the end of a line, so that each line is looked at by itself."""
    try:
        pieces = [(name, spec, how) for _, name, spec, how in Formatter().parse(line) if name is not None]
    except ValueError as error:
        text = f"{key}: {error}; write {{{{ and }}}} for braces"
        yield TemplateFault(place=key, line=number, word="braces", message=text)
        return
    for name, spec, how in pieces:
        if name in OF_CITIZENS - known:
            text = f"{key}: {{{name}}} is not told to officers; write {{link}}, behind which they look, and that is written down"
            yield TemplateFault(place=key, line=number, word="citizen", message=text, about=f"{{{name}}}")
        elif name not in known:
            text = f"{key}: {{{name}}} is no placeholder; known are {', '.join(sorted(known))}"
            yield TemplateFault(place=key, line=number, word="unknown", message=text, about=f"{{{name}}}")
        elif spec or how:
            text = f"{key}: a placeholder is a name in braces alone; write {{{name}}}"
            yield TemplateFault(place=key, line=number, word="form", message=text, about=f"{{{name}}}")


def _parts(text: str, encoding: Encoding) -> int:
    return len(sms.split(sms.written(text, encoding), encoding))


def oddities(name: str, wording: Wording) -> tuple[TemplateFault, ...]:
    """What may be meant so, and should be looked at; of a wording without faults."""
    found = []
    if "code" in allowed(name) and "{code}" not in wording.subject + wording.text:
        text = "the ticket's code is not told; put {code} in"
        found.append(TemplateFault(place="text", line=0, word="no-code", message=text))
    if wording.encoding is Encoding.GSM7:
        for number, line in enumerate(wording.text.split("\n"), start=1):
            lost = sorted({one for one in line if one != "?" and sms.plain(one) == "?"})
            if lost:
                letters = " ".join(lost)
                text = f"{letters} cannot be written without marks and becomes ?; leave it out, or choose ucs2"
                found.append(TemplateFault(place="text", line=number, word="lost", message=text, about=letters))
    return tuple(found)

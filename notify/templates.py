"""Templates as data: read, checked, filled in. Refuses an unknown name, an unknown placeholder, and an SMS that cannot fit.

A value that is too long for an SMS is cut short, the answer first; what the template itself says never is.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from hotline1022.core.errors import ConfigError
from hotline1022.notify import sms
from hotline1022.notify.audience import NAMES
from hotline1022.notify.template_check import channel_of, faults
from hotline1022.notify.types import Channel, Encoding, MessageClass, Wording

#: what is cut short to fit, in this order; the rest is never cut
SHORTENED = (
    "tickets",
    "others",
    "cure",
    "detail",
    "answer",
    "former",
    "alarm",
    "category",
    "agency",
    "name",
    "officer",
)
#: what stands for the rest of a value
_CUT = "…"
_KEYS: dict[Channel, dict[str, type]] = {
    Channel.SMS: {"text": str, "encoding": str, "class": str, "parts": int},
    Channel.EMAIL: {"text": str, "subject": str},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """One text."""

    name: str
    channel: Channel
    text: str
    encoding: Encoding = Encoding.NONE
    message_class: MessageClass = MessageClass.CARE
    parts: int = 1
    subject: str = ""

    @property
    def wording(self) -> Wording:
        """As people write it."""
        return Wording(
            subject=self.subject,
            text=self.text,
            encoding=self.encoding,
            message_class=self.message_class,
            parts=self.parts,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """A text with its values."""

    subject: str
    text: str
    parts: int


Templates = Mapping[str, Template]


def load(path: Path | None = None) -> Templates:
    """The shipped templates, and in place of some those of a file: an update that brings new ones does not stop a hotline that has
    its own. ConfigError `templates-invalid` names the first fault and its cure.
    """
    shipped = files("hotline1022.notify") / "templates.toml"
    found = _read(shipped, "templates.toml")
    return found if path is None else {**found, **_read(path, str(path))}


def _read(source: Traversable, where: str) -> Templates:
    try:
        tree = tomllib.loads(source.read_text(encoding="utf-8"))
    except OSError as error:
        raise _bad(
            f"{where}: cannot be read ({error.strerror}); correct notify.templates, or leave it empty"
        ) from error
    except ValueError as error:
        raise _bad(f"{where}: is not TOML in UTF-8 ({error}); see the shipped file") from error
    return {name: _template(where, name, table) for name, table in tree.items()}


def _template(where: str, name: str, table: Any) -> Template:
    if name not in NAMES:
        raise _bad(f"{where}: {name} is no template; known are {', '.join(sorted(NAMES))}")
    keys = _KEYS[channel_of(name)]
    if not isinstance(table, dict) or set(table) != set(keys):
        raise _bad(f"{where}: {name} must have exactly the keys {', '.join(keys)}; see the shipped file")
    for key, kind in keys.items():
        if type(table[key]) is not kind:
            raise _bad(f"{where}: {name}.{key} is of the wrong kind; see the shipped file")
    try:
        wording = Wording(
            subject=table.get("subject", "").strip(),
            text=table["text"].strip(),
            encoding=Encoding(table.get("encoding", "")),
            message_class=MessageClass(table.get("class", MessageClass.CARE)),
            parts=table.get("parts", 1),
        )
    except ValueError as error:
        raise _bad(f"{where}: {name}: {error}; write gsm7 or ucs2, care or advertising") from error
    if found := faults(name, wording):
        raise _bad(f"{where}: {name}: {found[0].message}")
    return template_of(name, wording)


def template_of(name: str, wording: Wording) -> Template:
    """A wording without faults as the template of this message."""
    return Template(
        name=name,
        channel=channel_of(name),
        text=wording.text.strip(),
        encoding=wording.encoding,
        message_class=wording.message_class,
        parts=wording.parts,
        subject=wording.subject.strip(),
    )


def fill(template: Template, values: Mapping[str, str]) -> Filled:
    """The text with these values (every placeholder has one). An SMS has at most `template.parts` parts."""
    if template.channel is Channel.EMAIL:
        subject = _one_line(template.subject.format(**values))
        return Filled(subject=subject, text=template.text.format(**values), parts=1)
    given = {name: _one_line(value) for name, value in values.items()}
    for name in (*SHORTENED, None):
        text, parts = _sms(template, given)
        if len(parts) <= template.parts or name is None:
            break
        given[name] = _longest(template, given, name)
    return Filled(subject="", text=text, parts=len(parts))


def _sms(template: Template, values: Mapping[str, str]) -> tuple[str, tuple[str, ...]]:
    text = re.sub(r" {2,}", " ", sms.written(template.text.format(**values), template.encoding)).strip()
    return text, sms.split(text, template.encoding)


def _longest(template: Template, values: Mapping[str, str], name: str) -> str:
    """The longest beginning of a value with which the SMS fits; "" when none does. Found by halving."""
    value = values[name]
    low, high = 0, len(value)
    while low < high:
        middle = (low + high + 1) // 2
        _, parts = _sms(template, {**values, name: _short(value, middle)})
        low, high = (middle, high) if len(parts) <= template.parts else (low, middle - 1)
    return _short(value, low)


def _short(value: str, length: int) -> str:
    if length >= len(value):
        return value
    return value[:length].rstrip() + _CUT if length else ""


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _bad(message: str) -> ConfigError:
    return ConfigError(message, error_id="templates-invalid")

"""From a frozen dataclass: its JSON Schema, its parsing from outside, its JSON. Refuses what does not fit, in words.

One type describes a request or an answer; the document, the check at the door and the output all come from it.
"""

import dataclasses
import difflib
import re
import types
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from datetime import date, datetime, time, timedelta
from enum import Enum
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from hotline1022.core.clock import day_begins, local
from hotline1022.core.errors import Invalid, in_field
from hotline1022.core.texts import tidy

#: Times from outside must lie in these years.
YEARS = range(2000, 2200)
_BOOLS = {"true": True, "1": True, "false": False, "0": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What a value must be beyond its type, and what it is."""

    #: one sentence for the document
    doc: str = ""
    #: regular expression for the whole text
    pattern: str = ""
    #: least and greatest number, or length of a text
    low: int | None = None
    high: int | None = None
    #: taken and never given back
    secret: bool = False
    #: the end of a span: a day alone means through its end
    until: bool = False
    #: a text that may have several lines
    lines: bool = False
    #: its tabs stay tabs: what was read is the same when it is sent back. Elsewhere they become blanks
    tabs: bool = False
    #: taken as it was typed, blanks around it too: a password
    verbatim: bool = False


def parse(kind: type, given: Mapping[str, object], *, texts: bool) -> Any:
    """The dataclass `kind` from a JSON object, or from query `texts`. Invalid names the first key that is wrong."""
    hints = get_type_hints(kind, include_extras=True)
    values: dict[str, Any] = {}
    for name in given:
        if name not in hints:
            near = difflib.get_close_matches(name, hints, n=1)
            cure = f'did you mean "{near[0]}"?' if near else f"known are: {', '.join(hints) or 'none'}"
            raise Invalid(f"{_short(name)} is unknown here; {cure}", error_id="key-unknown")
    for field in fields(kind):
        with in_field(field.name):
            if field.name in given:
                values[field.name] = _value(field.name, given[field.name], hints[field.name], texts)
            elif field.default is MISSING and field.default_factory is MISSING:
                raise Invalid(f"{field.name} is missing; give it", error_id="value-missing")
    return kind(**values)


def _value(name: str, given: object, hint: Any, texts: bool) -> Any:
    hint, rule = _split(hint)
    if get_origin(hint) in (Union, types.UnionType):
        choices = [part for part in get_args(hint) if part is not types.NoneType]
        if given is None:
            return None
        hint, inner = _split(choices[0])
        rule = inner if rule == Rule() else rule
    if isinstance(given, str):
        given = _typed(name, given) if rule.verbatim else _clean(name, given, rule)
    if hint is datetime:
        return _moment(name, given, rule)
    if hint is date:
        return _day(name, given)
    if hint is time:
        return _clock(name, given)
    if get_origin(hint) is tuple:
        return _many(name, given, get_args(hint)[0], rule)
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return _object(name, given, hint)
    if isinstance(hint, type) and issubclass(hint, Enum):
        words = [str(member.value) for member in hint]
        if given not in words:
            raise Invalid(f"{name} is not one of the words; choose {', '.join(words)}")
        return hint(given)
    if texts and isinstance(given, str):
        given = _from_text(given, hint)
    if hint is bool and isinstance(given, bool):
        return given
    if hint is int and isinstance(given, int) and not isinstance(given, bool):
        low, high = rule.low or 0, rule.high if rule.high is not None else 2**31 - 1
        if not low <= given <= high:
            raise Invalid(f"{name} is out of range; choose from {low} to {high}")
        return given
    if hint is str and isinstance(given, str):
        low, high = rule.low or 0, rule.high if rule.high is not None else 200
        if not low <= len(given) <= high:
            raise Invalid(f"{name} is too short or too long; write {low} to {high} characters")
        if rule.pattern and not re.fullmatch(rule.pattern, given):
            raise Invalid(f"{name} has the wrong form; write {rule.doc or rule.pattern}")
        return given
    word = {bool: "true or false", int: "a whole number", str: "a text"}[hint]
    raise Invalid(f"{name} is not {word}; write {word}")


def _object(name: str, given: object, kind: type) -> Any:
    """An object within an object; what is wrong in it is told with both names."""
    if not isinstance(given, Mapping):
        raise Invalid(f"{name} is not an object; write {{…}}")
    try:
        return parse(kind, given, texts=False)
    except Invalid as error:
        raise Invalid(f"in {name}: {error}", error_id=error.error_id) from error


def _clean(name: str, text: str, rule: Rule) -> str:
    """NFC, without spaces around; control characters and half characters are refused."""
    clean = tidy(text, lines=rule.lines, tabs=rule.tabs)
    if clean is None:
        raise Invalid(f"{name} has a control character; write plain text on one line")
    return clean


def _typed(name: str, text: str) -> str:
    if any("\ud800" <= letter <= "\udfff" for letter in text):
        raise Invalid(f"{name} has half a character; type it anew")
    return text


def _from_text(text: str, hint: Any) -> object:
    if hint is bool:
        return _BOOLS.get(text.lower(), text)
    if hint is int and re.fullmatch(r"-?[0-9]{1,12}", text):
        return int(text)
    return text


def _moment(name: str, given: object, rule: Rule) -> datetime:
    # A plus sign in an address is read as a space: 2026-11-23T08:00:00 07:00.
    text = re.sub(r" (?=[0-9]{2}:?[0-9]{2}\Z)", "+", given) if isinstance(given, str) and "T" in given else given
    cure = "write 2026-11-23 or 2026-11-23T08:00:00+07:00"
    if not isinstance(text, str):
        raise Invalid(f"{name} is not a time; {cure}")
    try:
        if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            day = date.fromisoformat(text)
            moment = day_begins(day) if day.year in YEARS else datetime.min
            return moment + timedelta(days=1) if rule.until and moment.tzinfo else _in_range(name, moment)
        return _in_range(name, datetime.fromisoformat(text))
    except ValueError:
        raise Invalid(f"{name} is not a time; {cure}") from None


def _day(name: str, given: object) -> date:
    try:
        if isinstance(given, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", given):
            day = date.fromisoformat(given)
            if day.year in YEARS:
                return day
    except ValueError:
        pass
    raise Invalid(f"{name} is not a day; write 2026-11-23")


def _clock(name: str, given: object) -> time:
    if isinstance(given, str) and re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9]", given):
        return time.fromisoformat(given)
    raise Invalid(f"{name} is not a time of day; write 06:00")


def _many(name: str, given: object, hint: Any, rule: Rule) -> tuple[Any, ...]:
    most = rule.high if rule.high is not None else 200
    if not isinstance(given, list):
        raise Invalid(f"{name} is not a list; write [...]")
    if len(given) > most:
        raise Invalid(f"{name} is too long; write at most {most}")
    return tuple(_value(f"{name}[{number}]", one, hint, False) for number, one in enumerate(given))


def _in_range(name: str, moment: datetime) -> datetime:
    if moment.year not in YEARS:
        raise Invalid(f"{name} is out of range; choose a year from {YEARS[0]} to {YEARS[-1]}")
    if moment.tzinfo is None:
        raise Invalid(f"{name} has no zone; add +07:00")
    return moment


def dump(value: Any) -> Any:
    """The value as JSON knows it: times on the province's clock, ISO 8601 with +07:00."""
    match value:
        case None | bool() | int() | float():
            return value
        case Enum():
            return value.value
        case str():
            return value
        case datetime():
            return local(value).isoformat(timespec="milliseconds")
        case date():
            return value.isoformat()
        case time():
            return value.isoformat(timespec="minutes")
        case Mapping():
            return {str(key): dump(item) for key, item in value.items()}
        case list() | tuple():
            return [dump(item) for item in value]
    if dataclasses.is_dataclass(value):
        return {field.name: dump(getattr(value, field.name)) for field in fields(value)}
    raise TypeError(f"{type(value).__name__} has no JSON form")


def schema(hint: Any, parts: dict[str, Any]) -> dict[str, Any]:
    """JSON Schema (2020-12) of a type; dataclasses and enums go to `parts` and are referred to by name."""
    hint, rule = _split(hint)
    made = _schema(hint, rule, parts)
    if rule.doc:
        made = {**made, "description": rule.doc}
    return made


def _schema(hint: Any, rule: Rule, parts: dict[str, Any]) -> dict[str, Any]:
    if get_origin(hint) in (Union, types.UnionType):
        choices = [schema(part, parts) for part in get_args(hint) if part is not types.NoneType]
        return {"anyOf": [*choices, {"type": "null"}]}
    if get_origin(hint) is tuple:
        return {"type": "array", "items": schema(get_args(hint)[0], parts)}
    if get_origin(hint) is Literal:
        return {"enum": list(get_args(hint))}
    if hint is Any:
        return {}
    if get_origin(hint) is not None:  # a mapping: free keys
        return {"type": "object", "additionalProperties": True}
    if dataclasses.is_dataclass(hint) or (isinstance(hint, type) and issubclass(hint, Enum)):
        return _part(hint, parts)
    if hint is str:
        limits = {
            "minLength": rule.low,
            "maxLength": rule.high,
            "pattern": f"^({rule.pattern})$" if rule.pattern else None,
        }
        secret = {"format": "password", "writeOnly": True} if rule.secret else {}
        return {"type": "string"} | secret | {key: limit for key, limit in limits.items() if limit is not None}
    if hint is int:
        bounds = {"minimum": rule.low, "maximum": rule.high}
        return {"type": "integer"} | {key: bound for key, bound in bounds.items() if bound is not None}
    plain = {bool: "boolean", float: "number"}
    if hint in plain:
        return {"type": plain[hint]}
    if hint is datetime:
        return {"type": "string", "format": "date-time"}
    if hint is date:
        return {"type": "string", "format": "date"}
    if hint is time:
        return {"type": "string", "pattern": "^[0-9]{2}:[0-9]{2}$"}
    if hasattr(hint, "__supertype__"):
        return schema(hint.__supertype__, parts)
    raise TypeError(f"{hint!r} has no JSON Schema")


#: rooms that have the same word for different things: their room stands before it in the document
_ROOMS = ("cascade", "tickets", "notify", "directory", "evidence", "faq")


def part_name(kind: Any) -> str:
    """The type's name in the document: of a room's own closed lists with the room, `TicketsState`."""
    *_, room, file = f".{kind.__module__}".split(".")
    of_room = file if room == "core" else room
    return (
        f"{of_room.title()}{kind.__name__}"
        if of_room in _ROOMS and not dataclasses.is_dataclass(kind)
        else kind.__name__
    )


def _part(kind: Any, parts: dict[str, Any]) -> dict[str, Any]:
    name = part_name(kind)
    reference = {"$ref": f"#/components/schemas/{name}"}
    if name in parts:
        return reference
    doc = (kind.__doc__ or "").strip().partition("\n")[0]
    if not dataclasses.is_dataclass(kind):
        parts[name] = {"type": "string", "enum": [m.value for m in kind], "description": doc}
        return reference
    parts[name] = {}  # named before its fields, so that a type may hold itself
    hints = get_type_hints(kind, include_extras=True)
    parts[name] = {
        "type": "object",
        "description": doc,
        "properties": {field.name: schema(hints[field.name], parts) for field in fields(kind)},
        "required": [f.name for f in fields(kind) if f.default is MISSING and f.default_factory is MISSING],
        "additionalProperties": False,
    }
    return reference


def _split(hint: Any) -> tuple[Any, Rule]:
    if get_origin(hint) is Annotated:
        inner, *extras = get_args(hint)
        return inner, next((extra for extra in extras if isinstance(extra, Rule)), Rule())
    return hint, Rule()


def _short(text: str) -> str:
    return repr(text[:40])

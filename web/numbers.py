"""Masks telephone numbers in an answer for those who need not ring anybody. Refuses nothing."""

from collections.abc import Callable
from typing import Any

from hotline1022.core.masking import mask, mask_recipient, mask_text
from hotline1022.tickets.types import BEGUN, FAQ_QUESTIONS

#: Fields that hold a telephone number, or a line's (short numbers stay as they are).
_NUMBERS = frozenset(
    {
        "caller",
        "caller_raw",
        "caller_sent",
        "sent",
        "caller_e164",
        "party",
        "number",
        "office",
        "mobile",
        "sms",
        "phone",
        "dialled",
    }
)
#: Fields that hold a telephone number or an address of email.
_RECIPIENTS = frozenset({"recipient", "sender"})
#: Fields with free text or the facts of an event.
_TEXTS = frozenset(
    {"data", "detail", "content", "answer", "text", "error", "why", "release_why", "words", BEGUN, FAQ_QUESTIONS}
)


def hide_numbers(value: Any) -> Any:
    """The JSON value with every telephone number masked."""
    if isinstance(value, list):
        return [hide_numbers(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {key: _field(key, item) for key, item in value.items()}


def _field(key: str, value: Any) -> Any:
    if key in _NUMBERS:
        return _each(mask, value)
    if key in _RECIPIENTS:
        return _each(mask_recipient, value)
    return _in_text(value) if key in _TEXTS else hide_numbers(value)


def _each(hidden: Callable[[str], str], value: Any) -> Any:
    """Of a field that holds one, or of a change from one to another."""
    if isinstance(value, list):
        return [_each(hidden, item) for item in value]
    return hidden(value) if isinstance(value, str) else hide_numbers(value)


def _in_text(value: Any) -> Any:
    match value:
        case str():
            return mask_text(value)
        case list():
            return [_in_text(item) for item in value]
        case dict():
            return {key: _each(mask, v) if key in _NUMBERS else _in_text(v) for key, v in value.items()}
        case _:
            return value

"""The errors of 1022: one base, a stable `error_id` each, a message that names the cure.

HotlineError
├── ConfigError         a setting or data file is wrong; nothing was started
├── NotFound            no such call, line, person …
├── Refused             the request is understood and not allowed as things stand
├── Unavailable         a part that is needed does not answer (Asterisk, database, disk)
└── Invalid             a value from outside that is not acceptable
"""

import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager


class HotlineError(Exception):
    """Base of all expected errors. `error_id` is kebab-case and never changes its meaning."""

    error_id = "internal"

    def __init__(self, message: str, *, error_id: str | None = None) -> None:
        super().__init__(message)
        if error_id is not None:
            self.error_id = error_id


class ConfigError(HotlineError):
    """A setting or data file is wrong."""

    error_id = "config-invalid"


class NotFound(HotlineError):
    """There is no such thing."""

    error_id = "not-found"


class Refused(HotlineError):
    """Not allowed as things stand."""

    error_id = "refused"


class Unavailable(HotlineError):
    """A part that is needed does not answer."""

    error_id = "unavailable"


class Invalid(HotlineError):
    """A value from outside is not acceptable."""

    error_id = "value-invalid"
    #: name of the field that is wrong; "" where it is none, or several
    field = ""


class TooLong(Invalid):
    """A text that people typed is longer than its place takes; it is never cut without a word."""

    error_id = "text-long"

    def __init__(self, name: str, *, most: int, length: int) -> None:
        super().__init__(f"{name} is too long; write at most {most} characters, {length - most} fewer")
        self.field, self.most, self.length = name, most, length


def check_length(name: str, text: str, most: int) -> None:
    """TooLong `text-long`: more than `most` characters, as they are stored, NFC."""
    length = len(unicodedata.normalize("NFC", text))
    if length > most:
        raise TooLong(name, most=most, length=length)


@contextmanager
def in_field(name: str) -> Iterator[None]:
    """What is Invalid in here is so because of this field."""
    try:
        yield
    except Invalid as error:
        error.field = error.field or name
        raise

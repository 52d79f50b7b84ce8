"""A catalogue of another language, held against the one that comes with the product. Refuses a file that cannot be read as texts by
keys; a text that is missing, or that would not take the same values, is told and not used.
"""

import re
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from string import Formatter

from hotline1022.core.errors import ConfigError
from hotline1022.core.words import Words, flat, shipped

#: keys that a message names at most, of each kind
SHOWN = 5
#: how html names a language
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?")
_LANGUAGE_KEY = "page.language"
#: what the library of holidays names those of Vietnam in
_HOLIDAYS_KEY, _HOLIDAYS = "format.holidays", ("vi", "en_US", "th")
#: what strftime takes for what, where hours may be of half a day
_HALF_DAYS = {"%I": "%H", "%p": ""}


@dataclass(frozen=True, slots=True, kw_only=True)
class Differences:
    """Keys of a catalogue, in their order."""

    missing: tuple[str, ...]
    foreign: tuple[str, ...]
    #: what is not used: no text, other values in braces than the shipped text has, a format that is none → why
    unfit: Mapping[str, str]
    #: the same text as the shipped one: nobody may have translated it yet
    same: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.missing or self.foreign or self.unfit)

    def said(self, where: str) -> str:
        """All of it in one sentence that names the cure."""
        unfit = [f"{key} ({why})" for key, why in self.unfit.items()]
        parts = [
            f"{len(keys)} {what}: {', '.join(keys[:SHOWN])}{', …' if len(keys) > SHOWN else ''}"
            for keys, what in (
                (self.missing, "texts are missing"),
                (self.foreign, "keys are not known"),
                (unfit, "texts do not fit"),
            )
            if keys
        ]
        cure = f"the Vietnamese texts stand for what is missing or does not fit; `hotline1022 language check {where}` lists all"
        return f"{where}: {'; '.join(parts)}; {cure}"


def read_texts(path: Path) -> dict[str, object]:
    """What a file has, by whole keys. ConfigError `catalogue-invalid`."""
    try:
        return dict(flat(tomllib.loads(path.read_text(encoding="utf-8"))))
    except OSError as error:
        raise _bad(f"{path}: cannot be read ({error.strerror}); correct desk.catalogue, or leave it empty") from error
    except UnicodeDecodeError as error:
        raise _bad(f"{path}: is not UTF-8 at byte {error.start}; save it as UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise _bad(f"{path}: is not TOML ({error}); correct that line") from error


def differences(own: Mapping[str, object], model: Words) -> Differences:
    """What a catalogue has otherwise than the model."""
    return Differences(
        missing=tuple(key for key in model.texts if key not in own),
        foreign=tuple(key for key in own if key not in model.texts),
        unfit={key: why for key, text in own.items() if key in model.texts and (why := _unfit(key, text, model))},
        same=tuple(
            key for key, text in own.items() if text == model.texts.get(key) and re.search(r"[^\W\d_]", str(text))
        ),
    )


def catalogue_of(path: Path) -> tuple[Words, Differences]:
    """The catalogue of a file, with the shipped texts in place of what it lacks. ConfigError `catalogue-invalid`."""
    own, model = read_texts(path), shipped()
    found = differences(own, model)
    fit = {key: str(own[key]) for key in model.texts if key in own and key not in found.unfit}
    return Words(texts={**model.texts, **{key: unicodedata.normalize("NFC", text) for key, text in fit.items()}}), found


def _unfit(key: str, text: object, model: Words) -> str:
    if not isinstance(text, str):
        return "is no text; put it in quotation marks"
    if not text.strip() and model.texts[key].strip():
        return "is empty"
    try:
        given, wanted = set(_holes(text)), set(_holes(model.texts[key]))
    except ValueError:
        return "has a brace too few or too many"
    if strange := sorted(given - wanted):
        return f"there is no {strange[0]} here"
    if lost := sorted(wanted - given):
        return f"lacks {lost[0]}"
    if key == _LANGUAGE_KEY and not _LANGUAGE.fullmatch(text):
        return "write the language as html does, such as en or pt-BR"
    if key == _HOLIDAYS_KEY and text not in _HOLIDAYS:
        return f"choose {', '.join(_HOLIDAYS)}"
    if key.startswith("format.") and _directives(text) != _directives(model.texts[key]):
        return f"must have {' '.join(sorted(_directives(model.texts[key])))} and nothing else"
    return ""


def _holes(text: str) -> Iterator[str]:
    for _, name, form, conversion in Formatter().parse(text):
        if name is not None:
            yield f"{{{name}{f'!{conversion}' if conversion else ''}{f':{form}' if form else ''}}}"


def _directives(text: str) -> frozenset[str]:
    """What strftime would put in, `%%` and `{value} %` left out."""
    found = re.findall(r"%[^%\s]", text.replace("%%", ""))
    return frozenset(_HALF_DAYS.get(one, one) for one in found) - {""}


def _bad(message: str) -> ConfigError:
    return ConfigError(message, error_id="catalogue-invalid")

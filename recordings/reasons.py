"""Why a recording may be listened to: a list that is data. Refuses reasons that are not in it, and words that say nothing."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from hotline1022.core.errors import ConfigError, Invalid

SHIPPED = "reasons.toml"
#: of those who hear messages that citizens left: their work itself is the reason, nobody chooses it
VOICEMAIL = "voicemail"
#: characters of the words at most
MOST = 500
_ID = re.compile(r"[a-z][a-z0-9-]{0,39}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reasons:
    """The list, in the order of the file."""

    #: text by id
    texts: Mapping[str, str]
    #: characters that the words must have
    least: int

    def check(self, reason: str, words: str) -> str:
        """The words without needless blanks. Invalid `reason-unknown`, `reason-too-short`, `reason-too-long`."""
        if reason not in self.texts:
            known = ", ".join(self.texts)
            raise Invalid(f"{reason} is no reason to listen; choose one of {known}", error_id="reason-unknown")
        said = " ".join(words.split())
        if len(said) < self.least:
            text = f"the reason needs words of {self.least} characters at least; say what it is about"
            raise Invalid(text, error_id="reason-too-short")
        if len(said) > MOST:
            raise Invalid(f"the reason has more than {MOST} characters; shorten it", error_id="reason-too-long")
        return said


def load_reasons(path: Path | None = None) -> Reasons:
    """The list in the file `path`, or the shipped one. ConfigError `reasons-invalid` names what is wrong."""
    source = SHIPPED if path is None else str(path)
    try:
        text = (files("hotline1022.recordings") / SHIPPED if path is None else path).read_text(encoding="utf-8")
        found = tomllib.loads(text)
    except (OSError, ValueError) as error:
        raise _invalid(source, f"cannot be read ({error})", "correct it, or paths.listening_reasons") from error
    least, texts = found.get("least_characters"), found.get("reasons")
    if set(found) != {"least_characters", "reasons"} or not isinstance(texts, dict) or not texts:
        raise _invalid(source, "has not exactly least_characters and [reasons]", "write both")
    if not isinstance(least, int) or isinstance(least, bool) or not 1 <= least <= MOST:
        raise _invalid(source, "least_characters is not a number", f"write 1 to {MOST}")
    for id, said in texts.items():
        if _ID.fullmatch(id) is None or id == VOICEMAIL:
            raise _invalid(source, f"{id!r} cannot be a reason's id", "write small letters, digits and -")
        if not isinstance(said, str) or not 1 <= len(said) <= 200:
            raise _invalid(source, f"{id} has no text", "write 1 to 200 characters")
    return Reasons(texts=dict(texts), least=least)


def _invalid(source: str, what: str, cure: str) -> ConfigError:
    return ConfigError(f"{source}: {what}; {cure}", error_id="reasons-invalid")

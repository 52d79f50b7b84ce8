"""What a name to sign in with, a password and a role may look like. Refuses with the cure; never repeats a password."""

import re
import unicodedata
from collections.abc import Sequence
from secrets import choice

from zxcvbn import zxcvbn  # type: ignore[import-untyped]

from hotline1022.core.errors import Invalid
from hotline1022.core.folding import fold

LOGIN = r"[a-z][a-z0-9._-]{1,39}"
ROLE = r"[a-z][a-z0-9-]{1,39}"
#: characters of a password; the estimate of its strength looks at the first 32, so that it takes no seconds
SHORTEST, LONGEST, LOOKED_AT = 10, 128, 32
#: of 4: cannot be guessed by who has the hashes, in reasonable time
STRONG = 3
#: what people here think of first, beside what the library knows
FAMILIAR = (
    "matkhau",
    "mat khau",
    "binhduong",
    "thudaumot",
    "vietnam",
    "hotline",
    "tongdai",
    "1022",
    "02741022",
    "anhyeuem",
    "khongbiet",
    "quantri",
    "giamsat",
    "chuyenvien",
    "lanhdao",
    "dienthoaivien",
)
#: letters and digits that nobody confuses when reading them from paper
ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"


def login_of(text: str) -> str:
    """As it is kept: small letters. Invalid `login-invalid`."""
    login = unicodedata.normalize("NFC", text).strip().lower()
    if re.fullmatch(LOGIN, login) is None:
        text = "a name to sign in with is 2 to 40 small letters without marks, digits, dots, - and _, and begins with a letter"
        raise Invalid(text, error_id="login-invalid")
    return login


def name_of(text: str) -> str:
    """A person's name as it is shown: NFC, one blank between words. Invalid `name-invalid`."""
    name = " ".join(unicodedata.normalize("NFC", text).split())
    if not 1 <= len(name) <= 80 or not name.isprintable():
        raise Invalid("a name has 1 to 80 characters, and none that cannot be seen", error_id="name-invalid")
    return name


def role_id_of(text: str) -> str:
    """Invalid `role-invalid`."""
    if re.fullmatch(ROLE, text) is None:
        text = "the id of a role is 2 to 40 small letters, digits and -, and begins with a letter"
        raise Invalid(text, error_id="role-invalid")
    return text


def plain_password(text: str) -> str:
    """As it is hashed: one way of writing marks, whatever keyboard typed it."""
    return unicodedata.normalize("NFC", text)


def check_password(password: str, about: Sequence[str]) -> str:
    """A password that somebody chooses, as it is hashed; `about` are names that it must not lean on. Blocks for milliseconds.

    Invalid `password-short`, `password-long`, `password-weak`.
    """
    plain = plain_password(password)
    if len(plain) < SHORTEST:
        raise Invalid(
            f"a password has {SHORTEST} characters at least; a few words are easy to keep", error_id="password-short"
        )
    if len(plain) > LONGEST:
        raise Invalid(f"a password has {LONGEST} characters at most; choose a shorter one", error_id="password-long")
    folded = [fold(text) for text in about]
    own = [*FAMILIAR, *about, *(part for text in folded for part in (text, text.replace(" ", ""), *text.split()))]
    looked = zxcvbn(fold(plain)[:LOOKED_AT], user_inputs=own)
    if looked["score"] < STRONG:
        text = "this password is guessed too easily; take some words that do not belong together, or a longer one"
        raise Invalid(text, error_id="password-weak")
    return plain


def one_time_password() -> str:
    """Sixteen signs in groups (about 79 bits), for paper or telephone: `k7mq-2fzr-…`."""
    signs = [choice(ALPHABET) for _ in range(16)]
    return "-".join("".join(signs[at : at + 4]) for at in range(0, 16, 4))

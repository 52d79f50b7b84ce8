"""The mark of the dial plan that comes with this program: Asterisk has it in HL_DIALPLAN as soon as it has read the plan, and tells it
when asked. Reads the files that come with the program; refuses nothing.
"""

from hashlib import sha256
from importlib.resources import files

from hotline1022.service.reload_plan import COMMANDS

#: raised by hand when the service begins to need something that an older dial plan cannot do
NUMBER = 1
#: from which number on the dial plan puts through a citizen who was called back (docs/decisions/035-called-and-put-through.md)
CALLED_BACK = 1

#: files that Asterisk reads as the dial plan
_OWN = "hl1022/"
_FILES = tuple(
    sorted(name.removeprefix(_OWN) for name, said in COMMANDS.items() if "dialplan reload" in said and _OWN in name)
)


def mark() -> str:
    """`NUMBER-…`; the second part is another one whenever a line is, but for comments. What settings fill in is no part of it."""
    folder = files("hotline1022.asterisk_conf") / "hl1022"
    code = "\n".join(
        line.strip()
        for name in _FILES
        for line in (folder / name).read_text(encoding="utf-8").splitlines()
        if line.strip() and not line.lstrip().startswith(";")
    )
    return f"{NUMBER}-{sha256(code.encode()).hexdigest()[:12]}"


def number_of(mark: str) -> int:
    """The number in a mark; 0 for a dial plan that is older than marks."""
    number = mark.partition("-")[0]
    return int(number) if number.isascii() and number.isdigit() and len(number) < 6 else 0

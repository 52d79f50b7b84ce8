"""How pages tell of long work in the background: how far it is, who began it, how it ended, which files are not as they should be.
Refuses nothing.
"""

import re
from collections.abc import Sequence
from typing import Any

from hotline1022.web.backup_wire import BackupView
from hotline1022.web.chores_wire import ChoreView
from hotline1022.web.desk import seen
from hotline1022.web.desk.render import told_id
from hotline1022.web.page_words import words
from hotline1022.web.types import WorkState

#: findings of a page; the API has a thousand, the log and the commands all
SHOWN = 200

_KIND = re.compile(
    r"(changed|missing|extra|key-missing|unreadable|rotten|unchecked|broken) (.+?)(?:: (.*))?", re.DOTALL
)
_PLAIN = re.compile(r"(.+?): (.*)", re.DOTALL)
_ID = re.compile(r"\[([a-z][a-z-]+)\]$")
#: how the services begin to say it → a word of [file-fault]
_WHY = {
    "is missing": "missing",
    "a row promises it": "missing",
    "other bytes than were stored": "changed",
    "is not what was written": "changed",
    "cannot be read": "unreadable",
    "could not be read back": "not-read-back",
    "it was exchanged": "meanwhile",
}


def work(one: ChoreView | BackupView | None) -> dict[str, Any] | None:
    """How far it is, as the macro `work` of chore-macros.html shows it."""
    if one is None:
        return None
    return {
        "state": one.state.value,
        "running": one.state is WorkState.RUNNING,
        "by": seen.who(one.asked_by),
        "at": seen.instant(one.asked_at),
        "ended": seen.instant(one.ended_at) if one.ended_at else "",
        "done": one.done,
        "work": one.work,
        "error": told_id(one.error_id) or (told_id("internal") if one.error else ""),
    }


def findings(found: Sequence[str], wrong: int) -> dict[str, Any]:
    """Those that are shown, and how many more there are."""
    return {"rows": [finding(one) for one in found[:SHOWN]], "more": max(0, wrong - min(len(found), SHOWN))}


def finding(text: str) -> dict[str, str]:
    """What is wrong in words, and with which file; `text` as services write it for API and command."""
    kind, name, why = "", "", text
    if match := _KIND.fullmatch(text):
        kind, name, why = match[1], match[2], match[3] or ""
    elif match := _PLAIN.fullmatch(text):
        name, why = match[1], match[2]
    told = next((word for begin, word in _WHY.items() if why.startswith(begin)), kind)
    say = words()
    if told in ("", "broken"):
        id = _ID.search(why)
        # a backup whose list of files cannot be trusted is told without a file
        return {"what": told_id(id[1] if id else "backup-broken"), "name": name if id or told else ""}
    return {"what": say(f"file-fault.{told}"), "name": name}

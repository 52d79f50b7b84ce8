"""Texts of a menu that nobody hears, because a studio recording of the same name is there: whoever changes one is told. Refuses nothing."""

import re
from pathlib import Path

from hotline1022.ivr.model import MenuTree, information_prompt, menu_prompt
from hotline1022.ivr.prompt_jobs import recorded, recording_of
from hotline1022.web.menu_wire import Remark

#: an id of the text as a file may be called; drafts may have others
_ID = re.compile(r"[a-z0-9-]+(/[a-z0-9-]+)?")


def unheard(tree: MenuTree, now: MenuTree, studio: Path | None) -> tuple[Remark, ...]:
    """Of each text that is another one than in the menu in force `now`, while callers go on hearing its recording. Looks at the disk."""
    if studio is None:
        return ()
    before, places = recorded(now, studio), _places(tree)
    return tuple(
        Remark(line=None, at=places.get(key, ""), text=_said(key))
        for key, text in recorded(tree, studio).items()
        if before.get(key, text) != text
    )


def recording(studio: Path | None, kind: str, id: str) -> str:
    """The name of the recording that is heard in place of a text; "" = none. Looks at the disk."""
    if studio is None or not _ID.fullmatch(id):
        return ""
    key = {"menus": menu_prompt, "information": information_prompt}.get(kind, str)(id)
    file = recording_of(studio, key)
    return file.name if file.is_file() else ""


def _said(key: str) -> str:
    return f"the prompt {key} has a recording: callers hear {key}.wav, the changed text is not heard; record it anew, or take it away"


def _places(tree: MenuTree) -> dict[str, str]:
    """Prompt key → where its text stands."""
    return (
        {key: f"prompts.{key}" for key in tree.prompts}
        | {name: f"sounds.{name}" for name in tree.sounds}
        | {menu_prompt(id): f"menus.{id}.text" for id in tree.menus}
        | {information_prompt(id): f"information.{id}.text" for id in tree.information}
    )

"""A menu's text as pages and API see it: as a tree, and its faults by line and place. Changes nothing."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import assert_never

from hotline1022.core.errors import Invalid
from hotline1022.ivr.model import (
    Agents,
    Back,
    Choice,
    Emergency,
    Information,
    Menu,
    MenuTree,
    Repeat,
    Status,
    ToMenu,
    Voicemail,
)
from hotline1022.ivr.toml_lines import Path, scan
from hotline1022.service.menu.desk import written
from hotline1022.service.menu.file import SOURCE, read
from hotline1022.web.menu_wire import Checked, KeyView, Leads, LevelView, Remark, SpokenView, TreeView

_AT_LINE = re.compile(rf"(?:{SOURCE}|[^:\n]*\.toml):(\d+): (.*)")


def remark(said: str, places: Mapping[int, Path] | None = None) -> Remark:
    """`menu:12: text` as line, place and text; what has no line stays whole."""
    found = _AT_LINE.fullmatch(said)
    if not found:
        return Remark(line=None, text=said)
    line = int(found[1])
    return Remark(line=line, at=".".join(map(str, (places or {}).get(line, ()))), text=found[2])


def remarks(said: Iterable[str], text: str = "") -> tuple[Remark, ...]:
    """Of all; their places in `text`, where it is at hand."""
    places = scan(text).paths() if text else {}
    return tuple(remark(one, places) for one in said)


def key_view(tree: MenuTree, choice: Choice) -> KeyView:
    """Where a key leads, with the name of what is there."""
    to = name = ""
    match choice.target:
        case ToMenu(menu=to):
            leads = Leads.MENU
        case Information(id=to):
            leads = Leads.INFORMATION
        case Agents(category=to):
            leads, name = Leads.AGENTS, category_name(tree, to)
        case Emergency():
            leads = Leads.EMERGENCY
        case Voicemail():
            leads = Leads.VOICEMAIL
        case Status():
            leads = Leads.STATUS
        case Repeat():
            leads = Leads.REPEAT
        case Back():
            leads = Leads.BACK
        case _:
            assert_never(choice.target)
    return KeyView(key=choice.key, leads=leads, to=to, name=name)


def category_name(tree: MenuTree, id: str) -> str:
    """The name of a category of the menu; "" for none."""
    return next((one.name for one in tree.categories if one.id == id), id)


def tree_view(tree: MenuTree) -> TreeView:
    """Its menus from the first one down, then those to which no key leads."""
    depths = {tree.root: 0}
    order = [tree.root]
    for id in order:
        for choice in tree.menus[id].choices:
            if isinstance(choice.target, ToMenu) and choice.target.menu not in depths:
                depths[choice.target.menu] = depths[id] + 1
                order.append(choice.target.menu)
    order += [id for id in tree.menus if id not in depths]
    return TreeView(
        levels=tuple(_level(tree, tree.menus[id], depths.get(id, -1)) for id in order),
        information=tuple(SpokenView(id=id, text=text) for id, text in tree.information.items()),
    )


def _level(tree: MenuTree, menu: Menu, depth: int) -> LevelView:
    return LevelView(
        id=menu.id,
        text=menu.text,
        keys=keys_view(tree, menu),
        tries=menu.tries,
        wait_seconds=menu.wait_seconds,
        depth=depth,
    )


def keys_view(tree: MenuTree, menu: Menu) -> tuple[KeyView, ...]:
    """All keys of a menu."""
    return tuple(key_view(tree, choice) for choice in menu.choices)


def check_text(text: str, more: Callable[[MenuTree], Sequence[Remark]]) -> Checked:
    """What is wrong with a text; where nothing is, what is odd as `more` tells it. Blocks for some ms."""
    text = written(text)
    try:
        tree = read(text)
    except Invalid as error:
        return Checked(problems=remarks(str(error).splitlines(), text), warnings=(), tree=None)
    lines = scan(text)
    places = lines.paths()

    def placed(one: Remark) -> Remark:
        if one.at:
            return replace(one, line=lines.at.get(tuple(one.at.split("."))))
        return replace(one, at=".".join(map(str, places.get(one.line or 0, ()))))

    return Checked(problems=(), warnings=tuple(map(placed, more(tree))), tree=tree_view(tree))

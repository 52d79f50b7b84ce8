"""Whether a menu makes sense: every target and text is there, 9 is 115, 0 is an agent, everybody gets out."""

import re
from dataclasses import replace
from types import MappingProxyType

from hotline1022.core.errors import Invalid
from hotline1022.ivr.build_tree import Problems
from hotline1022.ivr.flow import PROMPT_FOLDER, encode, every_decision
from hotline1022.ivr.model import (
    Agents,
    Emergency,
    Exit,
    Fixed,
    Information,
    Menu,
    MenuTree,
    Target,
    ToMenu,
)
from hotline1022.ivr.sounds import QUEUE_SOUNDS, TRANSFER_SOUNDS
from hotline1022.ivr.toml_lines import Path

#: how a text names the keys that are no digits
SPOKEN_KEYS = {"#": "phím thăng", "*": "phím sao"}
#: where the sounds of prompts and of numbers are
_OWN_FOLDERS = (f"{PROMPT_FOLDER}/", "digits/")


def check(tree: MenuTree, problems: Problems, *, shipped_texts: bool) -> MenuTree:
    """`tree` with its parents and warnings filled in; faults go to `problems`."""
    _names(tree, problems)
    for menu in tree.menus.values():
        _menu(tree, menu, problems)
    for key in [key for key in Fixed if key not in tree.prompts]:
        problems.add(("prompts",), f'the prompt {key} has no text; add {key} = "..." under [prompts]')
    for sound in [sound for sound in (*QUEUE_SOUNDS, *TRANSFER_SOUNDS) if sound not in tree.sounds]:
        problems.add(("sounds",), f'the sound {sound} has no text; add {sound} = "..." under [sounds]')
    if problems.faults:
        return tree
    tree = _with_parents(tree)
    _reachable(tree, problems)
    for menu in tree.menus.values():
        _spoken_keys(menu, problems)
    _answers_fit(tree, problems)
    if not shipped_texts:
        _unused_prompts(tree, problems)
    return replace(tree, warnings=problems.warnings(tree.source), outdated=problems.passed(tree.source))


def _names(tree: MenuTree, problems: Problems) -> None:
    if tree.root and tree.root not in tree.menus:
        problems.add(("root",), f"there is no menu {tree.root}; add [menus.{tree.root}] or name another root")
    for list_name, ids in (
        ("agencies", [agency.id for agency in tree.agencies]),
        ("categories", [category.id for category in tree.categories]),
    ):
        for place, id in enumerate(ids):
            if id and id in ids[:place]:
                problems.add((list_name, place, "id"), f"the id {id} is there already; give each its own")
    agencies = {agency.id for agency in tree.agencies}
    for place, category in enumerate(tree.categories):
        if category.agency and category.agency not in agencies:
            problems.add(
                ("categories", place, "agency"),
                f"there is no agency {category.agency}; add it under [[agencies]] or name another",
            )
    for key in tree.prompts:
        if key.startswith(("menu-", "info-", "agency-")):
            problems.add(
                ("prompts", key), f"{key} may be the name of a text that the menu makes itself; choose another name"
            )
    for sound in tree.sounds:
        if sound.startswith(_OWN_FOLDERS):  # its file would be the one of a prompt, or of a number
            problems.add_late(
                ("sounds", sound), f"{sound} may be the name of a text that the menu makes itself; choose another name"
            )


def _menu(tree: MenuTree, menu: Menu, problems: Problems) -> None:
    path: Path = ("menus", menu.id)
    emergency, agents = menu.target("9"), menu.target("0")
    keys_read = {choice.key for choice in menu.choices}
    for key, target, wanted, fits in (
        ("9", emergency, '9 = "emergency"', isinstance(emergency, Emergency)),
        ("0", agents, '0 = "agents"', isinstance(agents, Agents)),
    ):
        if key not in keys_read and (*path, "keys", key) not in problems.lines.at:
            where = "115" if key == "9" else "an agent"
            problems.add(path, f"menu {menu.id} has no way out to {where}; add {wanted} under [menus.{menu.id}.keys]")
        elif target is not None and not fits:
            where = "115" if key == "9" else "an agent"
            problems.add((*path, "keys", key), f"key {key} always leads to {where}; write {wanted}")
    for choice in menu.choices:
        _target(tree, choice.target, (*path, "keys", choice.key), problems)
    _target(tree, menu.after, (*path, "after"), problems)
    for name, key in (("no_input", menu.no_input), ("invalid", menu.invalid)):
        if key and key not in tree.prompts:
            problems.add((*path, name), f'the prompt {key} has no text; add {key} = "..." under [prompts]')


def _target(tree: MenuTree, target: Target | Exit, path: Path, problems: Problems) -> None:
    match target:
        case ToMenu(menu=id) if id not in tree.menus:
            problems.add(path, f"there is no menu {id}; add [menus.{id}] or name another")
        case Information(id=id) if id not in tree.information:
            problems.add(path, f"there is no information {id}; add [information.{id}] with its text, or name another")
        case Agents(category=id) if id and id not in {category.id for category in tree.categories}:
            problems.add(path, f"there is no category {id}; add it under [[categories]] or name another")
        case _:
            return


def _with_parents(tree: MenuTree) -> MenuTree:
    """Each menu with the menu it is reached from on the shortest way."""
    parents = {tree.root: tree.root}
    waiting = [tree.root]
    while waiting:
        menu = tree.menus[waiting.pop(0)]
        for choice in menu.choices:
            if isinstance(choice.target, ToMenu) and choice.target.menu not in parents:
                parents[choice.target.menu] = menu.id
                waiting.append(choice.target.menu)
    menus = {id: replace(menu, parent=parents.get(id, tree.root)) for id, menu in tree.menus.items()}
    return replace(tree, menus=MappingProxyType(menus))


def _reachable(tree: MenuTree, problems: Problems) -> None:
    menus: set[str] = set()
    information: set[str] = set()
    waiting = [tree.root]
    while waiting:
        id = waiting.pop()
        menus.add(id)
        for choice in tree.menus[id].choices:
            match choice.target:
                case ToMenu(menu=other) if other not in menus:
                    waiting.append(other)
                case Information(id=other):
                    information.add(other)
                case _:
                    continue
    for id in tree.menus:
        if id not in menus:
            problems.warn(("menus", id), f"no key leads to menu {id}")
    for id in tree.information:
        if id not in information:
            problems.warn(("information", id), f"no key leads to information {id}")


def _spoken_keys(menu: Menu, problems: Problems) -> None:
    """A caller can only press what he is told of; and what he is told of must be there."""
    spoken = set(re.findall(r"phím (?:số )?(\d)\b", menu.text.lower()))
    spoken |= {key for key, words in SPOKEN_KEYS.items() if words in menu.text.lower()}
    keys = {choice.key for choice in menu.choices}
    for key in sorted(keys - spoken):
        problems.warn(("menus", menu.id, "keys", key), f"the text of menu {menu.id} does not speak of key {key}")
    for key in sorted(spoken - keys):
        problems.warn(("menus", menu.id, "text"), f"the text of menu {menu.id} offers key {key}, which leads nowhere")


def _answers_fit(tree: MenuTree, problems: Problems) -> None:
    for id, decision in every_decision(tree):
        try:
            encode(decision)
        except Invalid as error:
            problems.add(("menus", id), str(error))


def _unused_prompts(tree: MenuTree, problems: Problems) -> None:
    used = {*Fixed, *(menu.no_input for menu in tree.menus.values()), *(menu.invalid for menu in tree.menus.values())}
    for key in tree.prompts:
        if key not in used:
            problems.warn(("prompts", key), f"the prompt {key} is never played")

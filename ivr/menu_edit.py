"""A menu's text as steps, and the same text with one of them changed: forms and text write one document. Judges no sense, `check` does;
refuses a text that is no TOML (`menu-not-toml`), a change that the text would not show as it was meant (`menu-form-unfit`), and to take
away what a key still leads to (`menu-step-used`) or begins with (`menu-step-first`).
"""

import tomllib
from collections.abc import Iterable, Mapping
from copy import deepcopy
from typing import Any

from hotline1022.core.errors import Invalid, NotFound, Refused
from hotline1022.ivr.flow import NAME
from hotline1022.ivr.model import Fixed, MenuTree
from hotline1022.ivr.toml_data import data_of
from hotline1022.ivr.toml_edit import add_element, add_table, drop_table, set_table, set_value, unfit
from hotline1022.ivr.toml_lines import Path
from hotline1022.ivr.types import MenuCategory, MenuStep, MenuSteps, SpokenText, StepKey

#: what a step has that leaves a field out
_DEFAULTS: Mapping[str, str | int] = {
    "tries": 3,
    "wait_seconds": 5,
    "no_input": str(Fixed.NO_INPUT),
    "invalid": str(Fixed.INVALID),
    "after": "agents",
}
#: a number of that size is none of a menu
_HUGE = 10**9
#: what a new step says even where that is the default: people look for it
_WRITTEN = ("text", "tries", "wait_seconds")


def steps_of(text: str, base: MenuTree) -> MenuSteps:
    """The parts of a text; `base` has the texts that it leaves out. What is of the wrong kind is left out, `check` names it."""
    data = _data(text)
    return MenuSteps(
        root=_text(data.get("root")),
        steps=tuple(_step(id, table) for id, table in _tables(data.get("menus"))),
        information=tuple(
            SpokenText(id=id, text=_text(table.get("text"))) for id, table in _tables(data.get("information"))
        ),
        prompts=_spoken(data.get("prompts"), base.prompts),
        sounds=_spoken(data.get("sounds"), base.sounds),
        categories=tuple(
            MenuCategory(id=_text(one.get("id")), name=_text(one.get("name")))
            for one in _list(data.get("categories"))
            if isinstance(one, dict)
        ),
    )


def put_step(text: str, step: MenuStep) -> str:
    """With this step as it is; a new one where there is none of its id. What is as it was is not touched."""
    _named(step.id)
    data, path = _data(text), ("menus", step.id)
    meant = deepcopy(data)
    said: dict[str, str | int] = {"text": step.text, "tries": step.tries, "wait_seconds": step.wait_seconds}
    said |= {"no_input": step.no_input, "invalid": step.invalid, "after": step.after}
    keys = {one.key: one.target for one in step.keys}
    if len(keys) != len(step.keys):
        raise Invalid("a key stands in two rows; give each key one", error_id="menu-key-twice")
    menus = meant.setdefault("menus", {})
    if not isinstance(menus, dict):
        raise unfit(("menus",))
    if step.id not in menus:
        said = {name: value for name, value in said.items() if name in _WRITTEN or value != _DEFAULTS[name]}
        menus[step.id] = {**said, "text": _in_lines(step.text), "keys": keys}
        text = set_table(add_table(text, path, said), (*path, "keys"), keys)
        return _proved(text, meant)
    there = menus[step.id]
    if not isinstance(there, dict) or not isinstance(there.get("keys", {}), dict):
        raise unfit(path)
    for name, value in said.items():
        now = there.get(name, _DEFAULTS.get(name))
        if not _same(_target(now) if name == "after" else now, value):
            text = set_value(text, (*path, name), value)
            there[name] = _again(text, (*path, name), value)
    if [(key, _target(to)) for key, to in there.get("keys", {}).items()] != list(keys.items()):
        there["keys"] = keys
        text = set_table(text, (*path, "keys"), keys)
    return _proved(text, meant)


def drop_step(text: str, id: str) -> str:
    """Without this step. NotFound `menu-step-unknown`; Refused while a key leads there."""
    data = _data(text)
    if id == _text(data.get("root")):
        raise Refused(f"{id} is the first step; name another root first", error_id="menu-step-first")
    return _drop(text, data, "menus", id, f"menu:{id}")


def drop_information(text: str, id: str) -> str:
    """Without this text. NotFound `menu-step-unknown`; Refused while a key leads there."""
    return _drop(text, _data(text), "information", id, f"information:{id}")


def put_information(text: str, id: str, spoken: str) -> str:
    """With this text, a new one where there is none of its id."""
    _named(id)
    data, path = _data(text), ("information", id)
    meant = deepcopy(data)
    there = meant.setdefault("information", {})
    if not isinstance(there, dict) or not isinstance(there.get(id, {}), dict):
        raise unfit(path)
    if id not in there:
        there[id] = {"text": _in_lines(spoken)}
        return _proved(add_table(text, path, {"text": spoken}), meant)
    return _put_text(text, meant, (*path, "text"), spoken)


def put_spoken(text: str, table: str, id: str, spoken: str) -> str:
    """With this text under `prompts` or `sounds`."""
    meant = deepcopy(_data(text))
    if not isinstance(meant.setdefault(table, {}), dict):
        raise unfit((table,))
    return _put_text(text, meant, (table, id), spoken)


def put_category(text: str, category: MenuCategory, agency: MenuCategory) -> str:
    """With this category that keys may choose, and its lead agency; as it was where it has the category."""
    _named(category.id)
    _named(agency.id)
    meant = deepcopy(_data(text))
    agencies, categories = meant.setdefault("agencies", []), meant.setdefault("categories", [])
    if not isinstance(agencies, list) or not isinstance(categories, list):
        raise unfit(("categories",))
    if category.id in _ids(categories):
        return text
    if agency.id not in _ids(agencies):
        said: dict[str, str | int] = {"id": agency.id, "name": agency.name}
        agencies.append(said)
        text = add_element(text, "agencies", said)
    more: dict[str, str | int] = {"id": category.id, "name": category.name, "agency": agency.id, "goes_to": "agents"}
    categories.append(more)
    return _proved(add_element(text, "categories", more), meant)


def put_root(text: str, id: str) -> str:
    """With this step as the first one. NotFound `menu-step-unknown`."""
    meant = deepcopy(_data(text))
    if id not in dict(_tables(meant.get("menus"))):
        raise _unknown(id)
    if _text(meant.get("root")) == id:
        return text
    meant["root"] = id
    return _proved(set_value(text, ("root",), id), meant)


def leading_to(steps: Iterable[MenuStep], target: str) -> list[tuple[str, str]]:
    """The step and key of each that leads there."""
    return [(step.id, one.key) for step in steps for one in step.keys if one.target == target]


def _put_text(text: str, meant: dict[str, Any], path: tuple[str, ...], spoken: str) -> str:
    there: dict[str, Any] = meant
    for part in path[:-1]:
        there = there[part]
    if _same(there.get(path[-1]), spoken):
        return text
    text = set_value(text, path, spoken)
    there[path[-1]] = _again(text, path, spoken)
    return _proved(text, meant)


def _drop(text: str, data: dict[str, Any], table: str, id: str, target: str) -> str:
    if id not in dict(_tables(data.get(table))):
        raise _unknown(id)
    steps = [_step(step, one) for step, one in _tables(data.get("menus")) if (table, id) != ("menus", step)]
    if used := leading_to(steps, target):
        keys = ", ".join(f"key {key} of step {step}" for step, key in used)
        raise Refused(f"{keys} leads to {id}; let it lead elsewhere first", error_id="menu-step-used")
    meant = deepcopy(data)
    del meant[table][id]
    after = drop_table(text, (table, id))
    if not meant[table] and table not in _data(after):
        del meant[table]
    return _proved(after, meant)


def _proved(text: str, meant: Mapping[str, Any]) -> str:
    """The text, if it says what was meant and nothing else."""
    try:
        found = data_of(text)
    except tomllib.TOMLDecodeError as error:
        raise unfit(("menus",)) from error
    if found != meant or not _same_order(found, meant):
        raise unfit(("menus",))
    return text


def _same_order(found: Mapping[str, Any], meant: Mapping[str, Any]) -> bool:
    return all(
        list(table.get("keys", {})) == list(meant["menus"][id].get("keys", {}))
        for id, table in _tables(found.get("menus"))
        if isinstance(table.get("keys", {}), dict)
    )


def _data(text: str) -> dict[str, Any]:
    try:
        return data_of(text)
    except tomllib.TOMLDecodeError as error:
        raise Invalid(f"this is no TOML: {error}; mend it as text first", error_id="menu-not-toml") from error


def _again(text: str, path: Path, value: str | int) -> object:
    """The value as the text has it now: a text in lines of its own ends with the end of one."""
    try:
        found: Any = data_of(text)
    except tomllib.TOMLDecodeError as error:
        raise unfit(path) from error
    for part in path:
        found = found.get(part) if isinstance(found, dict) else None
    return found if _same(found, value) else value


def _in_lines(text: str) -> str:
    return f"{text}\n"


def _same(one: object, other: object) -> bool:
    """Texts but for what stands around them: a text in lines of its own ends with one."""
    if isinstance(one, str) and isinstance(other, str):
        return one.strip() == other.strip()
    return one == other and not isinstance(one, bool)


def _named(id: str) -> None:
    if not NAME.fullmatch(id):
        raise Invalid(f"{id!r} is no id; use a-z, 0-9 and -, at most 40 letters", error_id="menu-step-id")


def _unknown(id: str) -> NotFound:
    return NotFound(f"the menu has nothing called {id}; its steps name what there is", error_id="menu-step-unknown")


def _tables(value: object) -> list[tuple[str, dict[str, Any]]]:
    return [(id, one) for id, one in value.items() if isinstance(one, dict)] if isinstance(value, dict) else []


def _ids(found: Iterable[object]) -> set[object]:
    return {_text(one.get("id")) for one in found if isinstance(one, dict)}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""


def _target(value: object) -> str:
    """As the loader reads it: blanks around the word and around what it names do not count."""
    word, colon, id = _text(value).partition(":")
    return word.strip() + colon + id.strip()


def _number(value: object, default: str | int) -> int:
    """What no field could hold is of the wrong kind: hexadecimal may have more digits than can be written at all."""
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < _HUGE:
        return value
    return int(default)


def _step(id: str, table: Mapping[str, Any]) -> MenuStep:
    keys = table.get("keys")

    def or_default(name: str) -> str:
        return _text(table.get(name)) or str(_DEFAULTS[name])

    return MenuStep(
        id=id,
        text=_text(table.get("text")),
        keys=tuple(
            StepKey(key=key, target=_target(target)) for key, target in (keys if isinstance(keys, dict) else {}).items()
        ),
        tries=_number(table.get("tries"), _DEFAULTS["tries"]),
        wait_seconds=_number(table.get("wait_seconds"), _DEFAULTS["wait_seconds"]),
        no_input=or_default("no_input"),
        invalid=or_default("invalid"),
        after=_target(or_default("after")),
    )


def _spoken(value: object, base: Mapping[str, str]) -> tuple[SpokenText, ...]:
    own: dict[str, str] = {id: _text(text) for id, text in value.items()} if isinstance(value, dict) else {}
    return tuple(SpokenText(id=id, text=text, own=id in own) for id, text in (dict(base) | own).items())

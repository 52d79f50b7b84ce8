"""Steps of a menu, where keys lead, and faults in both, as an office calls them. Refuses nothing: what has no words stays as it is
written.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from hotline1022.ivr.types import MenuStep, MenuSteps
from hotline1022.web.desk.menu_words import fault_words
from hotline1022.web.menu_edit_wire import MenuCategoryBody, SpokenKind
from hotline1022.web.menu_wire import Leads, Remark
from hotline1022.web.page_words import words

#: characters of a text that stand for it in a list
BEGINNING = 200
#: where a key leads without naming anything
_PLAIN = (Leads.AGENTS, Leads.VOICEMAIL, Leads.STATUS, Leads.EMERGENCY, Leads.REPEAT, Leads.BACK)
#: what may follow the last try
_EXITS = (Leads.AGENTS, Leads.VOICEMAIL, Leads.EMERGENCY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """Choices of a list that belong together."""

    #: "" = they stand alone
    label: str
    #: as the text writes it → as people read it
    options: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A fault or oddity, with the page on which it is mended."""

    where: str
    text: str
    #: "" = on none of the forms
    link: str


def beginning(text: str) -> str:
    """The first line of a text."""
    line = text.strip().partition("\n")[0].strip()
    return line if len(line) <= BEGINNING else line[:BEGINNING].rsplit(" ", 1)[0] + "…"


def targets(known: MenuSteps, more: Sequence[MenuCategoryBody] = (), *, exits: bool = False) -> list[Choices]:
    """Where a key may lead; `more`: categories that only the directory has; `exits`: where one goes on after the last try."""
    say = words()
    plain = [(str(one), say(f"lead.{one}")) for one in (_EXITS if exits else _PLAIN)]
    # a list that is shut shows what is chosen alone: the kind stands in it too
    named = [(f"agents:{one.id}", say("menu-form.is-category", name=one.name)) for one in known.categories if one.id]
    further = [(f"agents:{one.id}", say("menu-form.is-category", name=one.name)) for one in more]
    found = [
        Choices(label="", options=plain),
        Choices(label=say("menu-form.to-category"), options=named),
        Choices(label=say("menu-form.to-further"), options=further),
    ]
    if not exits:
        steps = [
            (f"menu:{one.id}", say("menu-form.is-step", name=one.id, text=beginning(one.text))) for one in known.steps
        ]
        texts = [
            (f"information:{one.id}", say("menu-form.is-information", name=one.id, text=beginning(one.text)))
            for one in known.information
        ]
        found += [
            Choices(label=say("menu-form.to-step"), options=steps),
            Choices(label=say("menu-form.to-information"), options=texts),
        ]
    return [one for one in found if one.options]


def target_words(target: str, known: MenuSteps) -> str:
    """Where it leads."""
    leads, _, to = target.partition(":")
    if leads not in list(Leads):
        return target
    say = words()
    match leads:
        case Leads.MENU:
            return say("menu-form.leads-step", name=to)
        case Leads.INFORMATION:
            return say("menu-form.leads-information", name=to)
        case Leads.AGENTS if to:
            name = next((one.name for one in known.categories if one.id == to), to)
            return say("menu-form.is-category", name=name)
        case _:
            return say(f"lead.{leads}")


def prompts(known: MenuSteps) -> list[Choices]:
    """What may be said before a step is asked again."""
    return [Choices(label="", options=[(one.id, f"{beginning(one.text)} ({one.id})") for one in known.prompts])]


def prompt_words(id: str, known: MenuSteps) -> str:
    """What it says."""
    return next((one.text for one in known.prompts if one.id == id), id)


def in_order(known: MenuSteps) -> list[tuple[MenuStep, int]]:
    """The steps from the first one down with how far each is below it; -1 = no key leads there."""
    by_id = {one.id: one for one in known.steps}
    depths = {known.root: 0} if known.root in by_id else {}
    order = list(depths)
    for id in order:
        for one in by_id[id].keys:
            leads, _, to = one.target.partition(":")
            if leads == Leads.MENU and to in by_id and to not in depths:
                depths[to] = depths[id] + 1
                order.append(to)
    order += [one.id for one in known.steps if one.id not in depths]
    return [(by_id[id], depths.get(id, -1)) for id in order]


def used_by(known: MenuSteps, target: str) -> list[tuple[str, str]]:
    """The step and key of each other step that leads there."""
    return [
        (step.id, one.key)
        for step in known.steps
        for one in step.keys
        if one.target == target and f"menu:{step.id}" != target
    ]


def used_words(used: Iterable[tuple[str, str]]) -> str:
    """`phím 8 của bước root, phím 1 của bước more`."""
    return ", ".join(words()("menu-form.used-one", number=key, step=step) for step, key in used)


def placed(one: Remark, known: MenuSteps) -> Placed:
    """With its place in words, and the page for it."""
    say = words()
    match one.at.split("."):
        case ["menus", step, "keys", key]:
            where, link = say("menu-form.at-key", step=step, number=key), f"/desk/menu/steps/{step}"
        case ["menus", step, field] if field in FIELDS:
            where = say("menu-form.at-field", step=step, field=say(f"menu-form.{field}"))
            link = f"/desk/menu/steps/{step}"
        case ["menus", step, *_]:
            where, link = say("menu-form.at-step", step=step), f"/desk/menu/steps/{step}"
        case [table, id, *_] if table in list(SpokenKind):
            where, link = say("menu-form.at-text", name=id), f"/desk/menu/spoken/{table}.{id}"
        case _:
            where, link = say("menu.line", line=one.line) if one.line else "", ""
    if link.startswith("/desk/menu/steps/") and link.rpartition("/")[2] not in {step.id for step in known.steps}:
        link = ""
    return Placed(where=where, text=fault_words(one.text, form=True), link=link)


#: fields of a step besides its keys, as the text names them
FIELDS = ("text", "tries", "wait_seconds", "no_input", "invalid", "after")

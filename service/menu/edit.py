"""What a form or a program changes in a menu's text, as the menu's own room does it. Refuses (Invalid `menu-change-which`) two changes
at once, and a text that grew too long (`menu-long`).
"""

from collections.abc import Callable

from hotline1022.core.errors import Invalid
from hotline1022.core.texts import one_form
from hotline1022.ivr.menu_edit import (
    drop_information,
    drop_step,
    put_category,
    put_information,
    put_root,
    put_spoken,
    put_step,
)
from hotline1022.ivr.types import MenuCategory, MenuStep, StepKey
from hotline1022.service.menu.desk import written
from hotline1022.web.menu_edit_wire import MenuChangeBody, SpokenBody, SpokenKind, StepBody
from hotline1022.web.menu_wire import TEXT_LIMIT


def change_text(wanted: MenuChangeBody) -> str:
    """The text with the change, every other character as it was. Errors as in ivr/menu_edit.py. Blocks for some ms."""
    text = written(wanted.text)
    made: list[Callable[[], str]] = []
    if (step := wanted.step) is not None:
        made.append(lambda: put_step(text, _step(step)))
    if (spoken := wanted.spoken) is not None:
        made.append(lambda: _put_spoken(text, spoken))
    if (category := wanted.category) is not None:
        named = MenuCategory(id=category.id, name=category.name)
        agency = MenuCategory(id=category.agency, name=category.agency_name)
        made.append(lambda: put_category(text, named, agency))
    if (gone := wanted.drop_step) is not None:
        made.append(lambda: drop_step(text, gone))
    if (silent := wanted.drop_information) is not None:
        made.append(lambda: drop_information(text, silent))
    if (root := wanted.root) is not None:
        made.append(lambda: put_root(text, root))
    if len(made) != 1:
        raise Invalid("name one change, and no more than one", error_id="menu-change-which")
    after = made[0]()
    if len(after) > TEXT_LIMIT:
        raise Invalid(
            f"the menu's text would have more than {TEXT_LIMIT} characters; say it shorter", error_id="menu-long"
        )
    return after


def _step(body: StepBody) -> MenuStep:
    return MenuStep(
        id=body.id,
        text=one_form(body.text),
        keys=tuple(StepKey(key=one.key, target=one.target) for one in body.keys),
        tries=body.tries,
        wait_seconds=body.wait_seconds,
        no_input=body.no_input,
        invalid=body.invalid,
        after=body.after,
    )


def _put_spoken(text: str, body: SpokenBody) -> str:
    if body.kind is SpokenKind.INFORMATION:
        return put_information(text, body.id, one_form(body.text))
    return put_spoken(text, body.kind, body.id, one_form(body.text))

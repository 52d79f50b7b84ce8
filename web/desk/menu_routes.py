"""The routes of the menu at the desk: in force, as text, as steps, tried on the screen."""

from dataclasses import replace

from hotline1022.accounts.types import Permission
from hotline1022.web.desk import menu, menu_spoken, menu_step, menu_steps, menu_try
from hotline1022.web.desk.account import DoneQuery
from hotline1022.web.desk.menu_doc import HERE, STEPS
from hotline1022.web.desk.pages import page
from hotline1022.web.menu_routes import PUBLISH_SECONDS
from hotline1022.web.route import Route

P = Permission.MENU
_STEP = f"{STEPS}/{{step}}"
_SPOKEN = f"{menu_spoken.LIST}/{{spoken}}"
_VERSION = f"{HERE}/versions/{{version}}"


ROUTES: tuple[Route, ...] = (
    page("GET", HERE, "The menu in force, and its versions", menu.show_menu, P, DoneQuery),
    page("GET", f"{HERE}/try", "Keys on the screen, and where they lead", menu_try.show_try, P, menu_try.TryQuery),
    page("GET", f"{HERE}/draft", "The draft", menu.show_draft, P, DoneQuery),
    page("POST", f"{HERE}/draft", "Keep the draft, or look at it", menu.save_draft, P),
    page("POST", f"{HERE}/publish", "Put what is written in force", menu.publish, P, seconds=PUBLISH_SECONDS),
    page("GET", STEPS, "The draft as its steps", menu_steps.show_steps, P, DoneQuery),
    page(
        "POST",
        f"{HERE}/publish-draft",
        "Put the draft in force as it was shown",
        menu_steps.publish_draft,
        P,
        seconds=PUBLISH_SECONDS,
    ),
    page("POST", f"{HERE}/first", "Another step comes first", menu_steps.choose_first, P),
    page("GET", menu_step.NEW, "A new step", menu_step.show_new, P),
    page("POST", menu_step.NEW, "A new step, in the draft", menu_step.add_step, P),
    replace(page("POST", f"{menu_step.NEW}/rows", "Its keys as rows", menu_step.change_rows, P), typing=True),
    page("GET", _STEP, "One step as a form", menu_step.show_step, P, DoneQuery),
    page("POST", _STEP, "Keep it in the draft", menu_step.save_step, P),
    replace(page("POST", f"{_STEP}/rows", "Its keys as rows", menu_step.change_rows, P), typing=True),
    page("POST", f"{_STEP}/remove", "Take a step out of the draft", menu_step.drop_step, P),
    page("GET", menu_spoken.LIST, "What the menu speaks besides its steps", menu_spoken.show_list, P, DoneQuery),
    page("GET", menu_spoken.NEW, "A new text", menu_spoken.show_new, P),
    page("POST", menu_spoken.NEW, "A new text, in the draft", menu_spoken.add_text, P),
    page("GET", _SPOKEN, "One text that the menu speaks", menu_spoken.show_text, P),
    page("POST", _SPOKEN, "Keep it in the draft", menu_spoken.save_text, P),
    page(
        "POST",
        f"{_SPOKEN}/remove",
        "Take a text out of the draft",
        menu_spoken.drop_text,
        P,
    ),
    page("GET", _VERSION, "One version", menu.show_version, P),
    page("POST", _VERSION, "Put it in force again", menu.publish_again, P, seconds=PUBLISH_SECONDS),
)

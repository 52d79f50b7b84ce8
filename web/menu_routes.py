"""The routes of the menu. What they hand back may be sent back, and numbers in it are an office's: nothing in a text is masked."""

from hotline1022.accounts.types import Permission
from hotline1022.ivr.types import MenuDraft, MenuSteps
from hotline1022.web import menu
from hotline1022.web import menu_edit_wire as e
from hotline1022.web import menu_wire as w
from hotline1022.web.route import Route

#: sounds of a whole new voice take a minute
PUBLISH_SECONDS = 300.0

ROUTES: tuple[Route, ...] = (
    Route(
        method="GET",
        path="/api/menu",
        needs=Permission.MENU,
        summary="The menu that callers hear, as a tree, and the draft",
        handler=menu.get_menu,
        answer=w.MenuNow,
        exact=True,
    ),
    Route(
        method="GET",
        path="/api/menu/versions",
        needs=Permission.MENU,
        summary="Every menu that was put in force, latest first",
        handler=menu.list_versions,
        query=w.VersionsQuery,
        answer=w.MenuHistory,
    ),
    Route(
        method="GET",
        path="/api/menu/versions/{version}",
        needs=Permission.MENU,
        summary="One version, with its text as it was written",
        handler=menu.get_version,
        answer=w.VersionDetail,
        exact=True,
    ),
    Route(
        method="POST",
        path="/api/menu/check",
        needs=Permission.MENU,
        summary="What is wrong with a menu, by line; changes nothing",
        handler=menu.check,
        body=w.CheckBody,
        answer=w.Checked,
        exact=True,
    ),
    Route(
        method="POST",
        path="/api/menu/steps",
        needs=Permission.MENU,
        summary="A menu's text as its steps, keys and spoken texts; changes nothing",
        detail="Also of a text that is no menu yet, as long as it is TOML: menu-not-toml.",
        handler=menu.get_steps,
        body=w.CheckBody,
        answer=MenuSteps,
        exact=True,
    ),
    Route(
        method="POST",
        path="/api/menu/change",
        needs=Permission.MENU,
        summary="A menu's text with one step or spoken text changed, added or taken away; keeps nothing",
        detail="Every other character stays as it was, comments and order too. Name one change. The text may still be no menu: "
        "problems says so. menu-step-used while a key leads to what is taken away; menu-form-unfit where the text is written so "
        "that it can only be changed as text. POST /api/menu/draft keeps what comes back, POST /api/menu puts it in force.",
        handler=menu.change,
        body=e.MenuChangeBody,
        answer=e.MenuChanged,
        exact=True,
    ),
    Route(
        method="POST",
        path="/api/menu/draft",
        needs=Permission.MENU,
        summary="Keep a draft",
        detail="menu-draft-changed when somebody else saved another one since `revision`.",
        handler=menu.save_draft,
        body=w.MenuDraftBody,
        answer=MenuDraft,
        exact=True,
    ),
    Route(
        method="POST",
        path="/api/menu/try",
        needs=Permission.MENU,
        summary="Press keys: what is heard, where they lead, whom an agent would ring at that moment; saves nothing",
        handler=menu.walk,
        body=w.TryBody,
        answer=w.Way,
        exact=True,
    ),
    Route(
        method="POST",
        path="/api/menu",
        needs=Permission.MENU,
        summary="Put a menu in force, a new one or an earlier version; calls go on",
        detail="An error changes nothing: menu-invalid, menu-sounds, menu-changed, menu-draft-changed, menu-same.",
        handler=menu.publish,
        body=w.PublishBody,
        answer=w.Published,
        seconds=PUBLISH_SECONDS,
    ),
)

"""Every page that a browser opens, with the states in which it is held against WCAG. Refuses to be complete by good will:
tests/unit/test_barrier_table.py holds it against the routes, tests/browser/test_barriers.py what it says of forms against the pages.

A page without parts in its address is looked at in the house without rows too, each with parts at an id that nothing has; no row
says so. What a row says is where else there is nothing to show, and how the page is when something is wrong.
"""

from dataclasses import dataclass
from enum import StrEnum


class Wrong(StrEnum):
    """What the page is like when something is wrong."""

    #: it has forms, and shows what was refused in them
    FORMS = "forms"
    #: it has no field of a form, and asks nothing that may be wrong
    NEVER = "never"
    #: it has fields, and takes whatever fits into them: what becomes of it is another page's
    TAKES = "takes"


class Kind(StrEnum):
    """What an address answers with."""

    PAGE = "page"
    #: what htmx puts into the page `inside`
    PART = "part"
    #: something to keep
    FILE = "file"
    #: another address
    AWAY = "away"
    #: of links, whose data are in memory: test_pages_outside_the_desk_have_no_barriers
    OUTSIDE = "outside"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One route."""

    path: str
    wrong: Wrong = Wrong.NEVER
    kind: Kind = Kind.PAGE
    #: questions of the address at which there is something to see; each is looked at
    full: tuple[str, ...] = ("",)
    #: questions in the full house to which there is nothing
    nothing: tuple[str, ...] = ()
    #: questions that are wrong, and are told so on the page
    asked: tuple[str, ...] = ()
    #: whose browser; of `test_barriers.WHO`
    who: str = "everybody"
    #: of a part: the page that it is in
    inside: str = ""


def _page(path: str, wrong: Wrong = Wrong.NEVER, *full: str, **more: tuple[str, ...]) -> Row:
    return Row(path=path, wrong=wrong, full=full or ("",), **more)  # type: ignore[arg-type]


def _part(path: str, inside: str, *full: str) -> Row:
    return Row(path=path, kind=Kind.PART, inside=inside, full=full or ("",))


FORMS, TAKES = Wrong.FORMS, Wrong.TAKES
#: words that nothing has
NOBODY = "?words=khongco"
LONG_AGO = "?since=2020-01-01&until=2020-01-02"
TOO_LONG = "?since=2020-01-01&until=2026-01-02"

DOORS = (
    Row(path="/desk/sign-in", wrong=FORMS, who="nobody", full=("", "?again=1", "?out=1", "?next=/desk/users")),
    Row(path="/desk/second", wrong=FORMS, who="second"),
    Row(path="/desk/password", wrong=FORMS, who="change"),
    Row(path="/l/{token}", kind=Kind.OUTSIDE, wrong=FORMS),
    Row(path="/g/{key}", kind=Kind.OUTSIDE),
    Row(path="/wall/{key}", kind=Kind.OUTSIDE),
    Row(path="/phieu/{token}", kind=Kind.AWAY),
)
DESK = (
    _page("/desk"),
    _page("/desk/confirm", FORMS, "", "?next=/desk/users"),
    _page("/desk/account", FORMS, "", "?done=ended&count=2"),
    _page("/desk/menu"),
    _page("/desk/menu/try", Wrong.NEVER, "", "?keys=1.none&press=2", asked=("?at=31-02", "?of=999")),
    _page("/desk/menu/draft", FORMS),
    _page("/desk/menu/steps", TAKES),
    _page("/desk/menu/step-new", FORMS),
    _page("/desk/menu/steps/{step}", FORMS),
    _page("/desk/menu/spoken"),
    _page("/desk/menu/text-new", FORMS),
    _page("/desk/menu/spoken/{spoken}", FORMS),
    _page("/desk/menu/versions/{version}"),
    _page("/desk/supervision", nothing=(LONG_AGO,), asked=(TOO_LONG,)),
    _part("/desk/supervision/now", "/desk/supervision"),
    _page("/desk/supervision/charts", nothing=("?day=2020-01-01",), asked=("?day=2026-02-30",)),
    _part("/desk/supervision/charts/now", "/desk/supervision/charts"),
    _page("/desk/supervision/calls", nothing=(LONG_AGO,), asked=(TOO_LONG,)),
    _page("/desk/supervision/tickets", nothing=(LONG_AGO, NOBODY), asked=(TOO_LONG,)),
    _page("/desk/calls/{call}"),
    _page("/desk/wallboards", FORMS),
    _page("/desk/directory", nothing=(NOBODY,)),
    _page("/desk/directory/gaps"),
    _page("/desk/directory/hunt", Wrong.NEVER, "", "?category=other&area=di-an"),
    _page("/desk/directory/agencies", Wrong.NEVER, "", "?all=1", nothing=(NOBODY,)),
    _page("/desk/directory/agencies/new", FORMS),
    _page("/desk/directory/agencies/{agency}", FORMS),
    _page("/desk/directory/areas", nothing=(NOBODY,)),
    _page("/desk/directory/areas/new", FORMS),
    _page("/desk/directory/areas/{area}", FORMS),
    _page("/desk/directory/categories", nothing=(NOBODY,)),
    _page("/desk/directory/categories/new", FORMS),
    _page("/desk/directory/categories/{category}", FORMS),
    _page("/desk/directory/contacts", nothing=(NOBODY,)),
    _page("/desk/directory/contacts/new", FORMS),
    _page("/desk/directory/contacts/{contact}", FORMS),
    _page("/desk/tickets", Wrong.NEVER, "?which=all", nothing=(f"{NOBODY}&which=all",), asked=("?due_from=31-02",)),
    _page("/desk/tickets/{ticket}", FORMS),
    Row(path="/desk/tickets/{ticket}/recordings", kind=Kind.AWAY),
    _page("/desk/tickets/{ticket}/edit", FORMS),
    _page("/desk/users", nothing=(NOBODY,)),
    _page("/desk/users/new", FORMS),
    _page("/desk/users/{user}", FORMS),
    _page("/desk/tokens", FORMS),
    _page("/desk/roles"),
    _page("/desk/roles/new", FORMS),
    _page("/desk/roles/{role}", FORMS),
    _page("/desk/webhooks", FORMS),
    _page("/desk/webhooks/{webhook}", FORMS),
    _page("/desk/roster", Wrong.NEVER, "", "?view=week", "?view=day", nothing=("?day=2031-01-01",)),
    _page("/desk/roster/days/{day}/{shift}", FORMS),
    _page("/desk/roster/copy", Wrong.NEVER, "", "?week=2026-11-24&weeks=4"),
    _page("/desk/roster/shifts"),
    _page("/desk/roster/shifts/new", FORMS),
    _page("/desk/roster/shifts/{shift}", FORMS),
    _page("/desk/roster/crews/new", FORMS),
    _page("/desk/roster/crews/{crew}", FORMS),
    _page("/desk/roster/people", FORMS),
    _page("/desk/roster/people/{person}", FORMS),
    _page("/desk/deadlines", FORMS),
    _page("/desk/deadlines/days", FORMS, "", nothing=("?year=2031",)),
    _page("/desk/deadlines/pauses", FORMS),
    _page("/desk/deadlines/versions/{version}"),
    _page("/desk/recordings", Wrong.NEVER, nothing=("?number=0999999999",), asked=("?since=31-02", "?longer=x")),
    _page("/desk/recordings/{recording}", FORMS),
    _page("/desk/recordings/listen/{key}"),
    _page("/desk/disclosures", nothing=(NOBODY,)),
    _page("/desk/disclosures/new", FORMS, "", "?recording={recording}"),
    _page("/desk/disclosures/{disclosure}", FORMS),
    _page("/desk/disclosures/{disclosure}/change", FORMS),
    _page("/desk/evidence", FORMS),
    Row(path="/desk/evidence/key", kind=Kind.FILE),
    _page("/desk/evidence/entries", Wrong.NEVER, "", "?subject=chain", nothing=("?subject=ticket:fedcba9876543210",)),
    _page("/desk/evidence/holds", FORMS),
    _page("/desk/evidence/retention", FORMS),
    _page("/desk/citizens", FORMS),
    _page("/desk/citizens/erasures/{erasure}", FORMS),
    _page("/desk/citizens/erasures/{erasure}/now", FORMS),
    _page("/desk/alarms", Wrong.NEVER, "", "?which=all", nothing=("?which=over",)),
    _page("/desk/alarms/now"),
    _page("/desk/alarms/people", FORMS),
    _page("/desk/alarms/people/{watcher}", FORMS),
    _page("/desk/alarms/limits", FORMS),
    _part("/desk/alarms/ringing", "/desk/alarms"),
    _page("/desk/messages"),
    _page("/desk/messages/templates/{template}", FORMS),
    _page("/desk/messages/gateways", FORMS),
    _page("/desk/backups"),
    _page("/desk/backups/now"),
    _page("/desk/store", FORMS),
    _page("/desk/store/now"),
    _page("/desk/store/import", FORMS),
    _page("/desk/store/import/now", FORMS),
    _page("/desk/store/keys"),
    _page("/desk/store/keys/now"),
    _page("/desk/faq", Wrong.NEVER, nothing=(NOBODY,)),
    _page("/desk/faq/new", FORMS),
    _page("/desk/faq/import", FORMS),
    Row(path="/desk/faq/import/report", kind=Kind.FILE),
    Row(path="/desk/faq/template", kind=Kind.FILE),
    _page("/desk/faq/misses"),
    _page("/desk/faq/{entry}", FORMS),
    _page("/desk/faq/{entry}/edit", FORMS),
    _page("/desk/agent"),
    _part("/desk/agent/state", "/desk/agent"),
    _part("/desk/agent/queue", "/desk/agent"),
    _part("/desk/agent/call", "/desk/agent"),
    _part("/desk/agent/form", "/desk/agent"),
    _part("/desk/agent/transfer", "/desk/agent"),
    _part("/desk/agent/lists", "/desk/agent", "?list=missed", "?list=voicemail", "?list=tell"),
)
#: the same routes as others see them: their pages have other parts
OTHERS = (
    Row(path="/desk", who="specialist"),
    Row(path="/desk/tickets", who="specialist", nothing=(NOBODY,)),
    Row(path="/desk/tickets/{ticket}", who="specialist", wrong=FORMS),
    Row(path="/desk/tickets/{ticket}", who="leader", wrong=FORMS),
    Row(path="/desk/faq", who="specialist"),
    Row(path="/desk/faq/{entry}", who="leader", wrong=FORMS),
    Row(path="/desk/supervision/calls", who="supervisor"),
)
TABLE = (*DOORS, *DESK, *OTHERS)

"""Scans of official letters on the page of an agency or a contact point: attached to the change that each justifies, fetched from its
history. Refuses a change and a scan that are another's: what a page does not show it does not reach.
"""

from aiohttp import web

from hotline1022.core.errors import HotlineError, Invalid, NotFound
from hotline1022.directory.types import What
from hotline1022.web import letters as api
from hotline1022.web.desk.directory import CHANGES, HERE, form_page, known_of
from hotline1022.web.desk.directory_forms import SHAPES, filled
from hotline1022.web.desk.door import see, who
from hotline1022.web.desk.forms import Form
from hotline1022.web.route import Ask, Handler
from hotline1022.web.uploads import name_of


def attacher(what: What) -> Handler:
    """A scan comes to a change of this thing."""

    async def attach(ask: Ask) -> web.Response:
        form: Form = ask.body
        known = await known_of(ask, what)
        change = form.number("change")
        try:
            form.check_files()
            if not form.files:
                raise Invalid("no file was chosen; choose one", error_id="files-missing")
            if len(form.files) > 1:  # each is an act of its own, whose entry has its hash
                raise Invalid("these are several files; attach one after the other", error_id="letters-many")
            # of another thing it would stand in another's history
            own = await ask.ports.directory.changes(what, known.id, CHANGES)
            if change not in {one.number for one in own}:
                raise NotFound("there is no such change of it; choose one from the list", error_id="change-unknown")
            (one,) = form.files
            await ask.ports.letters.attach(
                change, name=name_of(one.name), data=one.data, by=who(ask), at=ask.ports.clock()
            )
        except HotlineError as error:
            shape = SHAPES[what]
            return await form_page(ask, shape, known, filled(shape, known), error, change=change)
        return see(f"{HERE}/{SHAPES[what].folder}/{known.id}?done=saved")

    return attach


def fetcher(what: What) -> Handler:
    """A scan of this thing, to be saved."""

    async def fetch(ask: Ask) -> web.StreamResponse:
        known = await known_of(ask, what)
        own = await ask.ports.letters.of(what, known.id)
        if all(one.id != ask.path["letter"] for one in own):
            raise NotFound("it has no such scan; its history has them", error_id="letter-unknown")
        return await api.get_letter(ask)

    return fetch

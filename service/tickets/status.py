"""What became of a ticket, for whoever keys its code on a telephone: the dialplan's question, and the one-line answer.

/status  code  -> OK~prompts    NO~ (no such code)    WAIT~ (too many wrong ones)    AWAY~ (the database is)

Refuses to tell who guesses, and writes no code into a log.
"""

import logging
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import assert_never

from hotline1022.core.clock import utc_now
from hotline1022.core.errors import NotFound, Unavailable
from hotline1022.db.unit import Database
from hotline1022.ivr.flow import PROMPT_FOLDER
from hotline1022.ivr.numbers import month_prompts, number_prompts
from hotline1022.tickets.citizen import phone_of
from hotline1022.tickets.code import is_code
from hotline1022.tickets.spoken import AgencyName, Guard, Month, Number, Piece, Prompt, status
from hotline1022.tickets.types import Ticket

log = logging.getLogger(__name__)

WRONG, LATER, AWAY = "NO~", "WAIT~", "AWAY~"


class StatusByPhone:
    """Answers for one telephone number as for one person: who calls again has guessed before."""

    def __init__(
        self, *, database: Database, agency: Callable[[str], str], clock: Callable[[], datetime] = utc_now
    ) -> None:
        """`agency`: the prompt that says the name of an agency now, by its id."""
        self._database, self._agency, self._clock = database, agency, clock
        self._guard = Guard()

    async def ask(self, args: Sequence[str], caller: str) -> str:
        """The answer to a code that this number has keyed."""
        code, asker, at = next(iter(args), ""), _asker(caller), self._clock()
        if self._must_wait(asker, at):
            return LATER
        try:
            ticket = await self._ticket(code)
        except Unavailable as error:
            log.warning("the status of a ticket cannot be told: %s", error)
            return AWAY
        if self._must_wait(asker, at):  # who calls on many lines at once gets no more answers than on one
            return LATER
        said = status(ticket, at) if ticket else ()
        if not said:
            self._guard.wrong(asker, at)
            return WRONG
        return "OK~" + "&".join(_files(said, self._agency))

    def _must_wait(self, asker: str, at: datetime) -> bool:
        if not self._guard.wait(asker, at):
            return False
        log.warning("the status of tickets: a caller has keyed too many wrong codes and must wait")
        return True

    async def _ticket(self, code: str) -> Ticket | None:
        if not is_code(code):
            return None
        try:
            async with self._database.reading() as tx:
                return await tx.tickets.get(code)
        except NotFound:
            return None


def _asker(caller: str) -> str:
    """The number in one form. What is no number of anybody shares one place, so that making such up gives no new tries."""
    number = phone_of(caller)
    return number if number.startswith("+") else ""


def _files(said: Iterable[Piece], named: Callable[[str], str]) -> list[str]:
    """The sound files."""
    files: list[str] = []
    for piece in said:
        match piece:
            case Prompt(name=name):
                files.append(f"{PROMPT_FOLDER}/{name}")
            case Number(value=value):
                files += number_prompts(value)
            case Month(value=value):
                files += month_prompts(value)
            case AgencyName(agency=agency):
                files.append(f"{PROMPT_FOLDER}/{named(agency)}")
            case _:
                assert_never(piece)
    return files

"""Calling a citizen back, as values: their fields are the JSON. Refuses nothing itself."""

from dataclasses import dataclass
from typing import Annotated

from hotline1022.core.callbacks import CallbackWhat
from hotline1022.web.rules import Rule
from hotline1022.web.types import Number


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackBody:
    """Which citizen."""

    what: Annotated[
        CallbackWhat, Rule(doc="the list in which she stands: /api/abandoned, /api/voicemails, /api/to-tell")
    ]
    id: Annotated[
        str,
        Rule(
            doc="of her last call (last_call), of her message, of her ticket",
            pattern=r"[A-Za-z0-9][A-Za-z0-9.~-]{0,127}",
        ),
    ]
    talk: Annotated[
        str,
        Rule(
            doc="for a message or a ticket, where somebody has talked with her since (callback-talked) and she is to be called all "
            "the same: the id of that call, /api/calls?caller=",
            pattern=r"([A-Za-z0-9][A-Za-z0-9.~-]{0,127})?",
        ),
    ] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackView:
    """The agent's phone rings; once it is lifted, she is called."""

    call: Annotated[str, Rule(doc="id of the call; its end is in /api/calls/{call}: result and reason")]
    line: str
    number: Number

"""What happened in a call, told line by line as one would tell it. Pure; refuses nothing: what is not worth a line has none."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from hotline1022.core.clock import ms_between
from hotline1022.core.events import LegKind
from hotline1022.web.cascade_wire import CascadeView, StepView
from hotline1022.web.desk.seen import Names
from hotline1022.web.numbers_said import said_number
from hotline1022.web.page_words import Words
from hotline1022.web.types import CallDetail, CallEventView, CallLegView

#: facts of which the others tell
_SILENT = frozenset({"PromptEnded", "TrackStarted", "AudioCounted", "LegWatched"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the story."""

    at: datetime
    text: str
    #: milliseconds from the call's beginning: where a player goes to
    offset_ms: int


def story(detail: CallDetail, cascades: Sequence[CascadeView], names: Names, say: Words) -> list[Line]:
    """All of it, oldest first; texts have numbers as they are."""
    teller = _Teller(detail, cascades, names, say)
    entered = detail.call.entered_at
    return [
        Line(at=one.at, text=text, offset_ms=max(0, ms_between(entered, one.at)))
        for one in detail.events
        for text in teller.told(one)
    ]


class _Teller:
    def __init__(self, detail: CallDetail, cascades: Sequence[CascadeView], names: Names, say: Words) -> None:
        self._say, self._names = say, names
        self._legs = {leg.channel: leg for leg in detail.legs}
        self._first = detail.call.id
        self._cascades = {one.hunt: one for one in cascades}
        #: the transfer that goes on
        self._now: CascadeView | None = None

    def told(self, event: CallEventView) -> Iterator[str]:
        """The lines of one fact."""
        if event.kind in _SILENT:
            return
        data, say = event.data, self._say
        leg = self._legs.get(event.channel)
        citizen = leg is None or leg.kind is LegKind.CITIZEN
        values: dict[str, object] = {
            "who": self._who(leg),
            **{name: self._word(name, value) for name, value in data.items()},
        }
        key = f"story.{event.kind}"
        match event.kind:
            case "KeyPressed":
                key = f"{key}.{'some' if data.get('key') else 'none'}"
            case "StepTaken":
                values["to"] = say.or_itself("story.step", str(data.get("step", "")))
            case "PromptStarted":
                heard = f"story.prompt.{_sort(str(data.get('prompt', '')))}"
                if not citizen or heard not in say.texts:
                    return
                values["prompt"] = say(heard)
            case "QueueLeft" | "VoicemailStarted":
                word = str(data.get("status", data.get("reason", "")))
                values["why"] = say.or_itself("story.wait-end", word)
            case "LegStarted" if leg is None:
                return
            case "Joined":
                key = f"{key}.{'phone' if not citizen else 'room' if data.get('room') else 'citizen'}"
            case "CascadeStarted":
                self._now = self._cascades.get(data.get("hunt", 0))
                agency = str(data.get("agency", ""))
                values["agency"] = self._names.agencies.get(agency, agency)
            case "StepTried":
                step = self._step(data)
                values["person"] = step.name if step and step.name else str(data.get("contact", ""))
                values["phone"] = say.or_itself("story.phone", str(data.get("which", "")))
            case "StepConfirmed":
                key = f"{key}.{'some' if data.get('key') else 'none'}"
            case "PassedOn":
                values["target"] = say.or_itself("story.passed", str(data.get("to", "")))
            case "StepEnded":
                step = self._step(data)
                values["end"] = say.or_itself("story.step-end", step.outcome.value if step and step.outcome else "")
            case "CascadeEnded":
                values["end"] = say.or_itself("story.cascade-end", str(data.get("outcome", "")))
                self._now = None
            case "LegEnded":
                # of a call that 1022 makes the first channel is the agent's
                hung_up = citizen and (leg is None or leg.answered_at is not None or leg.channel == self._first)
                key = f"{key}.{'citizen' if hung_up else 'phone'}"
            case "CitizenTried":
                values["end"] = say.or_itself("story.tried", str(data.get("status", "")))
            case _:
                pass
        if key in say.texts:
            text = say.texts[key].format_map(_Given(values))
            yield text[:1].upper() + text[1:]

    def _step(self, data: Mapping[str, object]) -> StepView | None:
        steps = self._now.steps if self._now else ()
        return next((one for one in steps if one.number == data.get("step")), None)

    def _word(self, name: str, value: object) -> object:
        match name:
            case "person":
                return self._names.person(str(value))
            case "role":
                return self._say.or_itself("story.role", str(value))
            case "number" | "caller":
                return said_number(str(value)) if value else self._say("audit.withheld")
            case _:
                return value

    def _who(self, leg: CallLegView | None) -> str:
        if leg is None:
            return self._say("story.somebody")
        name = self._names.person(leg.person) if leg.person else ""
        match leg.kind:
            case LegKind.CITIZEN:
                return self._say("story.citizen")
            case LegKind.AGENT:
                return self._say("story.agent", name=name or leg.party, line=leg.line or leg.party)
            case LegKind.EMERGENCY:
                return self._say("story.emergency", number=said_number(leg.party))
            case LegKind.CONTACT:
                return self._say("story.contact", number=said_number(leg.party))


class _Given(dict[str, object]):
    """What a fact of an older service has not, is left open."""

    def __missing__(self, key: str) -> str:
        return "…"


def _sort(prompt: str) -> str:
    """`hl1022/menu-root` → `menu`."""
    return prompt.removeprefix("hl1022/").partition("-")[0]

"""A transfer to an agency as words for people, fact by fact: who is called, how each step ended, how it all ended. Pure."""

from collections.abc import Iterator, Mapping, Sequence

from hotline1022.cascade.types import KeptCascade, StepRow
from hotline1022.core.cascade import Outcome, StepOutcome
from hotline1022.directory.types import Directory
from hotline1022.tickets.code import grouped
from hotline1022.web.types import CallEventView

PHONES = {"office": "office phone", "mobile": "mobile"}
STEPS = {
    StepOutcome.TAKEN: "taken",
    StepOutcome.BUSY: "busy",
    StepOutcome.NO_ANSWER: "no answer",
    StepOutcome.REFUSED: "refused",
    StepOutcome.UNREACHABLE: "unreachable",
    StepOutcome.NOT_CONFIRMED: "picked up, but nobody pressed 1",
    StepOutcome.NUMBER_MISSING: "skipped, there is no number",
    StepOutcome.TRUNK_FULL: "no free channel of the trunk",
    StepOutcome.OUTSIDE_HOURS: "skipped, outside hours",
    StepOutcome.CANCELLED: "cancelled",
    StepOutcome.HUNG_UP: "the citizen hung up",
    StepOutcome.LOST: "not known",
}
ENDS = {
    Outcome.CONNECTED: "taken by",
    Outcome.NOBODY: "nobody took the citizen",
    Outcome.TAKEN_BACK: "the agent took the citizen back",
    Outcome.BACK: "passed back to 1022",
    Outcome.DROPPED: "the citizen was gone before anybody had taken the call",
    Outcome.LOST: "not known how",
}
#: facts with which a transfer ends without a word of its own, when they are the citizen's
_CUTS = {"LegEnded", "CallLost", "EmergencyStarted"}


def names_of(directory: Directory) -> dict[str, str]:
    """The names of agencies and contact points by id, those that have ended too."""
    agencies = {one.id: one.name for one in directory.agencies.values()}
    return agencies | {one.id: one.name for one in directory.contacts.values()}


class Transfers:
    """Tells the transfers of one call; its facts must come in their order."""

    def __init__(self, kept: Sequence[KeptCascade], names: Mapping[str, str]) -> None:
        """`names`: of agencies and contact points by id; who is not there is told by id."""
        self._kept = {one.row.hunt: one for one in kept}
        self._names = names
        self._now: KeptCascade | None = None
        #: her own channel
        self._citizen = ""

    def told(self, event: CallEventView) -> Iterator[str]:
        """The lines of one fact; none when it is no fact of a transfer."""
        data = event.data
        if event.kind == "CascadeStarted":
            self._now = self._kept.get(data["hunt"])
            self._citizen = event.channel
            yield f"is transferred to {self._name(data['agency'])} by line {data['line'] or '-'}"
        elif event.kind == "TransferUnknown":
            yield f"line {data['line'] or '-'} transfers to {data['wanted']}, a code that no agency has"
        elif self._now is not None:
            yield from self._of(self._now, event)

    def _of(self, kept: KeptCascade, event: CallEventView) -> Iterator[str]:
        data = event.data
        step = next((one for one in kept.steps if one.number == data.get("step")), None)
        if event.kind == "CascadeEnded" or (event.kind in _CUTS and event.channel == self._citizen):
            last = kept.steps[-1] if kept.steps else None
            if last is not None and last.outcome in {StepOutcome.CANCELLED, StepOutcome.HUNG_UP, StepOutcome.LOST}:
                yield f"step {last.number} ends: {STEPS[last.outcome]}"
            yield f"the transfer ends: {self._end(kept)}"
            self._now = None
        elif step is not None:
            yield from self._step(kept, step, event)

    def _step(self, kept: KeptCascade, step: StepRow, event: CallEventView) -> Iterator[str]:
        match event.kind:
            case "StepTried":
                who = f"{step.role} {self._name(step.contact)}".rstrip()
                yield f"step {step.number}: {who}, {PHONES.get(step.which, step.which)} {step.dialled or '-'}"
            case "StepConfirmed":
                yield f"the {step.role} presses {event.data['key'] or 'nothing'}"
            case "RoomEntered":
                yield f"the {step.role} talks with line {kept.row.line or '-'} in private"
            case "CitizenTaken":
                after = (event.at - kept.row.started_at).total_seconds()
                yield f"the {step.role} has the citizen, {after:.1f} s after the transfer"
            case "PassedOn":
                to = "back to 1022" if event.data["to"] == "back" else f"on to the {event.data['to']}"
                yield f"the {step.role} passes the citizen {to}"
            case "StepEnded":
                yield f"step {step.number} ends: {STEPS[step.outcome] if step.outcome else 'goes on'}"

    def _end(self, kept: KeptCascade) -> str:
        row = kept.row
        text = ENDS[row.outcome] if row.outcome else "goes on"
        if row.outcome is Outcome.CONNECTED:
            text = f"{text} {self._name(row.taken_by)}"
        if row.outcome is Outcome.TAKEN_BACK:
            return text
        return f"{text}; ticket {grouped(row.code)}" if row.code else f"{text}; its ticket was made afterwards"

    def _name(self, id: str) -> str:
        return self._names.get(id, id)

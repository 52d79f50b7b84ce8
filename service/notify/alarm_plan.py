"""Whom to tell of which alarms now, what waits, and what is over, as a pure function over what the database says. The table of states that
this is: docs/decisions/041-alarms-reach-people.md. Writes and sends nothing.
"""

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from hotline1022.core.watching import Telling, TellingState, Watcher, rank_of
from hotline1022.db.types import AlarmRow
from hotline1022.notify.types import Channel

#: messages of one kind, and of all kinds together, that begin an alarm, to one person in this time; a flapping alarm sends no more
PER_KIND, PER_PERSON, SPAN = 3, 10, timedelta(hours=1)

#: (alarm) → ways that are what rings, and cannot tell of it
Blocked = Callable[[AlarmRow], Collection[Channel]]
_T = TellingState


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message, by each of these ways."""

    watcher: Watcher
    #: the worst, which it names
    lead: AlarmRow
    #: others that it tells of too
    others: tuple[AlarmRow, ...] = ()
    ways: tuple[Channel, ...]
    #: it is over: somebody has seen it, or its cause is gone
    over: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A telling as it is to be written, and the messages that go with it, if that is still its turn."""

    telling: Telling
    #: None = it is new
    before: TellingState | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is to be done, in one transaction."""

    steps: tuple[Step, ...]
    messages: tuple[Message, ...]


def plan(
    watchers: Sequence[Watcher],
    fresh: Sequence[AlarmRow],
    opened: Sequence[tuple[Telling, AlarmRow]],
    lately: Sequence[Telling],
    at: datetime,
    blocked: Blocked,
) -> Plan:
    """`watchers`: those who are told now; `fresh`: alarms that nobody thought of yet; `opened`: tellings that are not over; `lately`: those
    whose message was written within SPAN.
    """
    steps, messages = list[Step](), list[Message]()
    by_id = {one.id: one for one in watchers}
    for telling, alarm in opened:
        watcher = by_id.get(telling.watcher)
        if watcher is not None and _rings(alarm):
            continue
        steps.append(Step(telling=replace(telling, state=_T.OVER, at=at), before=telling.state))
        named = telling.state is _T.TOLD and telling.lead == alarm.id
        if watcher is not None and watcher.ends and named and (ways := _ways(watcher, [alarm], blocked)):
            messages.append(Message(watcher=watcher, lead=alarm, ways=ways, over=True))
    for watcher in watchers:
        new = [one for one in fresh if _rings(one) and one.raised_at >= watcher.since and watcher.wants(one.kind)]
        held = [
            alarm
            for telling, alarm in opened
            if telling.watcher == watcher.id and telling.state is _T.HELD and _rings(alarm)
        ]
        more, message = _begin(watcher, new, held, [one for one in lately if one.watcher == watcher.id], at, blocked)
        steps += more
        messages += message
    return Plan(steps=tuple(steps), messages=tuple(messages))


def _begin(
    watcher: Watcher,
    new: Sequence[AlarmRow],
    held: Sequence[AlarmRow],
    lately: Sequence[Telling],
    at: datetime,
    blocked: Blocked,
) -> tuple[list[Step], list[Message]]:
    """All that may be told goes into one message; where one goes, what was held goes with it."""
    steps = list[Step]()
    reached = list[tuple[AlarmRow, TellingState | None]]()
    for alarm, before in [*((one, _T.HELD) for one in held), *((one, None) for one in new)]:
        if _ways(watcher, [alarm], blocked):
            reached.append((alarm, before))
        else:
            steps.append(_step(watcher, alarm, before, _T.UNREACHED, at))
    alarms = [alarm for alarm, _ in reached]
    if not alarms:
        return steps, []
    if not _may(alarms, lately):
        return steps + [_step(watcher, alarm, None, _T.HELD, at) for alarm, before in reached if before is None], []
    lead, *others = sorted(alarms, key=lambda one: (rank_of(one.kind), one.raised_at, one.id))
    steps += [_step(watcher, alarm, before, _T.TOLD, at, lead.id) for alarm, before in reached]
    ways = _ways(watcher, alarms, blocked)
    return steps, [Message(watcher=watcher, lead=lead, others=tuple(others), ways=ways)]


def _step(
    watcher: Watcher, alarm: AlarmRow, before: TellingState | None, state: TellingState, at: datetime, lead: str = ""
) -> Step:
    telling = Telling(
        alarm=alarm.id,
        watcher=watcher.id,
        kind=alarm.kind,
        state=state,
        at=at,
        told_at=at if lead else None,
        lead=lead,
    )
    return Step(telling=telling, before=before)


def _may(alarms: Sequence[AlarmRow], lately: Sequence[Telling]) -> bool:
    """Whether a message may go: not too many went, and there is a kind of which not too many went."""
    of_kind = Counter(kind for kind, _ in {(one.kind, one.told_at) for one in lately})
    return len({one.told_at for one in lately}) < PER_PERSON and any(of_kind[one.kind] < PER_KIND for one in alarms)


def _rings(alarm: AlarmRow) -> bool:
    return alarm.seen_at is None and alarm.cleared_at is None


def _ways(watcher: Watcher, alarms: Sequence[AlarmRow], blocked: Blocked) -> tuple[Channel, ...]:
    """The ways to somebody: one that each of these alarms is about is none."""
    there = [way for way, to in ((Channel.SMS, watcher.sms), (Channel.EMAIL, watcher.email)) if to]
    return tuple(way for way in there if any(way not in blocked(one) for one in alarms))

"""Findings go out once: the same thing about the same file or call is not said again every half minute."""

from collections import OrderedDict

from hotline1022.recordings.ports import Notices
from hotline1022.recordings.types import FiledCall, Notice, Side, Why

#: what is remembered as said
_MOST = 10_000
#: findings about a track that somebody should see; the others are in its row
_TOLD = {
    Why.STARTED_LATE: "began late",
    Why.SHORTER_THAN_LEG: "is shorter than its leg",
    Why.LEG_WITHOUT_TRACK: "has no track",
    Why.SAID_BUT_NOT_WRITTEN: "lost audio",
    Why.RTP_BUT_NOT_WRITTEN: "lost audio",
    Why.FILE_MISSING: "is missing",
    Why.FILE_EMPTY: "is empty",
    Why.FILE_TORN: "cannot be read",
    Why.HEADER_REPAIRED: "was repaired",
}


class Teller:
    """Passes findings on, each once while the process lives."""

    def __init__(self, notices: Notices) -> None:
        self._notices = notices
        self._said: OrderedDict[tuple[Why, str], None] = OrderedDict()

    def once(self, why: Why, subject: str, text: str) -> None:
        """Say it unless it was said."""
        if (why, subject) in self._said:
            return
        self._said[why, subject] = None
        while len(self._said) > _MOST:
            self._said.popitem(last=False)
        self._notices.notice(Notice(why=why, subject=subject, text=text))

    def again(self, why: Why, subject: str) -> None:
        """It is over: say it anew when it comes back."""
        self._said.pop((why, subject), None)

    def filed(self, call: FiledCall) -> None:
        """One line for each kind of finding in a call that was filed."""
        found: dict[Why, list[str]] = {}
        for reason in call.reasons:
            found.setdefault(reason.why, []).append(reason.text)
        for row in call.tracks:
            reasons = row.detail.get("reasons")
            for reason in reasons if isinstance(reasons, list) else []:
                why = Why(reason["why"])
                if why in _TOLD and (row.side is Side.SAID or why is not Why.SHORTER_THAN_LEG):
                    found.setdefault(why, []).append(f"{row.id} {_TOLD[why]}: {reason['text']}")
        for why, texts in found.items():
            self.once(why, call.call, "; ".join(texts))

"""What a verification of files found, in words. Refuses nothing."""

from collections.abc import Iterator

from hotline1022.recordings.verify import Verification

#: what each finding means, for people
_MEANING = {
    "changed": "other bytes than were stored",
    "missing": "a row promises it, it is not there",
    "extra": "it is there, no row promises it",
    "key_missing": "its key is not here: put it back into recordings.keys",
}


def findings_of(found: Verification) -> Iterator[tuple[str, str, str]]:
    """Kind, path, meaning of each."""
    for kind, meaning in _MEANING.items():
        for path in getattr(found, kind):
            yield kind.replace("_", "-"), path, meaning
    for one in found.unreadable:
        yield "unreadable", one.path, f"could not be read: {one.why}"

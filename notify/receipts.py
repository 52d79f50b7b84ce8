"""One id in all its spellings, one phone in one: gateways write ids decimal here and hexadecimal there. Pure."""


def spellings(gateway_id: str) -> tuple[str, ...]:
    """The id without zeros in front, then what else it may be: the same number in the other base; none twice.

    A number of digits alone may be decimal or hexadecimal, so both are tried; the phone's number decides between two.
    """
    bare = gateway_id.strip().lower()
    found = [bare.lstrip("0") or bare[:1]]
    for base, other in ((10, "x"), (16, "d")):
        try:
            found.append(format(int(bare, base), other))
        except ValueError:
            continue
    return tuple(dict.fromkeys(one for one in found if one))


def e164(number: str) -> str:
    """A phone as gateways write it, in E.164: `84901234567`, `0901234567` → `+84901234567`; "" stays."""
    digits = "".join(c for c in number if c in "0123456789")
    if digits.startswith("00"):
        digits = digits[2:]
    elif digits.startswith("0"):
        digits = f"84{digits[1:]}"
    return f"+{digits}" if digits else ""

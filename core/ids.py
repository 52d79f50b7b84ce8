"""Names of things, so that a call's id cannot be passed where a channel's is wanted."""

from typing import NewType

#: Asterisk's unique id of any channel.
ChannelId = NewType("ChannelId", str)
#: Names the call everywhere: the unique id of the citizen's own channel, with the system name: `hl1-1795470208.58`.
CallId = NewType("CallId", ChannelId)
#: Number of an agent line (máy), `101`; a phone, not a person.
LineId = NewType("LineId", str)
#: Id of a person who answers (điện thoại viên), as keyed on the phone: `1001`.
PersonId = NewType("PersonId", str)

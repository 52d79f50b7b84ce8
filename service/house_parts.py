"""What the house decides at its desk and what follows from it, put together for the running service: reasons for a pause, deadlines,
days off, limits of alarms. Decides nothing itself.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from hotline1022.core.clock import utc_now
from hotline1022.service.background.guard import Run
from hotline1022.service.lines.pause_desk import PauseDesk
from hotline1022.service.settings.limit_desk import LimitDesk
from hotline1022.service.tickets.policy_desk import PolicyDesk
from hotline1022.tickets.policy import Policy

if TYPE_CHECKING:
    from hotline1022.service.app import App


class HouseParts:
    """`start` before anybody asks, its `parts` run in the service. ConfigError `ticket-policy-invalid` for the settings' file."""

    def __init__(self, app: "App") -> None:
        def use(policy: Policy) -> None:
            app.tickets.policy = policy
            app.plans.again()

        self.pauses = PauseDesk(
            app.database,
            settings=lambda: app.settings.queue.pause_reasons,
            use=lambda codes: app.agents.allow(codes),
            clock=utc_now,
        )

        def ring(limits: LimitDesk) -> None:
            app.bell.repeat = limits.repeat

        self.limits = LimitDesk(app.database, settings=lambda: app.settings, config=app.config, use=ring, clock=utc_now)
        self.policies = PolicyDesk(app.database, app.settings, use=use, clock=utc_now)
        self.closed = self.policies.closed

    async def start(self) -> None:
        """What the database has is in force."""
        await self.policies.start()
        await self.pauses.start()
        await self.limits.start()

    def parts(self) -> Mapping[str, Run]:
        """Look for what other processes changed; each until cancelled."""
        return {
            "deadlines": self.policies.run,
            "reasons for a pause": self.pauses.run,
            "limits of alarms": self.limits.run,
        }

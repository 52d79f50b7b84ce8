"""What every test shares. Refuses nothing."""

import gc

from argon2 import PasswordHasher
from hypothesis import HealthCheck, settings

from hotline1022.service.lines import pins

# how long a machine takes to make up examples is no property of what is tested
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")

# what a password costs to guess is no property of what is tested either; what it costs in the service: unit/test_pins.py
pins._HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


def pytest_collection_finish() -> None:
    """Thousands of tests live until the end: the garbage collector need not look at them again and again."""
    gc.collect()
    gc.freeze()

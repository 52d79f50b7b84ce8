"""What every test shares. Refuses nothing."""

from hypothesis import HealthCheck, settings

# how long a machine takes to make up examples is no property of what is tested
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")

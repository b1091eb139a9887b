"""Drawn tests draw the same on every run, and no clock decides one: a gate must not depend on the machine's mood."""

from hypothesis import HealthCheck, settings

settings.register_profile(
    "gate", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
settings.load_profile("gate")

"""What every test shares: reproducible hypothesis profiles, and the choice between short and long forms."""

import os

from hypothesis import HealthCheck, settings

PROOF = os.environ.get("PICTUS_PROOF") == "1"

settings.register_profile(
    "short",
    max_examples=100,
    deadline=None,
    derandomize="CI" in os.environ,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("proof", settings.get_profile("short"), max_examples=10_000)
settings.load_profile("proof" if PROOF else "short")

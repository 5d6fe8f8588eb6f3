"""What every test shares: reproducible hypothesis profiles, and the choice between short and long forms."""

import os

import pytest
from hypothesis import HealthCheck, settings

from tiny_models import Shelf

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


@pytest.fixture(scope="session")
def tiny(tmp_path_factory):
    """Give the path of a tiny model by its name."""
    return Shelf(tmp_path_factory.mktemp("models"))

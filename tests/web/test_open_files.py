"""A process may hold open what its connections need, where the system lets it."""

import resource

from pictus.web.open_files import allow_open_files

FILES = resource.RLIMIT_NOFILE


def test_the_limit_is_raised_as_far_as_it_may_and_never_lowered():
    before = resource.getrlimit(FILES)
    low, hard = 300, before[1]
    try:
        resource.setrlimit(FILES, (low, hard))
        allow_open_files(100)
        assert resource.getrlimit(FILES) == (356, hard)
        allow_open_files(50)
        assert resource.getrlimit(FILES) == (356, hard)
        if hard != resource.RLIM_INFINITY:
            allow_open_files(hard)
            assert resource.getrlimit(FILES) == (hard, hard)
    finally:
        resource.setrlimit(FILES, before)

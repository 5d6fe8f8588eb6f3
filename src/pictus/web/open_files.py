"""Room for connections among the files that a process may hold open."""

import resource

_OTHERS = 256  # lookups, shards, libraries


def allow_open_files(connections: int) -> None:
    """Raise what this process may hold open, as far as the system lets it: a Mac's shells allow 256."""
    wanted = connections + _OTHERS
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY:
        wanted = min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))

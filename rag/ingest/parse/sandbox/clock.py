"""The processor time that a parser may take."""

import time

try:
    import resource
except ImportError:  # Windows has no such limits: there the parent's clock alone ends a parser
    resource = None  # type: ignore[assignment]


def limit_time(seconds: int) -> None:
    """Let this process take so many seconds more."""
    if resource is not None:
        used = int(time.process_time()) + 1
        _, hard = resource.getrlimit(resource.RLIMIT_CPU)
        resource.setrlimit(resource.RLIMIT_CPU, (used + seconds, hard))


def renew_time(seconds: int) -> None:
    """Where a time is set, let it begin again: a page whose letters are to be recognised takes some seconds."""
    if resource is not None and resource.getrlimit(resource.RLIMIT_CPU)[0] != resource.RLIM_INFINITY:
        limit_time(seconds)

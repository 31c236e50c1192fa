"""A check that does nothing: what is left is the price of the sandbox. Runs inside."""

from collections.abc import Iterator

from analysis.contract import Job, Part


class Idle:
    """Looks like a check; answers at once."""

    def probe(self, job: Job) -> Iterator[Part]:
        """Say how many entries the snapshot has."""
        yield Part("here", {"entries": len(list(job.snapshot.iterdir()))})

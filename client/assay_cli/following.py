"""Following runs to their end: by events where the server sends some, else by asking."""

import time
from collections.abc import Iterator

from assay_cli.server import Server, mapping
from assay_cli.terminal import ENDED, Row, clean, steps_progress
from assay_client.api.runs import read_run

FIRST_WAIT_S, LONGEST_PAUSE_S = 0.5, 5.0


class Followed:
    """A run, read anew only where it changed."""

    def __init__(self, server: Server, row: Row) -> None:
        self.server = server
        self.row = row
        self._etag = ""

    @property
    def has_ended(self) -> bool:
        """Say whether there is nothing to wait for."""
        return self.row.get("status") in ENDED

    def look(self) -> bool:
        """Read it; say whether it changed."""
        headers = {"If-None-Match": self._etag} if self._etag else {}
        asked = read_run._get_kwargs(id=str(self.row["id"]))
        answer = self.server.send(asked, headers)
        if answer.status_code == 304:
            return False
        self._etag = answer.headers.get("etag", "")
        self.row = mapping(answer, self.server.address)
        return True

    def changes(self) -> Iterator[None]:
        """Yield after each event until it has ended; at once where the server sends none."""
        if not self.has_ended:
            for _ in self.server.stream(f"/api/v1/runs/{self.row['id']}/events"):
                self.look()
                yield
                if self.row.get("status") in ENDED:
                    return


def to_their_end(server: Server, rows: list[Row]) -> list[Row]:
    """Show how runs go on until all have ended; return what they are then."""
    runs = [Followed(server, row) for row in rows]
    with steps_progress() as bars:
        lines = [bars.add_task(_title(one.row), total=None, at="") for one in runs]

        def draw() -> None:
            for line, one in zip(lines, runs, strict=True):
                total = 1 if one.has_ended else one.row.get("total") or None
                done = 1 if one.has_ended else one.row.get("progress") or 0
                bars.update(line, at=_where(one.row), total=total, completed=done)

        draw()
        if len(runs) == 1:
            for _ in runs[0].changes():
                draw()
        pause = FIRST_WAIT_S
        while waiting := [one for one in runs if not one.has_ended]:
            time.sleep(pause)
            changes = [one.look() for one in waiting]
            pause = FIRST_WAIT_S if any(changes) else min(LONGEST_PAUSE_S, pause * 1.5)
            draw()
    return [one.row for one in runs]


def _title(row: Row) -> str:
    check = row.get("check") or {}
    claim = f" of claim {row['claim']}" if row.get("claim") else ""
    return clean(f"run {row.get('id')}: {check.get('id', '')}{claim}", 60)


def _where(row: Row) -> str:
    note = row.get("note") or row.get("stage") or row.get("status")
    return clean(note, 60)

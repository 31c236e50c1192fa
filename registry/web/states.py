"""In which state a claim, a run or a risk is shown: a word, an icon and a tone, never one alone."""

from dataclasses import dataclass

from registry.models import Finding, Run


@dataclass(frozen=True, slots=True)
class State:
    """How a state looks. ``tone`` names the colour, ``icon`` is a path in a box of 16 by 16."""

    key: str
    word: str
    tone: str
    icon: str
    about: str


_ALL = (
    State(
        "confirmed",
        "Confirmed",
        "good",
        "M3 8.6l3.2 3.2L13 5",
        "The measurement lies within the tolerance of the claim.",
    ),
    State(
        "overstated",
        "Overstated",
        "bad",
        "M8 2.8v10M3.8 8.8L8 13l4.2-4.2",
        "Measured worse than claimed.",
    ),
    State(
        "understated",
        "Understated",
        "better",
        "M8 13.2v-10M3.8 7.2L8 3l4.2 4.2",
        "Measured better than claimed.",
    ),
    State(
        "inconclusive",
        "Inconclusive",
        "unsure",
        "M2.5 9.2c1.6-3.4 3.7-3.4 5.5-1.2s3.9 2.2 5.5-1.2",
        "The interval is too wide to tell.",
    ),
    State("pass", "Pass", "good", "M3 8.6l3.2 3.2L13 5", "Nothing was found by what was tested."),
    State("warn", "Warn", "unsure", "M8 2.5v7M8 12.4v1", "Something was found that needs a look."),
    State("fail", "Fail", "bad", "M4 4l8 8M12 4l-8 8", "Something harmful was found."),
    State(
        "measured",
        "Measured",
        "told",
        "M3.5 13V9M8 13V3M12.5 13V6",
        "A number that nobody claimed: there is nothing to hold it against.",
    ),
    State(
        "unsupported",
        "Not measurable",
        "off",
        "M3.7 3.7l8.6 8.6M8 2.2a5.8 5.8 0 1 0 .01 0",
        "A piece is missing; the reason says which.",
    ),
    State(
        "dead",
        "Could not be checked",
        "off",
        "M9.5 2L4.2 9h3.6L6.5 14l5.3-7H8.2z",
        "The run was given up. This says nothing about the claim.",
    ),
    State(
        "cancelled",
        "Cancelled",
        "off",
        "M4.5 4.5h7v7h-7z",
        "Somebody ended the run. What it had answered is kept; asked again, it goes on.",
    ),
    State(
        "queued",
        "Queued",
        "busy",
        "M8 2.2a5.8 5.8 0 1 0 .01 0M8 5v3.2l2.2 1.6",
        "Waits for a worker.",
    ),
    State("running", "Running", "busy", "M5 3.2l7.5 4.8L5 12.8z", "Is being measured now."),
    State("none", "Not evaluated", "off", "M4 8h8", "Nobody has asked for a measurement yet."),
)
STATES = {state.key: state for state in _ALL}
VERDICTS = tuple(STATES[str(verdict)] for verdict in Finding.Verdict.values)


def state_of(run: Run | None, finding: Finding | None) -> State:
    """Return how a run is shown: by its verdict where it has one, else by where it stands."""
    if finding is not None:
        return STATES[finding.verdict]
    return STATES["none"] if run is None else STATES[run.status]


def finding_of(run: Run) -> Finding | None:
    """Return the run's finding. No query: the run was read with it, or is known to have none."""
    return getattr(run, "finding", None)

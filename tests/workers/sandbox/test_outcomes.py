"""One death, one reason: the one that explains the most."""

import pytest

from workers.sandbox.outcomes import Facts, Reason, diagnose


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        (Facts(), Reason.SANDBOX),
        (Facts(guard_spoke=True, exit=0), Reason.EXIT),
        (Facts(guard_spoke=True, exit=3, error="KeyError: 'x'"), Reason.EXIT),
        (Facts(guard_spoke=True, exit=-11), Reason.SIGNAL),
        (Facts(guard_spoke=True, exit=-31), Reason.FORBIDDEN_CALL),
        (Facts(forbidden=("socket (IPv4)",), stopped_for=Reason.TIMEOUT), Reason.FORBIDDEN_CALL),
        (Facts(exit=-9, guard_spoke=True, out_of_memory=True), Reason.OUT_OF_MEMORY),
        (Facts(exit=1, error="x", error_reason=Reason.OUT_OF_MEMORY), Reason.OUT_OF_MEMORY),
        (Facts(stopped_for=Reason.OUT_OF_MEMORY), Reason.OUT_OF_MEMORY),
        (Facts(stopped_for=Reason.TIMEOUT), Reason.TIMEOUT),
        (Facts(stopped_for=Reason.TIMEOUT, too_many_processes=True), Reason.PROCESS_LIMIT),
        (Facts(stopped_for=Reason.BAD_OUTPUT, error="X."), Reason.BAD_OUTPUT),
        (Facts(stopped_for=Reason.OUTPUT_LIMIT), Reason.OUTPUT_LIMIT),
        (Facts(exit=1, error="x", error_reason=Reason.SCRATCH_FULL), Reason.SCRATCH_FULL),
        (Facts(exit=0, guard_spoke=True, scratch_full=True), Reason.SCRATCH_FULL),
        (Facts(exit=1, error="x", error_reason=Reason.PROCESS_LIMIT), Reason.PROCESS_LIMIT),
    ],
)
def test_the_reason_is_the_one_that_explains_the_most(facts, reason):
    died = diagnose(facts, 900.0, 64)
    assert died.reason is reason
    assert died.detail[0].isupper()


def test_the_sentence_names_the_call_and_the_limit():
    assert "socket (IPv4)" in diagnose(Facts(forbidden=("socket (IPv4)",)), 1, 1).detail
    assert "900 seconds" in diagnose(Facts(stopped_for=Reason.TIMEOUT), 900.0, 1).detail

"""What of a failure's own words is told where draws are secret."""

import pytest

from papers.task import AnswerError
from runners.discretion import in_our_words
from runners.events import Exceeded
from runners.sandbox import MethodFailure

CODE = b"x\n" * 20


@pytest.mark.parametrize(
    ("message", "told"),
    [
        ("ValueError: 3.14159 (method.py, line 12)", "raised ValueError in line 12 of its file."),
        ("While answering fit, the method raised KeyError: 'secret'", "raised KeyError. "),
        ("LinAlgError: secret (method.py, line 3)", "raised LinAlgError in line 3 of its file."),
        ("Label3secret: x (method.py, line 12)", "raised an exception of its own kind in line 12 of its file."),
        ("print: secret (method.py, line 12)", "raised an exception of its own kind in line 12"),
        ("ValueError: secret (method.py, line 99)", "raised ValueError. "),
        ("ValueError: secret (method.py, line 1) secret", "raised ValueError. "),
        ("", "raised an exception of its own kind. "),
    ],
)
@pytest.mark.parametrize("reason", ["exception", "import", "limit"])
def test_an_exception_is_its_kind_and_its_line(reason, message, told):
    failure = in_our_words(MethodFailure(reason, message, "Traceback: secret"), CODE)
    assert failure.reason == reason
    assert told in failure.message
    assert "secret" not in failure.message
    assert "3.14" not in failure.message
    assert failure.traceback == ""


def test_what_was_measured_is_told_whole():
    exceeded = Exceeded(limit="cpu seconds", used=21.0, allowed=20.0)
    failure = in_our_words(MethodFailure("limit", "It used 21 CPU-s, 20 are allowed.", exceeded=exceeded), CODE)
    assert (failure.message, failure.exceeded) == ("It used 21 CPU-s, 20 are allowed.", exceeded)
    ended = in_our_words(MethodFailure("died", "The method's process ended by signal 11 (SIGSEGV)."), CODE)
    assert "SIGSEGV" in ended.message


@pytest.mark.parametrize(
    ("message", "told"),
    [
        (
            "fit returned 7.25, expected a number: finite, from 0 to 1",
            "`fit` did not answer as it must: expected a number",
        ),
        (
            "logits left 3 of 725 numbers NaN or infinite, the first at [7]: expected finite numbers",
            "expected finite numbers",
        ),
        ("policy returned rows that do not sum to 1: off by 7.25", "An answer is not what the board takes."),
    ],
)
def test_of_an_answer_what_was_expected_is_told(message, told):
    failure = in_our_words(AnswerError(message), CODE)
    assert failure.reason == "answer"
    assert told in failure.message
    assert "7" not in failure.message

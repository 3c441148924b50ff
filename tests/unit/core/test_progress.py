"""Progress: on the error stream only, in text at most once a second, without a real clock."""

import io

import pytest

from pulposus.core.errors import InputError
from pulposus.core.progress import METERS, BarProgress, NoProgress, TextProgress, meter


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_text_is_told_at_most_once_a_second_and_always_at_the_end() -> None:
    clock, stream = Clock(), io.StringIO()
    progress = TextProgress(stream, clock)
    progress.start(4, "compare")
    progress.advance()
    clock.now += 1.0
    progress.advance(note="arm saline")
    clock.now += 0.9
    progress.advance()
    progress.advance()
    progress.stop()
    progress.stop()
    assert stream.getvalue().splitlines() == ["compare: 0/4", "compare: 2/4 (arm saline)", "compare: 4/4"]


def test_text_that_stops_early_says_how_far_it_came() -> None:
    stream = io.StringIO()
    progress = TextProgress(stream, Clock())
    progress.stop()
    progress.start(4)
    progress.advance(3)
    progress.stop()
    assert stream.getvalue().splitlines() == ["0/4", "3/4"]


def test_a_bar_shows_what_is_done_and_takes_labels_as_they_are() -> None:
    stream = io.StringIO()
    progress = BarProgress(stream)
    progress.start(4, "compare [L4/L5]")
    progress.advance(3, note="[arm]")
    progress.stop()
    progress.stop()
    progress.advance()
    assert "compare [L4/L5]" in stream.getvalue()
    assert "3/4" in stream.getvalue()
    assert "[arm]" in stream.getvalue()


@pytest.mark.parametrize("kind", METERS)
def test_nothing_reaches_the_output_stream(kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    progress = meter(kind)
    progress.start(2, "work")
    progress.advance(2)
    progress.stop()
    told = capsys.readouterr()
    assert told.out == ""
    assert ("2/2" in told.err) == (kind != "none")


def test_meters_by_name() -> None:
    assert isinstance(meter(None), NoProgress)
    assert isinstance(meter("none"), NoProgress)
    assert isinstance(meter("text"), TextProgress)
    assert isinstance(meter("bar"), BarProgress)
    with pytest.raises(InputError) as caught:
        meter("bars")
    assert caught.value.faults[0].nearest == "bar"

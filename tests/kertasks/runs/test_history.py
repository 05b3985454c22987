from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from kertasks.runs.advice.finding import Fault, Finding, Severity
from kertasks.runs.event_file.events import (
    Advised,
    Compiling,
    Control,
    Epoch,
    Event,
    Failed,
    Finished,
    LearningRate,
    Machine,
    Monitor,
    Notice,
    Paused,
    Progress,
    Resumed,
    Resuming,
    Started,
    Stopped,
)
from kertasks.runs.history import RunHistory
from kertasks.runs.state import RunState
from kertasks.runs.steering.commands import SteeringCommand


def epoch(number: int, **metrics: float) -> Epoch:
    return Epoch(float(number), number, metrics, learning_rate=0.5 / number, seconds=0.25)


def test_columns_grow_by_one_value_an_epoch() -> None:
    history = RunHistory()
    history.add_all([epoch(1, loss=3.0, val_loss=4.0), epoch(2, loss=2.0, val_loss=5.0)])

    assert history.epochs == 2
    assert history.metric_names == ("loss", "val_loss")
    assert list(history.column("loss")) == [3.0, 2.0]
    assert list(history.column("val_loss")) == [4.0, 5.0]
    assert list(history.learning_rates) == [0.5, 0.25]
    assert list(history.seconds) == [0.25, 0.25]
    assert list(history.epoch_numbers) == [1, 2]
    assert list(history.column("accuracy")) == []
    assert history.last == epoch(2, loss=2.0, val_loss=5.0)


def test_a_metric_that_comes_late_or_stays_away_is_nan() -> None:
    history = RunHistory()
    history.add_all([epoch(1, loss=3.0), epoch(2, loss=2.0, val_loss=5.0), epoch(3, loss=1.0)])

    late = list(history.column("val_loss"))
    assert math.isnan(late[0])
    assert late[1] == 5.0
    assert math.isnan(late[2])


def test_the_best_epoch_is_of_the_lowest_validation_loss() -> None:
    history = RunHistory()
    history.add_all(
        [
            epoch(1, loss=3.0, val_loss=4.0),
            epoch(2, loss=2.0, val_loss=3.5),
            epoch(3, loss=1.0, val_loss=math.nan),
            epoch(4, loss=0.5, val_loss=3.5),
        ]
    )
    assert history.best_epoch == 2


def test_the_best_epoch_is_of_the_lowest_loss_where_nothing_is_held_out() -> None:
    history = RunHistory()
    history.add_all([epoch(1, loss=3.0), epoch(2, loss=2.0), epoch(3, loss=2.5)])
    assert history.best_epoch == 2


def test_a_loss_that_is_never_a_number_has_no_best_epoch() -> None:
    history = RunHistory()
    history.add_all([epoch(1, loss=math.nan), epoch(2, loss=math.inf)])
    assert history.best_epoch is None


def test_what_goes_on_now_follows_the_events() -> None:
    history = RunHistory()
    history.add(Started(1.0, 10, 4, 33, "CPU"))
    history.add(Compiling(1.0))
    assert history.compiling
    history.add(Compiling(3.0, 2.0))
    assert not history.compiling
    progress = Progress(3.5, 1, 2, {"loss": 0.5})
    history.add(progress)
    assert history.progress == progress
    history.add(epoch(1, loss=0.5))
    assert history.progress is None
    history.add(Notice(4.0, "slower: why"))
    history.add(Control(4.0, 1, "stop"))
    history.add(LearningRate(4.0, 1, 0.1))
    assert [notice.text for notice in history.notices] == ["slower: why"]
    assert [control.number for control in history.controls] == [1]
    assert [change.learning_rate for change in history.learning_rate_changes] == [0.1]
    assert history.ended is None
    end = Finished(5.0, 1, 1, {"accuracy": 1.0}, None)
    history.add(end)
    assert history.ended == end


def test_a_failure_while_compiling_ends_it() -> None:
    history = RunHistory()
    history.add(Compiling(1.0))
    history.add(Failed(2.0, "out of memory"))
    assert not history.compiling
    assert isinstance(history.ended, Failed)


_metric_values = st.floats(allow_nan=True, allow_infinity=True)


@given(st.lists(st.dictionaries(st.sampled_from(["loss", "val_loss", "accuracy"]), _metric_values)))
def test_every_column_has_one_value_an_epoch(metrics: list[dict[str, float]]) -> None:
    history = RunHistory()
    for number, values in enumerate(metrics, 1):
        history.add(epoch(number, **values))
    for name in history.metric_names:
        column = history.column(name)
        assert len(column) == history.epochs == len(metrics)
        for value, given_values in zip(column, metrics, strict=True):
            expected = given_values.get(name, math.nan)
            assert value == expected or (math.isnan(value) and math.isnan(expected))


def test_what_it_was_told_to_do_holds_until_it_is_done() -> None:
    history = RunHistory()
    history.add_all([Started(0.0, 10, 4, 9, "CPU"), epoch(1, loss=1.0)])
    history.add(Control(1.1, 1, "epoch", refused="no"))
    assert history.until is None
    history.add(Control(1.2, 2, "epoch"))
    assert history.until is SteeringCommand.EPOCH
    history.add(Paused(2.0, 2, 0))
    assert history.until is None
    history.add_all([Control(3.0, 3, "batch"), Resumed(3.0, 2, 0)])
    assert history.until is SteeringCommand.BATCH
    history.add_all([Paused(3.1, 2, 1), Control(4.0, 4, "stop")])
    assert history.stopping
    history.add(Stopped(4.5, 2, 1, None, None))
    assert not history.stopping


def test_a_new_process_is_told_from_the_end_of_a_pause() -> None:
    history = RunHistory()
    history.add_all([Started(0.0, 10, 4, 9, "CPU"), epoch(1, loss=1.0)])
    history.add_all([Paused(2.0, 1, 0), Resumed(3.0, 1, 0)])
    assert not history.resuming
    history.add_all([Stopped(4.0, 1, 1, None, None), Resumed(9.0, 1, 0)])
    assert history.resuming
    assert not history.replaying
    history.add(Progress(10.0, 2, 1, {}))
    assert not history.resuming
    history.add_all([Paused(11.0, 2, 1), Resuming(20.0)])  # its trainer was lost in the pause
    assert history.resuming
    assert history.state is RunState.RUNNING
    history.add(Resumed(25.0, 2, 0))
    assert history.resuming


def test_time_in_which_it_lay_still_is_not_counted() -> None:
    history = RunHistory()
    assert math.isnan(history.elapsed(5.0))
    history.add_all([Started(0.0, 10, 4, 9, "CPU"), epoch(1, loss=1.0)])
    assert history.elapsed(2.0) == 2.0
    history.add(Paused(3.0, 1, 0))
    assert history.elapsed(900.0) == 3.0
    history.add(Stopped(5.0, 1, 1, None, None))
    assert history.elapsed(900.0) == 3.0
    history.add(Resumed(105.0, 1, 0))
    assert history.elapsed(106.0) == 4.0
    history.add(Progress(107.0, 2, 1, {}))
    history.add(Resumed(207.0, 1, 0))  # its trainer was lost
    assert history.elapsed(208.0) == 6.0
    history.add_all([Paused(209.0, 2, 1), Resuming(300.0)])
    assert history.elapsed(305.0) == 7.0
    history.add(Resumed(310.0, 2, 1))
    assert history.elapsed(311.0) == 8.0
    history.add_all([Resuming(400.0), Failed(405.0, "no Keras")])
    assert history.elapsed(900.0) == 7.0  # to the latest that the lost one told


def test_a_clock_that_is_set_changes_no_time_trained() -> None:
    history = RunHistory()
    machine = Machine(3.0, 0.5, 1, 2, 1, trained=3.0)
    history.add_all([Started(0.0, 10, 4, 9, "CPU"), epoch(1, loss=1.0), machine])
    assert history.elapsed(4.0) == 4.0
    history.add(Machine(3605.0, 0.5, 1, 2, 1, trained=5.0))  # it slept for an hour
    assert history.elapsed(3606.0) == 6.0
    history.add(Machine(-7.0, 0.5, 1, 2, 1, trained=7.0))  # its clock was set back
    assert history.elapsed(-6.0) == 8.0
    # Another host, whose clock is a day behind, takes it up; its trainer has told nothing yet.
    history.add_all([Resuming(-86_400.0), Resumed(-86_390.0, 1, 0)])
    assert history.elapsed(-86_388.0) == 9.0


NUMBERS = st.floats(width=64)
METRICS = st.dictionaries(st.sampled_from(["loss", "val_loss", "accuracy"]), NUMBERS, min_size=1)
EVENTS = st.lists(
    st.one_of(
        st.builds(Epoch, st.just(1.0), st.integers(1, 4), METRICS, NUMBERS, NUMBERS),
        st.builds(Epoch, st.just(2.0), st.just(5), st.just({"loss": 0.5}), NUMBERS, NUMBERS),
        st.just(Notice(3.0, "note")),
    ),
    max_size=12,
)


def same(first: float, second: float) -> bool:
    return first == second or (math.isnan(first) and math.isnan(second))


@given(EVENTS, st.integers(0, 20))
def test_a_history_is_the_same_in_whatever_portions_it_is_told(
    events: list[Event], steady: int
) -> None:
    more = [Epoch(9.0, 6 + n, {"loss": 1 / (n + 1)}, 0.1, 0.2) for n in range(steady)]
    one_by_one, at_once = RunHistory(), RunHistory()
    for event in [*events, *more]:
        one_by_one.add(event)
    at_once.add_all([*events, *more])

    assert at_once.last == one_by_one.last or str(at_once.last) == str(one_by_one.last)
    assert at_once.latest == one_by_one.latest
    assert at_once.epoch_numbers == one_by_one.epoch_numbers
    assert at_once.metric_names == one_by_one.metric_names
    assert at_once.best_epoch == one_by_one.best_epoch
    assert at_once.notices == one_by_one.notices
    for name in one_by_one.metric_names:
        pairs = zip(at_once.column(name), one_by_one.column(name), strict=True)
        assert all(same(a, b) for a, b in pairs)
    for mine, theirs in (
        (at_once.seconds, one_by_one.seconds),
        (at_once.learning_rates, one_by_one.learning_rates),
    ):
        assert all(same(a, b) for a, b in zip(mine, theirs, strict=True))


TOLD = st.lists(
    st.one_of(
        st.integers(1, 9).map(
            lambda n: Epoch(1.0, n, {"loss": 1.0 / n, "val_loss": 2.0}, 0.1, 0.2)
        ),
        st.integers(1, 9).map(lambda n: Epoch(2.0, n, {"loss": math.nan}, 0.1, 0.2)),
        # Keras may validate every second epoch only: no value is not one that is no number.
        st.integers(1, 9).map(lambda n: Epoch(2.5, n, {"loss": 2.0 / n}, 0.1, 0.2)),
        st.integers(0, 9).map(lambda n: Resumed(3.0, n, 0)),
        st.integers(0, 9).map(lambda n: Stopped(4.0, n)),
        st.integers(1, 9).map(lambda n: LearningRate(5.0, n, 0.1)),
    ),
    max_size=25,
)


@given(TOLD)
def test_each_epoch_is_in_it_once_as_it_was_told_last(events: list[Event]) -> None:
    history, epochs = RunHistory(), dict[int, Epoch]()
    for event in events:
        history.add(event)
        first = event.epoch if isinstance(event, Epoch) else math.inf
        if isinstance(event, Stopped):
            first = event.epochs + 1
        epochs = {number: epoch for number, epoch in epochs.items() if number < first}
        if isinstance(event, Epoch):
            epochs[event.epoch] = event
        assert list(history.epoch_numbers) == list(epochs)
        assert list(history.times) == [epoch.t for epoch in epochs.values()]
        for name in history.metric_names:
            told = [epoch.metrics.get(name, math.nan) for epoch in epochs.values()]
            assert all(map(same, history.column(name), told))
        assert (history.last.epoch if history.last else None) == max(epochs, default=None)
        assert history.best_epoch in {None, *epochs}
        since = None
        for number, epoch in epochs.items():
            finite = all(map(math.isfinite, epoch.metrics.values()))
            since = None if finite else since or number
        assert history.not_finite_since == since
        assert str(list(history.each_epoch())) == str(list(epochs.values()))


def test_the_best_epoch_is_of_what_early_stopping_watches() -> None:
    history = RunHistory()
    monitor = Monitor("val_accuracy", "max", 0.05)
    history.add(Started(0.0, 10, 4, 9, "CPU", monitor))
    for number, accuracy in enumerate((math.nan, 0.5, 0.9, 0.93, 0.99, math.inf, 0.2), 1):
        history.add(epoch(number, loss=1.0 / number, val_accuracy=accuracy))
    # From 0.9 to 0.93 is no more than the least that counts.
    assert (history.best_epoch, history.best.value) == (5, 0.99)
    history.add(epoch(5, loss=0.1, val_accuracy=0.1))  # trained anew
    assert (history.best_epoch, history.best.value) == (3, 0.9)


def test_changes_of_a_learning_rate_go_with_the_epochs_that_were_trained_anew() -> None:
    history = RunHistory()
    history.add_all([Started(0.0, 10, 4, 9, "CPU"), *(epoch(n, loss=1.0) for n in range(1, 6))])
    history.add_all([LearningRate(5.0, 2, 0.5), LearningRate(5.0, 4, 0.25)])
    history.add_all([Resumed(6.0, 0, 0), LearningRate(6.5, 3, 0.125)])
    assert history.replaying
    history.add(epoch(3, loss=2.0))
    assert not history.replaying
    assert [change.epoch for change in history.learning_rate_changes] == [2, 3]
    assert list(history.epoch_numbers) == [1, 2, 3]


def test_an_end_that_says_for_how_long_it_was_trained_is_believed() -> None:
    history = RunHistory()
    history.add_all([Started(0.0, 10, 4, 9, "CPU"), Failed(600.0, "no", trained=5.0)])
    assert history.elapsed(9000.0) == 5.0
    history.add_all([Resuming(1200.0), Resumed(1210.0, 0, 0)])
    assert history.elapsed(1212.0) == 7.0


def finding(code: str, layer: int | None = None, sentence: str = "why") -> Finding:
    return Finding(
        code=code,
        fault=Fault.ACTIVATION,
        severity=Severity.WARNING,
        layer=layer,
        sentence=sentence,
    )


def test_what_was_found_is_there_once_the_newest_last() -> None:
    history = RunHistory()
    assert not history.findings
    dead, stuck = finding("dead", 1), finding("stuck")
    history.add_all(
        [Advised(1.0, 3, dead), Advised(1.0, 4, stuck), Advised(1.0, 4, finding("dead"))]
    )
    worse = finding("dead", 1, "all of them")
    history.add(Advised(2.0, 9, worse))
    assert list(history.findings) == [(4, stuck), (4, finding("dead")), (9, worse)]
    history.add(Advised(3.0, 9, stuck, holds=False))
    assert list(history.findings) == [(4, finding("dead")), (9, worse)]


def test_what_was_found_goes_with_the_epochs_that_were_trained_anew() -> None:
    history = RunHistory()
    history.add_all([Started(0.0, 10, 4, 9, "CPU"), *(epoch(n, loss=1.0) for n in range(1, 6))])
    dead, stuck = finding("dead", 1), finding("stuck")
    history.add_all([Advised(5.0, 2, dead), Advised(5.0, 5, dead, holds=False)])
    history.add_all([Advised(5.0, 5, stuck), Resumed(6.0, 2, 0)])
    assert list(history.findings) == [(5, stuck)]
    history.add_all([Advised(6.5, 3, finding("flat")), epoch(4, loss=2.0)])
    assert list(history.findings) == [(2, dead), (3, finding("flat"))]
    history.add(Stopped(7.0, 2))
    assert list(history.findings) == [(2, dead)]


def test_a_log_of_nothing_but_findings_is_read_in_no_time() -> None:
    history = RunHistory()
    history.add_all([Advised(1.0, n, finding(f"code {n}")) for n in range(50_000)])
    for number in range(1, 2_000):
        history.add(epoch(number, loss=1.0))
        assert len(history.findings) <= 1_000


def test_an_epoch_that_was_not_validated_lacks_its_values_and_breaks_nothing() -> None:
    history = RunHistory()
    history.add_all([epoch(1, loss=3.0), epoch(2, loss=2.0, val_loss=2.5), epoch(3, loss=1.0)])
    assert [history.lacks("val_loss", number) for number in (1, 2, 3)] == [True, False, True]
    assert (history.not_finite_since, history.best_epoch) == (None, 2)
    history.add(epoch(3, loss=1.0, val_loss=math.nan))  # trained anew
    assert (history.lacks("val_loss", 3), history.not_finite_since) == (False, 3)

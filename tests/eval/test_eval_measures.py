"""The measures, against values worked out by hand and against independent implementations."""

import random
from collections.abc import Callable

import ir_measures
import numpy as np
import numpy.typing as npt
import pytest
from ir_measures import RR, R, Success, nDCG
from sklearn import metrics

from eval.measures.measures import (
    auroc,
    brier,
    calibration_bins,
    calibration_error,
    contains_answer,
    coverage_at_risk,
    covered,
    ndcg,
    normalised,
    percentiles,
    precision_recall_f1,
    recall_at,
    reciprocal_rank,
    risk_coverage,
    success_at,
    token_f1,
)
from eval.measures.statistics import Mean, Measure, Score, difference, interval


def random_rankings() -> list[tuple[list[str], list[str]]]:
    chance = random.Random(7)
    ids = [f"d{number}" for number in range(30)]
    return [(chance.sample(ids, 20), chance.sample(ids, chance.randint(1, 14))) for _ in range(60)]


@pytest.mark.parametrize(
    ("own", "independent"),
    [
        (lambda ranked, relevant: recall_at(ranked, relevant, 5), R @ 5),
        (lambda ranked, relevant: success_at(ranked, relevant, 1), Success @ 1),
        (reciprocal_rank, RR @ 10),
        (ndcg, nDCG @ 10),
    ],
)
def test_retrieval_measures_agree_with_trec_eval(
    own: Callable[[list[str], list[str]], float], independent: ir_measures.Measure
) -> None:
    for ranked, relevant in random_rankings():
        qrels = [ir_measures.Qrel("q", one, 1) for one in relevant]
        run = [ir_measures.ScoredDoc("q", one, -float(rank)) for rank, one in enumerate(ranked)]
        assert own(ranked, relevant) == pytest.approx(
            ir_measures.calc_aggregate([independent], qrels, run)[independent]
        )


def test_retrieval_measures_of_a_ranking() -> None:
    ranked, relevant = ["a", "b", "c", "d"], ["b", "d", "z"]
    assert recall_at(ranked, relevant, 2) == pytest.approx(1 / 3)
    assert recall_at(ranked, relevant, 4) == pytest.approx(2 / 3)
    assert (success_at(ranked, relevant, 1), success_at(ranked, relevant, 2)) == (0.0, 1.0)
    assert reciprocal_rank(ranked, relevant) == 0.5
    assert reciprocal_rank(ranked, ["d"], k=3) == 0.0
    # gains at ranks 2 and 4: 1/log2(3) + 1/log2(5); ideal, three at the top: 1 + 1/log2(3) + 1/log2(4)
    assert ndcg(ranked, relevant) == pytest.approx((0.6309298 + 0.4306766) / (1 + 0.6309298 + 0.5))


def test_missing_answers_count_zero_and_nothing_to_measure_is_none() -> None:
    assert (recall_at([], ["a"], 5), reciprocal_rank([], ["a"]), ndcg([], ["a"])) == (0.0, 0.0, 0.0)
    assert (contains_answer("", ["1932"]), token_f1("", ["1932"])) == (0.0, 0.0)
    assert recall_at(["a"], [], 1) is None
    assert success_at(["a"], [], 1) is None
    assert reciprocal_rank(["a"], []) is None
    assert ndcg(["a"], []) is None
    assert contains_answer("text", []) is None
    assert token_f1("text", []) is None
    assert auroc([], [0.1]) is None
    assert auroc([0.1], []) is None
    assert brier([], []) is None
    assert calibration_error([], []) is None
    assert coverage_at_risk([], []) is None
    assert precision_recall_f1([], []) == (None, None, None)
    assert percentiles([]) == {}


def test_coverage_of_a_quote_counts_each_character_once() -> None:
    assert covered((10, 20), [(0, 12), (11, 15), (30, 40)]) == 0.5
    assert covered((10, 20), []) == 0.0
    assert covered((10, 20), [(0, 99)]) == 1.0


def test_answer_strings_are_compared_by_whole_words() -> None:
    assert contains_answer("Opened in the year 1932, it cost little.", ["1932"]) == 1.0
    assert contains_answer("Opened in 19321.", ["1932"]) == 0.0
    assert contains_answer("“Ines Halvorsen’s” ribbon", ["the ribbon"]) == 1.0
    assert normalised("Opened in 1932—the year of a “great” flood.") == "opened in 1932 year of great flood"
    # shared: in, 1932; 2 * 2 / (5 + 2)
    assert token_f1("It was opened in 1932", ["1932", "in 1932"]) == pytest.approx(4 / 7)
    # a word counts as often as both have it: shared 1; 2 * 1 / (2 + 1)
    assert token_f1("Paris, Paris", ["Paris"]) == pytest.approx(2 / 3)


def test_calibration_and_risk_of_four_probabilities() -> None:
    given, outcomes = [0.9, 0.7, 0.4, 0.2], [True, False, True, False]
    assert brier(given, outcomes) == pytest.approx((0.01 + 0.49 + 0.36 + 0.04) / 4)
    # bins {0.2, 0.4} and {0.7, 0.9}: |0.3 - 0.5| and |0.8 - 0.5|, each of weight one half
    assert calibration_error(given, outcomes, bins=2) == pytest.approx(0.25)
    assert np.array(calibration_bins(given, outcomes, bins=2)) == pytest.approx(
        np.array([[0.3, 0.5, 2], [0.8, 0.5, 2]])
    )
    assert risk_coverage(given, outcomes) == [(0.25, 0.0), (0.5, 0.5), (0.75, pytest.approx(1 / 3)), (1.0, 0.5)]
    assert coverage_at_risk(given, outcomes) == 0.25
    assert auroc([0.9, 0.4], [0.7, 0.2]) == 0.75


def test_bins_have_equal_mass_though_probabilities_crowd() -> None:
    given = [0.9] * 28 + [0.1, 0.2]
    assert [size for _, _, size in calibration_bins(given, [True] * 30)] == [2] * 15
    # 28 are 0.1 off, one 0.9, one 0.8
    assert calibration_error(given, [True] * 30) == pytest.approx((28 * 0.1 + 0.9 + 0.8) / 30)


def test_risk_counts_equal_confidences_together_and_refusals_as_not_covered() -> None:
    points = risk_coverage([0.5, 0.9, 0.5], [False, True, True], total=6)
    assert points == [(pytest.approx(1 / 6), 0.0), (0.5, pytest.approx(1 / 3))]
    assert coverage_at_risk([0.5, 0.9, 0.5], [False, True, True], total=6) == pytest.approx(1 / 6)
    assert coverage_at_risk([], [], total=6) == 0.0


def test_measures_of_probabilities_agree_with_scikit_learn() -> None:
    chance = np.random.default_rng(3)
    for _ in range(40):
        given, outcomes = chance.random(50).round(1), chance.random(50) < 0.4
        assert auroc(given[outcomes], given[~outcomes]) == pytest.approx(metrics.roc_auc_score(outcomes, given))
        assert brier(given, outcomes) == pytest.approx(metrics.brier_score_loss(outcomes, given))
        wanted = metrics.precision_recall_fscore_support(outcomes, given > 0.5, average="binary")[:3]
        assert precision_recall_f1(given > 0.5, outcomes) == pytest.approx(wanted)


def test_abstaining_never_has_no_precision_and_no_worth() -> None:
    assert precision_recall_f1([False, False], [True, False]) == (None, 0.0, 0.0)
    assert precision_recall_f1([True, False], [False, False]) == (0.0, None, 0.0)


def test_percentiles_lie_between_neighbours() -> None:
    # of five values, the 90th percentile is 0.6 of the way from the fourth to the fifth
    assert percentiles([50.0, 10.0, 20.0, 30.0, 40.0]) == {50: 30.0, 90: 46.0, 99: 49.6}


def mean_of(values: npt.NDArray[np.float64]) -> Measure:
    return lambda picks: float(values[picks].mean())


def test_interval_of_a_mean_is_that_of_its_sampling_distribution() -> None:
    values = np.array([1.0] * 60 + [0.0] * 40)
    score = interval(mean_of(values), 100, n=100)
    assert score.value == 0.6
    assert score.low is not None
    assert score.high is not None
    # the binomial distribution of 100 draws at 0.6 has its 2.5th and 97.5th percentile at 50 and 69 or 70
    assert score.low == pytest.approx(0.50, abs=0.011)
    assert score.high == pytest.approx(0.70, abs=0.015)


def test_paired_interval_sees_what_separate_ones_hide() -> None:
    before = np.array([0.0] * 50 + [1.0] * 50)
    after = before.copy()
    after[:10] = 1.0
    gain = difference(mean_of(after), mean_of(before), 100, n=100)
    assert gain.value == 0.1
    assert gain.low is not None
    assert gain.low > 0.03
    apart, lower = interval(mean_of(after), 100, n=100), interval(mean_of(before), 100, n=100)
    assert apart.low is not None
    assert lower.high is not None
    assert apart.low < lower.high


def test_undefined_measure_is_left_out_with_its_count() -> None:
    assert interval(lambda picks: None, 10, n=3) == Score(value=None, low=None, high=None, n=0)
    # where only some resamples are undefined, the others make the interval
    rare = np.array([True] + [False] * 9)
    score = interval(lambda picks: 1.0 if rare[picks].any() else None, 10, n=1)
    assert (score.value, score.low, score.high) == (1.0, 1.0, 1.0)


def test_means_of_many_resamples_at_once_are_those_of_each() -> None:
    chance = np.random.default_rng(5)
    mean = Mean(values=chance.random(12), applies=chance.random(12) < 0.3)
    picks = chance.integers(12, size=(50, 4))
    one_by_one = [mean(row) for row in picks]
    assert None in one_by_one
    assert mean.each(picks) == pytest.approx(np.array(one_by_one, dtype=float), nan_ok=True)
    score = interval(mean, 12, n=4)
    again = interval(lambda row: mean(row), 12, n=4)
    assert score == again

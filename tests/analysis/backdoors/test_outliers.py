"""The statistics of a scan: against scipy, and against what they promise."""

import numpy as np
import pytest
from scipy import stats

from analysis.backdoors.outliers import chance_of_largest, gamma_fit, simulated_chance, smallness


@pytest.mark.parametrize("shape", [0.2, 1.0, 7.0, 300.0, 1e5])
@pytest.mark.parametrize("n", [5, 9, 99])
def test_a_gamma_distribution_is_fitted_as_scipy_does(shape, n):
    values = np.random.Generator(np.random.PCG64(n)).gamma(shape, 3.0, (4, n))
    found = gamma_fit(values)
    for row, ours, scale in zip(values, *found, strict=True):
        theirs, _, their_scale = stats.gamma.fit(row, floc=0)
        assert ours == pytest.approx(theirs, rel=1e-4)
        assert scale == pytest.approx(their_scale, rel=1e-4)


def test_numbers_that_are_all_the_same_can_be_fitted():
    shape, scale = gamma_fit(np.full(9, 3.0))
    assert np.isfinite(shape)
    assert shape * scale == pytest.approx(3)


def test_the_formula_is_that_of_the_paper():
    values = np.array([5.0, 7.0, 30.0, 6.0, 9.0, 4.0, 8.0])
    shape, _, scale = stats.gamma.fit(np.delete(values, 2), floc=0)
    wanted = 1 - stats.gamma.cdf(30.0, shape, scale=scale) ** 7
    assert chance_of_largest(values, 7) == pytest.approx(wanted, rel=1e-6)
    assert chance_of_largest(values * 1000, 7) == pytest.approx(wanted, rel=1e-6)


def clean(n, times, shape=20.0, seed=1):
    return np.random.Generator(np.random.PCG64(seed)).gamma(shape, 2.0, (times, n))


def test_the_formula_alone_accuses_every_fourth_clean_network_of_ten_classes():
    """Why it does not decide."""
    share = (chance_of_largest(clean(10, 4000), 10) <= 0.05).mean()
    assert 0.2 < share < 0.32


@pytest.mark.parametrize("n", [6, 10, 40])
@pytest.mark.parametrize("shape", [2.0, 200.0])
def test_the_simulated_chance_holds_its_level(n, shape):
    found = [simulated_chance(row, n, 200) for row in clean(n, 200, shape)]
    for level in (0.05, 0.2, 0.5):
        share = np.mean(np.array(found) <= level)
        assert abs(share - level) < 3.5 * (level * (1 - level) / 200) ** 0.5 + 0.01


def test_the_level_holds_where_the_suspect_was_chosen_among_many():
    among, kept = 100, 10
    found = []
    for row in clean(among, 200):
        others = np.delete(row, row.argmax())[: kept - 1]
        found.append(simulated_chance(np.append(others, row.max()), among, 200))
    share = np.mean(np.array(found) <= 0.1)
    assert abs(share - 0.1) < 3.5 * (0.09 / 200) ** 0.5 + 0.01


def test_an_outlier_is_seen():
    values = clean(10, 1)[0]
    values[4] *= 4
    assert simulated_chance(values, 10, 2000) < 0.01
    assert simulated_chance(values, 10, 2000) == simulated_chance(values, 10, 2000)


def test_the_anomaly_index_counts_deviations_below_the_median():
    index = smallness(np.array([10.0, 12.0, 11.0, 9.0, 2.0]))
    assert index[4] == pytest.approx((10 - 2) / 1.4826)
    assert index[1] < 0
    assert np.isfinite(smallness(np.ones(5))).all()

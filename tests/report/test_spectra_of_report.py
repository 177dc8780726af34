"""How many spectra the report reads."""

import numpy as np
import pytest

from semispectral.report.results import MOST_PER_CLASS, MOST_SPECTRA, most_of_each


def test_a_small_study_gives_as_many_of_each_class_as_before() -> None:
    """Six scenes of twelve classes do not reach the limit of all."""
    assert most_of_each(np.full(6 * 12, 5000)) == MOST_PER_CLASS
    assert most_of_each(np.zeros(0, np.int64)) == MOST_PER_CLASS


@pytest.mark.parametrize(("scenes", "least"), [(67, 14), (500, 2), (20_000, 1)])
def test_a_large_study_gives_the_most_that_fit(scenes: int, least: int) -> None:
    """No more in all than are allowed, unless one of each is more; one more of each would be too many."""
    quotas = np.random.default_rng(1).integers(0, 200, scenes * 20 * 2)
    most = most_of_each(quotas)
    assert most >= least
    assert most == 1 or np.minimum(quotas, most).sum() <= MOST_SPECTRA < np.minimum(quotas, most + 1).sum()

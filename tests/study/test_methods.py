"""The table of methods: which trained models make a map."""

import pytest

from semispectral.classifiers.readers import READERS
from semispectral.errors import ConfigError
from semispectral.study.methods import METHODS, averages, models, trained_rows


def test_a_map_by_an_average_asks_for_its_members() -> None:
    """A model of its own is its own member; an average consists of models that are kept and can be read."""
    assert trained_rows("svm", "mnf") == (("svm", "mnf"),)
    assert trained_rows("m2_svm", "latents_mnf") == (("m2", "latents_mnf"), ("svm", "mnf"))
    beside = (("m2", "latents_mnf"), ("svm", "mnf"), ("lda_mnf", "mnf"))
    assert trained_rows("m2_svm_lda", "latents_mnf") == beside
    assert trained_rows("m2_svms_lda", "latents_mnf") == (*beside, ("svm", "hull"))
    mapped = set(averages()) & set(models())
    rows = [METHODS[name] for row in METHODS.values() if row.method in mapped for name in row.members]
    assert mapped == {"m2_svm", "m2_svm_lda", "m2_svms_lda"}
    assert {row.method for row in rows} <= set(READERS) - mapped
    assert set(models()) == set(READERS)


def test_an_average_on_other_features_than_its_own_is_refused() -> None:
    """Its members see what they see."""
    with pytest.raises(ConfigError, match="m2_svm is an average, which sees latents_mnf; got the features latents"):
        trained_rows("m2_svm", "latents")

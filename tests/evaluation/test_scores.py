"""Scores, intervals, comparisons and alerts, against scikit-learn, scipy and hand-made cases."""

import itertools

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from sklearn import metrics

from semispectral.errors import DataError, SplitError
from semispectral.evaluation.alerts import alerts
from semispectral.evaluation.intervals import bootstrap, interval, summary
from semispectral.evaluation.predictions import (
    assert_disjoint,
    assert_one_prediction,
    check_predictions,
    prediction_table,
)
from semispectral.evaluation.scores import (
    class_scores,
    confusion_matrix,
    confusions,
    score,
    scores,
    scores_of_confusion,
)
from semispectral.evaluation.significance import holm, mcnemar, paired_wilcoxon

CLASSES = 5


def predictions(
    seed: int, *, method: str = "svm", pixels: int = 400, skill: float = 2.0, **identity: object
) -> pd.DataFrame:
    """Predictions of a model that is right more often the higher its skill."""
    generator = np.random.default_rng(seed)
    label = generator.choice(CLASSES, size=pixels, p=[0.4, 0.3, 0.2, 0.1, 0.0])
    logits = generator.normal(size=(pixels, CLASSES)) + skill * np.eye(CLASSES)[label]
    probability = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    where = {
        "features": "bands",
        "per_class": "10",
        "seed": seed,
        "part": "test",
        "scene": "a",
        "hole": np.array(["H1", "H2", "H3"])[np.arange(pixels) % 3],
        "line": np.arange(pixels),
        "sample": np.zeros(pixels),
    }
    return prediction_table(probability, label, method=method, **{**where, **identity})


def probability_of(table: pd.DataFrame) -> np.ndarray:
    """The columns p0, p1, ... in float64."""
    return table[[f"p{index}" for index in range(CLASSES)]].to_numpy(np.float64)


ORACLES = {
    "oa": metrics.accuracy_score,
    "aa": metrics.balanced_accuracy_score,
    "macro_f1": lambda label, predicted: metrics.f1_score(label, predicted, average="macro"),
    "mcc": metrics.matthews_corrcoef,
    "kappa": metrics.cohen_kappa_score,
}


@pytest.mark.filterwarnings("ignore:y_pred contains classes")
@pytest.mark.parametrize("name", ORACLES)
@pytest.mark.parametrize("skill", [0.0, 1.0, 6.0])
def test_overall_scores_are_those_of_scikit_learn(name: str, skill: float) -> None:
    """Each overall score equals scikit-learn's, with one class that is predicted but never true."""
    table = predictions(3, skill=skill)
    expected = ORACLES[name](table["label"], table["predicted"])
    assert score(table)[name] == pytest.approx(expected, abs=1e-12)


def test_probability_scores_are_those_of_scikit_learn() -> None:
    """NLL and Brier score equal scikit-learn's log loss and multi-class Brier loss."""
    table = predictions(4)
    probability = probability_of(table)
    probability = probability / probability.sum(axis=1, keepdims=True)
    labels = np.arange(CLASSES)
    found = score(table)
    assert found["nll"] == pytest.approx(metrics.log_loss(table["label"], probability, labels=labels), rel=1e-6)
    brier = metrics.brier_score_loss(table["label"], probability, labels=labels, scale_by_half=False)
    assert found["brier"] == pytest.approx(brier, rel=1e-6)


def test_an_impossible_truth_costs_a_finite_loss() -> None:
    """A class that the model gave probability 0 costs 16 nats, not infinity."""
    probability = np.array([[1.0, 0.0]])
    table = prediction_table(
        probability, np.array([1]), method="svm", features="bands", per_class="5", seed=0, part="test", scene="a",
        hole="H", line=np.zeros(1), sample=np.zeros(1),
    )  # fmt: skip
    assert score(table)["nll"] == pytest.approx(-np.log(1e-7))
    assert score(table)["brier"] == 2


def test_the_two_disagreements_are_those_of_the_definition() -> None:
    """Quantity and allocation disagreement follow Pontius and Millones, and sum to 1 - OA."""
    confusion = np.array([[10, 3, 0], [1, 5, 2], [4, 0, 7]])
    total, found = confusion.sum(), scores_of_confusion(confusion)
    sums = [(confusion[k].sum(), confusion[:, k].sum(), confusion[k, k]) for k in range(3)]
    quantity = sum(abs(truth - predicted) for truth, predicted, _ in sums) / 2 / total
    allocation = sum(2 * min(truth - hit, predicted - hit) for truth, predicted, hit in sums) / 2 / total
    assert found["quantity_disagreement"] == pytest.approx(quantity)
    assert found["allocation_disagreement"] == pytest.approx(allocation)
    assert quantity + allocation == pytest.approx(1 - found["oa"])


def test_scores_of_many_matrices_are_those_of_each() -> None:
    """Leading axes are only a loop, and an empty matrix has no score."""
    matrices = np.random.default_rng(5).integers(0, 9, size=(2, 3, 4, 4))
    matrices[0, 0] = 0
    together = scores_of_confusion(matrices)
    for name, values in together.items():
        for row, column in itertools.product(range(2), range(3)):
            np.testing.assert_allclose(values[row, column], scores_of_confusion(matrices[row, column])[name])
        assert np.isnan(values[0, 0])


def test_class_scores_are_those_of_scikit_learn() -> None:
    """Precision, recall, F1 and IoU of each class in the truth equal scikit-learn's; others have no recall."""
    table = predictions(6, skill=1.0)
    found = class_scores(table).set_index("label")
    label, predicted, labels = table["label"], table["predicted"], np.arange(CLASSES)
    precision, recall, f1, count = metrics.precision_recall_fscore_support(
        label, predicted, labels=labels, zero_division=np.nan
    )
    iou = metrics.jaccard_score(label, predicted, labels=labels, average=None)
    for name, expected in {"precision": precision, "recall": recall, "f1": f1, "iou": iou, "truth": count}.items():
        np.testing.assert_allclose(found[name], expected, err_msg=name)
    assert np.isnan(found.loc[4, "recall"])


def test_the_long_confusion_adds_up() -> None:
    """The long table of confusions holds the matrix, and every pixel once."""
    table = predictions(7)
    found = confusions(table)
    matrix = np.zeros((CLASSES, CLASSES), dtype=int)
    matrix[found["label"], found["predicted"]] = found["pixels"]
    np.testing.assert_array_equal(
        matrix, metrics.confusion_matrix(table["label"], table["predicted"], labels=range(CLASSES))
    )
    np.testing.assert_array_equal(matrix, confusion_matrix(table["label"], table["predicted"], CLASSES))


def test_scores_have_one_row_per_model_and_part() -> None:
    """Two methods, two seeds and two parts give eight rows, each that of its own table."""
    runs = list(itertools.product(["rf", "svm"], [1, 2], ["test", "valid"]))
    tables = [predictions(seed, method=method, part=part, pixels=100 + seed) for method, seed, part in runs]
    found = scores(pd.concat(tables))
    assert len(found) == 8
    expected = score(predictions(2, method="rf", part="valid", pixels=102))
    row = found.query("method == 'rf' and seed == 2 and part == 'valid'").iloc[0]
    assert {name: row[name] for name in expected} == pytest.approx(expected)


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("label", -1, "unlabelled"),
        ("predicted", 9, "columns of probability"),
        ("p0", np.nan, "sum to 1"),
        ("part", "train", "parts"),
    ],
)
def test_a_table_that_cannot_be_scored_is_refused(column: str, value: object, message: str) -> None:
    """Labels, parts or probabilities out of range are named."""
    table = predictions(8, pixels=10).assign(**{column: value})
    with pytest.raises(DataError, match=message):
        scores(table)


def test_a_missing_column_is_named() -> None:
    """A table without its column is refused by the column's name."""
    with pytest.raises(DataError, match="hole"):
        check_predictions(predictions(8, pixels=10).drop(columns="hole"))


def test_the_bootstrap_is_that_of_a_loop() -> None:
    """The vectorised bootstrap gives the distribution of a plain loop that stacks the pixels drawn."""
    table = pd.concat([predictions(seed, skill=skill) for seed, skill in ((1, 0.5), (2, 1.5), (3, 2.5))])
    found = bootstrap(table, seed=1, resamples=2000)
    generator = np.random.default_rng(2)
    cells = dict(iter(table.groupby(["seed", "hole"])))
    looped: dict[str, list[float]] = {"oa": [], "macro_f1": [], "nll": []}
    for _ in range(100):
        holes = generator.choice(["H1", "H2", "H3"], 3)
        drawn = [score(pd.concat([cells[seed, hole] for hole in holes])) for seed in generator.choice([1, 2, 3], 3)]
        for name, values in looped.items():
            values.append(np.mean([one[name] for one in drawn]))
    for name, values in looped.items():
        assert np.mean(found[name]) == pytest.approx(np.mean(values), abs=4 * np.std(values) / np.sqrt(100))
        assert np.std(found[name]) == pytest.approx(np.std(values), rel=0.25)


def test_an_interval_covers_the_mean_as_often_as_it_says() -> None:
    """Over 200 repetitions of 12 seeds in one hole, the 90 % interval of OA covers the truth about 90 % of the time."""
    generator = np.random.default_rng(11)
    covered = 0
    for repetition in range(200):
        right = generator.binomial(50, generator.normal(0.7, 0.08, size=12).clip(0, 1))
        label = np.zeros(600, dtype=int)
        predicted = (np.arange(50)[None, :] >= right[:, None]).astype(int).ravel()
        table = prediction_table(
            np.eye(2)[predicted], label, method="svm", features="bands", per_class="5", seed=0, part="test", scene="a",
            hole="H", line=np.arange(600), sample=np.zeros(600),
        ).assign(seed=np.repeat(np.arange(12), 50))  # fmt: skip
        low, high = interval(bootstrap(table, seed=repetition, resamples=300)["oa"], level=0.9)
        covered += low <= 0.7 <= high
    assert 0.8 <= covered / 200 <= 0.96


def test_the_summary_says_what_was_resampled() -> None:
    """With one seed and one hole there is no interval; with many seeds or holes the interval holds the mean."""
    many = pd.concat([predictions(seed) for seed in range(4)])
    single = predictions(0, method="rf", hole="H1")
    found = summary(pd.concat([many, single]), seed=3, resamples=200).set_index(["method", "score"])
    assert found.loc[("rf", "oa"), "resampled"] == "nothing"
    assert np.isnan(found.loc[("rf", "oa"), "low"])
    assert found.loc[("svm", "oa"), "resampled"] == "seeds and holes"
    assert found.loc[("svm", "ece"), "resampled"] == "seeds"
    row = found.loc[("svm", "macro_f1")]
    assert row["mean"] == pytest.approx(scores(many)["macro_f1"].mean())
    assert row["low"] < row["mean"] < row["high"]


def test_holm_is_the_definition() -> None:
    """Holm's adjusted values are those worked out by hand, and NaN is no test."""
    adjusted = holm(np.array([0.01, 0.04, np.nan, 0.03]))
    np.testing.assert_allclose(adjusted, [0.03, 0.06, np.nan, 0.06])
    assert holm(np.array([0.9, 0.8])).max() == 1


def test_wilcoxon_is_that_of_scipy_on_paired_seeds() -> None:
    """Differences are paired by seed, whatever the order of the rows, and tested as scipy does."""
    table = scores(
        pd.concat([predictions(s, method=m, skill=k) for s in range(8) for m, k in (("rf", 1.0), ("svm", 1.4))])
    )
    found = paired_wilcoxon(table.sample(frac=1, random_state=1)).iloc[0]
    wide = table.pivot_table(index="seed", columns="method", values="macro_f1")
    assert found["probability"] == pytest.approx(stats.wilcoxon(wide["rf"] - wide["svm"]).pvalue)
    assert (found["first_method"], found["second_method"], found["seeds"]) == ("rf", "svm", 8)
    assert found["difference"] == pytest.approx(np.median(wide["rf"] - wide["svm"]))


def test_models_that_agree_do_not_differ() -> None:
    """Equal predictions give p = 1 in both tests."""
    table = pd.concat([predictions(seed, method=method) for seed in range(3) for method in ("rf", "svm")])
    assert paired_wilcoxon(scores(table))["probability"].tolist() == [1.0]
    assert mcnemar(table)["probability"].tolist() == [1.0] * 3


def test_mcnemar_counts_the_pixels_that_one_model_alone_gets_right() -> None:
    """Counts and p-value equal those of the binomial test, on the pixels that both models predicted."""
    first, second = predictions(1, method="rf", skill=1.0), predictions(1, method="svm", skill=2.0)
    found = mcnemar(pd.concat([first, second.iloc[50:].sample(frac=1, random_state=2)])).iloc[0]
    right, other = ((one["label"] == one["predicted"]).to_numpy()[50:] for one in (first, second))
    only_first, only_second = int((right & ~other).sum()), int((~right & other).sum())
    assert (found["only_first"], found["only_second"]) == (only_first, only_second)
    assert found["probability"] == pytest.approx(stats.binomtest(only_first, only_first + only_second).pvalue)


def constant(table: pd.DataFrame, index: int) -> pd.DataFrame:
    """The same pixels, all predicted as one class."""
    shares = {f"p{k}": np.float32(k == index) for k in range(CLASSES)}
    return table.assign(predicted=np.int16(index), **shares)


def test_a_map_of_one_class_is_an_error_with_its_histogram() -> None:
    """The 2017 trap is said in words, with the shares, and the seeds concerned."""
    table = pd.concat([constant(predictions(1), 1), predictions(2)])
    found = alerts(table, class_names=["quartz", "mica", "chlorite", "calcite", "tray"])
    assert {alert.severity for alert in found[:2]} == {"error"}
    assert "mica 100% (truth" in found[0].message
    assert (found[0].method, found[0].per_class, found[0].part, found[0].seeds) == ("svm", "10", "test", (1,))
    assert any("does not beat" in alert.message for alert in found)


def test_one_class_is_no_error_where_the_truth_is_one_class() -> None:
    """A hole of one class, predicted as such, gives no alert."""
    table = constant(predictions(1).assign(label=np.int16(2)), 2)
    assert alerts(table) == []


def test_the_majority_control_is_not_reported() -> None:
    """What predicts one class on purpose is not an error, and a good model is none either."""
    assert alerts(constant(predictions(1, method="majority"), 0)) == []
    assert alerts(predictions(1, skill=4.0)) == []


def test_a_class_that_is_never_predicted_is_a_warning() -> None:
    """A class of the truth without predictions is named."""
    table = predictions(1, skill=8.0)
    lost = table["predicted"] == 3
    table.loc[lost, "predicted"] = 0
    assert [(alert.severity, "class 3" in alert.message) for alert in alerts(table)] == [("warning", True)]


@pytest.mark.parametrize(("skill", "count"), [(1.0, 1), (5.0, 0)])
def test_unlabelled_pixels_that_do_not_help_are_reported(skill: float, count: int) -> None:
    """M2 that is not above its own supervised classifier says so."""
    table = pd.concat([predictions(s, method=m, skill=k) for s in range(2) for m, k in (("m2", skill), ("qy", 2.5))])
    assert sum("did not help" in alert.message for alert in alerts(table)) == count


def test_a_pixel_in_two_parts_is_refused() -> None:
    """Leakage is an error for pixels, for holes where asked, and for a pixel drawn twice."""
    pixels = predictions(1, pixels=12)[["scene", "hole", "line", "sample"]].assign(part=["train"] * 6 + ["test"] * 6)
    assert_disjoint(pixels)
    with pytest.raises(SplitError, match="3 hole lie in more than one"):
        assert_disjoint(pixels, unit=("hole",))
    with pytest.raises(SplitError, match="1 scene/line/sample"):
        assert_disjoint(pd.concat([pixels, pixels.iloc[:1].assign(part="test")]))
    with pytest.raises(SplitError, match="1 pixels come more than once"):
        assert_disjoint(pd.concat([pixels, pixels.iloc[:1]]))


def test_a_pixel_scored_twice_is_refused() -> None:
    """The same model may not predict a pixel in two parts; two models may."""
    table = predictions(1, pixels=12)
    assert_one_prediction(pd.concat([table, predictions(1, pixels=12, method="rf")]))
    with pytest.raises(SplitError, match="12 predictions repeat"):
        assert_one_prediction(pd.concat([table, table.assign(part="valid")]))


@pytest.mark.parametrize(("predicted", "said"), [(0, True), (18, True), (2000, False)])
def test_a_class_that_is_hardly_ever_predicted_is_said(predicted: int, said: bool) -> None:
    """18 of 75 000 pixels of a class with 5000 are as good as none; a seldom class that is found half is none of it."""
    label = np.repeat([0, 1, 2], [40_000, 30_000, 5000])
    found = label.copy()
    found[70_000 + predicted :] = 1
    table = prediction_table(
        np.eye(3)[found], label, method="svm", features="bands", per_class="5", seed=0, part="test", scene="a",
        hole="H", line=np.arange(75_000), sample=np.zeros(75_000, int),
    )  # fmt: skip
    messages = [alert.message for alert in alerts(table, class_names=["quartz", "mica", "calcite"])]
    assert any(f"calcite ({predicted} pixels; truth 5000)" in message for message in messages) == said

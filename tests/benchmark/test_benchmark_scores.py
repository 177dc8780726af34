"""The scores of the benchmark: those of scikit-learn and scipy, complete, on the same pixels, and in few bytes."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from sklearn import metrics
from tiny_benchmark import run, write_fits

from semispectral.errors import ConfigError, DataError, MissingFileError, SplitError
from semispectral.evaluation.differences import CONTROL, GATE, OWN, mcnemar_wins
from semispectral.evaluation.intervals import mean_interval
from semispectral.evaluation.score_files import TABLES, Scored, Where, read_scored, write_scored
from semispectral.evaluation.significance import mcnemar
from semispectral.evaluation.split_scores import by_method, evaluate
from semispectral.figures.methods import method_name
from semispectral.storage.parquet import read_table, read_tables, write_table
from semispectral.study.methods import METHODS

FEW = ("m1+m2", "m2", "qy-latents", "svm-latents", "svm-bands", "majority")
BOOTSTRAP = {"seed": 1, "resamples": 50}
HONEST = Where("blocks", "blocks", "inductive")
NAMED = ("a", "b", "c", "d")


def scored_of(folder: Path, *, where: Where = HONEST, names: tuple[str, ...] = NAMED, **fits: object) -> Scored:
    """Scores of a tiny benchmark."""
    return evaluate(write_fits(folder, **fits), where=where, class_names=names, **BOOTSTRAP)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Fits of a few methods, three seeds and two numbers of labels per class."""
    path = tmp_path_factory.mktemp("fits")
    write_fits(path, methods=FEW, labels_per_class=("5", "all"))
    return path


@pytest.fixture(scope="module")
def scored(folder: Path) -> Scored:
    """Their scores."""
    paths = by_method(sorted(folder.rglob("*.parquet")))
    return evaluate(paths, where=HONEST, class_names=NAMED, **BOOTSTRAP)


def of(table: pd.DataFrame, name: str, per_class: str) -> pd.DataFrame:
    """Rows of one method and number of labels per class."""
    row = METHODS[name]
    return table[
        (table["method"] == row.method) & (table["features"] == row.features) & (table["per_class"] == per_class)
    ]


def of_kind(scored: Scored, kind: str) -> pd.DataFrame:
    """Differences of one kind."""
    return scored.differences[scored.differences["kind"] == kind]


def test_every_method_has_a_name() -> None:
    """A method of the benchmark is called something wherever people read of it, and by no other's name."""
    titles = [method_name(row.method, row.features) for row in METHODS.values()]
    assert titles == [row.title for row in METHODS.values()]
    assert len(set(titles)) == len(METHODS)


def test_scores_are_those_of_scikit_learn(folder: Path, scored: Scored) -> None:
    """Each overall and class score of a run is scikit-learn's."""
    table = read_table(folder / "m2/bands/2.parquet").query("per_class == '5'")
    truth, predicted = table["label"], table["predicted"]
    probability = table[["p0", "p1", "p2", "p3"]].to_numpy(np.float64)
    probability = probability / probability.sum(axis=1, keepdims=True)
    expected = {
        "oa": metrics.accuracy_score(truth, predicted),
        "aa": metrics.balanced_accuracy_score(truth, predicted),
        "macro_f1": metrics.f1_score(truth, predicted, average="macro"),
        "mcc": metrics.matthews_corrcoef(truth, predicted),
        "kappa": metrics.cohen_kappa_score(truth, predicted),
        "nll": metrics.log_loss(truth, probability),
    }
    found = of(scored.scores, "m2", "5").set_index("seed").loc[2]
    assert found[list(expected)].to_dict() == pytest.approx(expected, rel=1e-5)
    classes = of(scored.classes, "m2", "5").query("seed == 2").set_index("label")
    for score, value in zip(
        ("precision", "recall", "f1"), metrics.precision_recall_fscore_support(truth, predicted), strict=False
    ):
        np.testing.assert_allclose(classes[score], value)
    np.testing.assert_allclose(classes["iou"], metrics.jaccard_score(truth, predicted, average=None))


def test_costs_stand_with_the_scores(scored: Scored) -> None:
    """Seconds and memory are those that the fit wrote, one pair per run."""
    found = of(scored.scores, "m1+m2", "all").set_index("seed")
    assert found["seconds"].to_dict() == {seed: len("m1+m2") + seed for seed in (1, 2, 3)}
    assert found["peak_mb"].to_dict() == {seed: 900 + 10 * seed for seed in (1, 2, 3)}


def test_confusions_are_summed_over_seeds(folder: Path, scored: Scored) -> None:
    """The counts are scikit-learn's over the pixels of all seeds."""
    table = read_tables(sorted((folder / "m2/bands").glob("*.parquet"))).query("per_class == 'all'")
    found = of(scored.confusions, "m2", "all").pivot_table(index="label", columns="predicted", values="pixels")
    np.testing.assert_array_equal(found.fillna(0), metrics.confusion_matrix(table["label"], table["predicted"]))


def test_mcnemar_of_bits_is_that_of_predictions(folder: Path, scored: Scored) -> None:
    """One bit per pixel gives what the whole predictions give, and scipy's p."""
    expected = mcnemar(read_tables(sorted(folder.rglob("*.parquet"))))
    key = ["per_class", "seed", "first_method", "first_features", "second_method", "second_features"]
    pd.testing.assert_frame_equal(
        scored.mcnemar.sort_values(key, ignore_index=True), expected.sort_values(key, ignore_index=True)
    )
    row = scored.mcnemar.iloc[0]
    total = int(row["only_first"] + row["only_second"])
    assert row["probability"] == pytest.approx(stats.binomtest(int(row["only_first"]), total).pvalue)


def test_mcnemar_wins_do_not_depend_on_the_order_of_a_pair(scored: Scored) -> None:
    """What is better for the first method is worse for the second."""
    rows = scored.mcnemar[scored.mcnemar["per_class"] == "5"]
    more, fewer, seeds = mcnemar_wins(rows, "m1+m2", "majority")
    assert (more, fewer, seeds) == (3, 0, 3)
    assert mcnemar_wins(rows, "majority", "m1+m2") == (0, 3, 3)


def test_differences_are_paired_by_seed(scored: Scored) -> None:
    """Difference, p and interval are those of the scores of the pair, on the same seeds."""
    row = of_kind(scored, GATE).set_index("per_class").loc["all"]
    first, second = (
        of(scored.scores, name, "all").set_index("seed")["macro_f1"] for name in ("svm-latents", "svm-bands")
    )
    difference = (first - second).to_numpy()
    assert row["mean"] == pytest.approx(difference.mean())
    assert row["probability"] == pytest.approx(stats.wilcoxon(difference).pvalue)
    assert (row["low"], row["high"]) == mean_interval(difference, level=0.95, **BOOTSTRAP)


def test_the_best_control_is_the_one_with_the_highest_mean(scored: Scored) -> None:
    """Of the baselines of a number of labels, never one of our models."""
    for row in of_kind(scored, CONTROL).to_dict("records"):
        means = {name: of(scored.scores, name, row["per_class"])["macro_f1"].mean() for name in FEW}
        assert row["second"] == max((name for name in FEW if not METHODS[name].ours), key=means.__getitem__)
        assert METHODS[row["first"]].ours


def test_own_control_sees_the_same_features(scored: Scored) -> None:
    """M1+M2 stands against q(y|x) on latents; M2 has none here, as q(y|x) on bands was not run."""
    found = of_kind(scored, OWN)[["first", "second"]].drop_duplicates()
    assert found.to_numpy().tolist() == [["m1+m2", "qy-latents"]]


def test_curves_end_where_the_scores_say(scored: Scored) -> None:
    """The risk at full coverage is 1 - OA, the mean over seeds; reliability counts every pixel of every seed."""
    risk = of(scored.risk, "m2", "5")
    assert len(risk) == 100
    assert risk["risk"].iloc[-1] == pytest.approx(1 - of(scored.scores, "m2", "5")["oa"].mean())
    bins = of(scored.reliability, "m2", "5")
    assert bins["pixels"].sum() == 3 * 120
    accuracy = np.average(bins["accuracy"], weights=bins["pixels"])
    assert accuracy == pytest.approx(of(scored.scores, "m2", "5")["oa"].mean())


def test_classes_have_intervals_around_their_mean(scored: Scored) -> None:
    """The mean of a class over the seeds is in its interval, which holds more than a point."""
    rows = scored.class_summary.query("score == 'f1' and method == 'm2'")
    assert (rows["low"] < rows["mean"]).all()
    assert (rows["mean"] < rows["high"]).all()
    one = of(scored.classes, "m2", "5").groupby("label")["f1"].mean()
    np.testing.assert_allclose(of(rows, "m2", "5").set_index("label")["mean"], one)


def test_scores_come_back_as_they_were_written(scored: Scored, tmp_path: Path) -> None:
    """All tables, alerts and facts."""
    write_scored(tmp_path / "blocks" / "inductive", scored)
    found = read_scored(tmp_path / "blocks" / "inductive")
    for name in TABLES:
        pd.testing.assert_frame_equal(getattr(found, name), getattr(scored, name))
    assert (found.where, found.class_names) == (scored.where, scored.class_names)
    assert [alert["message"] for alert in found.alerts] == [alert["message"] for alert in scored.alerts]
    with pytest.raises(MissingFileError, match="snakemake benchmark"):
        read_scored(tmp_path / "nowhere")


def test_a_missing_run_is_named(tmp_path: Path) -> None:
    """Labels per class and a seed that one method lacks are said in words."""
    paths = write_fits(tmp_path, methods=("m2", "rf"), labels_per_class=("5",), seeds=(1, 2))
    paths["rf"] = paths["rf"][:1]
    with pytest.raises(DataError, match="random forest, 5 labels per class, seed 2; run their fits"):
        evaluate(paths, where=HONEST, class_names=NAMED, **BOOTSTRAP)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda table: table.iloc[1:], "has 0 that the others lack, lacks 1, and has another truth at 0"),
        (lambda table: table.assign(label=(table["label"] + 1) % 4), "has another truth at 120"),
        (lambda table: table.assign(line=table["line"] + 7), "has 120 that the others lack, lacks 120"),
    ],
)
def test_other_pixels_are_refused(tmp_path: Path, change: object, words: str) -> None:
    """A method that was scored on other pixels, or another truth, than the others of its seed."""
    paths = write_fits(tmp_path, methods=("m2", "rf"), labels_per_class=("5",), seeds=(1,))
    write_table(paths["rf"][0], change(read_table(paths["rf"][0])))
    with pytest.raises(DataError, match=words):
        evaluate(paths, where=HONEST, class_names=NAMED, **BOOTSTRAP)


def test_a_pixel_that_repeats_is_refused(tmp_path: Path) -> None:
    """A run that predicts a pixel twice is an error of the split."""
    paths = write_fits(tmp_path, methods=("m2",), labels_per_class=("5",), seeds=(1,))
    table = read_table(paths["m2"][0])
    write_table(paths["m2"][0], pd.concat([table, table[:3]], ignore_index=True))
    with pytest.raises(SplitError, match="3 predictions repeat a pixel"):
        evaluate(paths, where=HONEST, class_names=NAMED, **BOOTSTRAP)


def test_what_is_no_fit_is_refused(tmp_path: Path) -> None:
    """An unknown method, the predictions of another one, another part, costs that change, and none at all."""
    good = run("m2", "5", 1)
    wrong = {
        "no method of the benchmark": ("m3", good),
        "must be of": ("rf", good),
        "must be of the test part": ("m2", good.assign(part="valid")),
        "differ from pixel to pixel": ("m2", good.assign(seconds=np.arange(len(good)))),
        "need all of the columns": ("m2", good.drop(columns="peak_mb")),
    }
    for words, (name, table) in wrong.items():
        write_table(tmp_path / f"{len(words)}.parquet", table)
        with pytest.raises(DataError, match=words):
            evaluate({name: [tmp_path / f"{len(words)}.parquet"]}, where=HONEST, class_names=NAMED, **BOOTSTRAP)
    with pytest.raises(DataError, match="has no predictions"):
        evaluate({}, where=HONEST, class_names=NAMED, **BOOTSTRAP)
    with pytest.raises(ConfigError, match="regime"):
        Where("blocks", "blocks", "abductive")


@pytest.mark.parametrize(
    "shape", [{"seeds": (1,)}, {"labels_per_class": ("5",)}, {"holes": 1, "seeds": (1,)}, {"classes": 1}]
)
def test_limits_have_scores(tmp_path: Path, shape: dict[str, object]) -> None:
    """One method, and one seed, one number of labels, hole or class: no intervals or pairs where there are none."""
    scored = scored_of(tmp_path, methods=("m2",), names=NAMED[: shape.get("classes", 4)], **shape)
    assert len(scored.scores) == len(scored.seeds) * len(scored.labels_per_class)
    assert scored.wilcoxon.empty
    assert scored.mcnemar.empty
    assert scored.differences.empty
    macro = scored.summary[scored.summary["score"] == "macro_f1"]
    assert macro["low"].isna().all() == (shape.get("holes") == 1)


def test_a_class_absent_from_the_truth_has_no_recall(tmp_path: Path) -> None:
    """Its recall is undefined, and AA is scikit-learn's over the classes that are there."""
    paths = write_fits(tmp_path, methods=("m2",), labels_per_class=("5",), seeds=(1,))
    table = read_table(paths["m2"][0])
    table = table[table["label"] != 3]
    write_table(paths["m2"][0], table)
    scored = evaluate(paths, where=HONEST, class_names=NAMED, **BOOTSTRAP)
    assert np.isnan(scored.classes.set_index("label").loc[3, "recall"])
    recall = metrics.recall_score(table["label"], table["predicted"], average=None, labels=[0, 1, 2])
    assert scored.scores["aa"].iloc[0] == pytest.approx(recall.mean())


def test_alerts_say_what_is_wrong(tmp_path: Path) -> None:
    """A leak, a map of one class and a model behind its own q(y|x): errors first."""
    paths = write_fits(tmp_path, methods=("m1+m2", "qy-latents"), labels_per_class=("5",), seeds=(1, 2))
    for path in paths["m1+m2"]:
        flat = read_table(path)
        shares = {f"p{k}": np.float32(k == 0) for k in range(4)}
        write_table(path, flat.assign(predicted=np.int16(0), **shares))
    where = Where("random", "leaky", "inductive")
    scored = evaluate(paths, where=where, class_names=NAMED, **BOOTSTRAP)
    messages = [alert["message"] for alert in scored.alerts]
    assert messages[0].startswith("the split is by random pixels: it leaks")
    assert any(message.startswith("nearly everything is predicted as a") for message in messages)
    assert any("does not beat its own qy" in message for message in messages)
    severities = [alert["severity"] for alert in scored.alerts]
    assert severities == sorted(severities)

"""One job of the benchmark: what a method may see, what is kept, and what is fitted again."""

import importlib
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from test_benchmark_deal import BLOCKS, CHOSEN, CODES, HOLES, scenes, write

from semispectral.benchmark.fits import FITS, weight
from semispectral.benchmark.jobs import LATENTS, Job, encode_all, fit_all
from semispectral.benchmark.pool import Pool
from semispectral.benchmark.splits import split_settings
from semispectral.benchmark.stages.stage_benchmark_input import run_benchmark_input
from semispectral.errors import DataError, IntegrityError, MisplacedError
from semispectral.evaluation.member_weight import CANDIDATES
from semispectral.evaluation.predictions import check_predictions
from semispectral.evaluation.scores import score
from semispectral.library.built_in import built_in_library
from semispectral.sampling.split_names import LABELS_FILE, M1_FILE, PIXELS
from semispectral.sampling.training_set import TrainingSet
from semispectral.scans.cube import Latents, Pixels
from semispectral.spectra.scaling_choice import read_choice, write_choice
from semispectral.spectra.shards import read_shard, write_shard
from semispectral.storage import arrays as packed
from semispectral.storage.parquet import read_table, write_table
from semispectral.study.classes import ClassMap
from semispectral.study.methods import METHODS
from tiny_pool import tiny_pool

SECTIONS = {
    "normalise": {"method": "snv"},
    "m1": {},
    "svm": {"cost": [1.0], "gamma": [1.0], "folds": 2},
    "baselines": {"trees": 5, "tuning_trees": 2, "forest_features": [0.5], "forest_leaf": [1]}
    | {"components": [2], "cost": [1.0], "neighbours": [3], "spreading": [0.9], "unlabelled_pixels": 50},
    "labels_per_class": [2, 5],
}
NO_SCENE = json.loads(
    json.dumps(asdict(scenes()[0]), default=str)
)  # a scan that nobody opens where there are no wavelengths


def write_shards(folder: Path) -> list[Path]:
    """The pool on disk: spectra of 6 bands whose shape follows the class, in both draws."""
    table, written = pd.concat(tiny_pool(scenes(), CODES).values(), ignore_index=True), []
    for (scene, labelled), rows in table.groupby(["scene", table["code"] > 0]):
        at = rows["line"].to_numpy(), rows["sample"].to_numpy()
        random = np.random.default_rng([1, *str(scene).encode(), labelled])
        shape = np.eye(4, 6)[CODES[str(scene)][at] - 1]
        x = (2 + shape + 0.3 * random.standard_normal((len(rows), 6))).astype(np.float32)
        written.append(folder / f"shards/{'labelled' if labelled else 'unlabelled'}/{scene}.parquet")
        written[-1].parent.mkdir(parents=True, exist_ok=True)
        write_shard(written[-1], Pixels(x, rows.drop(columns="row").reset_index(drop=True)))
    return written


@pytest.fixture
def pool(tmp_path: Path) -> Pool:
    """The pool of these scenes."""
    return Pool.of(write_shards(tmp_path), {"cleaning": {}, "scenes": {}})


@pytest.fixture
def job(tmp_path: Path) -> Callable[..., Job]:
    """A function that gives the job of a method, with some seeds."""

    def of(method: str, *, seeds: tuple[int, ...] = (3,), regime: str = "inductive", **sections: Any) -> Job:
        splits = []
        for seed in seeds:
            splits.append(tmp_path / "splits/blocks" / str(seed))
            if not splits[-1].is_dir():
                write(splits[-1], split_settings(BLOCKS, HOLES, seed=seed), replace(CHOSEN, seeds=(seed,)))
        output = tmp_path / "predictions/blocks" / regime / method / "1-5.parquet"
        row = {"method": METHODS[method].method, "features": METHODS[method].features} if method in METHODS else {}
        row["normalise"] = {"method": "mnf", "mnf_components": 5}  # for methods on MNF alone
        return Job.of(
            output, [str(path) for path in splits], cfg=json.dumps(SECTIONS | {"row": row} | sections), code="c"
        )

    return of


def counting(calls: list[tuple[int, int]]) -> Callable[..., np.ndarray]:
    """A fit that predicts class 0 and notes the seed and the labels it was given."""

    def fit(
        data: TrainingSet, query: np.ndarray, *, classes: int, shares: np.ndarray, seed: int, settings: Any
    ) -> np.ndarray:
        calls.append((seed, len(data.labelled) + len(data.valid)))
        return np.eye(classes, dtype=np.float32)[np.zeros(len(query), int)]

    return fit


def test_no_method_is_missing() -> None:
    """Every row of the table that needs no TensorFlow has a fit, but for averages, which are made of predictions."""
    assert {row.method for row in METHODS.values() if not row.tensorflow and not row.members} == set(FITS)


def test_an_svm_on_hull_quotients_says_how_much_it_counts(job: Callable[..., Job], pool: Pool) -> None:
    """With each number of labels, as in a study, where the job names what to weigh it against; else nothing is said."""
    row = {"method": "svm", "features": "hull", "normalise": {"method": "snv"}}
    beside = {"beside": {"method": "mnf", "mnf_components": 5}}
    found = fit_all(pool, job("svm-hull", row=row | beside), FITS, weigh=weight)
    data = pool.dealt(job("svm-hull").splits[3], regime="inductive")
    seen, other = data.normalised(row["normalise"]), data.normalised(beside["beside"])
    for per_class, table in found.groupby("per_class"):
        sets = [data.training_set(each, per_class=str(per_class), seed=3) for each in (seen, other)]
        wanted = weight(*sets, classes=len(data.shares), seed=3, settings=SECTIONS)
        assert wanted in CANDIDATES
        assert set(table["weight"]) == {wanted}
    assert "weight" not in fit_all(pool, job("svm-hull", row=row), FITS, weigh=weight)


OWN = {name: row for name, row in METHODS.items() if row.learns and not row.members}
FITTED = [name for name, row in OWN.items() if not row.tensorflow and not row.on_latents]


@pytest.mark.parametrize("method", FITTED)
def test_every_baseline_predicts_the_test_pixels(job: Callable[..., Job], pool: Pool, method: str) -> None:
    """A valid table of predictions: each test pixel once for each number of labels, and the baselines learn."""
    found = fit_all(pool, job(method), FITS)
    check_predictions(found)
    parts = pool.dealt(job(method).splits[3], regime="inductive").table
    tested = int(((parts["part"] == "test") & (parts["label"] >= 0)).sum())
    assert found.groupby("per_class").size().to_dict() == {"2": tested, "5": tested}
    assert set(found["part"]) == {"test"}
    assert (found["peak_mb"] > 1).all()
    if method == "majority":
        counts = parts[(parts["part"] == "train") & (parts["label"] >= 0)]["label"].value_counts()
        assert set(found["predicted"]) <= set(counts.index[counts == counts.max()])
    else:
        five = found[found["per_class"] == "5"]
        assert (five["label"] == five["predicted"]).mean() > 0.6


def test_the_input_of_a_seed_is_chosen_on_its_training_labels(
    job: Callable[..., Job], pool: Pool, tmp_path: Path
) -> None:
    """One of the candidates, on the largest number of labels; a method fits as if the configuration named it."""
    folder = tmp_path / "input/blocks/inductive/bands/1-5"
    normalise = {"method": "auto", "candidates": ["standardise", "snv"], "windows": []}
    splits = [str(path) for path in job("sam").splits.values()]
    cfg = json.dumps(SECTIONS | {"normalise": normalise, "cleaning": {}, "scenes": {}})
    run_benchmark_input(folder, shards=write_shards(tmp_path), splits=splits, cfg=cfg, code="c")
    choice = read_choice(folder / "3.json")
    assert choice.chosen in normalise["candidates"]
    assert set(choice.scores["input"]) == set(normalise["candidates"])
    assert choice.labels_per_class == "5"
    found = fit_all(pool, job("sam", normalise=normalise), FITS, chosen=[folder])
    named = fit_all(pool, job("sam", normalise={"method": choice.chosen, "windows": []}), FITS)
    told = ["line", "sample", "per_class", "predicted"]
    pd.testing.assert_frame_equal(found[told], named[told])


def test_a_library_without_an_answer_has_no_rows(job: Callable[..., Job], pool: Pool) -> None:
    """Scans without wavelengths: a table that can be joined with those of other methods, and no error."""
    found = fit_all(pool, job("library", library={}, minerals={}, scene=NO_SCENE), FITS)
    others = fit_all(pool, job("majority"), FITS)
    assert len(found) == 0
    both = pd.concat([found, others], ignore_index=True)
    check_predictions(both)
    assert set(both["method"]) == {"majority"}


def test_a_library_that_was_asked_for_must_have_an_answer(job: Callable[..., Job], pool: Pool) -> None:
    """The classes name minerals, and the scans have no wavelengths: an error says so."""
    with pytest.raises(DataError, match="need the wavelengths"):
        fit_all(pool, job("library", library={}, minerals={"1": "kaolin"}, scene=NO_SCENE), FITS)


def test_the_library_predicts_by_the_spectra_alone(tmp_path: Path) -> None:
    """The minerals of the classes, whatever the labels; the library is brought to the widths that the scan states."""
    nm = np.linspace(1000, 2480, 268)
    entries = [built_in_library().entries[built_in_library().named(word)[0]] for word in ("kaolinite", "talc")]
    x = np.stack([entry.on_bands(nm, np.full(268, 6.0)) for entry in entries])
    classes = ClassMap((3, 7), ("rock", "kaolinite"), ("#000000", "#ffffff"))
    given = {"library": {}, "minerals": {"3": "talc"}, "wavelengths_nm": nm, "classes": classes}

    def predicted(fwhm_nm: float) -> np.ndarray:
        np.save(tmp_path / "a.npy", np.ones((1, 1, 268), np.float32))
        rows = [f"{value},{fwhm_nm}" for value in nm]
        (tmp_path / "nm.csv").write_text("\n".join(["wavelength_nm,fwhm_nm", *rows]))
        file = tmp_path / "a.npy"
        scene = replace(scenes()[0], data=file, data_key="", labels=file, wavelengths=str(tmp_path / "nm.csv"))
        sections = given | {"scene": asdict(scene)}
        return FITS["library"](None, x, classes=2, shares=np.ones(2), seed=1, settings=sections)

    assert predicted(6.0).argmax(axis=1).tolist() == [1, 0]
    assert (predicted(6.0) != predicted(40.0)).any()


@pytest.mark.slow
def test_nothing_is_fitted_twice(job: Callable[..., Job], pool: Pool) -> None:
    """A second run fits nothing; a seed, a number of labels or a setting more fits what is new; new code fits all."""
    calls: list[tuple[int, int]] = []
    fits = {"sam": counting(calls)}
    first = fit_all(pool, job("sam"), fits)
    assert calls == [(3, 6), (3, 15)]
    pd.testing.assert_frame_equal(fit_all(pool, job("sam"), fits), first)
    assert len(calls) == 2
    fit_all(pool, job("sam", seeds=(3, 4)), fits)
    assert calls[2:] == [(4, 6), (4, 15)]
    fit_all(pool, job("sam", labels_per_class=[5]), fits)
    assert len(calls) == 4
    fit_all(pool, job("sam", svm=SECTIONS["svm"] | {"folds": 3}), fits)
    assert len(calls) == 6
    changed = job("sam")
    fit_all(pool, replace(changed, code="d"), fits)
    assert len(calls) == 8
    assert len(list(changed.kept.iterdir())) == 4


def test_a_corrected_truth_is_scored_anew(job: Callable[..., Job], pool: Pool) -> None:
    """With the same spectra and labels to learn from, but another truth at the test pixels, nothing kept is used."""
    calls: list[tuple[int, int]] = []
    fit_all(pool, job("sam"), {"sam": counting(calls)})
    path = job("sam").splits[3] / PIXELS
    parts = read_table(path)
    tested = (parts["part"] == "test") & (parts["label"] >= 0)
    parts.loc[tested, "label"] = (parts["label"] + 1) % 3
    write_table(path, parts)
    found = fit_all(pool, job("sam"), {"sam": counting(calls)})
    assert len(calls) == 4
    assert found.loc[found["per_class"] == "5", "label"].tolist() == parts.loc[tested, "label"].tolist()


def move(directory: Path, shards: Sequence[Path]) -> None:
    """Every pixel 100 lines further on, in the pool and in a split of it."""
    for name in (PIXELS, M1_FILE, LABELS_FILE):
        table = read_table(directory / name)
        write_table(directory / name, table.assign(line=table["line"] + 100))
    for path in shards:
        found = read_shard(path)
        write_shard(path, replace(found, table=found.table.assign(line=found.table["line"] + 100)))


def test_noise_scores_stand_beside_the_latents(job: Callable[..., Job], pool: Pool, tmp_path: Path) -> None:
    """A method on both sees the latents of its seed, then the scores of the split, of one deviation for all of them."""
    seen: list[TrainingSet] = []

    def encode(data: Any, *, normalise: str, seed: int, settings: Any) -> tuple[Latents, float]:
        mean = np.full((len(data.table), 2), 7, np.float32)
        return Latents(mean, np.log(mean), data.table), 1.0

    def fit(data: TrainingSet, query: np.ndarray, *, classes: int, **facts: Any) -> np.ndarray:
        seen.append(data)
        return np.full((len(query), classes), 1 / classes, np.float32)

    encode_all(pool, job("m1"), encode, tmp_path / "latents")
    fit_all(pool, job("m1+m2-mnf"), {"m2": fit}, latents=[tmp_path / "latents"])
    data = seen[0].unlabelled
    assert data.mean.shape == data.std.shape == (len(data), 2 + 5)
    np.testing.assert_array_equal(data.mean[:, :2], 7)
    np.testing.assert_allclose(data.std[:, :2], np.sqrt(7), rtol=1e-6)
    scaler = pool.dealt(job("m1").splits[3], regime="inductive").scaler({"method": "mnf", "mnf_components": 5})
    np.testing.assert_allclose(data.std[:, 2:], np.tile(1 / scaler.common_scale, (len(data), 1)), rtol=1e-5)
    np.testing.assert_allclose(np.square(data.mean[:, 2:]).mean(), 1, rtol=0.2)


def test_corrected_places_are_written_anew(job: Callable[..., Job], pool: Pool, tmp_path: Path) -> None:
    """With the same spectra and labels elsewhere in the scene, neither predictions nor latents that are kept serve."""
    calls: list[tuple[int, int]] = []

    def encode(data: Any, *, normalise: str, seed: int, settings: Any) -> tuple[Latents, float]:
        mean = np.zeros((len(data.table), 2), np.float32)
        return Latents(mean, mean, data.table), 1.0

    fit_all(pool, job("sam"), {"sam": counting(calls)})
    encode_all(pool, job("m1"), encode, tmp_path / "latents")
    move(job("sam").splits[3], pool.shards)
    found = fit_all(pool, job("sam"), {"sam": counting(calls)})
    assert len(calls) == 4
    assert found["line"].min() >= 100
    encode_all(pool, job("m1"), encode, tmp_path / "latents")
    assert packed.read_table(tmp_path / "latents/3.parquet")["line"].min() >= 100


def test_m1_is_trained_again_when_another_normalisation_is_chosen(
    job: Callable[..., Job], pool: Pool, tmp_path: Path
) -> None:
    """M1 sees the chosen one; latents that are kept serve as long as the choice stays."""
    seen: list[str] = []

    def encode(data: Any, *, normalise: Any, seed: int, settings: Any) -> tuple[Latents, float]:
        seen.append(normalise["method"])
        mean = np.zeros((len(data.table), 2), np.float32)
        return Latents(mean, mean, data.table), 1.0

    scores = pd.DataFrame({"input": ["views", "hull"], "macro_f1": 0.5, "standard_error": 0.1, "pixels": 8})
    normalise = {"method": "auto", "candidates": ["views", "hull"], "windows": []}
    for chosen in ("hull", "hull", "views"):
        for seed in job("m1").splits:
            write_choice(tmp_path / f"{seed}.json", chosen, scores, labels_per_class="5")
        encode_all(pool, job("m1", normalise=normalise), encode, tmp_path / "latents", chosen=[tmp_path])
    splits = len(job("m1").splits)
    assert seen == ["hull"] * splits + ["views"] * splits


def test_stopped_half_way_loses_one_fit(job: Callable[..., Job], pool: Pool) -> None:
    """What was finished before a job died is not repeated."""
    calls: list[tuple[int, int]] = []

    def dies(data: TrainingSet, query: np.ndarray, **run: Any) -> np.ndarray:
        if calls:
            raise KeyboardInterrupt
        return counting(calls)(data, query, **run)

    with pytest.raises(KeyboardInterrupt):
        fit_all(pool, job("sam"), {"sam": dies})
    fit_all(pool, job("sam"), {"sam": counting(calls)})
    assert calls == [(3, 6), (3, 15)]


def test_regimes_differ_in_what_is_looked_at_only(job: Callable[..., Job], pool: Pool) -> None:
    """Inductive: no test pixel; transductive: all, without labels. Labels, query and validation are the same."""
    splits = job("sam").splits
    seen = {}
    for regime in ("inductive", "transductive"):
        data = pool.dealt(splits[3], regime=regime)
        inputs = data.features(data.scaler({"method": "standardise"}).transform(data.pixels.x))
        seen[regime] = data.training_set(inputs, per_class="5", seed=3)
        assert (seen[regime].unlabelled.label == -1).all()
        assert len(data.query(inputs)) == int(((data.table["part"] == "test") & (data.table["label"] >= 0)).sum())
    tested = int(((data.table["part"] == "test") & (data.table["label"] < 0)).sum())
    assert len(seen["transductive"].unlabelled) == len(seen["inductive"].unlabelled) + tested
    for part in ("labelled", "valid"):
        one, two = (getattr(seen[regime], part).table[["scene", "line", "sample"]] for regime in seen)
        pd.testing.assert_frame_equal(one, two)


def test_latents_are_those_of_the_deal(job: Callable[..., Job], pool: Pool, tmp_path: Path) -> None:
    """A method on latents gets each seed's own, pays M1's seconds, and refuses those of another deal."""

    def encode(data: Any, *, normalise: str, seed: int, settings: Any) -> tuple[Latents, float]:
        mean = np.repeat(data.table["label"].to_numpy(np.float32)[:, None], 2, axis=1) + 0.01 * seed
        return Latents(mean, np.zeros_like(mean), data.table), 100.0

    encoding, folder = job("m1", seeds=(3, 4)), tmp_path / "latents"
    encode_all(pool, encoding, encode, folder)
    found = fit_all(pool, job("svm-latents", seeds=(3, 4)), FITS, latents=[folder])
    assert (found["label"] == found["predicted"]).mean() > 0.95
    assert (found["seconds"] >= 100).all()
    (folder / "3.parquet").write_bytes((folder / "4.parquet").read_bytes())
    with pytest.raises(MisplacedError, match=r"is the file 4\.parquet"):
        fit_all(pool, replace(job("svm-latents"), code="x"), FITS, latents=[folder])
    arrays, table, facts = packed.read(folder / "4.parquet", LATENTS)
    packed.write(folder / "4.parquet", arrays, table.assign(sample=table["sample"] + 1), facts, "zstd")
    with pytest.raises(DataError, match="not of the pixels"):
        fit_all(pool, replace(job("svm-latents", seeds=(4,)), code="x"), FITS, latents=[folder])


def test_m1_sees_no_test_pixel_unless_it_may(job: Callable[..., Job], pool: Pool) -> None:
    """Inductive: no test pixel trains M1 or its scale; transductive: they do."""
    one, two = (pool.dealt(job("m1").splits[3], regime=regime) for regime in ("inductive", "transductive"))
    tested = int((one.of_m1.table["part"] == "test").sum())
    assert tested
    assert len(two.x_m1) == len(one.x_m1) + tested
    assert (one.of_m1.table["label"] == -1).all()


def test_a_split_of_another_pool_is_refused(job: Callable[..., Job], pool: Pool) -> None:
    """A shard that was drawn anew holds other pixels than were split."""
    for path in pool.shards:
        found = read_shard(path)
        write_shard(path, found.where(np.arange(len(found)) > 0))
    with pytest.raises(IntegrityError, match=r"is not the shard that was split.*run split again"):
        pool.dealt(job("sam").splits[3], regime="inductive")


def test_what_was_predicted_is_smoothed_alike(
    job: Callable[..., Job], pool: Pool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The program smoothed.py: scores as they are are those of the benchmark, and patches of one class gain."""
    folder = Path(__file__).parents[2] / "measurements/accuracy"
    monkeypatch.syspath_prepend(folder)
    smoothed = importlib.import_module("smoothed")
    for name in ("sam", "lda"):
        table = fit_all(pool, job(name), FITS)
        path = tmp_path / f"predictions/blocks/inductive/{name}/bands/1-5.parquet"
        path.parent.mkdir(parents=True)
        write_table(path, table)
    found = smoothed.scored(tmp_path, "blocks", ["sam", "lda"], [])
    assert found.groupby(["method", "labels", "how"]).size().tolist() == [1] * 8
    by_product = score(table[table["per_class"] == "5"])
    mine = found[(found["method"] == "lda") & (found["labels"] == 5)].set_index("how")
    for name in smoothed.SHOWN:
        assert mine.loc["as it is", name] == pytest.approx(by_product[name], abs=1e-6)
    assert mine.loc["smoothed", "macro_f1"] > mine.loc["as it is", "macro_f1"]
    assert "| sam less lda | 5 |" in smoothed.differences_table(found, ["sam", "lda"])
    assert "| LDA | 5 |" in smoothed.means_table(found)
    with pytest.raises(SystemExit, match="holds no predictions"):
        smoothed.predicted(tmp_path, "blocks", "rf")


def test_the_control_gets_the_neighbours_too(
    job: Callable[..., Job], pool: Pool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The program neighbours.py: MNF + SVM is that of the benchmark, and beside it the one with neighbours."""
    folder = Path(__file__).parents[2] / "measurements/accuracy"
    monkeypatch.syspath_prepend(folder)
    program = importlib.import_module("neighbours")
    table = fit_all(pool, job("svm-mnf"), FITS)
    path = tmp_path / "predictions/blocks/inductive/svm/mnf/1-5.parquet"
    path.parent.mkdir(parents=True)
    write_table(path, table)
    found = program.scored(tmp_path, "blocks", None)
    assert set(found["method"]) == {"MNF + SVM", "MNF + SVM with neighbours"}
    assert (found["neighbours"] > 0).all()
    assert (found["right"] > 0.5).all()
    mine = found[(found["method"] == "MNF + SVM") & (found["labels"] == "5")]
    assert mine["macro_f1"].item() == pytest.approx(score(table[table["per_class"] == "5"])["macro_f1"], abs=1e-6)
    assert "| MNF + SVM with neighbours | 5 | 1 |" in program.table_of(found)

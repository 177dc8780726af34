"""Figures: what they draw is what they were given, on scales that people know."""

import re
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_rgb
from PIL import Image
from scipy.special import expit

from semispectral.figures import accuracy as scores
from semispectral.figures import labels as census
from semispectral.figures import maps, rasters, spectra, style, training
from semispectral.figures import samples as draws
from semispectral.figures.colours import GREY, GROUND, PAPER
from semispectral.figures.live import LATEST, MOST_KEPT, training_picture
from semispectral.figures.methods import method_colour, method_look, method_name, per_class_order
from semispectral.figures.spectra import _mean, _percentiles
from semispectral.figures.units import Scale, scale_of, with_gaps
from semispectral.inference.m1_inference import M1Inference
from semispectral.inference.m2_inference import M2Inference
from semispectral.spectra.normalisations.known_normalisations import NORMALISATIONS
from semispectral.spectra.normalisations.snv import snv
from semispectral.spectra.scaling import fit_scaler
from semispectral.spectra.transforms import remove_continuum
from semispectral.study import methods
from tiny_models import BANDS, WAVELENGTHS_NM, tiny_m1, tiny_m2

SPECTRA = np.random.default_rng(11).uniform(100, 900, (40, BANDS)).astype(np.float32)
SCALE = Scale(WAVELENGTHS_NM)


@pytest.mark.parametrize("method", NORMALISATIONS)
def test_scale_undoes_what_was_done_to_bands(method: str) -> None:
    """Shown spectra are the stored ones, their SNV where single pixels were scaled, or their hull quotient."""
    window = (float(WAVELENGTHS_NM[1]), float(WAVELENGTHS_NM[-2]))
    noise = np.eye(SPECTRA.shape[1])
    scaler = fit_scaler(SPECTRA, method=method, wavelengths_nm=WAVELENGTHS_NM, windows=[window], noise=noise)
    scale = scale_of(scaler, WAVELENGTHS_NM)
    shown = scale.undo(scaler.transform(SPECTRA))
    inside = slice(1, -1)
    quotient = snv(remove_continuum(SPECTRA[:, inside], WAVELENGTHS_NM[inside]))
    raw_or_snv = snv(SPECTRA) if method.startswith(("snv", "views")) else SPECTRA
    expected = quotient if method == "hull" else raw_or_snv
    assert shown.shape[1] == len(scale.places(0))
    np.testing.assert_allclose(shown, expected, rtol=1e-4, atol=1e-4)


def test_lines_are_open_where_bands_were_taken_out() -> None:
    """A NaN stands in the gap, and nowhere else."""
    place, value = with_gaps(np.array([10.0, 20, 30, 90, 100]), np.arange(5.0))
    assert np.flatnonzero(np.isnan(value)).tolist() == [3]
    assert place.tolist() == [10, 20, 30, 60, 90, 100]


def test_without_wavelengths_the_band_number_is_the_axis() -> None:
    """No wavelength is made up."""
    assert Scale(None).places(3).tolist() == [1, 2, 3]
    assert "band" in Scale(None).band_label
    assert "nm" in SCALE.band_label


def test_class_means_are_drawn() -> None:
    """The line of each class's panel is the mean of its spectra; a class without spectra has no panel."""
    label = np.arange(len(SPECTRA)) % 2 * 2
    figure = spectra.class_means(SPECTRA, label, ["one", "absent", "three"], SCALE)
    panels = {axis.get_title("left"): axis for axis in figure.axes if axis.get_visible()}
    assert set(panels) == {"one", "three"}
    np.testing.assert_allclose(panels["three"].lines[-1].get_ydata(), SPECTRA[label == 2].mean(axis=0), rtol=1e-5)


def test_painted_cells_hold_the_most_frequent_value() -> None:
    """Each cell against a count of its own; -1 where there is no pixel."""
    random = np.random.default_rng(3)
    line, sample, value = (random.integers(0, most, 150) for most in (17, 11, 3))
    image = rasters.painted((17, 11), line, sample, value, cell=4)
    assert image.shape == (5, 3)
    for row, column in np.ndindex(image.shape):
        inside = value[(line // 4 == row) & (sample // 4 == column)]
        expected = np.bincount(inside).argmax() if len(inside) else -1
        assert image[row, column] == expected


def test_one_pixel_cells_give_the_raster_back() -> None:
    """Painting every pixel of a raster at full size is the raster."""
    raster = np.random.default_rng(4).integers(0, 5, (6, 9))
    line, sample = np.indices(raster.shape).reshape(2, -1)
    assert np.array_equal(rasters.painted((6, 9), line, sample, raster.ravel(), cell=1), raster)


def test_colours_of_a_map_are_those_of_the_classes() -> None:
    """A class has its own colour, a pixel of interest without one is grey, the rest is paper."""
    image = rasters.coloured(
        np.array([[0, 1, -1, -1]]), ["#ff0000", "#0000ff"], of_interest=np.array([[True, True, True, False]])
    )
    assert [mpl.colors.to_hex(pixel) for pixel in image[0]] == ["#ff0000", "#0000ff", GROUND, PAPER]


@pytest.mark.parametrize("shape", [(60, 20), (20, 60), (30, 30), (200, 10)])
def test_maps_are_landscape_and_show_every_panel(shape: tuple[int, int]) -> None:
    """A core is laid on its side; truth, both models and the errors each have a panel, whatever the shape."""
    pixels = pd.DataFrame({"line": [0, 5], "sample": [1, 2], "label": [0, 1], "SVM": [0, 1], "M2": [1, 1]})
    figure = maps.truth_and_predictions(
        np.ones(shape, np.uint8), pixels, ["a", "b"], ["#ff0000", "#0000ff"], shown=["SVM", "M2"]
    )
    shown = [axis for axis in figure.axes if axis.get_visible()]
    assert len(shown) == 4
    assert all(axis.images[0].get_array().shape[1] >= axis.images[0].get_array().shape[0] for axis in shown)
    assert figure.get_figwidth() >= figure.get_figheight()


def test_errors_of_the_last_model_are_marked() -> None:
    """The last panel is red exactly where the last model differs from the truth."""
    pixels = pd.DataFrame({"line": [0, 1], "sample": [0, 0], "label": [0, 1], "M2": [1, 1]})
    figure = maps.truth_and_predictions(
        np.ones((3, 9), np.uint8), pixels, ["a", "b"], ["#ff0000", "#0000ff"], shown=["M2"]
    )
    image = figure.axes[2].images[0].get_array()
    assert [mpl.colors.to_hex(image[line, 0]) for line in (0, 1)] == [maps.WRONG, maps.RIGHT]


def test_confusion_rows_sum_to_one() -> None:
    """Each row of the image is the class's counts over their sum; a class that is nowhere is left out."""
    counts = np.array([[6, 2, 0], [1, 3, 0], [0, 0, 0]])
    figure = scores.confusion({"SVM": counts, "M2": counts.T}, ["a", "b", "nowhere"])
    shown = figure.axes[0].images[0].get_array()
    np.testing.assert_allclose(shown, [[0.75, 0.25], [0.25, 0.75]])


def test_texts_are_spread_as_little_as_needed() -> None:
    """Values far enough apart stay; others keep their order and the least step."""
    assert scores.spread(np.array([0.1, 0.5, 0.9]), least=0.1).tolist() == pytest.approx([0.1, 0.5, 0.9])
    moved = scores.spread(np.array([0.5, 0.5, 0.51]), least=0.1)
    assert np.diff(moved).min() >= 0.1 - 1e-12
    assert moved.mean() == pytest.approx(np.mean([0.5, 0.5, 0.51]))


def test_counts_of_labels_can_be_read_on_every_shade() -> None:
    """The contrast of each number with its cell is at least 4, whether black or white."""

    def luminance(colour: Any) -> float:
        light = np.array(to_rgb(colour))
        return float(np.where(light < 0.04, light / 12.92, ((light + 0.055) / 1.055) ** 2.4) @ [0.2126, 0.7152, 0.0722])

    counts = pd.DataFrame([np.geomspace(1, 84_000, 12).astype(int)], index=["DH1_1"], columns=list("abcdefghijkl"))
    grid = census.label_histogram(counts).axes[1]
    (image,) = grid.images
    for text, shade in zip(grid.texts, image.to_rgba(image.get_array())[0], strict=True):
        dark, light = sorted([luminance(text.get_color()), luminance(shade[:3])])
        assert (light + 0.05) / (dark + 0.05) >= 4, text.get_text()


def test_label_histogram_says_every_count() -> None:
    """Each count of each scene stands in the figure, and each total over the bars."""
    counts = pd.DataFrame({"calcite": [1200, 0], "talc": [7, 30]}, index=["north", "south"])
    figure = census.label_histogram(counts)
    texts = {text.get_text() for axis in figure.axes for text in axis.texts}
    assert {"1,200", "7", "30", "37"} <= texts


def test_a_class_of_m2_is_decoded_as_the_model_says() -> None:
    """E[x|y, z] is the decoder's perceptron with the class's row added to the first layer."""
    arrays, description = tiny_m2(BANDS, seed=5)
    z = np.random.default_rng(1).standard_normal((4, 2)).astype(np.float32)
    first = z @ arrays["p_x_hidden_0/kernel_0"] + arrays["p_x_hidden_0/kernel_1"][2] + arrays["p_x_hidden_0/bias"]
    hidden = np.logaddexp(0, first)
    expected = hidden @ arrays["p_x_output/kernel_0"] + arrays["p_x_output/bias"]
    label = description["labels"][2]
    decoded = M2Inference(arrays, description).decode(np.full(4, label), z)
    np.testing.assert_allclose(decoded, expected, rtol=1e-4, atol=1e-5)


def test_a_bernoulli_decoder_gives_probabilities() -> None:
    """Its logits become means in (0, 1)."""
    arrays, description = tiny_m2(BANDS, seed=5)
    z = np.zeros((1, 2), np.float32)
    label = np.asarray(description["labels"][:1])
    logits = M2Inference(arrays, description).decode(label, z)
    description["settings"]["likelihood"] = "bernoulli"
    np.testing.assert_allclose(M2Inference(arrays, description).decode(label, z), expit(logits))


def test_draws_of_m1_plus_m2_are_spectra() -> None:
    """What M2 draws in latents goes through M1's decoder, class by class with the same z."""
    m1, m2 = M1Inference(*tiny_m1(seed=2)), M2Inference(*tiny_m2(3, seed=2))
    drawn = draws.of_every_class(m2, 5, seed=9, m1=m1)
    latents = draws.of_every_class(m2, 5, seed=9)
    assert drawn.shape == (3, 5, BANDS)
    np.testing.assert_allclose(drawn[1], m1.decode(latents[1]))


def test_sigma_is_floored() -> None:
    """Sigma in each band is the root of the squares of the floor and of what was learnt."""
    model = M1Inference(*tiny_m1(seed=2))
    expected = np.hypot(0.02, np.exp(model.arrays["likelihood/log_sigma"]))
    np.testing.assert_allclose(draws.sigma(model), expected, rtol=1e-6)


def test_training_pictures_are_overwritten_and_few_are_kept(tmp_path: Path) -> None:
    """There is always one latest picture, and never more than a few older ones, the first among them."""
    arrays, description = tiny_m1(seed=2)
    draw = training_picture(tmp_path, seed=1, examples=SPECTRA[:2], scale=SCALE)
    for epoch in range(1, MOST_KEPT + 4):
        draw(arrays, description, epoch)
    kept = sorted(path.name for path in tmp_path.glob("epoch_*.png"))
    assert 2 <= len(kept) <= MOST_KEPT
    assert kept[0] == "epoch_00001.png"
    assert (tmp_path / LATEST).read_bytes() == (tmp_path / kept[-1]).read_bytes()


@pytest.mark.parametrize("kind", ["m1", "m2"])
def test_a_picture_does_not_show_the_one_before(tmp_path: Path, kind: str) -> None:
    """Pictures are drawn on the same axes; each has the bytes of one that is drawn alone."""
    first, last = (tiny_m1(seed=seed) if kind == "m1" else tiny_m2(3, seed=seed) for seed in (2, 3))
    m1 = None if kind == "m1" else M1Inference(*tiny_m1(seed=2))
    several, alone = (
        training_picture(tmp_path / name, seed=1, examples=SPECTRA[:2], scale=SCALE, names=["a", "b", "c"], m1=m1)
        for name in ("several", "alone")
    )
    several(*first, 1)
    several(*last, 2)
    alone(*last, 2)
    assert (tmp_path / "several" / LATEST).read_bytes() == (tmp_path / "alone" / LATEST).read_bytes()
    assert (tmp_path / "several" / LATEST).read_bytes() != (tmp_path / "several/epoch_00001.png").read_bytes()


def test_training_picture_of_m2_is_of_its_classes(tmp_path: Path) -> None:
    """M2 on latents is drawn through M1; q(y|x) alone, which imagines nothing, is not drawn."""
    names = ["a", "$_{b}$", "<c>"]
    draw = training_picture(tmp_path, seed=1, examples=SPECTRA[:0], names=names, m1=M1Inference(*tiny_m1(seed=2)))
    draw(*tiny_m2(3, seed=3, kind="qy"), 5)
    assert not list(tmp_path.iterdir())
    draw(*tiny_m2(3, seed=3), 5)
    with Image.open(tmp_path / LATEST) as picture:
        assert picture.width > picture.height


def test_curves_of_models_without_validation_are_drawn() -> None:
    """Training without validation labels leaves the accuracies out and the bounds in."""
    history = pd.DataFrame({"epoch": [1, 2], "labelled_bound": [-9.0, -5.0], "unlabelled_bound": [-9.5, -6.0]})
    figure = training.classifier_curves({"M2": history}, {"M2": 2})
    assert [len(axis.lines) for axis in figure.axes] == [2, 0]


def test_figures_leave_matplotlibs_settings_alone() -> None:
    """The house style holds while a figure is drawn, and no longer."""
    before = dict(mpl.rcParams)
    training.m1_curves({1: pd.DataFrame({"epoch": [1, 2], "bound": [-2.0, -1.0]})}, {})
    assert dict(mpl.rcParams) == before


def test_the_same_figure_gives_the_same_files(tmp_path: Path) -> None:
    """PNG and SVG hold no date and no chance, and the PNG has twice the pixels of the page's width."""
    for folder in ("a", "b"):
        style.save(spectra.class_means(SPECTRA[:6], np.zeros(6, int), ["<only>"], SCALE), tmp_path / folder / "x.png")
    for name in ("x.png", "x.svg"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()
    with Image.open(tmp_path / "a" / "x.png") as picture:
        assert picture.width == pytest.approx(style.WIDTH_INCHES * style.DOTS_PER_INCH, rel=0.05)


def test_unknown_methods_have_their_own_names() -> None:
    """A method that the table of names does not know is called by its key and its features."""
    assert method_name("m2", "latents") == "M1+M2"
    assert method_name("new", "latents") == "new on latents"


def test_labels_per_class_are_in_the_order_of_their_labels() -> None:
    """Ten comes after five, and all comes last."""
    assert sorted(["all", "10", "5", "100"], key=per_class_order) == ["5", "10", "100", "all"]


def test_colours_of_methods_differ() -> None:
    """Models are told apart by colour, and from the baselines; no two rows of the table look the same."""
    colours = {method_colour(method) for method in methods.models()}
    assert len(colours) == len(methods.models())
    assert {method_colour(method) for method in methods.baselines()} == {GREY}
    assert all(re.fullmatch(r"#[0-9a-f]{6}", colour) for colour in colours)
    points = {(colour, marker) for colour, _, marker in map(method_look, methods.METHODS)}  # where no line is drawn
    assert len(points) == len(methods.METHODS)


def test_lines_are_broken_between_sensors_and_means_are_of_known_bands() -> None:
    """No line leads from a sensor back to the next one; a mean leaves out what is not known."""
    far = np.concatenate([np.arange(2000.0, 2100, 2), np.arange(2100.0, 3000, 25)])
    assert np.isfinite(with_gaps(far, np.zeros(len(far)))[1]).all(), "wider steps of another sensor are no gaps"
    place, value = with_gaps(np.array([1.0, 2.0, 3.0, 2.5, 3.5]), np.arange(5.0), (3,))
    assert np.isnan(value).tolist() == [False, False, False, True, False, False]
    assert len(place) == 6
    x = np.array([[1, 2, np.nan], [3, 4, np.nan], [5, 6, 7]])
    np.testing.assert_array_equal(_mean(x), [3, 4, 7])
    np.testing.assert_array_equal(_mean(x[:2]), [2, 3, np.nan])
    np.testing.assert_array_equal(_percentiles(x, [50])[0], [3, 4, 7])

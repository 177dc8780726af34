"""Map one scan with a trained model: match bands, stream the scan, smooth, and measure the effect of smoothing."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np

from semispectral.evaluation.scores import confusion_matrix, scores_of_confusion
from semispectral.maps.bundle import Bundle
from semispectral.maps.scene_map import SceneMap
from semispectral.maps.smoothing import SmoothConfig, guided_filter
from semispectral.maps.stream import Streamed, stream
from semispectral.pool.pixel_ranks import left_out, scene_labels
from semispectral.scans.cube import PARTS, Cube
from semispectral.spectra.band_matching import match_scan
from semispectral.study.classes import IGNORED, UNLABELLED, ClassMap
from semispectral.study.scene import Scene

log = logging.getLogger(__name__)

Smooth = Callable[[np.ndarray, np.ndarray, SmoothConfig], np.ndarray]
SMOOTHINGS: dict[str, Smooth] = {
    "none": lambda probability, guide, settings: probability,
    "guided": lambda probability, guide, settings: guided_filter(
        probability, guide, radius=settings.radius, epsilon=settings.epsilon
    ),
}


@dataclass(frozen=True, eq=False)
class Known:
    """Labels of a scene, as far as there are any.

    Attributes
    ----------
    wanted : bool [line, sample], pixels of interest; None: all with data.
    label : int16 [line, sample], all labels, ``UNLABELLED`` or ``IGNORED`` elsewhere; None: no labels.
    tested : bool [line, sample], the test part, labelled or not; None: none.
    parted : whether a mask or codes to ignore say what is no core, so that the trained model need not tell.
    """

    wanted: np.ndarray | None = None
    label: np.ndarray | None = None
    tested: np.ndarray | None = None
    parted: bool = False


def known_of(scene: Scene, codes: np.ndarray, parts: np.ndarray, classes: ClassMap) -> Known:
    """Return the labels of a scene, from the census and the split.

    Parameters
    ----------
    scene : its row of scenes.tsv.
    codes : int [line, sample], label codes.
    parts : uint8 [line, sample], parts of the split.
    classes : classes in label order.
    """
    label = scene_labels(codes, classes, use=scene.use, ignore=scene.ignore)
    tested = parts == 1 + PARTS.index("test")
    return Known(label != IGNORED, label, tested, parted=bool(left_out(codes, ignore=scene.ignore).any()))


@dataclass(frozen=True, eq=False)
class Drawn:
    """Map of a scan with the images shown beside it.

    Attributes
    ----------
    map : map of the scene.
    picture : float32 [line, sample, 3], false colours; NaN without data.
    label : int16 [line, sample], labels, negative where there is none; None: the scan has none.
    confusion : counts [true class, predicted class] of the test pixels, by smoothing.
    """

    map: SceneMap
    picture: np.ndarray
    label: np.ndarray | None = None
    confusion: dict[str, np.ndarray] = field(default_factory=dict)

    def named(self, classes: ClassMap) -> "Drawn":
        """Return the same map with the names and colours of its classes.

        Parameters
        ----------
        classes : classes, among them those of the map.
        """
        return replace(self, map=replace(self.map, classes=classes.in_order(self.map.classes.codes)))


def draw_map(
    cube: Cube, bundle: Bundle, *, known: Known, smooth: SmoothConfig, threads: int, scale: float = 1
) -> Drawn:
    """Classify every pixel of interest of a scan.

    Parameters
    ----------
    cube : the scan.
    bundle : the trained model.
    known : labels of the scan, as far as there are any.
    smooth : settings of the smoothing.
    threads : number of threads.
    scale : factor from its stored values to those of the training scans.
    """
    prepare = match_scan(cube, bundle.model_bands)
    if scale != 1:
        matched = prepare or (lambda raw: raw)
        prepare = lambda raw: matched(raw) * np.float32(scale)  # noqa: E731  a second def would need a name
    classes = len(bundle.classes)
    tray = None if known.parted else bundle.tray
    streamed = stream(
        cube, bundle.pipeline, classes=classes, wanted=known.wanted, prepare=prepare, threads=threads, tray=tray
    )
    if tray is not None:
        _say_left_out(cube, streamed, known.wanted)
    confusions = _confusions(streamed.probability, streamed.guide, known, smooth)
    probability = SMOOTHINGS[smooth.smoothing](streamed.probability, streamed.guide, smooth)
    line_depth_m = cube.extra.get("depth_m", np.empty(0))
    drawn = SceneMap(probability, streamed.log_p, bundle.threshold, bundle.classes, line_depth_m)
    label = None if known.label is None else np.maximum(known.label, UNLABELLED)
    return Drawn(drawn, streamed.picture, label, confusions)


def _say_left_out(cube: Cube, streamed: Streamed, wanted: np.ndarray | None) -> None:
    """Log how much of a scan the trained model took for tray."""
    asked = np.isfinite(streamed.picture[:, :, 0]) & (True if wanted is None else wanted)
    left = asked & ~np.isfinite(streamed.probability[:, :, 0])
    log.info(
        "%s: nothing says what is tray, and the trained model takes %.1f %% of the pixels for what its study left out: "
        "they are no data",
        *(cube.path.name, 100 * left.sum() / max(asked.sum(), 1)),
    )


def _confusions(
    probability: np.ndarray, guide: np.ndarray, known: Known, smooth: SmoothConfig
) -> dict[str, np.ndarray]:
    """Count the confusion matrix of the labelled test pixels for each smoothing.

    The test part is smoothed by itself, since a pixel next to training pixels would else be told their class.
    """
    if known.tested is None or known.label is None or not (known.tested & (known.label >= 0)).any():
        return {}
    of_part = np.where(known.tested[:, :, None], probability, np.float32(np.nan))
    asked = known.tested & (known.label >= 0) & np.isfinite(probability[:, :, 0])
    confusions = {}
    for name, smoothing in SMOOTHINGS.items():
        predicted = smoothing(of_part, guide, smooth)[asked].argmax(axis=1)
        confusions[name] = confusion_matrix(known.label[asked], predicted, probability.shape[2])
    return confusions


def smoothing_effect(confusions: list[dict[str, np.ndarray]]) -> dict[str, dict[str, float]]:
    """Return macro-F1 and overall accuracy of each smoothing on the test pixels of all scenes together.

    Parameters
    ----------
    confusions : for each scene, counts [true class, predicted class] by smoothing.
    """
    names = sorted({name for confusion in confusions for name in confusion})
    effect = {}
    for name in names:
        total = np.sum([confusion[name] for confusion in confusions if name in confusion], axis=0)
        scores = scores_of_confusion(total)
        effect[name] = {"pixels": int(total.sum())} | {key: float(scores[key]) for key in ("oa", "macro_f1")}
    return effect

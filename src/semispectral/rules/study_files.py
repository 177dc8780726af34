"""Name the files that the rules read and write, where these depend on the scenes and settings of the study.

Paths begin with ``<results>``, which Snakemake replaces. Methods that take ``wildcards`` take Snakemake's object of a
job, and stand in ``input`` themselves.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from snakemake.io import expand

from semispectral.downhole.depths import logged_holes
from semispectral.inference.feature_names import HULL, WITH_M1
from semispectral.rules.slices import Slices
from semispectral.study import keys_in_use
from semispectral.study.methods import Method, averages, first_row, fitted_for, row_of

FEATURES = {
    "bands": "<results>/sample/{scene}.parquet",
    "latents": "<results>/latents/{seed}/{scene}.parquet",
    "mnf": "<results>/sample/{scene}.parquet",
    "latents_mnf": "<results>/latents_mnf/{seed}/{scene}.parquet",
    "hull": "<results>/sample/{scene}.parquet",
}
# M1 sees spectra on a scale of its own, unless it is the scale of the bands. MNF components and hull quotients are
# scales, too.
SCALES = {"bands": "method", "m1": "m1_method", "mnf": "mnf", "hull": "hull"}
# That all scans fit together. No rule that trains or maps has it among its inputs, for it changes with every scan; nor
# as an ancient one: Snakemake asks of no job behind one that runs whether its own parameters have changed.
COMPARED = "<results>/scans.json"
NOISE = "<results>/noise"  # the noise covariance of the cleaned spectra, for what sees them whitened by it
CHOSEN_ON_LABELS = ("bands", "m1")  # scales whose normalisation may be auto
CHOICE = "<results>/input/{scale}.json"  # of a normalisation auto, on the labels of the run with the most of them
# The mineral library learns from no label: one job writes what it says beside every number of labels and every seed.
OF_LIBRARY = "<results>/predictions/main/inductive/library/spectra/{per_class}/{seed}.parquet"
# Labels of intervals, such as a lithology log, for M2: their pixels among those of the split, and their shares.
INTERVAL_LABELS = [f"<results>/interval_labels/{name}.parquet" for name in ("pixels", "intervals")]
SHARE_LABELS = "<results>/share_labels/pixels.parquet"  # labels that are shares of classes, such as a SEM map, for M2
FilesOfJob = Callable[[Any], list[str]]  # of its wildcards


@dataclass(frozen=True)
class StudyFiles:
    """The files of a study.

    Attributes
    ----------
    slices : Slices
        Configuration and scenes of the study.
    """

    slices: Slices

    @cached_property
    def logged(self) -> dict[str, list[str]]:
        """Names of the scenes of each hole whose depths are known."""
        return logged_holes(self.slices.scenes.values())

    @cached_property
    def scalers(self) -> dict[str, str]:
        """Folder of the scale of what a classifier sees, by features."""
        normalise = self.slices.config["normalise"]
        makes = [keys_in_use.normalise(normalise, SCALES[scale]) for scale in CHOSEN_ON_LABELS]
        of_m1 = "bands" if makes[0] == makes[1] else "m1"
        latents = f"<results>/scaler/{of_m1}"
        # The scores beside the latents are scaled where these are encoded.
        return {
            "bands": "<results>/scaler/bands",
            "latents": latents,
            "mnf": "<results>/scaler/mnf",
            "latents_mnf": latents,
            "hull": "<results>/scaler/hull",
        }

    @cached_property
    def chosen_scales(self) -> tuple[str, ...]:
        """The scales whose normalisation is chosen on labels: of the bands, of M1. Without labels there are none."""
        if not any(scene.has_labels for scene in self.slices.scenes.values()):
            return ()
        normalise = self.slices.config["normalise"]
        return tuple(scale for scale in CHOSEN_ON_LABELS if normalise[SCALES[scale]] == "auto")

    @cached_property
    def most_labels(self) -> int | str:
        """The largest number of labels per class among the runs."""
        per_class = self.slices.config["runs"]["labels_per_class"]
        return max(per_class, key=lambda labels: float("inf") if labels == "all" else labels)  # type: ignore[no-any-return]

    @cached_property
    def first_seed(self) -> int:
        """The first seed of the runs."""
        return int(self.slices.config["runs"]["seeds"][0])

    @cached_property
    def with_library(self) -> bool:
        """Whether the mineral library is compared, and has something to say."""
        return "library" in self.slices.config["compare"]["baselines"] and self.slices.has_minerals

    @cached_property
    def fitted(self) -> tuple[Method, ...]:
        """The baselines that are fitted for the comparison."""
        return fitted_for(self.slices.config["compare"]["baselines"])

    @cached_property
    def labelled_intervals(self) -> list[str]:
        """The labels of intervals; none where no table of them is named."""
        return INTERVAL_LABELS if self.slices.config["interval_labels"]["sources"] else []

    @cached_property
    def labels_with_shares(self) -> list[str]:
        """The labels that are shares of classes; none where no scene has such labels."""
        return [SHARE_LABELS] if self.slices.with_shares else []

    def of_scenes(self, pattern: str, scenes: Iterable[str]) -> list[str]:
        """Return one path for each of some scenes; other wildcards stay.

        Parameters
        ----------
        pattern : str, path with ``{scene}``.
        scenes : names of scenes.
        """
        return list(expand(pattern, scene=list(scenes), allow_missing=True))

    def every_scene(self, pattern: str) -> list[str]:
        """Return one path for each scene, in the order of their names."""
        return self.of_scenes(pattern, sorted(self.slices.scenes))

    def of_training(self, pattern: str) -> list[str]:
        """Return one path for each scene on which training depends."""
        return self.of_scenes(pattern, self.slices.scenes_of_training)

    def parts_of(self, wildcards: Any) -> list[str]:
        """Return the parts of the pixels of a scene of training; of another, all pixels are tested, or none."""
        path = "<results>/splits/main/training/parts/{scene}.npy"
        return [path] if wildcards.scene in self.slices.scenes_of_training else []

    def mask_of(self, wildcards: Any) -> list[str]:
        """Return the mask of a scene; none where nothing is masked."""
        return ["<results>/masks/{scene}/mask.png"] if self.slices.is_masked(wildcards.scene) else []

    def images_of_masks(self) -> list[str]:
        """Return the pictures of the scenes whose tray is masked, in the order of their names."""
        masked = (scene for scene in sorted(self.slices.scenes) if self.slices.is_masked(scene))
        return self.of_scenes("<results>/masks/{scene}/image.png", masked)

    def counted(self, scenes: Iterable[str], end: str) -> list[str]:
        """Return the census of scenes: with their labels, where they have any.

        Parameters
        ----------
        scenes : names of scenes.
        end : str, ``parquet`` or ``npy``.
        """
        return [self._counted(scene, end) for scene in scenes]

    def _counted(self, scene: str, end: str) -> str:
        return f"<results>/{'labels' if self.slices.scenes[scene].has_labels else 'census'}/{scene}.{end}"

    def counted_for_m1(self, end: str) -> list[str]:
        """Return the census of the scenes of training as M1 knows them: with labels if these decide what is tested.

        Parameters
        ----------
        end : str, ``parquet`` or ``npy``.
        """
        if self.slices.split_looks_at_labels:
            return self.counted(self.slices.scenes_of_training, end)
        return self.of_training(f"<results>/census/{{scene}}.{end}")

    def codes_of(self, wildcards: Any) -> str:
        """Return the codes of a scene's pixels: of its labels, or of the census alone."""
        return self._counted(wildcards.scene, "npy")

    def pool_of(self, scenes: Iterable[str]) -> list[str]:
        """Return the shards of scenes: the unlabelled draw of each, and the labelled one of those that have labels.

        Parameters
        ----------
        scenes : names of scenes.
        """
        kinds = {
            scene: ["unlabelled", *(["labelled"] if self.slices.scenes[scene].has_labels else [])]
            for scene in sorted(scenes)
        }
        return [f"<results>/shards/{kind}/{scene}.parquet" for scene, drawn in kinds.items() for kind in drawn]

    def codes_to_ignore(self, wildcards: Any) -> str:
        """Return the codes that say which pixels of a scene are left out: of its labels only where it ignores some."""
        return self.codes_to_ignore_in(wildcards.scene)

    def codes_to_ignore_in(self, name: str) -> str:
        """Return the same for a scene by its name."""
        scene = self.slices.scenes[name]
        return f"<results>/{'labels' if scene.has_labels and scene.ignore.ranges else 'census'}/{name}.npy"

    def files_of_draw(self, wildcards: Any) -> list[str]:
        """Return the files that a draw reads: the scan; with its labels, if these say what to draw or to ignore."""
        looked_at = self.slices.draw_looks_at_labels(wildcards)
        return self.slices.scene_files(wildcards) if looked_at else self.slices.scan_files(wildcards)

    def codes_of_draw(self, wildcards: Any) -> str:
        """Return the codes that a draw reads."""
        folder = "labels" if self.slices.draw_looks_at_labels(wildcards) else "census"
        return f"<results>/{folder}/{wildcards.scene}.npy"

    def learnt_from(self, wildcards: Any) -> list[str]:
        """Return what a classifier is fitted to: the sample of the scenes of training, or their latents of a seed."""
        return self._features(wildcards, self.slices.scenes_of_training)

    def asked_of(self, wildcards: Any) -> list[str]:
        """Return the same with that of the tested scenes, which a classifier is asked about."""
        return self._features(wildcards, self.slices.scenes_scored)

    def _features(self, wildcards: Any, scenes: Sequence[str]) -> list[str]:
        return list(expand(FEATURES[wildcards.features], scene=scenes, seed=wildcards.seed))

    def m1_of(self, wildcards: Any) -> list[str]:
        """Return the M1 whose latents a classifier sees, to draw its pictures; none on bands."""
        return ["<results>/m1/{seed}"] if wildcards.features in WITH_M1 else []

    def scores_of(self, wildcards: Any) -> list[str]:
        """Return the scale of the scores that are put beside the latents, where they are."""
        return [self.scalers["mnf"]] if wildcards.scores else []

    def choices_of(self, wildcards: Any) -> list[str]:
        """Return the normalisation that was chosen for a scale; none where the configuration names one."""
        return [CHOICE.format(scale=wildcards.scale)] if wildcards.scale in self.chosen_scales else []

    def choices(self) -> list[str]:
        """Return the normalisations that were chosen, for the report."""
        used = [scale for scale in self.chosen_scales if f"<results>/scaler/{scale}" in self.scalers.values()]
        return [CHOICE.format(scale=scale) for scale in used]

    def noises_of(self, wildcards: Any) -> list[str]:
        """Return the noise covariance, for a scale that whitens by it."""
        own = keys_in_use.normalise(self.slices.config["normalise"], SCALES[wildcards.scale])["method"]
        return [NOISE] if own in keys_in_use.WITH_NOISE else []

    def scaler_of(self, wildcards: Any) -> str:
        """Return the scale of the spectra that a classifier sees: itself, or through M1."""
        return self.scalers[wildcards.features]

    def beside_of(self, wildcards: Any) -> list[str]:
        """Return the scale of what an SVM on hull quotients is weighed against; none for other features."""
        return [self.scalers["mnf"]] if wildcards.features == HULL else []

    def latents_of(self, seed: str, scenes: Sequence[str]) -> list[str]:
        """Return the latents of scenes by the M1 of a seed."""
        return list(expand(FEATURES["latents"], seed=seed, scene=scenes))

    def group_maps(self, name: str) -> list[str]:
        """Return a file of the maps of groups, for every studied scene, in the order of their names."""
        return self.of_scenes(f"<results>/explore/maps/{{scene}}/{name}", self.slices.scenes_studied)

    def every_run(self, pattern: str, **values: str | Sequence[str]) -> list[str]:
        """Return one path for each number of labels per class and each seed that the configuration asks for.

        Parameters
        ----------
        pattern : str, path with ``{per_class}`` and ``{seed}``.
        **values : str or sequence of str, values of its other wildcards.
        """
        runs = self.slices.config["runs"]
        return list(expand(pattern, per_class=runs["labels_per_class"], seed=runs["seeds"], **values))

    def compared(self) -> list[str]:
        """Return the predictions that the configuration asks for."""
        compare = self.slices.config["compare"]
        models = [path for name in compare["models"] for path in self._predictions(name, self._seen_by(name))]
        fitted = [first_row(name) for name in compare["baselines"] if name != "library"]
        simpler = [path for row in fitted for path in self._predictions(row.method, [row.features])]
        return models + simpler + (self.every_run(OF_LIBRARY) if self.with_library else [])

    def _predictions(self, method: str, features: Sequence[str]) -> list[str]:
        """Return the predictions of a method on some features, of every run."""
        path = "<results>/predictions/main/inductive/{method}/{features}/{per_class}/{seed}.parquet"
        return self.every_run(path, method=method, features=features)

    def _seen_by(self, model: str) -> list[str]:
        """Return what a model sees, of what the configuration names: not every model has a row on every input.

        An average has one row, whose members are trained for it.
        """
        if model in averages():
            return [first_row(model).features]
        return [name for name in self.slices.config["compare"]["features"] if row_of(model, name)]

    def trained(self, model: str) -> list[str]:
        """Return the folders of a model that the configuration asks for.

        Parameters
        ----------
        model : str, its name.
        """
        seen = self._seen_by(model) if model in self.slices.config["compare"]["models"] else []
        return self.every_run("<results>/{model}/{features}/{per_class}/{seed}", model=model, features=seen)

    def measured(self, name: str, scenes: Iterable[str], *, folder: str = "features") -> list[str]:
        """Return a file of the absorption features of scenes; none where they are switched off.

        Parameters
        ----------
        name : str, name of the file.
        scenes : names of scenes.
        folder : str, ``features``; of new scans ``new``.
        """
        enabled = self.slices.config["features"]["enabled"]
        return self.of_scenes(f"<results>/{folder}/{{scene}}/{name}", scenes) if enabled else []

    def measured_in_scene(self, name: str, *, folder: str = "features") -> FilesOfJob:
        """Return the same of the scene of a job, as the input of its rule."""
        return lambda wildcards: self.measured(name, [wildcards.scene], folder=folder)

    def measured_in_hole(self, name: str, *, folder: str = "features") -> FilesOfJob:
        """Return the same of the scenes of a job's hole, as the input of its rule."""
        return lambda wildcards: self.measured(name, self.logged[wildcards.hole], folder=folder)

    def of_hole(self, pattern: str) -> FilesOfJob:
        """Return one path for each scene of a job's hole, in the order of their names, as the input of its rule.

        Parameters
        ----------
        pattern : str, path with ``{scene}``.
        """
        return lambda wildcards: self.of_scenes(pattern, self.logged[wildcards.hole])

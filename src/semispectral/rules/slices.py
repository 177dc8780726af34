"""The slice of the configuration that each rule depends on, as one JSON text: what is not in it reruns nothing."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from semispectral.drillholes.table_files import hole_tables, interval_label_files
from semispectral.library.built_in import built_in_names
from semispectral.library.class_entries import entries_of_classes
from semispectral.library.library_files import library_files
from semispectral.scans.formats.scene_files import data_files
from semispectral.scans.formats.scene_files import scene_files as files_of
from semispectral.spectra.cleaning_settings import CleanConfig, is_cleaned, scale_after
from semispectral.study import keys_in_use
from semispectral.study.classes import ClassMap, CodeSet
from semispectral.study.cleaning_steps import CLEANING_STEPS
from semispectral.study.methods import METHODS, first_row, keys_of_baseline
from semispectral.study.paths import inside, outside_allowed
from semispectral.study.scene import Scene
from semispectral.study.stage_settings import settings
from semispectral.workflow.rerun import stage_cfg

NO_CODES = CodeSet(())
DEPTHS: dict[str, Any] = {"depth_from_m": None, "depth_to_m": None, "depth_marks": ()}
NOT_OF_MAPS: dict[str, Any] = {
    "hole": "",
    "labels": "",
    "labels_key": "",
    "labels_over": (),
    "pixel_mm": None,
    "mask": None,
    **DEPTHS,
}
NOT_OF_SPECTRA: dict[str, Any] = {**NOT_OF_MAPS, "use": NO_CODES, "ignore": NO_CODES}
NOWHERE = Scene("", "", Path(), "", Path(), "", "", "", None, None, NO_CODES, NO_CODES)
NOT_OF_CLASSES: dict[str, Any] = {"pixel_mm": None, "mask": None, **DEPTHS}
NOT_OF_SCAN: dict[str, Any] = {
    **{key: value for key, value in NOT_OF_SPECTRA.items() if key != "hole"},
    "labels_axes": "line,sample",
}

NOT_OF_FEATURES = {key: value for key, value in NOT_OF_SPECTRA.items() if key not in ("ignore", "pixel_mm")}


@dataclass(frozen=True)
class Slices:
    """The configuration of a study, cut into what each rule uses.

    Methods that take ``wildcards`` take Snakemake's object of a job, and can stand in ``params`` themselves.

    Attributes
    ----------
    config : mapping
        The whole configuration, checked and with its defaults.
    scenes : mapping of str to Scene
        Rows of scenes.tsv by the scenes' names.
    classes : ClassMap
        All rows of classes.tsv.
    minerals : mapping of int to str
        The column ``mineral`` of classes.tsv, by code.
    only_mapped : frozenset of str
        Names of the scenes that are only to be mapped.
    """

    config: Mapping[str, Any]
    scenes: Mapping[str, Scene]
    classes: ClassMap
    minerals: Mapping[int, str] = field(default_factory=dict)
    only_mapped: frozenset[str] = frozenset()

    @cached_property
    def codes(self) -> list[int]:
        """Codes of all classes, in order."""
        return sorted(self.classes.codes)

    @cached_property
    def legend(self) -> dict[str, Any]:
        """Codes, names and colours of all classes, in the order of the codes."""
        return self.classes.select(code for code in self.codes if code != 0).to_dict()

    @cached_property
    def cleaning(self) -> CleanConfig:
        """Settings of the cleaning."""
        return settings(CleanConfig, self.config["cleaning"], where="cleaning")

    @cached_property
    def _whole_rows(self) -> dict[str, dict[str, Any]]:
        """Rows of scenes.tsv by the scenes' names, made once: every rule takes some of each."""
        return {name: asdict(scene) for name, scene in self.scenes.items()}

    def _row(self, name: str, **own: Any) -> dict[str, Any]:
        """Return the row of a scene, with other values of some columns."""
        values = {key: _written(value) if isinstance(value, CodeSet) else value for key, value in own.items()}
        return self._whole_rows[name] | values

    def of(self, *sections: str, **own: Any) -> str:
        """Return sections of the configuration as JSON.

        Call it to make a parameter, and do not pass it as one: Snakemake would hand all that it knows of the job,
        threads and memory included, to ``own``.

        Parameters
        ----------
        *sections : str
            Names of sections.
        **own : Any
            More sections, or other values of sections.
        """
        return stage_cfg({**self.config, **own}, *sections, *own)

    def keys_of(self, section: str, *keys: str) -> dict[str, Any]:
        """Return the keys of a section that a rule uses.

        Parameters
        ----------
        section : str
            Name of the section.
        *keys : str
            Names of the keys.
        """
        return {key: self.config[section][key] for key in keys}

    def simulate(self) -> str:
        """Return the section ``simulate`` without whether to simulate at all."""
        return self.of(simulate={key: value for key, value in self.config["simulate"].items() if key != "enabled"})

    def census(self, wildcards: Any) -> str:
        """Return the row of the scene without its labels, and what decides which pixels hold data."""
        row = self._row(wildcards.scene, **NOT_OF_SCAN)
        return self.of(scene=row, cleaning=self.decides_data)

    def is_masked(self, name: str) -> bool:
        """Return whether a scene has a mask: by the settings, or a picture of its own.

        Parameters
        ----------
        name : str
            Name of the scene.
        """
        return self.config["mask"]["method"] != "none" or self.scenes[name].mask is not None

    def leaves_out(self, name: str) -> bool:
        """Return whether a scene says which of its pixels are no core: by a mask, or by codes that it ignores.

        Parameters
        ----------
        name : str
            Name of the scene.
        """
        scene = self.scenes[name]
        return self.is_masked(name) or (scene.has_labels and bool(scene.ignore.ranges))

    def learn_tray(self, names: Iterable[str]) -> str:
        """Return the rows of scenes that say what is no core, without what their spectra do not need, and the cleaning.

        Parameters
        ----------
        names : iterable of str
            Names of scenes.
        """
        kept = {key: value for key, value in NOT_OF_SPECTRA.items() if key != "ignore"}
        rows = {name: self._row(name, **kept) for name in sorted(names)}
        return self.cleaned_by(scenes=rows)

    def mask(self, wildcards: Any) -> str:
        """Return the row of the scene with its own mask, and the settings of the mask where it has none."""
        scene = self.scenes[wildcards.scene]
        row = self._row(scene.name, **(NOT_OF_SPECTRA | {"mask": scene.mask}))
        section = {"method": "none"} if scene.mask else keys_in_use.mask(self.config["mask"])
        reflectance = {**self.config["cleaning"], **asdict(self.cleaning.only_references)}
        return self.of(scene=row, mask=section, cleaning=keys_in_use.cleaning(reflectance))

    def files_of_mask(self, wildcards: Any) -> list[str]:
        """Return the files of a scan, and the mask that a person painted over it."""
        own = self.scenes[wildcards.scene].mask
        return [*self.scan_files(wildcards), *([str(own)] if own else [])]

    def labels(self, wildcards: Any) -> str:
        """Return the row of the scene, and the known codes; depths change no label.

        Names and colours of the classes are there, too, if the labels of the scene are such.
        """
        scene = self.scenes[wildcards.scene]
        legend = {"legend": {"names": self.classes.names, "colours": self.classes.colours}}
        return self.of(scene=self._counted(scene.name), codes=self.codes, **(legend if scene.named_labels else {}))

    def draw_looks_at_labels(self, wildcards: Any) -> bool:
        """Return whether a draw depends on labels: the labelled one, and one of a scene in which codes are ignored."""
        scene = self.scenes[wildcards.scene]
        return wildcards.kind == "labelled" or (scene.has_labels and bool(scene.ignore.ranges))

    def draw(self, wildcards: Any) -> str:
        """Return the row of the scene, how pixels are drawn, and what decides which pixels hold data."""
        scene = self.scenes[wildcards.scene]
        looked_at = self.draw_looks_at_labels(wildcards)
        kept = {"ignore": scene.ignore} if looked_at else {}
        kept |= {"use": scene.use} if wildcards.kind == "labelled" else {}
        return self.of(
            scene=self._row(scene.name, **(NOT_OF_SPECTRA | kept)),
            sample=keys_in_use.drawing(self.config["sample"], wildcards.kind),
            cleaning=self.decides_data,
        )

    @cached_property
    def split_looks_at_labels(self) -> bool:
        """Whether the labels decide which pixels are tested, so that M1 depends on them."""
        return keys_in_use.labels_decide(self.config["split"])

    @property
    def _joining(self) -> list[str]:
        """Return the steps of cleaning that join scans of other sensors or scales."""
        return [step for step in self.cleaning.steps if CLEANING_STEPS[step].joins]

    def compare_scans(self) -> str:
        """Return the rows of all scenes without their labels, and the steps that join scans."""
        return self.of(scenes=self._rows(self.scenes, NOT_OF_SCAN), steps=self._joining)

    def split(self) -> str:
        """Return the rows of the scenes that are learnt from, whatever their order, and how they are divided."""
        return self._split(self.scenes_of_training)

    def split_tested(self) -> str:
        """Return the same of the scenes that are learnt from or tested."""
        return self._split(self.scenes_scored)

    def _split(self, names: Iterable[str]) -> str:
        return self.of(
            scenes=self._rows(names, NOT_OF_CLASSES),
            codes=self.codes,
            steps=self._joining,
            split=keys_in_use.split(self.config["split"]),
            sample=keys_in_use.quotas(self.config["sample"]),
        )

    def benchmark_split(self, split: Mapping[str, Any]) -> str:
        """Return a split of the benchmark, the rows of all scenes, the caps of its pool, and its labels per class.

        Parameters
        ----------
        split : mapping
            Keys of the split, with its seed.
        """
        own = self.config["benchmark"]
        return self.of(
            scenes=self._rows(self.scenes_studied, NOT_OF_CLASSES),
            codes=self.codes,
            steps=self._joining,
            split=keys_in_use.split(split),
            sample=keys_in_use.quotas(own),
            labels_per_class={key: own[key] for key in ("labels_per_class", "valid_share")},
        )

    @cached_property
    def scenes_studied(self) -> list[str]:
        """Names of the scenes that may be learnt from, tested or explored, in order: not those only to be mapped."""
        return [name for name in sorted(self.scenes) if name not in self.only_mapped]

    @cached_property
    def scenes_of_training(self) -> list[str]:
        """Names of the scenes on which training depends, in order: all studied, but those of named test holes.

        Where no test holes are named, the split finds what is tested in these scenes.
        """
        return [name for name in self.scenes_studied if self.scenes[name].hole not in self._test_holes]

    @cached_property
    def scenes_tested(self) -> list[str]:
        """Names of the scenes of named test holes that have labels to be scored, in order."""
        tested = (name for name in self.scenes_studied if self.scenes[name].hole in self._test_holes)
        return [name for name in tested if self.scenes[name].has_labels]

    @cached_property
    def scenes_scored(self) -> list[str]:
        """Names of the scenes of a part of the split, in order."""
        return sorted([*self.scenes_of_training, *self.scenes_tested])

    @property
    def _test_holes(self) -> frozenset[str]:
        split = self.config["split"]
        return frozenset(split["test_groups"] if keys_in_use.names_test_holes(split) else ())

    def sample_m1(self) -> str:
        """Return how the pixels of M1 are chosen and cleaned; no labels, unless they decide what is tested."""
        seen = self.scenes_of_training
        return self.cleaned_by(
            study=self._rows(seen, NOT_OF_CLASSES if self.split_looks_at_labels else NOT_OF_SCAN),
            scenes=self.cleaned(seen),
            split=keys_in_use.split(self.config["split"]),
            sample={"unlabelled": self.config["sample"]["unlabelled"]},
        )

    def _rows(self, names: Iterable[str], without: Mapping[str, Any]) -> list[dict[str, Any]]:
        return [self._row(name, **without) for name in sorted(names)]

    @cached_property
    def decides_data(self) -> dict[str, Any]:
        """Keys of the cleaning that decide which values are values, and so which pixels hold data.

        Of scenes with several sensors, values are drawn after the steps of their detectors: all keys count.
        """
        if any(scene.others for scene in self.scenes.values()):
            return keys_in_use.cleaning(self.config["cleaning"])
        steps = [step for step in self.cleaning.steps if CLEANING_STEPS[step].judges]
        used = keys_in_use.cleaning({**self.config["cleaning"], "steps": steps})
        return {key: value for key, value in used.items() if key != "resample_nm"}

    def choose_labels(self, wildcards: Any) -> str:
        """Return the labels per class up to this number, which contains them; a larger one does not change it."""
        runs = self.config["runs"]
        wanted = float("inf") if wildcards.per_class == "all" else int(wildcards.per_class)
        smaller = [per_class for per_class in runs["labels_per_class"] if per_class != "all" and per_class <= wanted]
        labels_per_class = ["all"] if wildcards.per_class == "all" else sorted({*smaller, wanted})
        return self.of(runs={"labels_per_class": labels_per_class, "valid_share": runs["valid_share"]})

    def cleaned_by(self, **own: Any) -> str:
        """Return what cleaning does, without the keys of steps that it does not take; ``own`` adds sections."""
        return self.of(cleaning=keys_in_use.cleaning(self.config["cleaning"]), **own)

    @property
    def mends(self) -> bool:
        """Whether cleaning has a step that mends a fault of the detector, whose effect the report shows."""
        return any(CLEANING_STEPS[step].mends for step in self.cleaning.steps)

    def cleaning_effect(self, wildcards: Any) -> str:
        """Return the row of the scene, without what its spectra do not need, and what cleaning does."""
        row = self._row(wildcards.scene, **NOT_OF_SPECTRA)
        return self.cleaned_by(scene=row)

    def cleaned(self, names: Iterable[str]) -> dict[str, dict[str, Any]]:
        """Return the rows of those scenes that cleaning changes, by name, without what their spectra do not need.

        Parameters
        ----------
        names : iterable of str
            Names of scenes.
        """
        scenes = [self.scenes[name] for name in sorted(names) if is_cleaned(self.scenes[name], self.cleaning)]
        return {scene.name: self._row(scene.name, **NOT_OF_SPECTRA) for scene in scenes}

    def baseline(self, methods: Iterable[str]) -> str:
        """Return the settings that some simpler methods use.

        Parameters
        ----------
        methods : iterable of str
            Names of the methods.
        """
        sections = {"baselines": self.config["baselines"], "svm": self.config["svm"]}
        used: dict[str, dict[str, Any]] = {name: {} for name in sections}
        for method in methods:
            for name, keys in keys_of_baseline(method, **sections).items():
                used[name] |= keys
        return self.of(**used)

    def bundle(self, run: Mapping[str, Any]) -> str:
        """Return which model makes the maps, what cleaning does to which scenes, and what the model was trained with.

        Parameters
        ----------
        run : mapping
            ``method``, ``features``, ``per_class`` and ``seed`` of the model.
        """
        method = first_row(run["method"])
        recipe = {**run, "per_class": str(run["per_class"]), "false_alarm": self.config["map"]["false_alarm"]}
        seen_by = [run["features"], *(METHODS[name].features for name in method.members)]
        own = {"latents": "m1_method", "mnf": "mnf", "latents_mnf": "mnf", "hull": "hull"}
        scaled = sorted({"m1_method", *(own.get(features, "method") for features in seen_by)})
        seen = {name: self.scenes[name] for name in self.scenes_of_training}
        scales = {scale_after(scene, self.cleaning) for scene in seen.values()}
        calibrated = [self.cleaning.uses_references(named=scene.has_references) for scene in seen.values()]
        return self.cleaned_by(
            **{section: self.config[section] for section in ("m1", "sample", *method.sections)},
            split=keys_in_use.split(self.config["split"]),
            normalise=self._scales(scaled),
            recipe=recipe,
            weights=method.weights,
            facts={
                "scale": scales.pop() if len(scales) == 1 else None,
                "references": all(calibrated),
                "masked": any(map(self.leaves_out, seen)),
                "description": method.description,
            },
        )

    def pack(self) -> str:
        """Return the classes, which a trained model has to name."""
        return self.of(classes=self.legend)

    def map(self, wildcards: Any) -> str:
        """Return what reading the scene uses of its row, which pixels are of interest, and how the map is smoothed."""
        scene = self._row(wildcards.scene, **NOT_OF_MAPS)
        tested = wildcards.scene in self.scenes_tested
        return self.of(scene=scene, tested=tested, map=keys_in_use.smoothing(self.config["map"]))

    def mixtures(self, wildcards: Any) -> str:
        """Return what reading the scene uses of its row, and the size of its pixels."""
        kept = {key: value for key, value in NOT_OF_SPECTRA.items() if key != "pixel_mm"}
        return self.of(scene=self._row(wildcards.scene, **kept))

    def features(self, wildcards: Any) -> str:
        """Return the row of the scene without its hole, depths and classes, its cleaning, and what is measured."""
        scene = self._row(wildcards.scene, **NOT_OF_FEATURES)
        return self.cleaned_by(scene=scene, features=self._measured)

    @property
    def _measured(self) -> dict[str, Any]:
        """The windows and formulas of absorption features."""
        return {key: value for key, value in self.config["features"].items() if key != "enabled"}

    def groups(self, **own: Any) -> str:
        """Return which scenes are cleaned, the reflectance of a cleaned value, and the mineral library.

        The library comes with the scan that states the widths of the bands; ``own`` adds sections.
        """
        scales = {name: scale_after(self.scenes[name], self.cleaning) for name in self.scenes_studied}
        return self.of(
            scenes=self.cleaned(self.scenes_studied),
            scales=scales,
            library=self.library_sections()["library"],
            scene=self._states_widths(),
            **own,
        )

    def groups_files(self, wildcards: Any) -> list[str]:
        """Return the files that cleaning looks into, and those of the mineral libraries."""
        return sorted({*self.cleaned_files(self.scenes_studied), *self.library_files(wildcards)})

    def queue(self, **own: Any) -> str:
        """Return the rows of all studied scenes and the codes, by which labels are known; ``own`` adds sections."""
        rows = [self._row(name) for name in self.scenes_studied]
        return self.of(scenes=rows, codes=self.codes, **own)

    def contact_sheet(self) -> str:
        """Return the section ``explore``, the rows of all studied scenes, and how runs of core are found."""
        rows = [self._row(name) for name in self.scenes_studied]
        simulated = bool(self.config["simulate"]["enabled"])
        return self.of("explore", scenes=rows, run_share=self._run_share, simulated=simulated)

    def cluster_map(self, wildcards: Any) -> str:
        """Return the row of the scene, and the known codes, by which it is known what to ignore."""
        return self.of(scene=self._row(wildcards.scene), codes=self.codes)

    def new_map(self, wildcards: Any, *, model: Mapping[str, str]) -> str:
        """Return what the map of a new scan depends on, the model included. Its labels say what to ignore."""
        scene = self.scenes[wildcards.scene]
        row = self._counted(scene.name) if scene.ignore.ranges else self._row(scene.name, **NOT_OF_SPECTRA)
        row["mask"] = scene.mask
        smoothing = keys_in_use.smoothing(self.config["map"])
        mask = keys_in_use.mask(self.config["mask"])
        return self.of(scene={**row, "hole": ""}, map=smoothing, mask=mask, model=model)

    def new_features(self, wildcards: Any, *, model: Mapping[str, str]) -> str:
        """Return what the features of a new scan depend on: its row, the model that cleans it, and what is measured."""
        scene = self.scenes[wildcards.scene]
        row = self._row(scene.name, **(NOT_OF_SPECTRA | {"pixel_mm": scene.pixel_mm}))
        return self.of(scene=row, model=model, features=self._measured)

    def scan_page(self, wildcards: Any) -> str:
        """Return the row of the scene without its labels, the classes, and what cleaning does."""
        scene = replace(self.scenes[wildcards.scene].without_labels(), hole="", pixel_mm=None, mask=None, **DEPTHS)
        return self.cleaned_by(scene=asdict(scene), classes=self.legend)

    def pixels(self, wildcards: Any, **own: Any) -> str:
        """Return what reading the scene uses of its row, and how large the spectra beside its page may be.

        Parameters
        ----------
        **own : Any
            The model, if it was trained elsewhere.
        """
        row = self._row(wildcards.scene, **NOT_OF_SPECTRA)
        return self.of(scene=row, page_mb=self.config["map"]["page_mb"], **own)

    def paint(self, wildcards: Any, *, classes: Mapping[str, Any] | None = None, report: str = "") -> str:
        """Return names and colours of the classes, size and depths of the scene, and how runs of core are found.

        Parameters
        ----------
        classes : mapping
            Classes of a model that was trained elsewhere; None: those of the study.
        report : str
            Address of the report, as seen from the page of the map.
        """
        shown = {"classes": classes or self.legend, "run_share": self._run_share, "report": report}
        scene = self.scenes[wildcards.scene]
        return self.of(scene=self._placed(scene.name, use=scene.use, ignore=scene.ignore), **shown)

    def downhole(self, names: Iterable[str], *, classes: Mapping[str, Any] | None = None) -> str:
        """Return the depths of the scenes of one hole, the names and colours of the classes, and how it is logged.

        That is how its log is made, and how it is cut into intervals and drawn.

        Parameters
        ----------
        names : iterable of str
            Names of the scenes.
        classes : mapping
            As in `paint`.
        """
        rows = [self._placed(name) for name in names]
        cut = {key: self.config["intervals"][key] for key in ("length_m", "paper", "page_m")}
        shown = {"classes": classes or self.legend, "intervals": cut}
        return self.of(scenes=rows, downhole=self.config["map"]["downhole"], **shown)

    def hole_page(
        self, names: Iterable[str], places: Mapping[str, str], *, classes: Mapping[str, Any] | None = None
    ) -> str:
        """Return the depths of the scenes of one hole, the names and colours of the classes, and how core is found.

        Parameters
        ----------
        names, classes : as in `downhole`.
        places : mapping
            Addresses of maps and report, as seen from the page: `semispectral.holes.write_hole.Places`.
        """
        rows = [self._placed(name) for name in names]
        return self.of(scenes=rows, classes=classes or self.legend, run_share=self._run_share, places=places)

    @cached_property
    def hole_tables(self) -> dict[str, list[Path]]:
        """Tables of intervals, collars and surveys that the configuration names, one or none for each key."""
        return hole_tables(self.config)

    @cached_property
    def interval_sources(self) -> list[Path]:
        """Tables of interval labels that the configuration names."""
        return interval_label_files(self.config)

    def interval_labels(self) -> str:
        """Return the rows of the scenes of training without labels, how core is found, and the sources with weights."""
        rows = [asdict(self.scenes[name].without_labels()) for name in self.scenes_of_training]
        return self.of("interval_labels", scenes=rows, run_share=self._run_share)

    @cached_property
    def with_shares(self) -> list[str]:
        """Names of the scenes of training whose labels are shares of classes, in order."""
        return [name for name in self.scenes_of_training if self.scenes[name].share_sources]

    @property
    def files_with_shares(self) -> list[str]:
        """Every file that the scenes with shares are read from."""
        return sorted({str(file) for name in self.with_shares for file in files_of(self.scenes[name])})

    def share_labels(self) -> str:
        """Return the scenes with shares of classes, names of all classes, and the weights of the files."""
        rows = [self._counted(name) for name in self.with_shares]
        return self.of("share_labels", scenes=rows, names=self.classes.names)

    def cleaned_files(self, names: Iterable[str]) -> list[str]:
        """Return the files that cleaning looks into; labels are not among them.

        Parameters
        ----------
        names : iterable of str
            Names of scenes.
        """
        return self.data_files_of(self.cleaned(names))

    def data_files_of(self, names: Iterable[str]) -> list[str]:
        """Return the files of scans, without their labels.

        Parameters
        ----------
        names : iterable of str
            Names of scenes.
        """
        return sorted({str(file) for name in names for file in data_files(self.scenes[name])})

    def looked_into(self, names: Iterable[str]) -> dict[str, dict[str, Any]]:
        """Return the rows of scenes that nothing is learnt from, by name, without what their spectra do not need.

        Their files state which bands they lack of those of training: it is looked into whether or not they are cleaned.

        Parameters
        ----------
        names : iterable of str
            Names of scenes.
        """
        return {name: self._row(name, **NOT_OF_SPECTRA) for name in sorted(names)}

    def scene_files(self, wildcards: Any) -> list[str]:
        """Return every file that a scene is read from: data, labels, headers beside them, the table of wavelengths."""
        return [str(file) for file in files_of(self.scenes[wildcards.scene])]

    def scan_files(self, wildcards: Any) -> list[str]:
        """Return the files that a scan is read from, without its labels."""
        return [str(file) for file in data_files(self.scenes[wildcards.scene])]

    def new_scene_files(self, wildcards: Any) -> list[str]:
        """Return the files of a new scan: its labels only if their codes say what to ignore, and its own mask."""
        scene = self.scenes[wildcards.scene]
        ignores = self.scene_files(wildcards) if scene.ignore.ranges else self.scan_files(wildcards)
        return [*ignores, *([str(scene.mask)] if scene.mask else [])]

    def _scales(self, keys: Iterable[str]) -> dict[str, Any]:
        """Return the named methods of the section ``normalise``, and what they use."""
        section = self.config["normalise"]
        used = {key: keys_in_use.normalise(section, key) for key in keys}
        made: dict[str, Any] = {}
        for key, each in used.items():
            own = {"method": key, "candidates": keys_in_use.CANDIDATES.get(key, "")}  # how the section calls them
            made |= {own.get(name, name): value for name, value in each.items()}
        return made

    @cached_property
    def libraries(self) -> list[Path]:
        """Mineral libraries that the configuration names, files and folders."""
        root, outside = Path(self.config["data_root"]), outside_allowed(self.config)
        names = self.config["library"]["files"]
        return [inside(name, "config, library.files", root=root, allow_outside=outside) for name in names]

    @property
    def has_minerals(self) -> bool:
        """Whether the mineral library can say anything: it is the user's own, or knows a class."""
        names = self.classes.names
        known = entries_of_classes(built_in_names(), names, [""] * len(names))
        return bool(self.libraries or self.minerals or any(known))

    def library_sections(self) -> dict[str, Any]:
        """Return the section ``library``, the minerals of the classes, and the scan that states the bands' widths."""
        section = self.config["library"] | {"files": [str(path) for path in self.libraries]}
        minerals = {str(code): word for code, word in self.minerals.items()}
        return {"library": section, "minerals": minerals, "scene": self._states_widths()}

    def library(self) -> str:
        """Return what the mineral library depends on, besides its files."""
        return self.of(**self.library_sections())

    @property
    def _wide(self) -> Scene:
        """The scan that states the widths of the bands: one of training, if there is any."""
        return self.scenes[min(self.scenes_of_training or self.scenes)]

    def _states_widths(self) -> dict[str, Any]:
        """Return the row of the scan that states the widths of the bands."""
        return self._row(self._wide.name, **NOT_OF_SPECTRA)

    def library_files(self, wildcards: Any) -> list[str]:
        """Return every file of the mineral libraries, and of the scan that states the widths of the bands."""
        scan = [str(file) for file in data_files(self._wide)]
        return scan + [str(file) for path in self.libraries for file in library_files(path)]

    @property
    def _run_share(self) -> float:
        return float(self.config["map"]["downhole"]["run_share"])

    def _counted(self, name: str) -> dict[str, Any]:
        """Return the row of a scene without depths, and without the size of a pixel unless labels are placed by it."""
        scene = self.scenes[name]
        size = scene.pixel_mm if scene.labels_by_place else None
        return self._row(name, pixel_mm=size, mask=None, **DEPTHS)

    def _placed(self, name: str, **own: Any) -> dict[str, Any]:
        """Return what depths use of the row of a scene, and more of it if given."""
        scene = self.scenes[name]
        depths = {key: getattr(scene, key) for key in ("pixel_mm", *DEPTHS)}
        return asdict(replace(NOWHERE, name=scene.name, hole=scene.hole, **depths, **own))


@cache
def _written(codes: CodeSet) -> dict[str, Any]:
    """Return a set of codes as it stands in a row: of hundreds of scans, most have one of few."""
    return asdict(codes)

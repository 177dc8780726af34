"""Name what the rules read that fit and score more than one split, and what they use of the configuration.

The first row of the table of splits, ``main``, is that of the main line. A job of the benchmark is one method with some
seeds and all numbers of labels.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from snakemake.exceptions import WorkflowError
from snakemake.io import expand

from semispectral.benchmark.benchmark_settings import seeds_by_job
from semispectral.inference.feature_names import WITH_M1
from semispectral.rules.slices import Slices
from semispectral.rules.study_files import StudyFiles
from semispectral.sampling.split_names import INDUCTIVE, MAIN
from semispectral.study import keys_in_use
from semispectral.study.methods import METHODS, Method, first_row, keys_of_baseline, row_of

NO_TENSORFLOW = [name for name, row in METHODS.items() if not row.tensorflow and not row.members]
TRAINED = [name for name, row in METHODS.items() if row.tensorflow]
FEATURES_OF_AVERAGES = "|".join(sorted({row.features for row in METHODS.values() if row.members}))
FEATURES_OF_JOBS = "|".join(sorted({row.features for row in METHODS.values()}))


def names_of(rows: Iterable[str]) -> str:
    """Return the names of the methods of rows, as the constraint of a wildcard, which matches nothing if there is none.

    Parameters
    ----------
    rows : names of rows of the table of methods.
    """
    return "|".join(sorted({METHODS[name].method for name in rows})) or "none"


@dataclass(frozen=True)
class BenchmarkJobs:
    """The jobs of the benchmark.

    Attributes
    ----------
    files : StudyFiles
        The files of the study.
    """

    files: StudyFiles

    @property
    def _slices(self) -> Slices:
        return self.files.slices

    @cached_property
    def settings(self) -> Mapping[str, Any]:
        """The section ``benchmark``."""
        section: Mapping[str, Any] = self._slices.config["benchmark"]
        return section

    @cached_property
    def splits(self) -> dict[str, dict[str, Any]]:
        """The table of splits, by name; the first is that of the main line."""
        main: dict[str, Any] = self._slices.config["split"]
        return {MAIN: main} | {row["name"]: main | row for row in self.settings["splits"]}

    @cached_property
    def names(self) -> list[str]:
        """Names of the splits of the benchmark."""
        return [name for name in self.splits if name != MAIN]

    @cached_property
    def seeds(self) -> dict[str, list[int]]:
        """Seeds of each job, by its name."""
        return seeds_by_job(self.settings["seeds"], self.settings["seeds_per_job"])

    @cached_property
    def methods(self) -> list[str]:
        """Names of the rows that are run: the mineral library only where it has something to say."""
        return [name for name in self.settings["methods"] if name != "library" or self._slices.has_minerals]

    def split_cfg(self, wildcards: Any) -> str:
        """Return the split, the holes, the caps of the pool and the labels per class: no method changes a split."""
        return self._slices.benchmark_split(self.splits[wildcards.split] | {"seed": int(wildcards.seed)})

    def job_cfg(self, scale: str = "method", **sections: Any) -> str:
        """Return what a job depends on besides its seeds, which are its input.

        Parameters
        ----------
        scale : str, key of the section ``normalise``.
        **sections : Any, more sections.
        """
        return self._slices.cleaned_by(
            scenes=self._slices.cleaned(self._slices.scenes_studied),
            labels_per_class=self.settings["labels_per_class"],
            normalise=keys_in_use.normalise(self._slices.config["normalise"], scale),
            **sections,
        )

    def fit_cfg(self, wildcards: Any) -> str:
        """Return the same with the method's own sections."""
        config = self._slices.config
        method = self._row(wildcards)
        row: dict[str, Any] = {"method": method.method, "features": method.features}
        own = {"mnf": "mnf", "latents_mnf": "mnf", "hull": "hull"}.get(method.features)
        if own:
            row["normalise"] = keys_in_use.normalise(config["normalise"], own)
        if method.features == "hull":
            row["beside"] = keys_in_use.normalise(config["normalise"], "mnf")
        if "baselines" in method.sections:
            tuned: dict[str, Any] = keys_of_baseline(method.method, baselines=config["baselines"], svm=config["svm"])
            return self.job_cfg(row=row, **tuned)
        if "library" in method.sections:
            return self.job_cfg(row=row, **self._slices.library_sections())
        return self.job_cfg(row=row, **{section: config[section] for section in method.sections})

    def scores_cfg(self, wildcards: Any) -> str:
        """Return how the bootstrap is done, and what is scored."""
        names = dict(zip(self._slices.classes.codes, self._slices.classes.names, strict=True))
        method = self.splits[wildcards.split]["method"]
        where = {"split": wildcards.split, "method": method, "regime": wildcards.regime}
        return self._slices.of("evaluation", names=names, where=where)

    def cleaned_files(self, wildcards: Any) -> list[str]:
        """Return the files that cleaning looks into."""
        return self._slices.cleaned_files(self._slices.scenes_studied)

    def files_of_fit(self, wildcards: Any) -> list[str]:
        """Return the same; of the mineral library also its own files, and the scan that states the widths of bands."""
        of_library = "library" in self._row(wildcards).sections
        return self._slices.groups_files(wildcards) if of_library else self.cleaned_files(wildcards)

    def splits_of(self, wildcards: Any) -> list[str]:
        """Return the splits of the job's seeds."""
        return list(expand("<results>/splits/{split}/{seed}", split=wildcards.split, seed=self.seeds[wildcards.seeds]))

    def latents_of(self, wildcards: Any) -> list[str]:
        """Return the latents that a method sees; none on bands."""
        path = "<results>/latents/{split}/{regime}/m1/{seeds}"
        return [path] if wildcards.features in WITH_M1 else []

    def chosen_for(self, wildcards: Any) -> list[str]:
        """Return the normalisation that was chosen for the bands; none if the configuration names one."""
        return self._chosen("bands") if wildcards.features == "bands" else []

    def chosen_for_m1(self, wildcards: Any) -> list[str]:
        """Return the normalisation that was chosen for M1; none if the configuration names one."""
        return self._chosen("m1")

    def _chosen(self, scale: str) -> list[str]:
        """Return the normalisation that was chosen for a scale; none if the configuration names one."""
        path = f"<results>/input/{{split}}/{{regime}}/{scale}/{{seeds}}"
        return [path] if scale in self.files.chosen_scales else []

    def members_of(self, wildcards: Any) -> list[str]:
        """Return the predictions that a method averages, of the same runs, whether or not they are compared alone."""
        return [_fit_of(name, wildcards, wildcards.runs) for name in first_row(wildcards.method).members]

    def weights_of(self, wildcards: Any) -> list[int]:
        """Return how much each of them counts; empty: all count the same."""
        return list(first_row(wildcards.method).weights)

    def scored_in(self, wildcards: Any) -> list[str]:
        """Return the predictions of a split and regime: of each run of the main line, or of each job."""
        if wildcards.split == MAIN:
            return self.files.compared()
        return [_fit_of(name, wildcards, seeds) for name in self.methods for seeds in self.seeds]

    def classes_of(self, wildcards: Any) -> str:
        """Return what knows the classes of a split; they are those of each of its seeds."""
        folder = f"<results>/splits/{wildcards.split}"
        return f"{folder}/classes.json" if wildcards.split == MAIN else f"{folder}/{min(self.settings['seeds'])}"

    @staticmethod
    def _row(wildcards: Any) -> Method:
        row = row_of(wildcards.method, wildcards.features)
        if row is None:  # the wildcards are constrained by name alone
            raise WorkflowError(f"no method {wildcards.method} sees {wildcards.features}, so none can predict by it")
        return row


def _fit_of(name: str, wildcards: Any, runs: str) -> str:
    """Return the predictions of a method for a run, or for a job of several.

    A method that looks at no unlabelled pixel is the same in both regimes.
    """
    row = METHODS[name]
    regime = wildcards.regime if row.unlabelled else INDUCTIVE
    return f"<results>/predictions/{wildcards.split}/{regime}/{row.method}/{row.features}/{runs}.parquet"

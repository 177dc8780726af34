"""Which trained model makes the maps, and which files of it they need."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

from snakemake.exceptions import WorkflowError

from semispectral.errors import SemispectralError
from semispectral.inference.feature_names import HULL
from semispectral.rules.read_study import said_by_snakemake
from semispectral.rules.study_files import StudyFiles
from semispectral.study.methods import METHODS, first_row, trained_rows

T = TypeVar("T")


@dataclass(frozen=True)
class MapRun:
    """The run whose model makes the maps.

    Attributes
    ----------
    files : StudyFiles
        The files of the study.
    """

    files: StudyFiles

    @cached_property
    def run(self) -> dict[str, Any]:
        """``method``, ``features``, ``per_class`` and ``seed`` of the model."""
        section = self.files.slices.config["map"]
        per_class, seed = section["labels_per_class"], section["seed"]
        return {
            "method": section["method"],
            "features": section["features"],
            "per_class": self.files.most_labels if per_class == "largest" else per_class,
            "seed": self.files.first_seed if seed == "first" else seed,
        }

    @property
    def features(self) -> str:
        """What the model sees."""
        return str(self.run["features"])

    def path(self, pattern: str) -> str:
        """Return a path of the run.

        Parameters
        ----------
        pattern : str, path with wildcards that are keys of ``run``.
        """
        return pattern.format(**self.run)

    def classifiers(self) -> list[str]:
        """Return the trained model that makes the maps; those of its members, if it is an average."""
        pattern = "<results>/{method}/{features}/{per_class}/{seed}"
        try:
            rows = trained_rows(self.run["method"], self.features)
        except SemispectralError as error:
            raise WorkflowError(f"config, map: {error}") from None
        return [pattern.format(**self.run | {"method": method, "features": features}) for method, features in rows]

    @property
    def scaler(self) -> str:
        """Scale of the guide, and of what the map's classifier sees itself."""
        return self.files.scalers["mnf" if self.features == "latents_mnf" else self.features]

    @property
    def other_scaler(self) -> str | list[str]:
        """M1's scale, where it is another: M1 makes latents, and knows what is novel beside a classifier of bands."""
        of_m1 = self.files.scalers["latents"]
        return [] if of_m1 == self.scaler else of_m1

    @property
    def hull_scaler(self) -> str | list[str]:
        """Scale of the hull quotients, which one of several classifiers sees beside what the others do."""
        row = first_row(self.run["method"])
        return self.files.scalers[HULL] if any(METHODS[name].features == HULL for name in row.members) else []

    @cached_property
    def with_tray(self) -> list[str]:
        """Names of the scenes that say what is no core, from which the trained model learns to know the tray."""
        slices = self.files.slices
        return [name for name in slices.scenes_of_training if slices.leaves_out(name)]

    @said_by_snakemake
    def of_model(self, read: Callable[[str], T]) -> T:
        """Return what ``predict_new`` depends on in its model, which no rule here is to make again.

        Parameters
        ----------
        read : callable, reads it from the folder of the model.
        """
        return read(self.files.slices.config["model"])

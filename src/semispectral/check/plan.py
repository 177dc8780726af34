"""Compute the split and the labels per class of a run, with the functions of the workflow."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from semispectral.census.census_files import Census
from semispectral.census.compatibility import check_scans, odd_of_collection
from semispectral.check.problems import Problems
from semispectral.check.scenes import Looked
from semispectral.check.study import Study
from semispectral.errors import ConfigError
from semispectral.sampling.labels_per_class import label_counts
from semispectral.sampling.study_split import StudySplit, expected_split
from semispectral.scans.cube import PARTS
from semispectral.storage.packed_rasters import PackedRasters
from semispectral.study.cleaning_steps import CLEANING_STEPS
from semispectral.study.names import natural


@dataclass(frozen=True)
class Planned:
    """Split and labels per class of a run.

    Attributes
    ----------
    split : the split, with the pixels that the pool is expected to hold.
    labels_per_class : number of labels [label, (train, valid)], by labels per class.
    """

    split: StudySplit
    labels_per_class: dict[str, pd.DataFrame]

    def part(self, name: str) -> dict[str, int]:
        """Return the number of classes, and of labelled and unlabelled pixels of a part, available and sampled.

        Parameters
        ----------
        name : train, valid or test.
        """
        rows = self.split.quotas[(self.split.quotas["part"] == name) & (self.split.quotas["available"] > 0)]
        known, unknown = rows[rows["label"] >= 0], rows[rows["label"] < 0]
        return {
            "classes": int(known["label"].nunique()),
            "labelled": int(known["available"].sum()),
            "drawn": int(known["quota"].sum()),
            "unlabelled": int(unknown["available"].sum()),
            "unlabelled_drawn": int(unknown["quota"].sum()),
        }

    def holes(self, name: str) -> list[str]:
        """Return the holes with pixels in a part.

        Parameters
        ----------
        name : train, valid or test.
        """
        rows = self.split.quotas[(self.split.quotas["part"] == name) & (self.split.quotas["available"] > 0)]
        return sorted(map(str, rows["hole"].unique()), key=natural)

    @property
    def sampled(self) -> int:
        """Number of sampled pixels."""
        return int(self.split.quotas["quota"].sum())


def check_clusters(study: Study, looked: Sequence[Looked]) -> None:
    """Raise ConfigError if the target `explore` is to find more clusters than there can be pixels to cluster.

    Parameters
    ----------
    study : configuration and tables.
    looked : facts of the scenes.
    """
    wanted, drawn = study.config["explore"]["clusters"], study.config["sample"]["unlabelled"]
    held = sum(_drawable(each.census) for each in looked if each.census is not None)
    if isinstance(wanted, int) and held and wanted > min(drawn, held):
        raise ConfigError(
            f"explore.clusters: {wanted} clusters need as many pixels, but the scenes hold {held}, and "
            f"sample.unlabelled lets {drawn} be drawn; lower explore.clusters, or raise sample.unlabelled"
        )


def _drawable(found: Census) -> int:
    """Return the number of pixels that are neither masked nor without data."""
    return int(found.counts.loc[found.counts["code"] >= 0, "pixels"].sum())


def odd_of_scans(study: Study, looked: Sequence[Looked]) -> tuple[str, ...]:
    """Return what is unusual about the scans, whatever their labels; refuse those that cannot be joined.

    Parameters
    ----------
    study : configuration and tables.
    looked : facts of the scenes.

    Raises
    ------
    DataError : the scenes have different bands and are not resampled.
    SplitError : two scenes hold the same pixels.
    """
    censuses = [each.census for each in looked if each.census is not None]
    scale = {each.scene.name: each.scene.factor for each in looked}
    return check_scans(censuses, scale=scale, steps=_joining(study)) if censuses else ()


def _joining(study: Study) -> list[str]:
    """Return the steps of cleaning that join scans of other sensors or scales."""
    return [step for step in study.config["cleaning"]["steps"] if CLEANING_STEPS[step].joins]


def planned(study: Study, looked: Sequence[Looked], problems: Problems) -> Planned | None:
    """Return the split of the workflow; None if labels of a scene are missing or a problem prevents it.

    Parameters
    ----------
    study : configuration and tables.
    looked : facts of the scenes.
    problems : takes errors of the split.
    """
    censuses = [each.census for each in looked if each.census is not None]
    if (
        study.classes is None
        or not study.scenes
        or len(censuses) < len(study.scenes)
        or not {"split", "sample", "runs"} <= set(study.settings)
    ):
        return None
    with problems.noted():
        odd = odd_of_collection(study.scenes, censuses, _joining(study))
        codes = PackedRasters({each.scene.name: each.codes for each in looked if each.codes is not None})
        drawn = expected_split(
            study.studied,
            codes,
            study.classes,
            split_settings=study.settings["split"],
            sample_settings=study.settings["sample"],
            odd=odd,
        )
        return Planned(drawn, label_counts(_labels(drawn), study.settings["runs"]))
    return None


def _labels(drawn: StudySplit) -> pd.DataFrame:
    """Return the number of sampled labels in train and valid, by label."""
    known = drawn.quotas[(drawn.quotas["label"] >= 0) & drawn.quotas["part"].isin(PARTS[:2])]
    table = known.pivot_table(index="label", columns="part", values="quota", aggfunc="sum", fill_value=0)
    table = table.reindex(columns=list(PARTS[:2]), fill_value=0)
    return table[table.sum(axis=1) > 0]

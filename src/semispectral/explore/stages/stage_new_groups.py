"""The stage `new_groups`: what the trained model says of the sample, and the groups that it does not know."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from semispectral.explore.explore_settings import ExploreConfig
from semispectral.explore.group_files import write_groups
from semispectral.explore.groups import describe
from semispectral.explore.judged_files import JudgedSample, judge, write_judged
from semispectral.explore.new_groups import NO_GROUP, middles, new_groups
from semispectral.explore.pool_spectra import as_reflectance, spectra_of
from semispectral.explore.samples import PLACE, all_latents, among
from semispectral.library.library_settings import LibraryConfig
from semispectral.library.sensor_widths import stated_widths
from semispectral.maps.bundle import read_bundle
from semispectral.spectra.scaling import read_scaler
from semispectral.storage.parquet import read_table
from semispectral.study.scene import Scene
from semispectral.study.stage_settings import settings, stage_settings


def run_new_groups(
    judged_file: str | Path,
    *,
    groups_file: str | Path,
    latents: Sequence[str | Path],
    shards: Sequence[str | Path],
    scaler_directory: str | Path,
    model_directory: str | Path,
    labels_file: str | Path,
    cfg: str,
) -> None:
    """Judge the pool of all scenes by the trained model, and group those that it does not know.

    Parameters
    ----------
    judged_file : str or Path
        Parquet file to write: what the model says of each pixel, and its new group.
    groups_file : str or Path
        JSON file to write: description of the new groups.
    latents : sequence of str or Path
        Latents of the pool of all scenes.
    shards : sequence of str or Path
        Pool of all scenes.
    scaler_directory : str or Path
        MNF components, with the cleaning before them.
    model_directory : str or Path
        Trained model, as the stage `bundle` writes it.
    labels_file : str or Path
        Labels that the model learnt from.
    cfg : str
        JSON of ``explore`` (seed and suggestions), ``library``, ``scenes`` (rows of those that are cleaned),
        ``scales`` (reflectance of one unit of a cleaned value, by scene) and ``scene``, a row of scenes.tsv whose file
        may state the widths of the bands.
    """
    given = json.loads(cfg)
    wanted = stage_settings(ExploreConfig, cfg, "explore")
    bundle = read_bundle(Path(model_directory))
    labels = read_table(labels_file)
    places = all_latents(latents, also=labels).table
    pixels = spectra_of(shards, places, scaler=scaler_directory, scenes=given["scenes"])
    z = read_scaler(scaler_directory).transform(pixels.x)
    judged = judge(bundle, pixels.x)
    labelled = among(places, labels)
    unlike = judged.log_p < judged.threshold
    group = new_groups(z, np.flatnonzero(labelled), unlike, seed=wanted.seed)
    shown, unit = as_reflectance(pixels.where(group != NO_GROUP), given["scales"])
    mine = group[group != NO_GROUP]
    stands = middles(z[group != NO_GROUP], mine)
    groups = describe(
        shown,
        mine,
        stands,
        name="new group",
        unit=unit,
        suggestions=wanted.suggestions,
        library=stage_settings(LibraryConfig, cfg, "library"),
        fwhm_nm=stated_widths(settings(Scene, given["scene"], where="scenes.tsv"), shown.wavelengths_nm),
    )
    write_groups(Path(groups_file), groups)
    table = places[PLACE].assign(group=group)
    write_judged(Path(judged_file), JudgedSample(table, judged, bundle.classes.names))

"""What ``semispectral check`` finds worth knowing about a study: no problems, but maybe mistakes."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from semispectral.census.compatibility import remarks_of
from semispectral.check.plan import Planned
from semispectral.check.scenes import Looked
from semispectral.check.study import Study
from semispectral.downhole.depths import has_depth, joins, logged_holes, ordered_by_name
from semispectral.maps.scene_map import NODATA_COLOUR, NOVEL_COLOUR, NOVEL_NAME
from semispectral.study.names import natural, some
from semispectral.study.scene import LABEL_TABLES, POLYGONS

MOST_HOLES = 3
OWN_COLOURS = {NODATA_COLOUR: "what is no core or has no data", NOVEL_COLOUR: f"'{NOVEL_NAME}'"}


def stated_by(looked: list[Looked]) -> list[str]:
    """Return what the files state and how it is used, without odd statements.

    Parameters
    ----------
    looked : facts of the scenes.
    """
    return [text for text, odd in remarks_of([each.census for each in looked if each.census]) if not odd]


def odd_of(looked: list[Looked]) -> list[str]:
    """Return odd statements of single files. The warnings of the split include them.

    Parameters
    ----------
    looked : facts of the scenes.
    """
    return [text for text, odd in remarks_of([each.census for each in looked if each.census]) if odd]


def warnings_of(study: Study, looked: list[Looked], drawn: Planned | None, odd_scans: Sequence[str] = ()) -> list[str]:
    """Return warnings on the study.

    Parameters
    ----------
    study : configuration and tables.
    looked : facts of the scenes.
    drawn : split and labels per class, if known.
    odd_scans : what is unusual about scans without labels.
    """
    method = study.config["mask"]["method"]
    masked = [f"the mask ({method}) needs a whole pass over each scene: what it takes is still counted here"]
    without = [
        f"{each.scene.name}: no pixel has a code of a class; it serves as unlabelled only"
        for each in looked
        if each.labelled == {} and not study.unlabelled and not each.scene.map_only
    ]
    trays = [each.scene.name for each in looked if each.tray and not each.scene.map_only]
    unmasked = (
        f"{some(trays)}: strips along the lines are dark from end to end, as of a tray or background, and nothing says "
        "what is core (mask.method none, no mask, no ignored label): they are learnt and grouped as rock; set "
        "mask: {method: spectra}, or paint a mask (column mask)"
    )
    warnings = drawn.split.warnings if drawn else odd_scans or odd_of(looked)
    return [
        *(masked if method != "none" else ()),
        *([unmasked] if trays else ()),
        *without,
        *_colours(study),
        *_idle_ranges(study, looked),
        *_unused_here(study, looked),
        *_same_labels(study),
        *_order(study),
        *_not_logged(study),
        *joins(study.scenes),
        *(() if study.unlabelled else uneven_effort(study)),
        *warnings,
    ]


def _unused_here(study: Study, looked: Sequence[Looked]) -> Iterator[str]:
    """Name labels of classes that other scenes use, and that count as unlabelled where `use` leaves them out."""
    used = {code for code in (study.classes.codes if study.classes else ()) for s in study.scenes if code in s.use}
    for each in looked:
        if each.census is None:
            continue
        counts = each.census.counts
        lost = counts[(counts["role"] == "other") & counts["code"].isin(used)]
        if len(lost):
            said = [f"{code} in {number}" for code, number in zip(lost["code"], lost["pixels"], strict=True)]
            yield (
                f"{each.scene.name}: {lost['pixels'].sum()} labelled pixels count as unlabelled, for its column use "
                f"leaves out codes that other scenes use ({some(said)}): add them to use, or to ignore"
            )


def _same_labels(study: Study) -> Iterator[str]:
    """Name rasters of labels that several scenes read: most likely a cell of scenes.tsv was copied with its row."""
    readers: dict[tuple[str, str], list[str]] = {}
    for scene in study.scenes:
        for source in scene.label_sources if scene.has_labels else ():
            if source.path.suffix.lower() not in (*LABEL_TABLES, *POLYGONS):
                readers.setdefault((os.path.realpath(source.path), source.key.strip("/")), []).append(scene.name)
    for (path, _), names in readers.items():
        if len(names) > 1:
            yield f"{some(names)} have the same raster of labels, {Path(path).name}: it can lie over one scan alone"


def _idle_ranges(study: Study, looked: Sequence[Looked]) -> Iterator[str]:
    """Say which ranges of wavelength leave out no band of any scan; of further sensors not all bands are known here."""
    known = [each.census.wavelengths_nm for each in looked if each.census and each.census.wavelengths_nm is not None]
    if not known or len(known) < len(study.scenes) or any(scene.others for scene in study.scenes):
        return
    nm = np.concatenate(known)
    for first, last in study.config["cleaning"]["bad_ranges_nm"]:
        if not ((nm >= first) & (nm <= last)).any():
            yield f"cleaning.bad_ranges_nm: no band of any scan lies from {first:g} to {last:g} nm: correct the range"


def _order(study: Study) -> Iterator[str]:
    """Warn about scans without depths, which are ordered by name in a downhole log."""
    holes = ordered_by_name(study.scenes)
    if holes:
        said = "; ".join(f"{hole}: {some(names)}" for hole, names in list(holes.items())[:MOST_HOLES])
        more = f"; and {len(holes) - MOST_HOLES} more" if len(holes) > MOST_HOLES else ""
        yield (
            f"scenes.tsv has no depth_from_m for scenes of {some(list(holes))}: in the downhole log they follow one "
            "below the other by name, with numbers as numbers, from 0 m where no depth says otherwise "
            f"({said}{more})"
        )


def _not_logged(study: Study) -> Iterator[str]:
    """Say which holes get no downhole log; one scene alone is likely no core."""
    holes = sorted({scene.hole for scene in study.scenes} - set(logged_holes(study.scenes)), key=natural)
    if holes and len(study.scenes) > 1:
        lacking = [scene.name for scene in study.scenes if scene.hole in holes and not has_depth(scene)]
        yield (
            f"no downhole log is made of {some(holes)}: it needs the length of core in each scan, by depth_from_m and "
            f"depth_to_m, depth_marks or pixel_mm in scenes.tsv, and does not know that of {some(lacking)}"
        )


def _colours(study: Study) -> Iterator[str]:
    """Warn about classes whose colours a map cannot distinguish from each other or from its own."""
    if study.classes is None:
        return
    used: dict[str, list[str]] = {}
    for code, name, colour in zip(study.classes.codes, study.classes.names, study.classes.colours, strict=True):
        if any(code in scene.use for scene in study.scenes):
            used.setdefault(colour.lower(), []).append(name)
    for colour, names in used.items():
        if len(names) > 1:
            yield f"classes.tsv: {some(names)} have one colour, {colour}: maps and figures cannot show them apart"
        if colour in OWN_COLOURS:
            yield f"classes.tsv: {some(names)} has the colour {colour}, in which maps show {OWN_COLOURS[colour]}"


def uneven_effort(study: Study) -> list[str]:
    """Warn if some baselines try more settings than others.

    Parameters
    ----------
    study : configuration and tables.
    """
    tried = study.settings["baselines"].effort() if "baselines" in study.settings else {}
    if len(set(tried.values())) < 2:
        return []
    said = ", ".join(f"{name} {count}" for name, count in tried.items())
    return [f"the baselines are not tuned with the same effort; settings that each tries: {said}"]

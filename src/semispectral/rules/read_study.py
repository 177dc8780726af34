"""Read the study that the rules work on: its configuration, scenes and classes, checked before the first job starts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from snakemake.exceptions import WorkflowError

from semispectral.errors import SemispectralError
from semispectral.rules.slices import Slices
from semispectral.sampling.share_settings import ShareLabelConfig, require_files_of
from semispectral.scans.labels.label_rows import require_rows_of_scenes
from semispectral.storage.results_format import older_format, require_readable_format
from semispectral.storage.run_again import run_command
from semispectral.study.classes import read_class_minerals, study_classes
from semispectral.study.config import complete, read_schema
from semispectral.study.paths import inside, left_over, outside_allowed, require_folder, require_writable
from semispectral.study.scenes import read_scenes, require_masks_outside, require_test_holes
from semispectral.study.sensors import require_sensors_of, with_sensors
from semispectral.study.stage_settings import settings

SCHEMA = "config/config.schema.yaml"
FOR_RESULTS = "the results (pathvars.results)"
Wanted = Callable[[Any], str]  # of the wildcards of a job
P = ParamSpec("P")
T = TypeVar("T")


def said_by_snakemake(function: Callable[P, T]) -> Callable[P, T]:
    """Return a function that raises errors of the package as Snakemake's own, which it shows as a sentence.

    Parameters
    ----------
    function : callable, what reads or checks a part of the study.
    """

    @wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return function(*args, **kwargs)
        except SemispectralError as error:
            raise WorkflowError(str(error)) from None

    return call


@dataclass(frozen=True)
class Study:
    """The study of a run of the workflow.

    Attributes
    ----------
    slices : Slices
        Its configuration, scenes and classes, cut into what each rule uses.
    results : Path
        Folder of the results.
    classes_file : str
        Path of classes.tsv.
    absent : mapping of str to Any
        Public files that the configuration names and that are not there, with what is known of each.
    """

    slices: Slices
    results: Path
    classes_file: str
    absent: Mapping[str, Any]

    @property
    def config(self) -> Mapping[str, Any]:
        """The whole configuration, checked and with its defaults."""
        return self.slices.config

    @said_by_snakemake
    def require_results(self) -> None:
        """Raise an error in words if nothing can be written where the results belong."""
        require_writable(self.results, what=FOR_RESULTS)

    def left_over(self) -> list[str]:
        """Return what is to be said of results of an older format, and of folders of an earlier version among them."""
        return list(filter(None, (older_format(self.results), left_over(self.results))))

    def with_holes(self, path: str) -> Wanted:
        """Return the input of a rule that needs the test holes of the split: a wrong name is told at once.

        Parameters
        ----------
        path : str, the input.
        """

        @said_by_snakemake
        def wanted(wildcards: Any) -> str:
            studied = [self.slices.scenes[name] for name in self.slices.scenes_studied]
            require_test_holes(self.config["split"], studied, where="split")
            return path

        return wanted

    def with_labels(self, path: str) -> Wanted:
        """Return the input of a rule that needs labels, too: a study without any is told what it can do.

        Parameters
        ----------
        path : str, the input.
        """

        def wanted(wildcards: Any) -> str:
            if not any(self.slices.scenes[name].has_labels for name in self.slices.scenes_studied):
                raise WorkflowError(
                    f"{self.config['scenes']}: no scene has labels (columns labels and labels_key), and a report "
                    f"compares methods on labels: run `{run_command('explore')}` to see what the scans hold and which "
                    "pixels to label"
                )
            return self.with_holes(path)(wildcards)

        return wanted


@said_by_snakemake
def read_study(config: Mapping[str, Any], own_source: Callable[[str], str]) -> Study:
    """Read and check a study.

    Parameters
    ----------
    config : mapping
        The configuration as Snakemake read it.
    own_source : callable
        Where a file of the workflow's own folder lies, given its path in that folder.

    Raises
    ------
    WorkflowError : something is wrong, in a sentence.
    """
    checked = complete(config, read_schema(Path(own_source(SCHEMA))))
    results = Path(checked["pathvars"]["results"])
    require_folder(results, what=FOR_RESULTS)  # whether it can be written to is asked when a run starts
    require_readable_format(results)
    root, outside = Path(checked["data_root"]), outside_allowed(checked)
    listed = read_scenes(Path(_own_or_built_in(checked["scenes"], own_source)), data_root=root, allow_outside=outside)
    sensors = Path(checked["sensors"]) if checked["sensors"] else None
    table = with_sensors(listed, sensors, data_root=root, allow_outside=outside)
    require_rows_of_scenes(table)
    require_sensors_of(table, checked["cleaning"]["sensors"])
    require_files_of(table, settings(ShareLabelConfig, checked["share_labels"], where="share_labels"))
    require_masks_outside(table, results)
    public = {path: inside(path, "config, fetch", root=root, allow_outside=outside) for path in checked["fetch"]}
    classes_file = _own_or_built_in(checked["classes"], own_source)
    known = study_classes(Path(classes_file), table)
    slices = Slices(
        checked,
        scenes={scene.name: replace(scene, map_only=False) for scene in table},
        classes=known,
        minerals=read_class_minerals(Path(classes_file)) if known.codes else {},
        only_mapped=frozenset(scene.name for scene in table if scene.map_only),
    )
    _require_settings(slices)
    absent = {path: of_file for path, of_file in checked["fetch"].items() if not public[path].exists()}
    return Study(slices, results, classes_file, absent)


def _own_or_built_in(path: str, own_source: Callable[[str], str]) -> str:
    """Return a path of the configuration: in the working directory, or else in the workflow's own folder."""
    try:
        return path if Path(path).exists() else own_source(path)
    except OSError:  # in neither: whoever reads it says so, if it is needed
        return path


def _require_settings(slices: Slices) -> None:
    """Check what the slices read from the configuration when they are first asked for it."""
    _ = (slices.libraries, slices.hole_tables, slices.interval_sources, slices.cleaning)

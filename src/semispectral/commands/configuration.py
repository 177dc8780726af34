"""The whole configuration, section by section: what its schema and its reference page are written from.

A section stands beside the code that uses it. Here are those that only the rules use.
"""

from collections.abc import Mapping
from dataclasses import field
from typing import Annotated, Literal

from pydantic import Field

from semispectral.benchmark.benchmark_settings import BenchmarkConfig
from semispectral.classifiers.baseline_settings import BaselineConfig
from semispectral.classifiers.svm import SvmConfig
from semispectral.downhole.interval_settings import IntervalConfig
from semispectral.downhole.log import DownholeConfig
from semispectral.drillholes.label_settings import IntervalLabelConfig
from semispectral.explore.explore_settings import ExploreConfig
from semispectral.features.feature_settings import FeaturesConfig
from semispectral.library.library_settings import LibraryConfig
from semispectral.maps.smoothing import SmoothConfig
from semispectral.mixtures.mixture_settings import MixtureConfig
from semispectral.models.settings_m1 import M1Config
from semispectral.models.settings_m2 import M2Config
from semispectral.pool.sample_settings import SampleConfig
from semispectral.sampling.labels_per_class import RunsConfig
from semispectral.sampling.share_settings import ShareLabelConfig
from semispectral.sampling.split import SplitConfig
from semispectral.scans.download import Source
from semispectral.scans.tray_mask import MaskConfig
from semispectral.simulate import SimulateConfig
from semispectral.spectra.cleaning_settings import CleanConfig
from semispectral.spectra.normalisations.known_normalisations import NORMALISATIONS
from semispectral.spectra.normalisations.whitened import MNF_COMPONENTS
from semispectral.spectra.scaling_choice import AUTO
from semispectral.study import methods
from semispectral.study.setting_types import (
    Count,
    InnerShare,
    NumberOr,
    OneOf,
    Positive,
    Seed,
    Unique,
    Windows,
    settings_class,
)

Model = Annotated[str, OneOf(methods.models())]
Features = Literal["bands", "latents", "mnf", "latents_mnf", "hull"]
WITHOUT_NOISE = tuple(name for name, row in NORMALISATIONS.items() if not row.noise)
CANDIDATES = ("snv_level", "hull")
# Baselines that run unless others are named.
UNTUNED = ("majority", "library", "sam", "rf", "pca_svm", "lda", "qda", "mean_of_four", "mean_of_two")


@settings_class("pathvars")
class PathConfig:
    """Where results go; give another folder to keep two studies apart."""

    results: Annotated[str, Field(pattern=r"^[^{}]+$")] = "results"
    """Folder of all results. Its name has no braces: Snakemake would put names of its own there."""


@settings_class("normalise")
class NormaliseConfig:
    """The scale of the spectra, fitted on training pixels only."""

    method: Annotated[str, OneOf((*NORMALISATIONS, AUTO))] = "snv_level"
    """How classifiers on bands and the baselines see spectra. hull: the SNV of the hull quotients of the windows. auto:
    one of the candidates, chosen by nested validation on training labels; the report has the table."""
    candidates: Annotated[tuple[Annotated[str, OneOf(WITHOUT_NOISE)], ...], Field(min_length=2), Unique()] = CANDIDATES
    """What auto chooses among; the first one where too few labels can be held out, and of equal ones."""
    m1_method: Annotated[str, OneOf((*NORMALISATIONS, AUTO))] = "views"
    """How M1 sees spectra. views: the columns of snv_level and, beside them, the bands themselves, standardised.
    views_hull: these and, beside them, the columns of hull. views_noise: the columns of views and, beside them, the
    bands whitened by the noise covariance, standardised. auto: one of m1_candidates, chosen as above: an SVM stands in
    for M1+M2. Other labels then train M1 again."""
    m1_candidates: Annotated[tuple[Annotated[str, OneOf(WITHOUT_NOISE)], ...], Field(min_length=2), Unique()] = (
        "views",
        "hull",
    )
    """What auto chooses among for M1; the first one where no scene has labels, and as above."""
    windows: Windows = ((2080.0, 2400.0),)
    """Windows in nm of hull and views_hull, with a hull over the bands of each. They need wavelengths."""
    mnf_components: Count = MNF_COMPONENTS
    """Number of components of mnf: those of largest signal over noise, in units of the noise, which is estimated from
    neighbouring training pixels."""


@settings_class("compare")
class CompareConfig:
    """What is run and put into the table; removing a method reruns nothing else."""

    models: Annotated[tuple[Model, ...], Unique()] = (
        "svm",
        "lda_mnf",
        "m2",
        "qy",
        "m2_svms_lda",
    )
    """Models to train. m2_svms_lda, m2_svm_lda and m2_svm are means, whose members are trained whatever the features
    below: m2_svm_lda of M2 on latents_mnf, which counts half, and of the SVM and LDA on mnf, a quarter each;
    m2_svms_lda of these and of the SVM on hull, weighed on the labels; m2_svm of M2 and the SVM on mnf, a half each."""
    features: Annotated[tuple[Features, ...], Field(min_length=1), Unique()] = ("bands", "latents", "mnf", "hull")
    """What the models see: normalised bands, the latents of M1, noise-whitened components (mnf; the SVM and
    LDA alone), the latents with these components beside them (latents_mnf; m2 and qy), or hull quotients of
    normalise.windows (hull; the SVM alone; where no sensor sees a window, it says nothing)."""
    baselines: Annotated[tuple[Annotated[str, OneOf(methods.baselines())], ...], Unique()] = UNTUNED
    """Simpler methods, each on its own input."""


@settings_class("map")
class MapConfig(SmoothConfig):
    """The maps of all scenes, the downhole logs and the trained model to take home."""

    method: Model = "m2_svms_lda"
    """The classifier: m2_svms_lda is the mean of M1+M2 with noise scores, of the SVM and linear discriminants (LDA) on
    noise-whitened components, and of the SVM on hull quotients, which counts as much as held-out labels say."""
    features: Features = "latents_mnf"
    """What it sees: latents_mnf for means, whatever single members see. M1+M2 alone is m2 on latents, or on
    latents_mnf."""
    labels_per_class: Annotated[int | str, NumberOr("all", "largest", least=1)] = "largest"
    """Labels per class that it was trained with; largest: of runs.labels_per_class."""
    seed: Annotated[int | str, NumberOr("first", least=0)] = "first"
    """Its seed; first: of runs.seeds."""
    false_alarm: InnerShare = 0.01
    """Share of the validation pixels that may be called none of the known."""
    page_mb: Positive = 50.0
    """Size of the spectra beside an interactive page at most, in MB. Where they are more, those of every n-th line and
    sample are kept, and a click shows the nearest.
    """
    downhole: DownholeConfig = field(default_factory=DownholeConfig)
    """The log of a hole whose scenes have pixel_mm or depths."""


@settings_class("evaluation")
class EvaluationConfig:
    """How the predictions are scored."""

    seed: Seed = 1
    """Seed of the bootstrap."""
    resamples: Count = 1000
    """Resamples of the bootstrap."""
    level: InnerShare = 0.95
    """Coverage of the intervals."""


@settings_class("report")
class ReportConfig:
    """What the report says."""


@settings_class("configuration")
class Configuration:
    """What config.yaml may say; a key that is not here is refused, and the nearest one named."""

    pathvars: PathConfig = field(default_factory=PathConfig)
    """Where results go; give another folder to keep two studies apart."""
    scenes: str = "config/scenes.tsv"
    """Table of the scenes."""
    sensors: str = ""
    """Table of the data of further sensors; empty: each scene has one."""
    classes: str = "config/classes.tsv"
    """Table of the classes: code, name, colour."""
    data_root: str = "."
    """Folder that relative paths in the table of scenes start from."""
    allow_outside: bool = False
    """Whether paths in the table of scenes may lead out of data_root, by .., as absolute paths or by links."""
    simulate: SimulateConfig = field(default_factory=SimulateConfig)
    """The built-in drill-core collection."""
    fetch: Mapping[str, Source] = field(default_factory=dict)
    """Public files to download when they are absent, by their path under data_root."""
    split: SplitConfig = field(default_factory=SplitConfig)
    """Which pixels train, validate and test."""
    sample: SampleConfig = field(default_factory=SampleConfig)
    """How many pixels are drawn from the scenes."""
    runs: RunsConfig = field(default_factory=RunsConfig)
    """The numbers of labels per class and the seeds that every method is run with."""
    mask: MaskConfig = field(default_factory=MaskConfig)
    """Tray and shadow told from core by brightness and shape, besides the codes that scenes.tsv ignores."""
    cleaning: CleanConfig = field(default_factory=CleanConfig)
    """What is done to spectra before anything sees them, in training and in maps alike."""
    normalise: NormaliseConfig = field(default_factory=NormaliseConfig)
    """The scale of the spectra, fitted on training pixels only."""
    m1: M1Config = field(default_factory=M1Config)
    """M1, the latent-feature model (a variational autoencoder)."""
    m2: M2Config = field(default_factory=M2Config)
    """M2, the generative semi-supervised classifier, and its baseline q(y|x)."""
    share_labels: ShareLabelConfig = field(default_factory=ShareLabelConfig)
    """Labels that are shares of classes in every pixel, such as a SEM map: what each of their files weighs, for M2."""
    interval_labels: IntervalLabelConfig = field(default_factory=IntervalLabelConfig)
    """Labels of intervals, for M2: what a lithology log, XRD or assays as minerals say of a length of core."""
    svm: SvmConfig = field(default_factory=SvmConfig)
    """The SVM baseline."""
    baselines: BaselineConfig = field(default_factory=BaselineConfig)
    """The other baselines; their SVM and their tuning effort are those of the section svm."""
    library: LibraryConfig = field(default_factory=LibraryConfig)
    """Reference spectra, and how a spectrum is matched with them: a baseline that learns from no label."""
    compare: CompareConfig = field(default_factory=CompareConfig)
    """What is run and put into the table; removing a method reruns nothing else."""
    map: MapConfig = field(default_factory=MapConfig)
    """The maps of all scenes, the downhole logs and the trained model to take home."""
    intervals: IntervalConfig = field(default_factory=IntervalConfig)
    """The table of intervals of all holes, for modelling programs, and the strip log of each hole."""
    mixtures: MixtureConfig = field(default_factory=MixtureConfig)
    """Shares of the classes in every pixel, beside its class, where spectra mix by area."""
    features: FeaturesConfig = field(default_factory=FeaturesConfig)
    """Absorption features of every pixel, and indices made of them."""
    model: str = ""
    """Directory of the trained model for the target `predict_new`."""
    evaluation: EvaluationConfig = field(default_factory=EvaluationConfig)
    """How the predictions are scored."""
    benchmark: BenchmarkConfig = field(default_factory=BenchmarkConfig)
    """What the target `benchmark` runs: splits x regimes x labels per class x seeds x methods."""
    explore: ExploreConfig = field(default_factory=ExploreConfig)
    """What the target `explore` does without labels: clusters, their contact sheet, the queue of pixels to label."""
    report: ReportConfig = field(default_factory=ReportConfig)
    """What the report says."""

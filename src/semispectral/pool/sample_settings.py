"""Settings of the pool and of the sample."""

from semispectral.study.setting_types import Count, CountFromZero, Seed, settings_class


@settings_class("sample")
class SampleConfig:
    """Numbers of pixels to draw from each scene, and to take for a split."""

    seed: Seed = 1
    """Seed of the draw."""
    unlabelled_per_scene: Count = 20_000
    """Largest number of pixels that are drawn from a scene without looking at labels."""
    class_per_scene: Count = 5000
    """Largest number of labelled pixels of one class that are drawn from a scene."""
    cap_per_class: Count = 5000
    """Largest number of labelled pixels of one class in one part of the whole collection."""
    unlabelled: Count = 60_000
    """Largest number of unlabelled train pixels of the whole collection; valid and test get a tenth of it."""
    clusters: CountFromZero = 0
    """Number of clusters per scene from which unlabelled pixels are drawn in equal numbers; 0: no clusters."""
    drop_saturated: bool = False
    """Leave out pixels with a value at the maximum of an integer dtype."""

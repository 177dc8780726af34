"""Convert constructor parameters to the settings of M1 and M2."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, TypeVar

import numpy as np

from semispectral.errors import ConfigError
from semispectral.models.settings_m1 import M1Config
from semispectral.models.settings_m2 import M2Config
from semispectral.study.stage_settings import refuse_unknown, settings

Config = TypeVar("Config", M1Config, M2Config)

M1_DEFAULTS, M2_DEFAULTS = M1Config(), M2Config()
SCHEDULES = (("supervised_epochs", "ramp"), ("kl_warm_up",))
IN_FIT = ("epochs", "batch", "learning_rate")
IN_NET = ("hidden",)


def config_of(defaults: Config, chosen: Mapping[str, Any], overlay: Mapping[str, Any] | None, *, where: str) -> Config:
    """Return the settings of a model.

    Parameters
    ----------
    defaults : settings of the workflow.
    chosen : constructor parameters, by setting; those of the network and the training loop are sorted into their
        sections.
    overlay : further settings of `M1Config` or `M2Config`, in the layout of config.yaml; they override ``chosen``.
    where : name of the settings in error messages.

    Raises
    ------
    ConfigError : a setting is unknown or its value is out of range.
    """
    placed: dict[str, Any] = {"net": {}, "fit": {}}
    for key, value in chosen.items():
        place = placed["fit"] if key in IN_FIT else placed["net"] if key in IN_NET else placed
        place[key] = _plain(value)
    over = _plain(dict(overlay or {}))
    base = asdict(defaults)
    refuse_unknown(over, base, where=where)
    merged = _merged(_merged(base, placed), over)
    return settings(type(defaults), {**merged, **_schedule(merged, over)}, where=where)


def _merged(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Return ``base`` with the values of ``over``, merged section by section."""
    nested = {key: _merged(base[key], over[key]) for key in over if isinstance(base.get(key), Mapping)}
    return {**base, **over, **nested}


def _schedule(merged: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, int]:
    """Shorten warm starts, ramps and warm-ups that would take more than two thirds of the epochs.

    Otherwise a short run would end before the unlabelled pixels have any weight. Values set in the overlay are kept.
    """
    epochs = merged["fit"]["epochs"]
    most = 2 * epochs // 3 if isinstance(epochs, int) else 0
    shortened: dict[str, int] = {}
    for names in SCHEDULES:
        present = [name for name in names if name in merged]
        total = sum(merged[name] for name in present)
        if total > most and not any(name in over for name in present):
            shortened |= {name: merged[name] * most // total for name in present}
    return shortened


def _plain(value: Any) -> Any:
    """Convert NumPy scalars and arrays, as parameter grids have them, to plain Python values."""
    if isinstance(value, np.generic | np.ndarray):
        return value.tolist()
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return tuple(_plain(item) for item in value)
    return value


def share_of(valid_share: Any) -> float:
    """Check a validation share and return it as a float.

    Parameters
    ----------
    valid_share : share of the rows or labels used for validation, 0 to 0.5.

    Raises
    ------
    ConfigError : the share is not a number in this range.
    """
    if isinstance(valid_share, bool) or not isinstance(valid_share, int | float) or not 0 <= valid_share <= 0.5:
        raise ConfigError(f"valid_share must be 0 to 0.5, got {valid_share!r}")
    return float(valid_share)

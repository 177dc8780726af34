"""Fill templates of report and benchmark: style, macros, and the configuration."""

from pathlib import Path
from typing import Any

import yaml
from jinja2 import DictLoader, Environment, StrictUndefined
from markupsafe import Markup

from semispectral.storage.run_again import run_command

HERE = Path(__file__).parent


def fill(page: Path, **shown: Any) -> str:
    """Fill a template, with the report's style and macros, and what names the command of a run.

    Parameters
    ----------
    page : template file.
    **shown : variables of the template.
    """
    texts = {"page": page, "macros.html": HERE / "macros.html"}
    loader = DictLoader({name: path.read_text(encoding="utf-8") for name, path in texts.items()})
    options: dict[str, Any] = {"undefined": StrictUndefined, "trim_blocks": True, "lstrip_blocks": True}
    template = Environment(autoescape=True, loader=loader, **options).get_template("page")
    style = Markup((HERE / "page.css").read_text(encoding="utf-8"))  # noqa: S704  our own file
    return template.render(style=style, run_command=run_command, **shown)


def config_words(config: dict[str, Any]) -> str:
    """Return the non-empty sections of a configuration as YAML.

    Parameters
    ----------
    config : the configuration.
    """
    said = {name: section for name, section in config.items() if section}
    return yaml.safe_dump(said, sort_keys=False, allow_unicode=True)

"""Put the workflow's files into the wheel, as semispectral/shipped; everything else stands in pyproject.toml."""

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

HERE = Path(__file__).parent
FILES = ("Snakefile", "rules", "workflow", "config", "profiles", "envs/base.yaml", "envs/train.yaml")
LEFT_OUT = shutil.ignore_patterns("__pycache__", "*.pyc", ".*", "README.md")


class BuildWithWorkflow(build_py):
    """Build the modules, and copy the workflow beside them; an editable installation uses the clone's own."""

    def run(self) -> None:
        """Build."""
        super().run()
        if self.editable_mode:
            return
        target = Path(self.build_lib, "semispectral", "shipped")
        shutil.rmtree(target, ignore_errors=True)
        for name in FILES:
            source, copy = HERE / name, target / name
            copy.parent.mkdir(parents=True, exist_ok=True)
            if source.is_dir():
                shutil.copytree(source, copy, ignore=LEFT_OUT)
            else:
                shutil.copy(source, copy)


setup(cmdclass={"build_py": BuildWithWorkflow})

#!/bin/sh
# Make .venv, or add tools to it, from lock files; called by make in the project's folder.
#
#   PYTHON=python3.12 sh envs/install.sh new LOCK     .venv anew, with the packages of LOCK
#   sh envs/install.sh add LOCK                       the packages of LOCK beside those that are there
#
# The pip that a Python brings is of any age. It only installs the pip and the setuptools of locks/installer.lock, and these
# install the rest: each package of a lock as it stands there, with its hash, and nothing that it asks for beside it
# (--no-deps), also not to build the one that comes as source (--no-build-isolation). So no release that appears later, of
# pip or of a package, changes what is installed. The package index is the one that pip is configured for.
set -eu

ANOTHER="name another one, as in: make demo PYTHON=python3.12"
REMEDY="The same command begins it again; what was downloaded is kept."
say() { echo "make: $*" >&2; }
fail() { say "$*"; exit 1; }

# --quiet twice: errors only; -I: nothing from PYTHONPATH counts as installed. What is not imported is not compiled:
# that saves a minute and a sixth of the disk.
pip_install() { PIP_USER=no .venv/bin/python -I -m pip install --quiet --quiet --no-compile --no-deps "$@"; }
install_lock() { pip_install --no-build-isolation --require-hashes -r "$1" || fail "$1 was not installed; pip's own words are above. $REMEDY"; }

version_of() { "$1" -c 'import sys; print("%d.%d.%d" % sys.version_info[:3])' 2>/dev/null; }
fits() { [ "$("$1" -c 'import sys; print((3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null)" = True ]; }

# The Python that was named, or the first that fits of those that a machine may have.
choose_python() {
    if [ -n "${PYTHON:-}" ]; then
        command -v "$PYTHON" >/dev/null || fail "Python 3.11 to 3.13 is needed, there is no $PYTHON on this machine; $ANOTHER"
        version=$(version_of "$PYTHON") && [ -n "$version" ] || fail "Python 3.11 to 3.13 is needed, $PYTHON does not run as a Python; $ANOTHER"
        fits "$PYTHON" || fail "Python 3.11 to 3.13 is needed, $PYTHON is $version; $ANOTHER"
        return
    fi
    for PYTHON in python3 python3.13 python3.12 python3.11; do
        if fits "$PYTHON"; then return; fi
    done
    version=$(version_of python3) && found="python3 is $version" || found="there is no python3 on this machine"
    fail "Python 3.11 to 3.13 is needed, $found; install one, and name it where it is not on the PATH: make demo PYTHON=/path/to/python3.12"
}

new_venv() {
    choose_python
    "$PYTHON" -c 'import ensurepip, venv' 2>/dev/null ||
        fail "$PYTHON has no module venv, which makes .venv; on Debian and Ubuntu: sudo apt install $("$PYTHON" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')"
    # In an activated .venv, python3 is what is about to be removed; the Python that it was made from stays.
    PYTHON=$("$PYTHON" -c 'import sys; print(sys._base_executable)')
    if [ -e .venv ]; then say ".venv is not what make would install now: it is made anew"; fi
    say "installing $1 into .venv with Python $(version_of "$PYTHON"): 1 to 5 minutes, 550 MB to download the first time"
    if [ "$1" = locks/run.lock ] && command -v nvidia-smi >/dev/null; then say "there is a GPU here: GPU=1 installs what uses it"; fi
    rm -rf .venv
    "$PYTHON" -m venv .venv || fail "$PYTHON could not make .venv; its own words are above"
    install_lock locks/installer.lock
    install_lock "$1"
    rm -rf .venv/lib/python3.*/site-packages/tensorflow/include # 290 MB of headers, to compile operations of one's own
}

case $1 in
new) new_venv "$2" ;;
add) say "adding $2 to .venv"; install_lock "$2" ;;
esac

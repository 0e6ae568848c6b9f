#!/bin/sh
# Makes .venv from the pinned releases, unless it already is what they ask for.
#
#   sh services/local/install.sh [NAME REQUIREMENTS...]
#
# The requirements come on top of what the services need, and NAME tells them apart. PYTHON may name an interpreter.
# An install that was interrupted is taken up again: only a finished one leaves a stamp.
set -eu
cd "$(dirname "$0")/../.."

name=${1:-services}
[ $# -eq 0 ] || shift
more=$*
python=.venv/bin/python
candidates=${PYTHON:-python3.13 python3.12 python3.11 python3}

# shellcheck disable=SC2086 # The names of requirements files in a checkout have no spaces.
requirements() {
    echo shared/requirements.txt services/*/requirements.txt $*
}

# What one has depends on these files, on the Python and on the place.
# shellcheck disable=SC2046,SC2086
fingerprint() {
    { pwd -P && "$python" -VV && cat constraints.txt pyproject.toml $(requirements $*); } | cksum
}

is_new_enough() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

makes_environments() {
    is_new_enough "$1" && "$1" -c 'import venv, ensurepip' >/dev/null 2>&1
}

# Programs in an environment carry the place where it was made; one that was moved or copied is made anew.
works() {
    is_new_enough "$python" && "$python" -m pip --version >/dev/null 2>&1 && grep -qF "$(pwd -P)/.venv/" .venv/bin/pip
}

choose_python() {
    for candidate in $candidates; do
        if makes_environments "$candidate"; then
            echo "$candidate"
            return
        fi
    done
    explain_what_is_missing >&2
    exit 1
}

explain_what_is_missing() {
    for candidate in $candidates; do
        if is_new_enough "$candidate"; then
            release=$("$candidate" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
            echo "$candidate cannot make virtual environments: its modules venv and ensurepip are missing."
            echo "Debian and Ubuntu: sudo apt install python3-venv (or python$release-venv). Then try again."
            return
        fi
    done
    echo "Plenary needs Python 3.11 or newer, with its venv module; found: $(python3 -V 2>/dev/null || echo none)."
    echo "Debian and Ubuntu: sudo apt install python3 python3-venv. Others: https://www.python.org/downloads/"
    echo "If it is installed under another name, say which: make PYTHON=/path/to/python3.12 run"
}

make_environment() {
    chosen=$(choose_python)
    echo "Making .venv with $("$chosen" -V) ..."
    "$chosen" -m venv --clear .venv
}

# A package of which an interrupted pip wrote the name, but not yet the list of its files, passes for installed.
drop_half_installed() {
    for package in .venv/lib/python3*/site-packages/*.dist-info; do
        [ ! -d "$package" ] || [ -f "$package/RECORD" ] || rm -rf "$package"
    done
}

# shellcheck disable=SC2046,SC2086
install() {
    # The pip that comes with Python 3.11 takes ten times as long as a current one to resolve this set.
    "$python" -m pip install $quiet --disable-pip-version-check --upgrade pip
    "$python" -m pip install $quiet -c constraints.txt $(requirements $more | sed 's/[^ ]*/-r &/g')
    # setuptools warns that an editable install is editable.
    PYTHONWARNINGS=ignore "$python" -m pip install --quiet --no-deps -e .
}

# shellcheck disable=SC2086
if [ -e ".venv/installed-$name" ] && [ "$(cat ".venv/installed-$name")" = "$(fingerprint $more 2>/dev/null)" ]; then
    exit 0
fi
works || make_environment
if [ -e .venv/installed-services ]; then
    # pip names everything that is there already; after a first time that drowns the little that is new.
    quiet=--quiet
    echo "Bringing .venv up to date ..."
else
    quiet=
    echo "Installing the pinned releases into .venv; this takes a minute or two ..."
fi
rm -f .venv/installed-*
drop_half_installed
install
fingerprint >.venv/installed-services
# shellcheck disable=SC2086
fingerprint $more >".venv/installed-$name"

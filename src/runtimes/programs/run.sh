#!/bin/sh
# Runs one of our programs with the libraries that it needs: run.sh PROGRAM.py [ARGUMENT...]
#
# The libraries are those of requirements.txt beside this file, in exactly these versions. Where the image's own Python has them all,
# nothing is installed and no index is asked. Otherwise they are installed once, on the staging volume, where a restarted pod finds
# them. Works as any user, without a home, from a read-only folder, with uv or, in images without it, with pip.
#
# What is written: CONTENT/artifacts/checkpoints/.libraries (kept), CONTENT/artifacts/checkpoints/.uv (wheels, until they are installed).
set -eu

folder=$(dirname "$0")
program=$1
content="${SUBSTRATUS_CONTENT:-/content}"
checkpoints="$content/artifacts/checkpoints"
lock="$folder/requirements.txt"
log="${TERMINATION_LOG:-/dev/termination-log}"
python="${SUBSTRATUS_PYTHON:-python3}"
tmp="${TMPDIR:-/tmp}"

# end CODE TEXT: one line for the status. 65: no other attempt would end otherwise. 75: another one may.
end() {
  printf '%s\n' "$2" >&2
  printf '%s\n' "$2" > "$log" 2>/dev/null || true
  exit "$1"
}

# A user without a home gets one: libraries ask for it. https://github.com/astral-sh/uv/issues/17521
[ -n "${HOME:-}" ] && [ -w "$HOME" ] || HOME="$tmp"
export HOME

# One index, proxy and authority for both installers.
[ -n "${UV_DEFAULT_INDEX:-}" ] || UV_DEFAULT_INDEX="${PIP_INDEX_URL:-}"
[ -n "${PIP_INDEX_URL:-}" ] || PIP_INDEX_URL="${UV_DEFAULT_INDEX:-}"
[ -n "$UV_DEFAULT_INDEX" ] && export UV_DEFAULT_INDEX PIP_INDEX_URL || unset UV_DEFAULT_INDEX PIP_INDEX_URL
[ -n "${SSL_CERT_FILE:-}" ] || SSL_CERT_FILE="${REQUESTS_CA_BUNDLE:-}"
[ -n "$SSL_CERT_FILE" ] && export SSL_CERT_FILE PIP_CERT="$SSL_CERT_FILE" REQUESTS_CA_BUNDLE="$SSL_CERT_FILE" || unset SSL_CERT_FILE

command -v "$python" > /dev/null || end 65 "the image has no $python, which $program needs; use an image with Python 3.11 or newer"

# Names of the libraries that Python $1 does not have in the version of the lock, or the name of an error.
missing() {
  PYTHONPATH="$1" "$python" - "$lock" <<'PYTHON'
import re, sys
from importlib.metadata import PackageNotFoundError, version

if sys.version_info < (3, 11):
    sys.exit("python " + sys.version.split()[0])
for name, wanted in re.findall(r"^([A-Za-z0-9][A-Za-z0-9._-]*)==([^\s;\\]+)", open(sys.argv[1], encoding="utf-8").read(), re.M):
    try:
        found = version(name)
    except PackageNotFoundError:
        found = None
    if found != wanted:
        print(f"{name} {wanted}")
PYTHON
}

# The end of what an installer said, without the credentials that an index's URL may hold.
reason() {
  sed -e 's#//[^/@ ]*@#//***@#g' -e 's/^[[:space:]]*//' "$tmp/install.log" | grep -iE 'error|hash|mismatch|failed|caused|no solution|not found|because|space' | tail -n 2 | tr '\n' ' ' | cut -c 1-400
}

# Takes the place of its shell, so that a stop reaches the installer itself.
install() {
  if command -v uv > /dev/null; then
    exec env UV_CACHE_DIR="$checkpoints/.uv" UV_PYTHON_DOWNLOADS=never UV_NO_PROGRESS=1 UV_NO_CONFIG=1 \
      uv pip install --quiet --python "$python" --target "$1" --no-deps --require-hashes --only-binary :all: --requirements "$lock"
  else
    exec "$python" -m pip install --quiet --disable-pip-version-check --no-input --cache-dir "$checkpoints/.uv/pip" \
      --target "$1" --no-deps --require-hashes --only-binary :all: --requirement "$lock"
  fi
}

child=''
stopped() {
  [ -z "$child" ] || kill "$child" 2>/dev/null || true
  end 75 "$program was stopped while its libraries were installed; the next attempt goes on with those that are there"
}

absent=$(missing '' 2>&1) || end 65 "the libraries of $program cannot be looked for: $absent is not Python 3.11 or newer; use an image with a newer one"
if [ -n "$absent" ]; then
  # Another lock, Python or processor has another folder.
  identity=$({ cat "$lock"; "$python" -c 'import platform, sys; print(sys.version_info[:2], platform.machine(), platform.libc_ver()[0])'; } | cksum | tr ' ' '-')
  libraries="$checkpoints/.libraries/$identity"
  if [ ! -d "$libraries" ]; then
    echo "progress: installing $(printf '%s\n' "$absent" | wc -l | tr -d ' ') libraries"
    rm -rf "$checkpoints/.libraries"
    mkdir -p "$checkpoints/.libraries" 2> "$tmp/install.log" || end 65 "$checkpoints cannot be written: $(reason)"
    trap stopped TERM INT
    install "$libraries.part" > "$tmp/install.log" 2>&1 &
    child=$!
    if ! wait "$child"; then
      cat "$tmp/install.log" >&2
      case $(cat "$tmp/install.log") in
        *'o space left'* | *'os error 28'*) end 65 "no space left on $checkpoints to install the libraries of $program; give the resource a larger disk" ;;
        *'ash mismatch'* | *'DO NOT MATCH THE HASHES'*) end 65 "the libraries of $program cannot be installed: the index serves other files than the lock names; have the mirror serve those of pypi.org ($(reason))" ;;
      esac
      end 75 "the libraries of $program cannot be installed; see that ${UV_DEFAULT_INDEX:+the index }$(printf '%s' "${UV_DEFAULT_INDEX:-pypi.org}" | sed 's#//[^/@ ]*@#//***@#') is reached and has them, or use an image that holds them ($(reason))"
    fi
    trap - TERM INT
    child=''
    mv "$libraries.part" "$libraries"
    rm -rf "$checkpoints/.uv"
  fi
  PYTHONPATH="$libraries${PYTHONPATH:+:$PYTHONPATH}"
  PATH="$libraries/bin:$PATH"
  export PYTHONPATH PATH
fi

shift
exec "$python" "$folder/$program" "$@"

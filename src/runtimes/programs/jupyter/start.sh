# Puts a first notebook beside the user's own, once, and runs the command that follows: start.sh COMMAND...
#
# With a lock beside this file, it also installs what opens VS Code through Jupyter: onto the disk, where other packages of the user are,
# so once. What the image has is not installed.
set -eu
here=$(dirname "$0")
work="${SUBSTRATUS_CONTENT:-/content}/work"
if [ ! -e "$work/.started" ]; then
  cp "$here/start.ipynb" "$work/start.ipynb"
  chmod u+w "$work/start.ipynb"
  : > "$work/.started"
fi

# A Python that starts before this folder is there does not look into it: what a first cell installs would need another kernel.
# https://docs.python.org/3/library/site.html#site.USER_SITE
mkdir -p "$(python3 -m site --user-site)" || true

lock="$here/requirements.txt"
[ -e "$lock" ] || exec "$@"

if [ ! -e "$work/.vscode/extensions.json" ]; then
  mkdir -p "$work/.vscode"
  cat "$here/extensions.json" > "$work/.vscode/extensions.json"
fi
# Another lock or Python installs again.
installed="$HOME/.local/.substratus-$({ cat "$lock"; python3 -VV; } | cksum | cut -d ' ' -f 1)"
if ! python3 -s -c 'import jupyter_server_proxy' 2> /dev/null && [ ! -e "$installed" ]; then
  log=$(mktemp)
  if ! python3 -m pip install --quiet --disable-pip-version-check --no-input --no-cache-dir --user --no-deps --require-hashes \
    --only-binary :all: --requirement "$lock" > "$log" 2>&1; then
    cat "$log" >&2
    index=$(printf '%s' "${PIP_INDEX_URL:-pypi.org}" | sed 's#//[^/@ ]*@#//***@#')
    text="VS Code cannot be added to Jupyter: $(grep -i error "$log" | tail -n 1 | sed 's#//[^/@ ]*@#//***@#g' | cut -c 1-300); see that the index $index is reached and has the packages"
    printf '%s\n' "$text" | tee "${TERMINATION_LOG:-/dev/termination-log}" >&2
    exit 75
  fi
  rm -f "$log" "$HOME"/.local/.substratus-*
  : > "$installed"
fi
exec "$@"

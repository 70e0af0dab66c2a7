# Puts a first notebook beside the user's own, once, and runs the command that follows: start.sh COMMAND...
set -eu
work="${SUBSTRATUS_CONTENT:-/content}/work"
if [ ! -e "$work/.started" ]; then
  cp "$(dirname "$0")/start.ipynb" "$work/start.ipynb"
  chmod u+w "$work/start.ipynb"
  : > "$work/.started"
fi
exec "$@"

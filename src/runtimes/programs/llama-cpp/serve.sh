# Runs the server of llama.cpp on a GGUF file of the model: serve.sh <file, or '' for the only one> <arguments>.
set -eu
fail() { printf '%s\n' "$1" >&2; printf '%s\n' "$1" > "${TERMINATION_LOG:-/dev/termination-log}"; exit 65; }
server="${LLAMA_SERVER:-/app/llama-server}"
cd "${SUBSTRATUS_CONTENT:-/content}/model"
file="$1"
shift
# Of a model in parts, the server takes the first.
files="$(find . -name '*.gguf' ! -name '*mmproj*' | sed 's|^\./||' | grep -Ev -- '-(0000[2-9]|000[1-9][0-9])-of-[0-9]{5}\.gguf$' | sort)" || true
if [ -z "$file" ]; then
  [ -n "$files" ] || fail "the model has no .gguf file; quantize it to gguf first, or serve it with vllm"
  [ "$(printf '%s\n' "$files" | wc -l)" -eq 1 ] || fail "the model has several GGUF files: $(printf '%s' "$files" | tr '\n' ' '); name one in the param file"
  file="$files"
fi
[ -f "$file" ] || fail "the model has no file $file; it has: $(printf '%s' "$files" | tr '\n' ' ')"
projector="$(find . -name '*mmproj*.gguf' | sort | head -n 1)"
[ -z "$projector" ] || set -- --mmproj "$projector" "$@"
exec "$server" --model "$file" "$@"

# Makes a GGUF file from a model, with the image llama.cpp:full. Its type is in params.json.
#
# The model is converted in the precision that it has, and that file is quantized. Nothing is published unless it is whole.
set -eu
content="${SUBSTRATUS_CONTENT:-/content}"
app="${LLAMA_CPP:-/app}"
artifacts="$content/artifacts"
work="$artifacts/checkpoints/gguf"
model="$content/model"

# end CODE TEXT: one line for the status. 65: no other attempt would end otherwise. 75: another one may.
end() {
  printf '%s\n' "$2" >&2
  printf '%s\n' "$2" > "${TERMINATION_LOG:-/dev/termination-log}" 2>/dev/null || true
  exit "$1"
}

# failed CODE TEXT: the text and the last words of a program that failed, or that the disk is full.
failed() {
  grep -qiE 'no space left|errno 28' "$work/log" && end 65 "no space left on $artifacts; give the resource a larger disk"
  end "$1" "$2: $(grep -vE '^[[:space:]]*$' "$work/log" | tail -n 1 | tr -d '\r' | cut -c 1-400)"
}

child=''
stopped() {
  [ -z "$child" ] || kill "$child" 2>/dev/null || true
  end 75 "stopped while it quantized; the next attempt begins again"
}

# step COMMAND...: runs it, and shows what it says.
step() {
  "$@" > "$work/log" 2>&1 &
  child=$!
  code=0
  wait "$child" || code=$?
  child=''
  cat "$work/log"
  return "$code"
}

type=$(python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["type"])' "$content/params.json" 2>/dev/null) \
  || end 70 "params.json has no type; this is a mistake of the platform, which fills in every default"
[ -n "$(ls "$model" 2>/dev/null)" ] || end 65 "$model holds no model; set the model of the resource"
[ -z "$(find "$model" -maxdepth 1 -name '*.gguf')" ] || end 65 "the model is a GGUF file already; use a quantization of it that its source offers, or import its safetensors files"
[ -f "$model/config.json" ] || end 65 "$model holds no config.json, so the model cannot be quantized; import all files of the model"
! grep -q '"quantization_config"' "$model/config.json" || end 65 "the model is quantized already, so it cannot be quantized; use the model that it was made from"

trap stopped TERM INT
rm -rf "$work"
find "$artifacts" -mindepth 1 -maxdepth 1 ! -name checkpoints -exec rm -rf {} + 2>/dev/null || true
mkdir -p "$work/result"
export HF_HUB_OFFLINE=1 HF_HOME="$work/hf"

case "$type" in
  F16 | BF16) whole=$(printf '%s' "$type" | tr 'A-Z' 'a-z') ;;
  *) whole=auto ;;
esac
echo "progress: converting the model to GGUF"
step python3 "$app/convert_hf_to_gguf.py" "$model" --outfile "$work/model.gguf" --outtype "$whole" || failed 65 "the model cannot be converted to GGUF"

if [ "$whole" = auto ]; then
  echo "progress: quantizing to $type"
  step "$app/llama-quantize" "$work/model.gguf" "$work/result/model-$type.gguf" "$type" "$(nproc)" || failed 65 "the model cannot be quantized to $type"
  rm "$work/model.gguf"
else
  mv "$work/model.gguf" "$work/result/model-$type.gguf"
fi

# Licences go along; where the model came from, and what it is, is said in JSON.
for file in "$model"/LICENSE* "$model"/NOTICE*; do [ ! -f "$file" ] || cp "$file" "$work/result/"; done
python3 - "$model" "$work/result" "$type" <<'PYTHON'
import json, os, sys

model, result, kind = sys.argv[1:]
path = os.path.join(model, "source.json")
base = json.load(open(path, encoding="utf-8")) if os.path.exists(path) else {}
about = {key: value for key, value in base.items() if key != "files"}
sizes = {"after": os.path.getsize(os.path.join(result, f"model-{kind}.gguf"))}
sizes["before"] = sum(entry.stat().st_size for entry in os.scandir(model) if entry.name.endswith(".safetensors"))
reports = {
    "source.json": {"source": "gguf", "base": about, **{key: base[key] for key in ("licence", "gated") if key in base}},
    "quantization.json": {"scheme": kind, "base": about, "bytes": sizes},
}
for name, value in reports.items():
    with open(os.path.join(result, name), "w", encoding="utf-8") as file:
        file.write(json.dumps(value, indent=2, sort_keys=True) + "\n")
PYTHON
mv "$work/result"/* "$artifacts/"
rm -rf "$work"

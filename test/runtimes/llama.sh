#!/bin/sh
# Builds what the image ghcr.io/ggml-org/llama.cpp:full has in /app: the converter, llama-quantize and llama-server: llama.sh FOLDER
#
# The source is the one that PyPI serves with llama-cpp-python (MIT), for the image itself cannot be pulled everywhere. The converter
# needs torch, transformers and numpy, which are not brought along. Takes some minutes, once; needs cmake, ninja, a C++ compiler and pip.
set -eu
version=0.3.36
folder=$(mkdir -p "$1" && cd "$1" && pwd)
[ ! -x "$folder/llama-server" ] || exit 0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

pip download --quiet --no-deps --no-binary :all: --dest "$work" "llama-cpp-python==$version"
tar -xzf "$work/llama_cpp_python-$version.tar.gz" -C "$work" "llama_cpp_python-$version/vendor/llama.cpp"
source="$work/llama_cpp_python-$version/vendor/llama.cpp"
cmake -S "$source" -B "$work/build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DBUILD_SHARED_LIBS=OFF -DGGML_NATIVE=OFF -DGGML_AVX2=ON -DGGML_FMA=ON \
  -DGGML_F16C=ON -DGGML_OPENMP=OFF -DLLAMA_CURL=OFF -DLLAMA_OPENSSL=OFF -DLLAMA_BUILD_TESTS=OFF -DLLAMA_BUILD_EXAMPLES=OFF -DLLAMA_BUILD_UI=OFF > "$work/log" \
  || { cat "$work/log" >&2; exit 1; }
cmake --build "$work/build" --parallel 2 --target llama-quantize llama-server > "$work/log" 2>&1 || { tail -n 40 "$work/log" >&2; exit 1; }

cp -R "$source/convert_hf_to_gguf.py" "$source/conversion" "$source/gguf-py" "$folder/"
strip "$work/build/bin/llama-quantize" "$work/build/bin/llama-server"
cp "$work/build/bin/llama-quantize" "$folder/"
mv "$work/build/bin/llama-server" "$folder/"

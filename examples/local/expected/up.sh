#!/bin/sh
# Makes the local cluster laptop and what it needs. Safe to run again.
# To remove it: kind delete cluster --name laptop; docker rm -f kind-registry
set -eu

cluster='laptop'
context="kind-$cluster"
node="$cluster-control-plane"
registry='kind-registry'

for tool in docker kind kubectl; do
  if ! command -v "$tool" >/dev/null; then
    echo "$tool is not installed; install docker, kind and kubectl, and run this script again" >&2
    exit 1
  fi
done

# Relative paths are relative to this script.
cd -- "$(dirname -- "$0")"

# A registry: localhost:5001 for docker on this machine, kind-registry:5000 in the cluster.
if docker container inspect "$registry" >/dev/null 2>&1; then
  docker start "$registry" >/dev/null
else
  docker run -d --restart=always -p '127.0.0.1:5001:5000' --name "$registry" \
    'docker.io/library/registry:2.8.3' >/dev/null
fi

# The cluster.
if ! kind get clusters 2>/dev/null | grep -Fqx -- "$cluster"; then
  kind create cluster --config kind.yaml --wait 5m
fi

# The node pulls from the registry by both names, over plain HTTP.
if [ "$(docker inspect -f '{{json .NetworkSettings.Networks.kind}}' "$registry")" = null ]; then
  docker network connect kind "$registry"
fi
for host in kind-registry:5000 localhost:5001; do
  docker exec "$node" mkdir -p "/etc/containerd/certs.d/$host"
  printf '[host."http://%s"]\n' kind-registry:5000 |
    docker exec -i "$node" cp /dev/stdin "/etc/containerd/certs.d/$host/hosts.toml"
done

# The keys of the store: made once, copied to every workspace.
secret='artifact-store'
store='minio'
make_namespace() {
  if ! kubectl --context "$context" get namespace "$1" >/dev/null 2>&1; then
    kubectl --context "$context" create namespace "$1"
  fi
}
make_namespace "$store"
if ! kubectl --context "$context" --namespace "$store" get secret "$secret" >/dev/null 2>&1; then
  od -An -v -N20 -tx1 /dev/urandom | tr -d ' \n' |
    kubectl --context "$context" --namespace "$store" create secret generic "$secret" \
      --from-literal=accessKeyId=substratus --from-file=secretAccessKey=/dev/stdin
fi
id=$(kubectl --context "$context" --namespace "$store" get secret "$secret" -o 'jsonpath={.data.accessKeyId}')
key=$(kubectl --context "$context" --namespace "$store" get secret "$secret" -o 'jsonpath={.data.secretAccessKey}')
copy_keys() {
  make_namespace "$1"
  printf '{"apiVersion":"v1","kind":"Secret","metadata":{"name":"%s","namespace":"%s"},"data":{"accessKeyId":"%s","secretAccessKey":"%s"}}\n' "$secret" "$1" "$id" "$key" |
    kubectl --context "$context" apply -f -
}
copy_keys 'team-a'

cat <<NEXT
Cluster $cluster is ready. Next:
  kubectl config use-context $context
  docker push localhost:5001/<namespace>:<tag>     # in the cluster it is kind-registry:5000/<namespace>:<tag>
  kubectl apply -f <what cdk8s synth wrote>
After a workspace was added run this script again: it gets the keys of the store.
NEXT

/** The functions of `apply.sh`, which are the same in each. */
import { API_GROUP } from '../../api/resource';

export const FUNCTIONS = `#!/bin/sh
# Applies the waves in order, and waits for each. Run it again at any time: what has been done is not done twice.
# KUBECTL names the kubectl to use, for example KUBECTL="kubectl --context staging".
set -eu
cd "$(dirname "$0")"
: "\${KUBECTL:=kubectl}"
published=" "
skipped=" "
told=
claims=" "
namespaces=

say() { printf '%s\\n' "$*"; }
k() { $KUBECTL "$@"; }
apply() { k apply --server-side --field-manager=substratus -f "$1"; }
exists() { k get "$1" "$2" -n "$3" >/dev/null 2>&1; }
is_published() { case "$published" in *" $1 "*) return 0 ;; *) return 1 ;; esac; }
is_skipped() { case "$skipped" in *" $1 "*) return 0 ;; *) return 1 ;; esac; }
skip() { if ! is_skipped "$1"; then skipped="$skipped$1 "; say "  $1 is left out: $2"; fi; }
is_finished() { case "$(k get job "$1" -n "$2" -o 'jsonpath={.status.conditions[?(@.status=="True")].type}')" in *Complete*|*Failed*) return 0 ;; *) return 1 ;; esac; }
condition() { k get deployment "$2" -n "$1" -o "jsonpath={.status.conditions[?(@.type=='$3')].$4}" 2>/dev/null; }
pod_field() { k get pods -n "$1" -l "batch.kubernetes.io/job-name=$2" -o "jsonpath={range .items[*].status.containerStatuses[*]}{$3}{'\\n'}{end}"; }

# needs RESOURCE INPUT...: leaves out what needs something that is left out.
needs() {
  resource=$1; shift
  for input in "$@"; do if is_skipped "$input"; then skip "$resource" "it needs $input"; fi; done
}

# follow FILE RESOURCE...: applies an object that is there for resources, unless one of them is left out.
follow() {
  file=$1; shift
  for resource in "$@"; do if is_skipped "$resource"; then say "  $file is left out: it needs $resource"; return; fi; done
  apply "$file"
}

# tell TEXT: says why something waits, each cause once.
tell() {
  if [ -z "$1" ]; then return; fi
  case "$told" in *"$1"*) return ;; esac
  told="$told|$1"
  printf '%s\\n' "$1" | sed 's/^/    /'
}

# why NAMESPACE SELECTOR OBJECT: tells why pods do not run: what the scheduler or the kubelet says of them, or else the events.
why() {
  cause=$(k get pods -n "$1" -l "$2" -o "jsonpath={range .items[*]}{.metadata.name}: {.status.conditions[?(@.type=='PodScheduled')].message} {.status.initContainerStatuses[*].state.waiting['reason','message']} {.status.containerStatuses[*].state.waiting['reason','message']}{'\\n'}{end}" 2>/dev/null \\
    | sed -e 's/ContainerCreating//g' -e 's/PodInitializing//g' -e 's/ *$//' -e '/:$/d')
  if [ -n "$cause" ]; then tell "$cause"; return; fi
  case "$(k get pods -n "$1" -l "$2" -o 'jsonpath={.items[*].status.phase}' 2>/dev/null)" in *Running*|*Succeeded*) return ;; esac
  for object in "$3" $(k get pods -n "$1" -l "$2" -o 'jsonpath={.items[*].metadata.name}' 2>/dev/null); do
    cause=$(k get events -n "$1" --field-selector "type=Warning,involvedObject.name=$object" --sort-by=.lastTimestamp \\
      -o "jsonpath={range .items[*]}{.message}{'\\n'}{end}" 2>/dev/null | tail -n 1)
    if [ -n "$cause" ]; then tell "$object: $cause"; fi
  done
}

# ended STATUS: names the volumes that an incomplete run leaves.
ended() {
  if [ "$1" -eq 0 ]; then return; fi
  for claim in $claims; do
    if exists pvc "\${claim#*/}" "\${claim%%/*}"; then say "Volume $claim stays; the next run goes on with it, and deletes it once its content is published"; fi
  done
}
trap 'ended $?' EXIT
trap 'exit 130' INT
trap 'exit 143' HUP TERM

# strays: names the volumes of runs whose resource has changed since, or is gone.
strays() {
  for namespace in $namespaces; do
    for claim in $(k get pvc -n "$namespace" -l app.kubernetes.io/managed-by=substratus,role=staging -o "jsonpath={range .items[*]}{.metadata.name}{' '}{end}"); do
      case "$claims" in *" $namespace/$claim "*) continue ;; esac
      say "Note: volume $namespace/$claim belongs to nothing that is declared here; if nothing else uses it: $KUBECTL delete pvc $claim -n $namespace"
    done
  done
}

# check RESOURCE NAMESPACE JOB FILE...: asks each time whether the artifact is published.
check() {
  if is_skipped "$1"; then return; fi
  namespace=$2 job=$3; shift 3
  k delete job "$job" -n "$namespace" --ignore-not-found
  for file in "$@"; do apply "$file"; done
}

# start RESOURCE NAMESPACE JOB FILE...: applies a step, unless its Job is there or the artifact is published.
start() {
  resource=$1 namespace=$2 job=$3; shift 3
  if is_skipped "$resource"; then return; fi
  if is_published "$resource"; then say "  $resource is published already"; return; fi
  if exists job "$job" "$namespace"; then say "  $resource: going on with Job $job of an earlier run"; return; fi
  for file in "$@"; do apply "$file"; done
}

# start_publish RESOURCE NAMESPACE JOB RUN_JOB JOB_FILE FILE...: the same; the Job learns which image has run.
start_publish() {
  resource=$1 namespace=$2 job=$3 run_job=$4 job_file=$5; shift 5
  if is_skipped "$resource" || is_published "$resource"; then return; fi
  if exists job "$job" "$namespace"; then say "  $resource: going on with Job $job of an earlier run"; return; fi
  for file in "$@"; do apply "$file"; done
  image=$(pod_field "$namespace" "$run_job" .imageID | tail -n 1)
  k patch --local -f "$job_file" --type merge -o yaml \\
    -p "{\\"spec\\":{\\"template\\":{\\"metadata\\":{\\"annotations\\":{\\"IMAGE_DIGEST_ANNOTATION\\":\\"$image\\"}}}}}" | apply -
}

# finish RESOURCE NAMESPACE JOB STEP: waits for the Job of a step.
finish() {
  if is_skipped "$1" || is_published "$1"; then return; fi
  say "  waiting for $1 ($4)"
  while :; do
    state=$(k get job "$3" -n "$2" -o 'jsonpath={.status.conditions[?(@.status=="True")].type}')
    case "$state" in
      *Failed*) say "$1 failed ($4); its final output:"; k logs -n "$2" "job/$3" --tail=20 || true; exit 1 ;;
      *Complete*) break ;;
      *Suspended*) skip "$1" "it is suspended ($4)"; return ;;
    esac
    why "$2" "batch.kubernetes.io/job-name=$3" "$3"
    sleep 5
  done
  if [ "$4" = check ] && pod_field "$2" "$3" .state.terminated.message | grep -q '"published":true'; then published="$published$1 "; fi
}

# drop_staging RESOURCE NAMESPACE CLAIM JOB...: the artifact is in the bucket, so its volume can go, once no pod holds it.
drop_staging() {
  if is_skipped "$1" || ! exists pvc "$3" "$2"; then return; fi
  resource=$1 namespace=$2 claim=$3; shift 3
  if is_published "$resource"; then
    say "  $resource: deleting volume $claim, which an earlier run has left"
    for job in "$@"; do if exists job "$job" "$namespace" && ! is_finished "$job" "$namespace"; then k delete job "$job" -n "$namespace"; fi; done
  fi
  for job in "$@"; do k delete pod -n "$namespace" -l "batch.kubernetes.io/job-name=$job"; done
  k delete pvc "$claim" -n "$namespace" --ignore-not-found --wait=false
}

# serve RESOURCE FILE...: applies what serves; whether it comes up is asked at the end, so that it holds up nothing else.
serve() {
  resource=$1; shift
  if is_skipped "$resource"; then return; fi
  for file in "$@"; do apply "$file"; done
}

# rollout RESOURCE NAMESPACE DEPLOYMENT SELECTOR: waits until it is up, two hours at most.
rollout() {
  if is_skipped "$1"; then return; fi
  say "  waiting for $1"
  tries=0
  until k rollout status "deployment/$3" -n "$2" --timeout=25s >/dev/null 2>&1; do
    tell "$(condition "$2" "$3" ReplicaFailure message)"
    why "$2" "$4" "$3"
    tries=$((tries + 1))
    if [ "$tries" -ge 240 ] || [ "$(condition "$2" "$3" Progressing reason)" = ProgressDeadlineExceeded ]; then
      say "$1 does not come up"
      failed=1
      return
    fi
    sleep 5
  done
}

# token NAMESPACE NAME: a random token for a notebook, made once.
token() {
  if exists secret "$2" "$1"; then return; fi
  head -c 24 /dev/urandom | od -An -tx1 | tr -d ' \\n' | k create secret generic "$2" -n "$1" --from-file=token=/dev/stdin
}
`.replace('IMAGE_DIGEST_ANNOTATION', `${API_GROUP}/image-digest`);

/** Only where there is a LeaderWorkerSet. */
export const GROUPS_FUNCTION = `# groups RESOURCE NAMESPACE LEADERWORKERSET: waits until all of its groups are up and of this revision, two hours at most.
groups() {
  if is_skipped "$1"; then return; fi
  say "  waiting for $1"
  tries=0
  until [ "$(k get "leaderworkerset.leaderworkerset.x-k8s.io/$3" -n "$2" -o 'jsonpath={.metadata.generation} {.status.observedGeneration} {.status.conditions[?(@.status=="True")].type}' \\
    | awk '$1 == $2 && / Available/ && !/ UpdateInProgress/ { print "up" }')" = up ]; do
    why "$2" "leaderworkerset.sigs.k8s.io/name=$3" "$3"
    tries=$((tries + 1))
    if [ "$tries" -ge 1440 ]; then
      say "$1 does not come up"
      failed=1
      return
    fi
    sleep 5
  done
}
`;

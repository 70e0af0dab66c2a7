/** `apply.sh`: applies the waves one after another, and waits for each. It can be run again at any time. */
import { API_GROUP } from '../../api/resource';
import type { ArtifactSpec, NotebookSpec, Resource } from '../../api/resource';
import { describe, gatesOf, namespaceOf } from '../../expand';
import type { KubeObject, Step } from '../../expand';

/** One step of one resource. */
export interface Stage {
  readonly wave: number;
  readonly step: Step;
  readonly resource: Resource;
  readonly objects: readonly KubeObject[];
  readonly tokenSecret?: string;
}

export interface ScriptOptions {
  /** What is applied before all stages, in order. */
  readonly before: readonly KubeObject[];
  readonly stages: readonly Stage[];
  /** The file of an object, from the directory of the script. */
  readonly pathOf: (wave: number, object: KubeObject) => string;
}

const FUNCTIONS = `#!/bin/sh
# Applies the waves in order, and waits for each. Run it again at any time: what has been done is not done twice.
# KUBECTL names the kubectl to use, for example KUBECTL="kubectl --context staging".
set -eu
cd "$(dirname "$0")"
: "\${KUBECTL:=kubectl}"
published=" "
skipped=" "

say() { printf '%s\\n' "$*"; }
k() { $KUBECTL "$@"; }
apply() { k apply --server-side --field-manager=substratus -f "$1"; }
exists() { k get "$1" "$2" -n "$3" >/dev/null 2>&1; }
is_published() { case "$published" in *" $1 "*) return 0 ;; *) return 1 ;; esac; }
is_skipped() { case "$skipped" in *" $1 "*) return 0 ;; *) return 1 ;; esac; }
skip() { if ! is_skipped "$1"; then skipped="$skipped$1 "; say "  $1 is left out: $2"; fi; }
pod_field() { k get pods -n "$1" -l "batch.kubernetes.io/job-name=$2" -o "jsonpath={range .items[*].status.containerStatuses[*]}{$3}{'\\n'}{end}"; }

# needs RESOURCE INPUT...: leaves out what needs something that is left out.
needs() {
  resource=$1; shift
  for input in "$@"; do if is_skipped "$input"; then skip "$resource" "it needs $input"; fi; done
}

# check RESOURCE NAMESPACE JOB FILE...: asks anew, each time, whether the artifact is published.
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
  if exists job "$job" "$namespace"; then return; fi
  for file in "$@"; do apply "$file"; done
}

# start_publish RESOURCE NAMESPACE JOB RUN_JOB JOB_FILE FILE...: the same; the Job learns which image has run.
start_publish() {
  resource=$1 namespace=$2 job=$3 run_job=$4 job_file=$5; shift 5
  if is_skipped "$resource" || is_published "$resource"; then return; fi
  if exists job "$job" "$namespace"; then return; fi
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
      *Failed*) say "$1 failed ($4); its last words:"; k logs -n "$2" "job/$3" --tail=20 || true; exit 1 ;;
      *Complete*) break ;;
      *Suspended*) skip "$1" "it is suspended ($4)"; return ;;
    esac
    sleep 5
  done
  if [ "$4" = check ] && pod_field "$2" "$3" .state.terminated.message | grep -q '"published":true'; then published="$published$1 "; fi
}

# drop_staging RESOURCE NAMESPACE CLAIM JOB...: the artifact is in the bucket, so its volume can go, once no pod holds it.
drop_staging() {
  if is_skipped "$1" || is_published "$1"; then return; fi
  namespace=$2 claim=$3; shift 3
  for job in "$@"; do k delete pod -n "$namespace" -l "batch.kubernetes.io/job-name=$job"; done
  k delete pvc "$claim" -n "$namespace" --ignore-not-found --wait=false
}

# serve RESOURCE FILE...: applies what serves; whether it comes up is asked at the end, so that it holds up nothing else.
serve() {
  resource=$1; shift
  if is_skipped "$resource"; then return; fi
  for file in "$@"; do apply "$file"; done
}

# rollout RESOURCE NAMESPACE DEPLOYMENT: waits until it is up.
rollout() {
  if is_skipped "$1"; then return; fi
  say "  waiting for $1"
  k rollout status "deployment/$3" -n "$2" --timeout=2h || { say "$1 does not come up"; failed=1; }
}

# token NAMESPACE NAME: a random token for a notebook, made once.
token() {
  if exists secret "$2" "$1"; then return; fi
  head -c 24 /dev/urandom | od -An -tx1 | tr -d ' \\n' | k create secret generic "$2" -n "$1" --from-file=token=/dev/stdin
}
`.replace('IMAGE_DIGEST_ANNOTATION', `${API_GROUP}/image-digest`);

export function applyScript({ before, stages, pathOf }: ScriptOptions): string {
  const last = Math.max(0, ...stages.map(({ wave }) => wave));
  const lines = Array.from({ length: last + 1 }, (_, wave) => {
    const here = stages.filter((stage) => stage.wave === wave);
    const fileOf = (object: KubeObject) => `'${pathOf(wave, object)}'`;
    return [
      '',
      `say 'Wave ${wave} of ${last}'`,
      ...(wave === 0 ? before.map((object) => `apply ${fileOf(object)}`) : []),
      ...here.flatMap((stage) => startLines(stage, stages, fileOf)),
      ...here.flatMap((stage) => finishLines(stage, stages)),
    ];
  });
  const end = ['if [ "$failed" -ne 0 ]; then exit 1; fi', 'say Done', ''];
  return [FUNCTIONS, ...lines.flat(), '', 'failed=0', ...stages.flatMap(rolloutLines), ...notes(stages), ...end].join('\n').replace(/\n{3,}/g, '\n\n');
}

/** What a resource asks for, and only the reconciler can do. */
function notes(stages: readonly Stage[]): string[] {
  const resources = [...new Set(stages.map(({ resource }) => resource))];
  return resources.flatMap((resource) => {
    const { idleTimeout, deletionPolicy } = resource.spec as NotebookSpec & ArtifactSpec;
    const note = (what: string) => `say 'Note: ${quotedName(resource)} has ${what}, which only the reconciler does'`;
    return [
      ...(idleTimeout ? [note(`idleTimeout ${idleTimeout}`)] : []),
      ...(deletionPolicy === 'Delete' ? [note('deletionPolicy Delete')] : []),
    ];
  });
}

function startLines(stage: Stage, stages: readonly Stage[], pathOf: (object: KubeObject) => string): string[] {
  const { step, resource, objects, tokenSecret } = stage;
  const name = quotedName(resource);
  const job = jobOf(stage);
  if (!job) {
    const token = tokenSecret ? [`token ${namespaceOf(resource)} ${tokenSecret}`] : [];
    return [...needs(stage, stages), ...token, ['serve', name, ...objects.map(pathOf)].join(' ')];
  }
  const head = [name, namespaceOf(resource), job.metadata?.name];
  if (step !== 'publish') {
    return [...needs(stage, stages), [step === 'check' ? 'check' : 'start', ...head, ...objects.map(pathOf)].join(' ')];
  }
  const run = runOf(stage, stages);
  const others = objects.filter((object) => object !== job);
  return [['start_publish', ...head, run && jobOf(run)?.metadata?.name, pathOf(job), ...others.map(pathOf)].join(' ')];
}

/** Before the first step of a resource: what it waits for. */
function needs(stage: Stage, stages: readonly Stage[]): string[] {
  const isFirst = stages.find(({ resource }) => resource === stage.resource) === stage;
  const inputs = gatesOf(stage.resource).map(keyName);
  return isFirst && inputs.length > 0 ? [['needs', quotedName(stage.resource), ...inputs].join(' ')] : [];
}

function finishLines(stage: Stage, stages: readonly Stage[]): string[] {
  const { step, resource } = stage;
  const namespace = namespaceOf(resource);
  const job = jobOf(stage);
  if (!job) return [];
  const run = runOf(stage, stages);
  const staging = run?.objects.find(({ kind }) => kind === 'PersistentVolumeClaim');
  const jobs = [run && jobOf(run), job].map((object) => object?.metadata?.name ?? '');
  return [
    `finish ${quotedName(resource)} ${namespace} ${job.metadata?.name ?? ''} ${step}`,
    ...(step === 'publish' && staging ? [['drop_staging', quotedName(resource), namespace, staging.metadata?.name, ...jobs].join(' ')] : []),
  ];
}

function rolloutLines({ resource, objects }: Stage): string[] {
  if (resource.spec.suspend) return [];
  const deployments = objects.filter(({ kind }) => kind === 'Deployment');
  return deployments.map(({ metadata }) => `rollout ${quotedName(resource)} ${namespaceOf(resource)} ${metadata?.name ?? ''}`);
}

function runOf({ resource }: Stage, stages: readonly Stage[]): Stage | undefined {
  return stages.find((stage) => stage.resource === resource && stage.step === 'run');
}

function jobOf({ objects }: Stage): KubeObject | undefined {
  return objects.find(({ kind }) => kind === 'Job');
}

function quotedName(resource: Resource): string {
  return keyName({ kind: resource.kind, namespace: namespaceOf(resource), name: resource.metadata.name });
}

/** Without a space, so that the script can keep a list of them. */
function keyName(resource: Parameters<typeof describe>[0]): string {
  return describe(resource).replace(' ', ':');
}

/** `apply.sh`: applies the waves one after another, and waits for each. It can be run again at any time. */
import type { Deployment } from 'kubernetes-types/apps/v1';
import type { ArtifactSpec, NotebookSpec, Resource } from '../../api/resource';
import { describe, gatesOf, namespaceOf, REQUEST_KIND } from '../../expand';
import type { KubeObject } from '../../expand';
import { FUNCTIONS, GROUPS_FUNCTION } from './eject-functions';
import type { Stage } from './stages';
import type { Placed } from './waves';

export interface ScriptOptions {
  /** Objects beside those of the resources, in order. */
  readonly others: readonly Placed[];
  readonly stages: readonly Stage[];
  /** The file of an object, from the directory of the script. */
  readonly pathOf: (wave: number, object: KubeObject) => string;
}

export function applyScript({ others, stages, pathOf }: ScriptOptions): string {
  const last = Math.max(0, ...[...stages, ...others].map(({ wave }) => wave));
  const lines = Array.from({ length: last + 1 }, (_, wave) => {
    const here = stages.filter((stage) => stage.wave === wave);
    const beside = others.filter((other) => other.wave === wave);
    const fileOf = (object: KubeObject) => `'${pathOf(wave, object)}'`;
    return [
      '',
      `say 'Wave ${wave} of ${last}'`,
      ...beside.filter(({ follows }) => follows.length === 0).map(({ object }) => `apply ${fileOf(object)}`),
      ...here.flatMap((stage) => startLines(stage, stages, fileOf)),
      ...beside.filter(({ follows }) => follows.length > 0).map(({ object, follows }) => ['follow', fileOf(object), ...follows.map(quotedName)].join(' ')),
      ...here.flatMap((stage) => finishLines(stage, stages)),
    ];
  });
  const end = ['if [ "$failed" -ne 0 ]; then exit 1; fi', 'say Done', ''];
  const hasGroups = stages.some(({ objects }) => objects.some(({ kind }) => kind === 'LeaderWorkerSet'));
  const text = [FUNCTIONS, ...hasGroups ? [GROUPS_FUNCTION] : [], ...claimLines(stages), ...lines.flat(), '', 'failed=0', ...stages.flatMap(rolloutLines), ...notes(stages), 'strays', ...end].join('\n');
  return text.replace(/\n{3,}/g, '\n\n');
}

/** The staging volumes of all artifacts: what a run that ends early names, and tells from those of other recipes. */
function claimLines(stages: readonly Stage[]): string[] {
  const staging = stages.filter(({ step }) => step === 'run').flatMap(({ objects }) => objects.filter(({ kind }) => kind === 'PersistentVolumeClaim'));
  if (staging.length === 0) return [];
  const namespaces = [...new Set(staging.map(({ metadata }) => metadata?.namespace ?? ''))];
  const names = staging.map(({ metadata }) => `${metadata?.namespace ?? ''}/${metadata?.name ?? ''}`);
  return [`claims=' ${names.join(' ')} '`, `namespaces='${namespaces.join(' ')}'`];
}

/** What a resource asks for, and only the reconciler can do. */
function notes(stages: readonly Stage[]): string[] {
  const resources = [...new Set(stages.map(({ resource }) => resource))];
  return resources.flatMap((resource) => {
    const { idleTimeout, deletionPolicy } = resource.spec as NotebookSpec & ArtifactSpec;
    const isQueued = stages.some((stage) => stage.resource === resource && stage.objects.some(({ kind }) => kind === REQUEST_KIND));
    const note = (what: string) => `say 'Note: ${quotedName(resource)} has ${what}, which only the reconciler does'`;
    return [
      ...(idleTimeout ? [note(`idleTimeout ${idleTimeout}`)] : []),
      ...(deletionPolicy === 'Delete' ? [note('deletionPolicy Delete')] : []),
      ...(isQueued ? [note(`a ${REQUEST_KIND}, to be made again when it has expired`)] : []),
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
  const head = [name, job.metadata?.namespace, job.metadata?.name];
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
    `finish ${quotedName(resource)} ${job.metadata?.namespace ?? namespace} ${job.metadata?.name ?? ''} ${step}`,
    ...(step === 'publish' && staging ? [['drop_staging', quotedName(resource), namespace, staging.metadata?.name, ...jobs].join(' ')] : []),
  ];
}

function rolloutLines({ resource, objects }: Stage): string[] {
  if (resource.spec.suspend) return [];
  const deployments = objects.filter(({ kind }) => kind === 'Deployment');
  const groups = objects.filter(({ kind }) => kind === 'LeaderWorkerSet');
  return [
    ...deployments.map((deployment) => {
      const { metadata: { name = '' } = {}, spec } = deployment as Deployment;
      const selector = Object.entries(spec?.selector.matchLabels ?? {}).map((label) => label.join('=')).join(',');
      return `rollout ${quotedName(resource)} ${namespaceOf(resource)} ${name} ${selector}`;
    }),
    ...groups.map(({ metadata: { name = '' } = {} }) => `groups ${quotedName(resource)} ${namespaceOf(resource)} ${name}`),
  ];
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

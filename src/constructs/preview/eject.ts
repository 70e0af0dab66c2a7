/** Ejected manifests: the children, to be applied in waves by kubectl, Argo CD or Flux, without the reconciler. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { API_GROUP } from '../../api/resource';
import type { NotebookResource } from '../../api/resource';
import { gatesOf, keyOf, keyOfResource, STEPS, tokenSecretName } from '../../expand';
import type { Child, KubeObject, Step } from '../../expand';
import { SELECTOR } from '../reconciler/reconciler-settings';
import { applyScript } from './eject-script';
import type { Stage } from './eject-script';
import { fluxYaml } from './flux';
import { removeOwnFiles } from './own-files';
import type { PreviewedResource } from './preview';
import { yamlOf } from './yaml';

/** How manifests are ejected. */
export interface EjectOptions {
  /**
   * Flux: name of the GitRepository that will hold the directory.
   *
   * @default 'flux-system'
   */
  readonly fluxSource?: string;

  /**
   * Flux: path of the directory in that repository.
   *
   * @default - the directory as it was given, or the last folder of an absolute one
   */
  readonly fluxPath?: string;
}

export interface Ejected {
  readonly resources: readonly PreviewedResource[];
  /** Objects that are applied before all others. */
  readonly others: readonly KubeObject[];
  readonly options: EjectOptions;
}

/** First line of every manifest: who finds it there may take it away again. */
const HEADER = '# Ejected by cdk-substratus: applied by apply.sh, Argo CD or Flux.';
/** What other objects need to be there before. */
const FIRST_KINDS = ['Namespace', 'CustomResourceDefinition'];
/** Custom resources are expanded already, so that their definitions are not needed. */
const OWN_DEFINITION = new RegExp(`\\.${API_GROUP.replace('.', '\\.')}$`);

/** Writes everything; what a former run has written there is deleted first. */
export function writeEjected(directory: string, { resources, others: all, options }: Ejected): string[] {
  removeOwnFiles(directory, HEADER);
  const [stages, others] = withScalers(stagesOf(resources), all.filter((object) => !isOwnDefinition(object) && !isReconcilers(object)));
  const files: string[] = [];
  const write = (file: string, text: string, mode = 0o644): void => {
    fs.mkdirSync(path.join(directory, path.dirname(file)), { recursive: true });
    fs.writeFileSync(path.join(directory, file), text, { mode });
    files.push(path.join(directory, file));
  };
  const waves = [{ wave: 0, objects: firstThingsFirst(others) }, ...stages].filter(({ objects }) => objects.length > 0);
  for (const { wave, objects } of waves) {
    for (const object of objects) write(pathOf(wave, object), `${HEADER}\n${yamlOf(inWave(object, wave))}`);
  }
  write('apply.sh', applyScript({ before: firstThingsFirst(others), stages, pathOf }), 0o755);
  const folders = [...new Set(waves.map(({ wave }) => wave))].sort((a, b) => a - b).map(folderOf);
  write('flux.yaml', fluxYaml({ folders, source: options.fluxSource ?? 'flux-system', path: options.fluxPath ?? repositoryPath(directory) }));
  return files;
}

function isOwnDefinition({ kind, metadata }: KubeObject): boolean {
  return kind === 'CustomResourceDefinition' && OWN_DEFINITION.test(metadata?.name ?? '');
}

/** What is ejected runs without the reconciler. */
function isReconcilers({ metadata }: KubeObject): boolean {
  return Object.entries(SELECTOR).every(([key, value]) => metadata?.labels?.[key] === value);
}

/** Autoscalers of the user's go with the Deployment that they scale: before it is there they are not healthy, and would hold up all. */
function withScalers(stages: readonly Stage[], others: readonly KubeObject[]): [Stage[], KubeObject[]] {
  const targetOf = (object: KubeObject): string | undefined => {
    const { scaleTargetRef } = (object as { spec?: { scaleTargetRef?: { name?: string } } }).spec ?? {};
    return scaleTargetRef && `${object.metadata?.namespace ?? ''}/${scaleTargetRef.name ?? ''}`;
  };
  const scalersOf = ({ objects }: Stage): KubeObject[] => {
    const names = objects.filter(({ kind }) => kind === 'Deployment').map(({ metadata }) => `${metadata?.namespace ?? ''}/${metadata?.name ?? ''}`);
    return others.filter((object) => names.includes(targetOf(object) ?? ''));
  };
  const scaled = stages.map((stage) => ({ ...stage, objects: [...stage.objects, ...scalersOf(stage)] }));
  const scalers = new Set(stages.flatMap(scalersOf));
  return [scaled, others.filter((object) => !scalers.has(object))];
}

/**
 * The steps of all resources, each in its wave: after the last of what its resource waits for, and one after another. What is
 * suspended serves last, for it never becomes healthy.
 */
function stagesOf(resources: readonly PreviewedResource[]): Stage[] {
  const stages = naturalStages(resources);
  const last = 1 + Math.max(0, ...stages.map(({ wave }) => wave));
  return stages.map((stage) => (stage.step === 'serve' && stage.resource.spec.suspend ? { ...stage, wave: last } : stage));
}

function naturalStages(resources: readonly PreviewedResource[]): Stage[] {
  const lastWave = new Map<string, number>();
  return resources.flatMap(({ resource, children }) => {
    const first = 1 + Math.max(0, ...gatesOf(resource).map((gate) => lastWave.get(keyOf(gate)) ?? 0));
    const steps = stepsOf(children);
    lastWave.set(keyOfResource(resource), first + steps.length - 1);
    return steps.map((step, index) => ({
      wave: first + index,
      step,
      resource,
      objects: children.filter((child) => child.step === step || (index === 0 && child.step === 'prepare')).map(({ object }) => object),
      ...(resource.kind === 'Notebook' && { tokenSecret: tokenSecretName(resource as NotebookResource) }),
    }));
  });
}

/** The steps that there are, in order; what only prepares goes with the first of them. */
function stepsOf(children: readonly Child[]): Step[] {
  return STEPS.filter((step) => step !== 'prepare' && children.some((child) => child.step === step));
}

function folderOf(wave: number): string {
  return `wave-${String(wave).padStart(2, '0')}`;
}

function pathOf(wave: number, { apiVersion = '', kind = '', metadata }: KubeObject): string {
  const [group = ''] = apiVersion.split('/');
  const type = `${kind.toLowerCase()}${group.includes('.') ? `.${group}` : ''}`;
  return `${folderOf(wave)}/${[metadata?.namespace, type, metadata?.name].filter(Boolean).join('_')}.yaml`;
}

function firstThingsFirst(objects: readonly KubeObject[]): KubeObject[] {
  const isFirst = ({ kind = '' }: KubeObject) => FIRST_KINDS.includes(kind);
  return [...objects.filter(isFirst), ...objects.filter((object) => !isFirst(object))];
}

function inWave(object: KubeObject, wave: number): KubeObject {
  const annotations = { ...object.metadata?.annotations, 'argocd.argoproj.io/sync-wave': String(wave) };
  return { ...object, metadata: { ...object.metadata, annotations } };
}

/** No path of this machine gets into what is written. */
function repositoryPath(directory: string): string {
  return path.isAbsolute(directory) ? path.basename(directory) : path.posix.normalize(directory).replace(/\/+$/, '');
}

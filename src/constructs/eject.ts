/** Ejected manifests: the children, to be applied in waves by kubectl, Argo CD or Flux, without the reconciler. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { Yaml } from 'cdk8s';
import type { NotebookResource } from '../api/resource';
import { gatesOf, keyOf, keyOfResource, STEPS, tokenSecretName } from '../expand';
import type { Child, KubeObject, Step } from '../expand';
import { applyScript } from './eject-script';
import type { Stage } from './eject-script';
import { fluxYaml } from './flux';
import type { PreviewedResource } from './preview';

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
  readonly others: readonly unknown[];
  readonly options: EjectOptions;
}

const WAVE_FOLDER = /^wave-[0-9]{2,}$/;

/** Writes everything; what a former run has written there is deleted first. */
export function writeEjected(directory: string, { resources, others, options }: Ejected): string[] {
  removeWaves(directory);
  const stages = stagesOf(resources);
  const files: string[] = [];
  const write = (file: string, text: string, mode = 0o644): void => {
    fs.mkdirSync(path.join(directory, path.dirname(file)), { recursive: true });
    fs.writeFileSync(path.join(directory, file), text, { mode });
    files.push(path.join(directory, file));
  };
  for (const object of others) write(path.join(folderOf(0), fileOf(object as KubeObject)), Yaml.stringify(inWave(object as KubeObject, 0)));
  for (const { wave, objects } of stages) {
    for (const object of objects) write(path.join(folderOf(wave), fileOf(object)), Yaml.stringify(inWave(object, wave)));
  }
  const waves = Math.max(0, ...stages.map(({ wave }) => wave)) + 1;
  write('apply.sh', applyScript({ stages, waves, folderOf, fileOf }), 0o755);
  write('flux.yaml', fluxYaml({ waves, folderOf, source: options.fluxSource ?? 'flux-system', path: options.fluxPath ?? repositoryPath(directory) }));
  return files;
}

/** The steps of all resources, each in its wave: after the last of what its resource waits for, and one after another. */
function stagesOf(resources: readonly PreviewedResource[]): Stage[] {
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

function fileOf({ kind = '', metadata }: KubeObject): string {
  return [metadata?.namespace, kind.toLowerCase(), metadata?.name].filter(Boolean).join('_') + '.yaml';
}

function inWave(object: KubeObject, wave: number): KubeObject {
  const annotations = { ...object.metadata?.annotations, 'argocd.argoproj.io/sync-wave': String(wave) };
  return { ...object, metadata: { ...object.metadata, annotations } };
}

/** No path of this machine gets into what is written. */
function repositoryPath(directory: string): string {
  return path.isAbsolute(directory) ? path.basename(directory) : path.posix.normalize(directory).replace(/\/+$/, '');
}

function removeWaves(directory: string): void {
  if (!fs.existsSync(directory)) return;
  for (const name of fs.readdirSync(directory)) {
    if (WAVE_FOLDER.test(name)) fs.rmSync(path.join(directory, name), { recursive: true });
  }
}


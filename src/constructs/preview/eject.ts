/** Ejected manifests: the children, to be applied in waves by kubectl, Argo CD or Flux, without the reconciler. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { API_GROUP } from '../../api/resource';
import type { KubeObject } from '../../expand';
import { knownProps } from '../checks/known-props';
import { SELECTOR } from '../reconciler/reconciler-settings';
import { applyScript } from './eject-script';
import { fluxYaml } from './flux';
import type { OtherObject } from './other-objects';
import { removeOwnedFiles } from './owned-files';
import type { PreviewedResource } from './previewed-resource';
import { stagesOf } from './stages';
import { placed } from './waves';
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

export const EJECT_OPTIONS = knownProps<EjectOptions>({ fluxSource: true, fluxPath: true });

export interface Ejected {
  readonly resources: readonly PreviewedResource[];
  /** Objects beside those of the resources. */
  readonly others: readonly OtherObject[];
  readonly options: EjectOptions;
}

/** First line of every manifest: who finds it there may take it away again. */
const HEADER = '# Ejected by cdk-substratus: applied by apply.sh, Argo CD or Flux.';
/** Custom resources are expanded already, so that their definitions are not needed. */
const OWN_DEFINITION = new RegExp(`\\.${API_GROUP.replace('.', '\\.')}$`);

/** Writes everything; what an earlier run has written there is deleted first. */
export function writeEjected(directory: string, { resources, others: all, options }: Ejected): string[] {
  removeOwnedFiles(directory, HEADER);
  const stages = stagesOf(resources);
  const others = placed(all.filter(({ object }) => !isOwnDefinition(object) && !isReconcilers(object)), stages);
  const files: string[] = [];
  const write = (file: string, text: string, mode = 0o644): void => {
    fs.mkdirSync(path.join(directory, path.dirname(file)), { recursive: true });
    fs.writeFileSync(path.join(directory, file), text, { mode });
    files.push(path.join(directory, file));
  };
  const inWaves = [...others, ...stages.flatMap(({ wave, objects }) => objects.map((object) => ({ wave, object })))];
  for (const { wave, object } of inWaves) write(pathOf(wave, object), `${HEADER}\n${yamlOf(inWave(object, wave))}`);
  write('apply.sh', applyScript({ others, stages, pathOf }), 0o755);
  const folders = [...new Set(inWaves.map(({ wave }) => wave))].sort((a, b) => a - b).map(folderOf);
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

function folderOf(wave: number): string {
  return `wave-${String(wave).padStart(2, '0')}`;
}

function pathOf(wave: number, { apiVersion = '', kind = '', metadata }: KubeObject): string {
  const [group = ''] = apiVersion.split('/');
  const type = `${kind.toLowerCase()}${group.includes('.') ? `.${group}` : ''}`;
  return `${folderOf(wave)}/${[metadata?.namespace, type, metadata?.name].filter(Boolean).join('_')}.yaml`;
}

function inWave(object: KubeObject, wave: number): KubeObject {
  const annotations = { ...object.metadata?.annotations, 'argocd.argoproj.io/sync-wave': String(wave) };
  return { ...object, metadata: { ...object.metadata, annotations } };
}

/** No path of this machine gets into what is written. */
function repositoryPath(directory: string): string {
  return path.isAbsolute(directory) ? path.basename(directory) : path.posix.normalize(directory).replace(/\/+$/, '');
}

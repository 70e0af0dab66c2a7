/** What the tests of the constructs share: Apps with a workspace, and the errors that they give. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'cdk8s';
import type { Construct } from 'constructs';
import { Dataset, Gpu, Model, Notebook, Platform, Server, Workspace } from '../../src';
import type { DatasetProps, ModelProps, NotebookOptions, PreviewChild, ServerProps, WorkspaceOptions } from '../../src';
import type { Resource } from '../../src/api/resource';
import type { KubeObject } from '../../src/expand';

export const DIGEST = '0123456789abcdefghjkmnpqrs';

/** A GKE cluster with two pools. */
export function gcp(): Platform {
  const platform = Platform.gcp({ clusterName: 'ml', bucketName: 'acme' });
  platform.addGpuPool('l4', { gpu: Gpu.NVIDIA_L4, gpusPerNode: 4 });
  platform.addGpuPool('a100-spot', { gpu: Gpu.NVIDIA_A100, spot: true });
  return platform;
}

export function local(): Platform {
  return Platform.local({ clusterName: 'kind' });
}

/** The workspace `team-a`, alone in an App. */
export function workspace(platform: Platform = gcp(), options: WorkspaceOptions = {}): Workspace {
  platform.addWorkspace('team-a', options);
  return new Workspace(new App({ outdir: join(temporary(), 'dist') }), 'team-a', { platform });
}

export function temporary(): string {
  return mkdtempSync(join(tmpdir(), 'substratus-'));
}

export function model(scope: Construct, id = 'opt', props: Partial<ModelProps> = {}): Model {
  return new Model(scope, id, { image: 'acme/model', ...props } as ModelProps);
}

export function dataset(scope: Construct, id = 'squad', props: Partial<DatasetProps> = {}): Dataset {
  return new Dataset(scope, id, { image: 'acme/dataset', ...props } as DatasetProps);
}

export function server(scope: Construct, id = 'chat', props: Partial<ServerProps> = {}): Server {
  return new Server(scope, id, { image: 'acme/server', ...props, model: props.model ?? model(scope, `${id}-model`, { params: { id } }) });
}

export function notebook(scope: Construct, id = 'lab', props: Partial<NotebookOptions> = {}): Notebook {
  return new Notebook(scope, id, { image: 'acme/notebook', ...props });
}

export interface Stack {
  readonly base: Model;
  readonly squad: Dataset;
  readonly tuned: Model;
  readonly chat: Server;
  readonly lab: Notebook;
}

/** An import, a training, a server and a notebook. */
export function stack(team: Workspace): Stack {
  const base = model(team);
  const squad = dataset(team);
  const tuned = base.finetune('tuned', { image: 'acme/trainer', dataset: squad });
  return {
    base,
    squad,
    tuned,
    chat: tuned.serve('chat', { image: 'acme/server' }),
    lab: tuned.notebook('lab', { image: 'acme/notebook', dataset: squad }),
  };
}

/** The resource that a construct writes. */
export function written(construct: Construct): Resource & KubeObject {
  const { defaultChild } = construct.node;
  return (defaultChild as unknown as { toJson(): Resource }).toJson();
}

/** What is passed by a caller without types. */
export function untyped<T>(value: unknown): T {
  return value as T;
}

export function appOf(construct: Construct): App {
  return construct.node.root as App;
}

/** The message of the error that something throws. */
export function messageOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  return 'no error';
}

/** The errors that synth collects, each with the path of its construct. */
export function synthErrors(construct: Construct): string[] {
  const [first = '', ...errors] = messageOf(() => appOf(construct).synthYaml()).split('\n  ');
  return first === 'Validation failed with the following errors:' ? errors : [first];
}

export function objectsOf(chart: { toJson(): unknown[] }): KubeObject[] {
  return chart.toJson() as KubeObject[];
}

export function manifestsOf(children: readonly PreviewChild[]): KubeObject[] {
  return children.map(({ manifest }) => manifest as KubeObject);
}

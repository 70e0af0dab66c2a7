/** A Notebook: Jupyter with the environment of the other kinds, and a disk that outlives its pod. */
import type { Deployment } from 'kubernetes-types/apps/v1';
import type { EnvVar, PersistentVolumeClaim, Service } from 'kubernetes-types/core/v1';
import type { NotebookResource, StorageSpec } from '../api/resource';
import { parseEnvValue } from '../api/secret-expression';
import { JUPYTER_COMMAND, JUPYTER_PORT } from '../runtimes';
import type { ArtifactContext } from './artifact';
import { buildChildren } from './build';
import { childMetadata, childName, selectorLabels, serviceChildName } from './child';
import type { Child } from './child';
import { claim } from './claim';
import { environment } from './env';
import { ExpandError } from './error';
import { paramsOf } from './params';
import { diskClassOf } from './placement';
import { userPodTemplate } from './pod';
import { NOTEBOOK_PORT_NAME } from './ports';
import { runnable } from './runtime';
import type { Runnable } from './runtime';

const TOKEN = 'NOTEBOOK_TOKEN';
export const DEFAULT_STORAGE_GIB = 20;
/** Answers without a token. */
const DEFAULT_READINESS = '/api';
/** For a node to come up and the image to be pulled. */
const PROGRESS_SECONDS = 1800;

/** The reconciler asks Jupyter for its activity with a token that it derives; it reads no Secret. */
export const TOKEN_HIDES_ACTIVITY = 'idleTimeout is set, but env NOTEBOOK_TOKEN is a Secret of your own, which the reconciler may not read, '
  + 'so it could not ask for activity; leave out NOTEBOOK_TOKEN for a random token, or idleTimeout';

export function expandNotebook(declared: NotebookResource, context: ArtifactContext): Child[] {
  const { env = {}, idleTimeout } = declared.spec;
  if (idleTimeout !== undefined && env[TOKEN] !== undefined && parseEnvValue(env[TOKEN]).type === 'secret') throw new ExpandError(TOKEN_HIDES_ACTIVITY);
  const run = runnable(declared, context.platform);
  const { resource: notebook, program } = run;
  return [
    ...buildChildren(notebook, context),
    { step: 'serve', object: paramsOf(notebook).configMap },
    ...(program ? [{ step: 'serve' as const, object: program }] : []),
    { step: 'serve', object: storageClaim(notebook, context) },
    { step: 'serve', object: deployment(run, context) },
    { step: 'serve', object: service(notebook) },
  ];
}

/** Name of the Secret with the notebook's token, at the key `token`. It is random, made once, and never part of what is expanded. */
export function tokenSecretName(notebook: NotebookResource): string {
  return childName(notebook, 'notebook-token');
}

/** Name of the notebook's workload, Service and disk. */
export function notebookName(notebook: NotebookResource): string {
  return serviceChildName(notebook, 'notebook');
}

/** The disk of a notebook, of the default size unless it says another. */
export function notebookStorage({ spec: { storage } }: NotebookResource): StorageSpec & Required<Pick<StorageSpec, 'size'>> {
  return { ...storage, size: storage?.size ?? DEFAULT_STORAGE_GIB };
}

/** One pod at most, for the disk is on one node; a Deployment replaces it after an eviction, which a bare Pod would not be. */
function deployment({ resource: notebook, pod }: Runnable<NotebookResource>, context: ArtifactContext): Deployment {
  const { readinessPath = DEFAULT_READINESS } = notebook.spec;
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: childMetadata(notebook, { name: notebookName(notebook), role: 'run' }),
    spec: {
      replicas: notebook.spec.suspend ? 0 : 1,
      selector: { matchLabels: selectorLabels(notebook, 'run') },
      strategy: { type: 'Recreate' },
      progressDeadlineSeconds: PROGRESS_SECONDS,
      revisionHistoryLimit: 2,
      template: userPodTemplate(notebook, context, {
        role: 'run',
        container: {
          name: 'notebook',
          ports: [{ name: NOTEBOOK_PORT_NAME, containerPort: JUPYTER_PORT, protocol: 'TCP' }],
          readinessProbe: {
            httpGet: { path: readinessPath, port: NOTEBOOK_PORT_NAME }, periodSeconds: 5, timeoutSeconds: 5, failureThreshold: 3,
          },
        },
        defaultCommand: [...JUPYTER_COMMAND],
        preset: tokenVariables(notebook),
        staysInPlace: true,
        ...pod,
        parts: [...pod.parts ?? [], {
          volumes: [{ name: 'storage', persistentVolumeClaim: { claimName: notebookName(notebook) } }],
          volumeMounts: [
            { name: 'storage', mountPath: '/content/work', subPath: 'work' },
            { name: 'storage', mountPath: '/content/artifacts', subPath: 'artifacts' },
          ],
        }],
      }),
    },
  };
}

/** One token under two names, also where the environment sets another. */
function tokenVariables(notebook: NotebookResource): EnvVar[] {
  const { env, runtimeEnv } = notebook.spec;
  const misplaced = [TOKEN, 'JUPYTER_TOKEN'].find((name) => runtimeEnv?.[name] !== undefined);
  if (misplaced) throw new ExpandError(`runtimeEnv ${misplaced} is set; leave it out for a random token, or set NOTEBOOK_TOKEN in env`);
  const given = { ...env };
  if (given.JUPYTER_TOKEN !== undefined) throw new ExpandError('env JUPYTER_TOKEN is set; set NOTEBOOK_TOKEN, which it follows');
  const own = Object.fromEntries(Object.entries(given).filter(([name]) => name === TOKEN));
  const preset = { name: TOKEN, valueFrom: { secretKeyRef: { name: tokenSecretName(notebook), key: 'token' } } };
  return environment({ env: own }, [preset]).flatMap((token) => [token, { ...token, name: 'JUPYTER_TOKEN' }]);
}

function storageClaim(notebook: NotebookResource, { platform }: Pick<ArtifactContext, 'platform'>): PersistentVolumeClaim {
  const { storage, resources } = notebook.spec;
  const defaultClass = diskClassOf(resources, platform)?.storageClassName;
  const metadata = childMetadata(notebook, { name: notebookName(notebook), role: 'storage' });
  return claim({ storage, defaultSize: DEFAULT_STORAGE_GIB, defaultClass, metadata });
}

function service(notebook: NotebookResource): Service {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: childMetadata(notebook, { name: notebookName(notebook), role: 'run' }),
    spec: {
      type: 'ClusterIP',
      selector: selectorLabels(notebook, 'run'),
      ports: [{ name: NOTEBOOK_PORT_NAME, port: JUPYTER_PORT, targetPort: NOTEBOOK_PORT_NAME, protocol: 'TCP' }],
    },
  };
}

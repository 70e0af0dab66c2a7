/** What runs for a resource, in a few words. */
import type { PreviewChild } from 'cdk-substratus';
import type { Deployment } from 'kubernetes-types/apps/v1';
import type { Job } from 'kubernetes-types/batch/v1';
import type { PersistentVolumeClaim, PodSpec, Service } from 'kubernetes-types/core/v1';

export interface Runs {
  readonly image: string;
  /** Its workloads and their addresses. */
  readonly what: string;
  /** What the image asks for, and on which nodes. */
  readonly needs: string;
  readonly disk: string;
}

interface Kinds {
  readonly Job: Job;
  readonly Deployment: Deployment;
  readonly Service: Service;
  readonly PersistentVolumeClaim: PersistentVolumeClaim;
}

export function runsOf(children: readonly PreviewChild[]): Runs {
  const pod = userPod(children);
  return { image: pod?.containers[0]?.image ?? '', what: what(children), needs: pod ? needs(pod) : '', disk: disk(children) };
}

/** `Model team-a/opt` without its kind and its namespace. */
export function shortName(resource: string): string {
  return resource.slice(resource.indexOf('/') + 1);
}

/** The name in the program: an artifact's without the digest that is appended to it. */
export function declaredName(resource: string): string {
  return /^(Model|Dataset) /.test(resource) ? shortName(resource).replace(/-[0-9a-z]{8}$/, '') : shortName(resource);
}

function ofKind<K extends keyof Kinds>(kind: K, children: readonly PreviewChild[]): { readonly step: string; readonly object: Kinds[K] }[] {
  return children.map(({ step, manifest }) => ({ step, object: manifest as Kinds[K] })).filter(({ object }) => object.kind === kind);
}

/** The pod that runs the user's image. */
function userPod(children: readonly PreviewChild[]): PodSpec | undefined {
  const job = ofKind('Job', children).find(({ step }) => step === 'run')?.object;
  return (job ?? ofKind('Deployment', children)[0]?.object)?.spec?.template?.spec;
}

function what(children: readonly PreviewChild[]): string {
  const jobs = ofKind('Job', children).map(({ step }) => step);
  const deployments = ofKind('Deployment', children).map(() => 'Deployment');
  const services = ofKind('Service', children).map(({ object }) => `Service :${object.spec?.ports?.[0]?.port}`);
  return [...(jobs.length > 0 ? [`Jobs ${jobs.join(' → ')}`] : []), ...deployments, ...services].join(', ');
}

/** `1 × GPU on gpu=nvidia-l4`, or what is asked for where there is no GPU. */
function needs({ containers, nodeSelector = {} }: PodSpec): string {
  const { requests = {}, limits = {} } = containers[0]?.resources ?? {};
  const [gpus] = Object.values(limits);
  const nodes = Object.entries(nodeSelector).map(([label, value]) => `${label.slice(label.indexOf('/') + 1)}=${value}`);
  if (gpus === undefined) return [`${requests.cpu} CPU, ${requests.memory}`, ...nodes].join(' on ');
  return [`${gpus} × GPU`, ...nodes].join(' on ');
}

function disk(children: readonly PreviewChild[]): string {
  return ofKind('PersistentVolumeClaim', children).map(({ object }) => `disk ${object.spec?.resources?.requests?.storage}`).join(', ');
}

/** Asks the admission plugin of OpenShift, as its API server runs it, whether pods may be created (binary/). */
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import type { Pod, PodTemplateSpec } from 'kubernetes-types/core/v1';
import { binaryPath } from '../assets';
import type { BinaryModule } from '../assets';

export const CONSTRAINTS_BINARY: BinaryModule = { name: 'scc', directory: path.join(__dirname, 'binary') };

/** The first user of the range that a namespace has here by default, which all its pods get. */
export const NAMESPACE_USER = 1000680000;

/** What a cluster has when pods are created. */
export interface Ground {
  /** SecurityContextConstraints beside those of a new cluster. */
  readonly constraints?: readonly object[];
  readonly roleBindings?: readonly object[];
  readonly roles?: readonly object[];
  /** The first user of the range of every namespace. Default: `NAMESPACE_USER`. */
  readonly firstUser?: number;
}

export interface Verdict {
  readonly name: string;
  /** The SecurityContextConstraints that admit the pod. */
  readonly constraint?: string;
  /** The pod with what they made of it. */
  readonly pod?: Pod;
  /** Why none admits it. */
  readonly problem?: string;
}

/** Where the program is; `undefined` if it is not built. */
export function findJudge(): string | undefined {
  const binary = binaryPath(CONSTRAINTS_BINARY);
  return fs.existsSync(binary) ? binary : undefined;
}

/** What becomes of each pod, in a namespace as OpenShift makes them. */
export function judged(pods: readonly Pod[], { firstUser = NAMESPACE_USER, ...ground }: Ground = {}): Verdict[] {
  const names = [...new Set(pods.map(({ metadata }) => metadata?.namespace ?? 'default'))];
  const input = JSON.stringify({ namespaces: names.map((name) => project(name, firstUser)), pods, ...ground });
  return JSON.parse(execFileSync(findJudge() ?? CONSTRAINTS_BINARY.name, { input, encoding: 'utf8', maxBuffer: 256 * 1024 ** 2 })) as Verdict[];
}

/** @see https://docs.redhat.com/en/documentation/openshift_container_platform/4.18/html/authentication_and_authorization/managing-pod-security-policies */
function project(name: string, firstUser: number): object {
  const range = `${firstUser}/10000`;
  return {
    metadata: {
      name,
      annotations: {
        'openshift.io/sa.scc.mcs': 's0:c26,c15', 'openshift.io/sa.scc.supplemental-groups': range, 'openshift.io/sa.scc.uid-range': range,
      },
    },
  };
}

/** The pod that a controller makes of a template. */
export function podOf(name: string, namespace: string, { metadata, spec }: PodTemplateSpec): Pod {
  return { apiVersion: 'v1', kind: 'Pod', metadata: { ...metadata, name, namespace }, spec };
}

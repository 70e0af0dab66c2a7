/** The rules for every pod, in objects that make pods outside the workspaces: add-ons of a cluster. */
import type { PodTemplateSpec } from 'kubernetes-types/core/v1';
import { digest, shortDigest } from '../api/digest';
import type { PlatformSpec } from '../api/platform';
import type { KubeObject } from './child';
import { withPodDefaults } from './pod-defaults';

interface Workload extends KubeObject {
  readonly spec?: { readonly template?: PodTemplateSpec };
}

/** The object with the rules of the platform for its pods; one that makes none as it is. */
export function withWorkloadDefaults<T extends KubeObject>(object: T, platform: PlatformSpec): T {
  const { spec, metadata } = object as Workload;
  if (!spec?.template?.spec) return object;
  const template = withPodDefaults(spec.template, { platform });
  if (template === spec.template) return object;
  /* The template of a Job cannot change: with other rules it is another Job. */
  const name = object.kind === 'Job' ? `${metadata?.name ?? ''}-${shortDigest(digest(template))}` : metadata?.name;
  return { ...object, metadata: { ...metadata, name }, spec: { ...spec, template } };
}

import { knownProps } from '../checks/known-props';
import type { LimitsOptions } from './limits';

/**
 * Rules for every pod that is made: of the kinds, their helpers and builds, of add-ons and of the reconciler. What a pod says itself
 * wins; maps are merged, lists appended. None of them is part of a recipe: a change trains nothing again. Servers roll to it, and a
 * run that computes goes on as it is.
 */
export interface PodDefaults {
  /**
   * Labels, such as those that a policy of the cluster requires.
   *
   * @default - only those that each pod has
   */
  readonly labels?: Record<string, string>;

  /**
   * Annotations.
   *
   * @default - only those that each pod has
   */
  readonly annotations?: Record<string, string>;

  /**
   * Labels that the node must have. GPU nodes need them too, for pods with GPUs follow the same rules.
   *
   * @default - only those of the GPU and the capacity
   */
  readonly nodeSelector?: Record<string, string>;

  /**
   * Tolerations (`v1.Toleration`), for a cluster in which all nodes are tainted.
   *
   * @default - only those of the GPU and the capacity
   */
  readonly tolerations?: unknown[];

  /**
   * PriorityClass of the pods that name none.
   *
   * @default - the cluster's default
   */
  readonly priorityClassName?: string;

  /**
   * Names of Secrets with credentials for registries. Each namespace in which there are pods must have them: those of the workspaces,
   * those in which they build, that of the reconciler, and with add-ons `kube-system`.
   *
   * @default - only those of the resources
   */
  readonly imagePullSecrets?: string[];

  /**
   * Environment variables of every container, such as `HTTPS_PROXY` and `NO_PROXY`. A proxy is written in upper and in lower case, and
   * what is inside the cluster is added to `NO_PROXY`. A value may be a reference to a Secret of the namespace:
   * `${{ secrets.<name>.<key> }}`.
   *
   * @default - none
   */
  readonly env?: Record<string, string>;

  /**
   * Certificates of authorities to trust.
   *
   * @default - those in the images
   */
  readonly caBundle?: CaBundle;

  /**
   * Limits of the containers that do not run an image of yours, for a namespace whose quota counts limits. A container that requests
   * more is limited to what it requests. Those of your own containers are `limits` of `resources`.
   *
   * @default - none
   */
  readonly limits?: LimitsOptions;
}

/** Certificates of authorities, in a ConfigMap that each namespace has. */
export interface CaBundle {
  /**
   * Name of the ConfigMap. It is mounted in every container, and named by `SSL_CERT_FILE` and the variables of common programs. Several
   * of these trust nothing else then, so that it should hold the public authorities too, as the bundles of trust-manager can.
   */
  readonly configMapName: string;

  /**
   * Its key with the certificates, in PEM.
   *
   * @default 'ca.crt'
   */
  readonly key?: string;
}

export const POD_DEFAULTS_PROPS = knownProps<PodDefaults>({
  labels: true, annotations: true, nodeSelector: true, tolerations: true, priorityClassName: true, imagePullSecrets: true, env: true,
  caBundle: true, limits: true,
});

export const CA_BUNDLE_PROPS = knownProps<CaBundle>({ configMapName: true, key: true });

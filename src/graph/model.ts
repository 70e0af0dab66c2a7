/** A picture of what was synthesized, as data: what every format is written from. Plain JSON. */
import type { Kind } from '../api/resource';
import type { Step } from '../expand';
import type { FitPart, Verdict } from '../sizing/fit';

export interface Graph {
  /** Each after the one that it is in; resources after those that they read. */
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
}

/** `Elsewhere` is an artifact that a resource refers to, and that is not among what was synthesized. */
export type NodeType = 'Cluster' | 'Bucket' | 'Registry' | 'GpuNodePool' | 'NodePool' | 'Workspace' | Kind | 'Elsewhere';

export interface GraphNode {
  /** Letters, digits and `_`: the same for the same stack, and an identifier in every format. */
  readonly id: string;
  readonly type: NodeType;
  readonly name: string;
  /** The id of the cluster or workspace that it is in. */
  readonly parent?: string;
  /** Name of the cloud, where it is known. */
  readonly cloud?: string;
  /** What it runs or is, in a few words: a runtime, an image, a type of machine. */
  readonly runs?: string;
  /** What that is about: the repository of a loader, the source of a build. */
  readonly about?: string;
  /** Such as `4 × nvidia-l4`. */
  readonly gpu?: string;
  readonly fit?: NodeFit;
  /** What it costs, in a few words. */
  readonly cost?: string;
  /** Why it cannot run. */
  readonly problem?: string;
  /** More that is known of it, for people. */
  readonly details: readonly Detail[];
  /** The objects that run for it, in their order. */
  readonly children: readonly ChildSummary[];
  /** What was written of it. */
  readonly source?: NodeSource;
}

export interface NodeFit {
  readonly verdict: Verdict;
  readonly reason: string;
  /** How much there is room for, or how much it takes, in a few words. */
  readonly room?: string;
  /** Of one GPU. */
  readonly usableGiB?: number;
  /** What takes it. */
  readonly parts: readonly FitPart[];
}

export interface Detail {
  readonly label: string;
  readonly value: string;
}

export interface ChildSummary {
  readonly step: Step;
  readonly kind: string;
  readonly name: string;
}

export interface NodeSource {
  readonly language: 'yaml' | 'json';
  readonly text: string;
}

/**
 * `reads`: from an artifact to what waits for it and reads it. `makes`: from a resource to where it publishes. `runs-on`: from a
 * resource to nodes that it can run on.
 */
export type EdgeType = 'reads' | 'makes' | 'runs-on';

export interface GraphEdge {
  readonly from: string;
  readonly to: string;
  readonly type: EdgeType;
  /** The field that refers to an artifact. */
  readonly label?: string;
}

export const KIND_TYPES: readonly NodeType[] = ['Model', 'Dataset', 'Server', 'Notebook'];

/** What people call a type. */
export const TYPE_TITLES: Readonly<Record<NodeType, string>> = {
  Cluster: 'Cluster',
  Bucket: 'Artifact bucket',
  Registry: 'Image registry',
  GpuNodePool: 'GPU nodes',
  NodePool: 'Nodes',
  Workspace: 'Workspace',
  Model: 'Model',
  Dataset: 'Dataset',
  Server: 'Server',
  Notebook: 'Notebook',
  Elsewhere: 'Declared elsewhere',
};

export const CLOUD_TITLES: Readonly<Record<string, string>> = {
  'gcp': 'Google Cloud', 'aws': 'AWS', 'azure': 'Azure', 'local': 'Local',
  'on-premises': 'On premises',
};

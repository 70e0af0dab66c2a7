/** What is said of a namespace that is taken for a workspace, and is not one. */
import { nearest } from '../../api/names';
import type { WorkspaceSpec } from '../../api/platform';
import { formatValue } from '../checks/format-value';

/** Why a namespace is not a workspace, and how to fix it. */
export function unknownWorkspace(clusterName: string, workspaces: readonly WorkspaceSpec[], namespace: string): string {
  const similar = nearest(namespace, workspaces.map((workspace) => workspace.namespace));
  const hint = similar ? `; did you mean ${similar}?` : '';
  return `namespace ${namespace} is not a workspace of platform ${clusterName}${hint}; add platform.addWorkspace('${namespace}')`;
}

/** What a workspace reads that is not a workspace, and how to fix it; `undefined` if all are. */
export function unknownReads(clusterName: string, workspaces: readonly WorkspaceSpec[], namespace: string): string | undefined {
  const names = new Set(workspaces.map((workspace) => workspace.namespace));
  const { reads = [] } = workspaces.find((workspace) => workspace.namespace === namespace) ?? {};
  const unknown = reads.find((other) => !names.has(other));
  return unknown && `reads has ${formatValue(unknown)}, but ${unknownWorkspace(clusterName, workspaces, unknown)}`;
}

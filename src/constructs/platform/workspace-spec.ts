/** A workspace as the platform has it. */
import type { WorkspaceSpec } from '../../api/platform';
import { buildNamespaceFor } from './platform-checks';
import { clientIdsByRole } from './platform-source';
import { podDefaultsSpec } from './pod-defaults-checks';
import { readableSpec } from './readable-buckets';
import type { WorkspaceOptions } from './workspace-options';

/** @throws Error if a part of it cannot be. */
export function workspaceSpec(namespace: string, options: WorkspaceOptions): WorkspaceSpec {
  const { reads, readableBuckets, builds, networkPolicies, drainsWaitForRuns, serversOpenTo, clientIds, podDefaults } = options;
  const buildNamespace = buildNamespaceFor(namespace, options);
  return {
    namespace,
    ...(reads && { reads }),
    ...(readableBuckets && { readableBuckets: readableBuckets.map(readableSpec) }),
    ...(builds && { builds }),
    ...(buildNamespace !== undefined && { buildNamespace }),
    ...(networkPolicies === false && { networkPolicies }),
    ...(options.private && { private: true }),
    ...(drainsWaitForRuns && { drainsWaitForRuns }),
    ...(serversOpenTo && { serversOpenTo }),
    ...(clientIds && { clientIds: clientIdsByRole(clientIds) }),
    ...(podDefaults && { podDefaults: podDefaultsSpec(podDefaults) }),
  };
}

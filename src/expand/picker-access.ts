/** Endpoint pickers on a platform: who asks them, what they ask for, and what they may read of the Kubernetes API. */
import type { ServiceAccount } from 'kubernetes-types/core/v1';
import type { PolicyRule, Role, RoleBinding } from 'kubernetes-types/rbac/v1';
import type { EnginesSpec } from '../api/engines';
import { MANAGED_BY } from '../api/labels';
import type { QuantityOrInteger } from '../api/resource';
import { inferenceExtensionLine } from '../catalog/engine-install';

/** Account of all pickers of a workspace, its Role and the binding of the two. */
export const PICKER_ACCOUNT = 'endpoint-picker';

export const INFERENCE_EXTENSION = 'the Gateway API Inference Extension';
/** The line that installs the definition of InferencePools, in the version that this library is tested with. */
export const INSTALL_INFERENCE_EXTENSION = inferenceExtensionLine();

/** Enough for some 20 requests in a second with long prompts; the 8 CPUs of its chart are for hundreds. */
const DEFAULT_CPU = '500m';
const DEFAULT_MEMORY = '1Gi';

const RBAC = 'rbac.authorization.k8s.io';
const READ = ['get', 'list', 'watch'];
/** What they read beside pods and pools, where the cluster has the types, which come with that of the pools; without, they do not start. */
const OTHER_READS: PolicyRule = {
  apiGroups: ['inference.networking.x-k8s.io'], resources: ['inferenceobjectives', 'inferencemodelrewrites'], verbs: READ,
};

/** What a picker asks for. */
export function pickerRequests({ inferenceExtension }: Pick<EnginesSpec, 'inferenceExtension'>): Readonly<Record<'cpu' | 'memory', QuantityOrInteger>> {
  const { pickerCpu = DEFAULT_CPU, pickerMemory = DEFAULT_MEMORY } = inferenceExtension ?? {};
  return { cpu: pickerCpu, memory: pickerMemory };
}

/** What who makes the Role of pickers must hold, beside what it holds for the children of Servers: nobody may grant what he may not do. */
export function pickerGrants({ inferenceExtension }: Pick<EnginesSpec, 'inferenceExtension'>): PolicyRule[] {
  return inferenceExtension ? [OTHER_READS] : [];
}

/** The pods of the workspace, its InferencePools and what goes with them, and nothing else. */
export function pickerAccess(namespace: string): [ServiceAccount, Role, RoleBinding] {
  const metadata = { name: PICKER_ACCOUNT, namespace, labels: { ...MANAGED_BY } };
  return [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata, automountServiceAccountToken: false },
    {
      apiVersion: `${RBAC}/v1`,
      kind: 'Role',
      metadata,
      rules: [
        { apiGroups: [''], resources: ['pods'], verbs: READ },
        { apiGroups: ['inference.networking.k8s.io'], resources: ['inferencepools'], verbs: READ },
        OTHER_READS,
      ],
    },
    {
      apiVersion: `${RBAC}/v1`,
      kind: 'RoleBinding',
      metadata,
      roleRef: { apiGroup: RBAC, kind: 'Role', name: PICKER_ACCOUNT },
      subjects: [{ kind: 'ServiceAccount', name: PICKER_ACCOUNT, namespace }],
    },
  ];
}

/** Endpoint pickers on a platform: who asks them, what they ask for, and what they may read of the Kubernetes API. */
import type { ServiceAccount } from 'kubernetes-types/core/v1';
import type { Role, RoleBinding } from 'kubernetes-types/rbac/v1';
import type { EnginesSpec, InferenceExtensionSpec } from '../api/engines';
import { MANAGED_BY } from '../api/labels';
import { inferenceExtensionLine } from '../catalog/engine-install';

/** Account of all pickers of a workspace, its Role and the binding of the two. */
export const PICKER_ACCOUNT = 'endpoint-picker';

export const INFERENCE_EXTENSION = 'the Gateway API Inference Extension';
/** The line that installs the definition of InferencePools, in the version that this library is tested with. */
export const INSTALL_INFERENCE_EXTENSION = inferenceExtensionLine();

/** Enough for some 20 requests in a second with long prompts; the 8 CPUs of its chart are for hundreds. */
const DEFAULT_CPU = '500m';
const DEFAULT_MEMORY = '1Gi';
/** Where Envoy Gateway has its proxies. */
const ENVOY_GATEWAY = 'envoy-gateway-system';

const RBAC = 'rbac.authorization.k8s.io';
const READ = ['get', 'list', 'watch'];

/** The extension with everything filled in. */
export function inferenceExtensionOf({ inferenceExtension = {} }: Pick<EnginesSpec, 'inferenceExtension'>): Required<InferenceExtensionSpec> {
  return { gatewayNamespaces: [ENVOY_GATEWAY], pickerCpu: DEFAULT_CPU, pickerMemory: DEFAULT_MEMORY, ...inferenceExtension };
}

/** The pods of the workspace and its InferencePools, and nothing else. */
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

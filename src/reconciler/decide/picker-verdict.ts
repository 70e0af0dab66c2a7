/** What the status of a Server says of its endpoint picker. */
import { PICKER_ROLE } from '../../expand';
import type { Verdict } from './decision';
import type { Serving } from './serving';

/** Whether a picker answers. Nothing waits for it: the replicas serve without, be it not through every gateway. */
export function pickerConditionsOf({ view: { children } }: Serving): NonNullable<Verdict['conditions']> {
  return children.flatMap(({ kind, role, deployment, metadata }) => {
    if (kind !== 'Deployment' || role !== PICKER_ROLE || !deployment || metadata.deletionTimestamp !== undefined) return [];
    const { available, replicas } = deployment;
    const { namespace, name } = metadata;
    const message = available > 0
      ? `${available} of ${replicas} endpoint pickers ${replicas === 1 ? 'answers' : 'answer'}, for requests that come through a gateway`
      : 'no endpoint picker answers: a gateway that fails open sends requests to any replica, Envoy AI Gateway answers with an error; '
        + `the Service reaches the replicas all the same; see kubectl describe -n ${namespace} deployment/${name}`;
    return [{ type: 'Routing', status: available > 0 ? 'True' as const : 'False' as const, reason: available > 0 ? 'PickerReady' : 'PickerNotReady', message }];
  });
}

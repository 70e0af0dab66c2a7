/** Whether a Server can be asked. Pure. */
import type { ServerSpec } from '../../api/resource';
import { isByKeda } from '../../expand';
import { nameOf } from '../cluster/actions';
import { titleOf } from '../cluster/name';
import { conditionOf, isTrue } from '../cluster/stored';
import type { Stored } from '../cluster/stored';

/** Why a Server does not answer, and what to do; `undefined` if it does. */
export function unanswering(server: Stored): string | undefined {
  const title = titleOf(server);
  const { suspend, replicas } = server.spec as ServerSpec;
  if (suspend) return `${title} is suspended; start it with: substratus resume ${nameOf(server)}`;
  const { reason = 'no status yet', message = 'the reconciler has not said anything; see substratus doctor' } = conditionOf(server, 'Ready') ?? {};
  if (!isTrue(server, 'Ready')) return `${title} is not Ready (${reason}): ${message}`;
  if (server.status?.replicas !== 0) return undefined;
  if (isByKeda({ spec: server.spec as ServerSpec })) {
    return `${title} is asleep: it has 0 replicas; a request to ${server.status?.url} from a pod of the workspace wakes it`;
  }
  return `${title} is asleep: it has 0 replicas; ${replicas === 0
    ? 'give it replicas in its manifest' : `ask it through its gateway, which wakes it, or: kubectl scale -n ${server.metadata.namespace} ${nameOf(server)} --replicas=1`}`;
}

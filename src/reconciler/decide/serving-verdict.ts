/** What the status of a Server or Notebook says. */
import type { NotebookResource, ServerResource } from '../../api/resource';
import type { Status } from '../../api/status';
import { clientPort, notebookName, serverSelector, serviceName, tokenSecretName } from '../../expand';
import type { DeploymentState, Observed } from '../observe/observed';
import { newestFirst } from '../observe/pods';
import type { ObservedPod, Trouble } from '../observe/pods';
import type { Attempt } from './attempt';
import { inProgress, stalled } from './decision';
import type { Verdict } from './decision';
import type { Closed } from './gates';
import { failureOf, jobTrouble, podlessTrouble, startTrouble } from './job-report';
import { outdatedWords } from './notebook-revision';
import { pickerConditionsOf } from './picker-verdict';
import { asleepVerdict, scalerConditionsOf, wakingVerdict } from './scaling-verdict';
import { isComplete } from './serving';
import type { Serving } from './serving';

type ExtraCondition = NonNullable<Verdict['conditions']>[number];

function servingCondition(holds: boolean, reason: string, message: string): ExtraCondition {
  return { type: 'Serving', status: holds ? 'True' : 'False', reason, message };
}

export function waitingToServe({ spec }: Observed, { reason, message, isFinal }: Closed): Verdict {
  const conditions = [servingCondition(false, reason, message)];
  if (spec.suspend) return suspendedVerdict({});
  return isFinal ? stalled(reason, message, { conditions }) : inProgress(reason, message, { conditions });
}

function suspendedVerdict(fields: Verdict['fields']): Verdict {
  const message = 'suspended: nothing runs; set spec.suspend to false to go on';
  return { ready: false, reason: 'Suspended', message, conditions: [servingCondition(false, 'Suspended', message)], fields };
}

/** The image is being built; what runs goes on meanwhile. */
export function buildVerdict({ view, deployment }: Serving, build: Exclude<Attempt, { state: 'succeeded' }>): Verdict {
  const isServing = (deployment?.deployment?.available ?? 0) > 0;
  if (build.state === 'failed') {
    const why = failureOf(build.job, view.pods) ?? build.job.job?.message ?? '';
    const message = `build failed: ${why}; after fixing it, change annotation substratus.ai/retry to try again`;
    return { ...stalled('BuildFailed', message, conditionsOf('BuildFailed', message)), ready: isServing, fields: fieldsOf(view, { deployment }) };
  }
  const trouble = build.state === 'running' ? jobTrouble(build.job, view) : undefined;
  const message = `building the image${trouble ? `: ${trouble.message}` : ''}`;
  const reason = trouble?.reason ?? 'Building';
  return { ...inProgress(reason, message, conditionsOf('JobNotComplete', message)), ready: isServing, fields: fieldsOf(view, { deployment }) };
}

function conditionsOf(reason: string, message: string): Pick<Verdict, 'conditions'> {
  return { conditions: [servingCondition(false, 'DeploymentNotReady', message), { type: 'Built', status: 'False', reason, message }] };
}

type Where = Pick<Serving['view'], 'resource' | 'platform'>;

/** Where it answers, and what a Server serves, with how many pods. */
function fieldsOf({ resource, platform }: Where, { inputs = {}, deployment }: Partial<Pick<Serving, 'inputs' | 'deployment'>>): Verdict['fields'] {
  const { namespace } = resource.metadata;
  const { model } = inputs;
  if (resource.kind === 'Notebook') return { url: `http://${notebookName(resource as NotebookResource)}.${namespace}:8888` };
  const served: Status['model'] = model && { name: model.name, namespace: model.namespace, recipeDigest: model.recipeDigest };
  return {
    url: `http://${serviceName(resource as ServerResource)}.${namespace}:${clientPort(resource as ServerResource, platform)}`,
    replicas: deployment?.deployment?.current ?? 0,
    selector: serverSelector(resource as ServerResource),
    ...(served && { model: served }),
  };
}

interface Age {
  readonly isOutdated: boolean;
}

export function servingVerdict(serving: Serving, { isOutdated }: Age): Verdict {
  const { view: { resource }, deployment, closed } = serving;
  const fields = fieldsOf(serving.view, { inputs: deployment?.applied?.inputs ?? serving.inputs, deployment });
  if (resource.spec.suspend) return suspendedVerdict(fields);
  if (serving.culledAt !== undefined) return culledVerdict(serving, fields);
  const state = deployment?.deployment;
  if (!state) return { ...(closed ? waitingToServe(resource, closed) : inProgress('Starting', 'starting')), fields };
  const verdict = runningVerdict(serving, state);
  const outdated = isOutdated ? [outdatedCondition(serving)] : [];
  const condition = resource.kind === 'Notebook'
    ? servingCondition(verdict.ready, verdict.ready ? 'PodReady' : 'PodNotReady', verdict.message)
    : servingCondition(verdict.ready, verdict.ready ? 'DeploymentReady' : 'DeploymentNotReady', verdict.message);
  return { ...verdict, fields, conditions: [condition, ...outdated, ...scalerConditionsOf(serving), ...pickerConditionsOf(serving)] };
}

function outdatedCondition(serving: Serving): ExtraCondition {
  const { kind } = serving.view.resource;
  if (kind === 'Notebook') return { type: 'Outdated', status: 'True', reason: 'NewRevision', message: outdatedWords(serving) };
  return {
    type: 'Outdated', status: 'True', reason: 'NewerVersion',
    message: 'its pods were made by another version of cdk-substratus or for another platform; they are replaced when the resource changes, or with rollOnUpgrade',
  };
}

function culledVerdict({ view: { resource }, culledAt }: Serving, fields: Verdict['fields']): Verdict {
  const { namespace, name } = resource.metadata;
  const message = `stopped because it was idle; to start it again: kubectl annotate --overwrite -n ${namespace} notebook/${name} `
    + 'substratus.ai/resume="$(date -u +%Y-%m-%dT%H:%M:%SZ)"';
  return { ready: false, reason: 'Culled', message, conditions: [servingCondition(false, 'Suspended', message)], fields: { ...fields, culledAt } };
}

function runningVerdict(serving: Serving, state: DeploymentState): Verdict {
  const { view: { resource, pods, warnings }, former, closed } = serving;
  const { replicas, available, isObserved } = state;
  const ready = available > 0 || (former?.deployment?.available ?? 0) > 0 || (replicas === 0 && isObserved);
  const reason = resource.kind === 'Notebook' ? 'Open' : 'Serving';
  const isDone = isComplete(state);
  if (isDone && !closed) return asleepVerdict(serving, state) ?? { ready, reason, message: doneMessage(serving, state) };
  if (isDone && closed) return { ...inProgress(reason, `${doneMessage(serving, state)}; the next revision is ${closed.message}`), ready };
  const trouble = podTrouble(pods, warnings) ?? (state.problem && problemOf(state.problem));
  const count = `${available} of ${replicas} replicas ${replicas === 1 ? 'answers' : 'answer'}`;
  const next = closed ? `; the next revision is ${closed.message}` : '';
  const message = `${ready ? 'rolling out, while' : 'starting,'} ${count}${trouble ? `: ${trouble.message}` : ''}${next}`;
  const waking = trouble?.isStuck || closed ? undefined : wakingVerdict(serving, state, trouble?.message);
  if (waking) return waking;
  const why = trouble?.reason ?? (ready ? 'RollingOut' : 'Starting');
  return { ...(trouble?.isStuck ? stalled(why, message) : inProgress(why, message)), ready };
}

function doneMessage({ view }: Serving, { replicas, available }: DeploymentState): string {
  const { resource } = view;
  const { namespace } = resource.metadata;
  if (resource.kind !== 'Notebook') {
    return replicas === 0 ? 'scaled to 0 replicas' : `${available} ${available === 1 ? 'replica answers' : 'replicas answer'} at ${fieldsOf(view, {})?.url}`;
  }
  const notebook = resource as NotebookResource;
  const token = `$(kubectl get secret -n ${namespace} ${tokenSecretName(notebook)} -o jsonpath='{.data.token}' | base64 -d)`;
  const secret = notebook.spec.env?.NOTEBOOK_TOKEN === undefined ? token : '<your NOTEBOOK_TOKEN>';
  return `to open it: kubectl port-forward -n ${namespace} service/${notebookName(notebook)} 8888, then http://localhost:8888/?token=${secret}`;
}

/** Of the pods that run: those that answer, and on many nodes those beside them. */
const POD_ROLES = ['run', 'worker'];

/** What keeps the newest pod that is not ready. */
function podTrouble(pods: readonly ObservedPod[], warnings: Serving['view']['warnings']): Trouble | undefined {
  const [newest] = newestFirst(pods.filter(({ role = '', isReady, isEnding }) => POD_ROLES.includes(role) && !isReady && !isEnding));
  return newest && (newest.trouble ?? startTrouble(newest, warnings));
}

function problemOf({ reason, message }: { readonly reason: string; readonly message: string }): Trouble {
  if (reason === 'ProgressDeadlineExceeded') return { reason: 'RolloutFailed', message: `does not come up in time: ${message}`, isStuck: true };
  return podlessTrouble(message);
}

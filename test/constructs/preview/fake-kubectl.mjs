#!/usr/bin/env node
/**
 * As much of kubectl as apply.sh uses, on a cluster that is a JSON file, in which a Job is done as soon as it is applied.
 * What a real API server makes of the same script comes with test/cluster.
 *
 * STATE names the file. In it `failing` and `published` are parts of names: of Jobs that fail, and of Jobs that find their artifact there.
 * `pending` are parts of names of Jobs and Deployments, each with what the scheduler says of their pods: they are done when asked a second time.
 * `stop` is a Job with which the script is stopped, as by Ctrl-C.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const { parse, stringify } = createRequire(import.meta.resolve('cdk8s'))('yaml');
const before = readFileSync(process.env.STATE, 'utf8');
const state = JSON.parse(before);
const words = process.argv.slice(2);
const [verb] = words;
const option = (name) => words[words.indexOf(name) + 1];
const fail = (message) => {
  console.error(message);
  process.exit(1);
};
const keyOf = (kind, name, namespace = '') => [kind === 'pvc' ? 'persistentvolumeclaim' : kind.toLowerCase(), namespace, name].join('/');
const includes = (parts, name) => (parts ?? []).some((part) => name.includes(part));

const commands = {
  apply() {
    const file = option('-f');
    const object = parse(readFileSync(file === '-' ? 0 : file, 'utf8'));
    const { kind, metadata: { name, namespace } } = object;
    if (namespace && !state.objects[keyOf('Namespace', namespace)]) fail(`namespaces "${namespace}" not found`);
    state.objects[keyOf(kind, name, namespace)] = object;
    state.log.push(`apply ${kind} ${name}`);
  },
  get() {
    const output = words.find((word) => word.startsWith('jsonpath=')) ?? '';
    if (words[1] === 'events') return;
    if (words[1] === 'pvc' && words.includes('-l')) {
      const claims = Object.values(state.objects).filter(({ kind, metadata }) => kind === 'PersistentVolumeClaim' && metadata.labels?.role === 'staging');
      console.log(claims.map(({ metadata: { name } }) => name).join(' '));
      return;
    }
    if (words[1] === 'pods') {
      const job = option('-l').split('=')[1];
      if (output.includes('PodScheduled')) console.log(`${job}-pod: ${waitingOf(job)[1]} `);
      if (output.includes('.imageID')) console.log('acme/model@sha256:first\nacme/model@sha256:last');
      if (output.includes('.message')) console.log(`{"published":${includes(state.published, job) || hasPublishJob(job)}}`);
      return;
    }
    const [type, name = words[2]] = words[1].split('/');
    const object = state.objects[keyOf(type.split('.')[0], name, option('-n'))];
    if (!object) fail(`${words[1]} "${words[2]}" not found`);
    if (object.metadata?.name.includes(state.stop ?? '/')) process.kill(process.ppid, 'SIGINT');
    if (words[1].startsWith('leaderworkerset.')) {
      console.log(isWaiting(words[1]) ? '2 1 Available' : '2 2 Available');
      return;
    }
    if (output.includes('conditions')) console.log(isWaiting(object.metadata.name) ? '' : conditionsOf(object));
  },
  patch() {
    const object = parse(readFileSync(option('-f'), 'utf8'));
    console.log(stringify(merge(object, JSON.parse(option('-p')))));
  },
  logs() {
    console.log('out of memory');
  },
  delete() {
    if (words[1] === 'pod') {
      state.log.push(`delete pods of ${option('-l').split('=')[1]}`);
      return;
    }
    const key = keyOf(words[1], words[2], option('-n'));
    if (state.objects[key]) state.log.push(`delete ${words[2]}`);
    delete state.objects[key];
  },
  create() {
    const token = readFileSync(0, 'utf8');
    state.objects[keyOf('Secret', words[3], option('-n'))] = { token };
    state.log.push(`create Secret ${words[3]}`);
  },
  rollout() {
    if (isWaiting(words[2])) {
      writeFileSync(process.env.STATE, JSON.stringify(state));
      fail('error: timed out waiting for the condition');
    }
    state.log.push(`rollout ${words[2]}`);
  },
};

function waitingOf(name) {
  return Object.entries(state.pending ?? {}).find(([part]) => name.includes(part)) ?? ['', ''];
}

/** For as long as it was not asked before. */
function isWaiting(name) {
  const [part] = waitingOf(name);
  const asked = state.log.includes(`ask ${name}`);
  if (part && !asked) state.log.push(`ask ${name}`);
  return part !== '' && !asked;
}

/** Whether the artifact that a check asks for was published in an earlier run. */
function hasPublishJob(check) {
  const [resource] = check.split('-check-');
  return Object.keys(state.objects).some((key) => key.startsWith('job/') && key.includes(`/${resource}-publish-`));
}

function conditionsOf({ metadata: { name }, spec }) {
  if (spec.suspend) return 'Suspended';
  return includes(state.failing, name) ? 'FailureTarget Failed' : 'SuccessCriteriaMet Complete';
}

function merge(target, patch) {
  if (typeof patch !== 'object') return patch;
  const merged = Object.entries(patch).map(([key, value]) => [key, merge(target?.[key] ?? {}, value)]);
  return { ...target, ...Object.fromEntries(merged) };
}

if (!commands[verb]) fail(`unknown command ${verb}`);
commands[verb]();
const after = JSON.stringify(state);
/* In a pipe two of these run at once: one that only reads must not write, lest the other reads half of it, or is undone. */
if (after !== before) writeFileSync(process.env.STATE, after);

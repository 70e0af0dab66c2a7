import type { LiveObject } from '../../../src/reconciler/kube/types';
import { fingerprintOf, liveFingerprint } from '../../../src/reconciler/observe/fingerprint';
import { ownedBy } from '../../../src/reconciler/observe/managed-fields';

const MANAGER = 'substratus';

const WANTED = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'chat', namespace: 'team-a', labels: { role: 'run' } },
  spec: {
    replicas: 1,
    template: {
      spec: {
        containers: [{ name: 'serve', image: 'a/b:1', command: ['b', 'a'], env: [{ name: 'A', value: '' }], resources: { requests: { cpu: '0.5' } } }],
        tolerations: [{ operator: 'Exists', key: 'x' }],
        volumes: [{ name: 'tmp', emptyDir: {} }],
      },
    },
  },
};

/** As the API server has it: with defaults, quantities in its own way, and who owns what. */
function live(changes: { taken?: string; container?: object } = {}): LiveObject {
  const fields = {
    'f:name': {}, 'f:image': {}, 'f:command': {},
    'f:env': { 'k:{"name":"A"}': { '.': {}, 'f:name': {} } },
    'f:resources': { 'f:requests': { 'f:cpu': {} } },
  };
  const container = Object.fromEntries(Object.entries(fields).filter(([name]) => name !== changes.taken));
  const fieldsV1 = {
    'f:metadata': { 'f:labels': { 'f:role': {} }, 'f:annotations': { 'f:substratus.ai/applied': {} }, 'f:ownerReferences': { 'k:{"uid":"u"}': {} } },
    'f:spec': {
      'f:replicas': {},
      'f:template': {
        'f:spec': {
          'f:containers': { 'k:{"name":"serve"}': { '.': {}, ...container } },
          'f:tolerations': {},
          'f:volumes': { 'k:{"name":"tmp"}': { '.': {}, 'f:emptyDir': {}, 'f:name': {} } },
        },
      },
    },
  };
  return {
    metadata: {
      name: 'chat', namespace: 'team-a', uid: 'u', resourceVersion: '1', generation: 3,
      labels: { role: 'run', foreign: 'yes' },
      annotations: { 'substratus.ai/applied': '{}', 'deployment.kubernetes.io/revision': '2' },
      managedFields: [
        { manager: MANAGER, operation: 'Apply', fieldsV1 },
        { manager: 'kube-controller-manager', operation: 'Update', subresource: 'status', fieldsV1: { 'f:status': {} } },
      ],
    },
    spec: {
      replicas: 1,
      strategy: { type: 'RollingUpdate' },
      template: {
        spec: {
          restartPolicy: 'Always',
          containers: [
            { name: 'sidecar', image: 'other' },
            {
              name: 'serve', image: 'a/b:1', command: ['b', 'a'], env: [{ name: 'A' }],
              resources: { requests: { cpu: '500m' } }, imagePullPolicy: 'Always', ...changes.container,
            },
          ],
          tolerations: [{ key: 'x', operator: 'Exists' }],
          volumes: [{ name: 'tmp', emptyDir: {} }],
        },
      },
    },
  } as LiveObject;
}

test('what the API server adds, and how it writes things, makes no difference', () => {
  expect(liveFingerprint(ownedBy(live(), MANAGER))).toEqual(fingerprintOf(WANTED));
});

test('a field that someone has taken is a difference, though its value is not known to us any more', () => {
  const taken = liveFingerprint(ownedBy(live({ taken: 'f:image', container: { image: 'evil' } }), MANAGER));
  expect(taken.template).not.toBe(fingerprintOf(WANTED).template);
  expect(taken.rest).toBe(fingerprintOf(WANTED).rest);
});

test('the template is told apart from the rest', () => {
  const scaled = fingerprintOf({ ...WANTED, spec: { ...WANTED.spec, replicas: 2 } });
  expect(scaled.template).toBe(fingerprintOf(WANTED).template);
  expect(scaled.rest).not.toBe(fingerprintOf(WANTED).rest);
  expect(fingerprintOf({ kind: 'ConfigMap', data: { a: 'b' } }).template).toBeUndefined();
});

test('the order of words counts, the order of objects does not', () => {
  const template = (containers: object[]) => fingerprintOf({ spec: { template: { spec: { containers } } } }).template;
  expect(template([{ command: ['a', 'b'] }])).not.toBe(template([{ command: ['b', 'a'] }]));
  expect(template([{ name: 'a' }, { name: 'b' }])).toBe(template([{ name: 'b' }, { name: 'a' }]));
});

test('an object that we never applied owns nothing of ours', () => {
  expect(ownedBy({ metadata: { name: 'x', uid: 'u', resourceVersion: '1' } }, MANAGER)).toEqual({});
});

/** What a manager owns of an object, and whether that is what it has applied. */
import type { LiveObject } from '../../../src/reconciler/kube/types';
import { fingerprintOf, liveFingerprint } from '../../../src/reconciler/observe/fingerprint';
import { ownedBy } from '../../../src/reconciler/observe/managed-fields';

function volume(name: string, more: object = {}) {
  return { name, emptyDir: {}, ...more };
}

const SPEC = { volumes: [volume('params'), volume('artifacts')], finalizers: ['b', 'a'], hostNetwork: false };

/** As the API server stores it, with a volume and a field of someone else's. */
function stored(): LiveObject {
  const volumes = { 'k:{"name":"artifacts"}': { '.': {}, 'f:emptyDir': {}, 'f:name': {} }, 'k:{"name":"params"}': { '.': {}, 'f:emptyDir': {}, 'f:name': {} } };
  const template = { 'f:spec': { 'f:finalizers': { 'v:"a"': {}, 'v:"b"': {} }, 'f:hostNetwork': {}, 'f:volumes': volumes } };
  return {
    metadata: {
      name: 'x', uid: 'u', resourceVersion: '1',
      managedFields: [
        { manager: 'substratus', operation: 'Apply', fieldsV1: { 'f:spec': { 'f:template': template } } },
        { manager: 'other', operation: 'Update', fieldsV1: { 'f:spec': { 'f:replicas': {} } } },
      ],
    },
    spec: { replicas: 3, template: { spec: { volumes: [volume('params'), volume('injected'), volume('artifacts')], finalizers: ['b', 'a'] } } },
  } as LiveObject;
}

test('what is ours is told from what others have added, in the order in which it is', () => {
  expect(ownedBy(stored(), 'substratus')).toEqual({
    spec: { template: { spec: { volumes: [volume('params'), volume('artifacts')], finalizers: ['b', 'a'] } } },
  });
});

test('what the API server leaves out because it is false is no difference; another false is one', () => {
  expect(liveFingerprint(ownedBy(stored(), 'substratus'))).toEqual(fingerprintOf({ spec: { template: { spec: SPEC } } }));
  expect(liveFingerprint(ownedBy(stored(), 'substratus'))).not.toEqual(fingerprintOf({ spec: { template: { spec: { ...SPEC, automountServiceAccountToken: false } } } }));
});

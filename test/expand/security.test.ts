import { defined, dataset, jobOf, model, server, userContainer, userPod } from './fixtures';

function publisher(podSecurity?: 'restricted') {
  return defined(jobOf('publish', model({ podSecurity })).spec?.template.spec?.containers[0]?.securityContext);
}

test('an image may run as root by default, as the ancestor\'s do, in a pod with the default seccomp profile', () => {
  expect(userContainer(model()).securityContext).toBeUndefined();
  expect(userPod(model()).securityContext).toEqual({ fsGroup: 3003, seccompProfile: { type: 'RuntimeDefault' } });
});

test('restricted, it may not', () => {
  expect(userPod(server({ podSecurity: 'restricted' })).securityContext?.runAsNonRoot).toBe(true);
  expect(userContainer(server({ podSecurity: 'restricted' })).securityContext).toEqual({
    allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] },
  });
});

test('volumes belong to the group of the ancestor, so that an image of any user can write to them', () => {
  expect([model(), dataset(), server()].map((resource) => userPod(resource).securityContext?.fsGroup)).toEqual([3003, 3003, 3003]);
});

test('a helper runs as nobody, on a file system that it cannot change', () => {
  const check = jobOf('check', model()).spec?.template.spec?.containers[0]?.securityContext;
  expect(check).toMatchObject({ runAsNonRoot: true, readOnlyRootFilesystem: true, allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } });
});

test('the publisher can read what root has written, and has no other power', () => {
  expect(publisher()).toMatchObject({ runAsUser: 0, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'], add: ['DAC_OVERRIDE'] } });
  expect(publisher('restricted')).toMatchObject({ runAsNonRoot: true, capabilities: { drop: ['ALL'] } });
});

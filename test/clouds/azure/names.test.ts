import {
  checkContainerName, checkRegistryName, checkStorageAccountName, clientIdOutput, joinedName, poolName, registryName, rotationPoolName,
  storageAccountName,
} from '../../../src/clouds/azure/names';

const SUBSCRIPTION = '00000000-0000-0000-0000-000000000001';

test('a storage account has up to 24 letters and digits, always the same, and another one in another subscription', () => {
  const name = storageAccountName({ subscriptionId: SUBSCRIPTION, name: 'Acme-Artifacts-of-all-Teams' });
  expect(name).toMatch(/^acmeartifactso[0-9a-z]{10}$/);
  expect(name).toHaveLength(24);
  expect(storageAccountName({ subscriptionId: SUBSCRIPTION, name: 'Acme-Artifacts-of-all-Teams' })).toBe(name);
  expect(storageAccountName({ subscriptionId: 'another', name: 'Acme-Artifacts-of-all-Teams' })).not.toBe(name);
  expect(checkStorageAccountName(storageAccountName({ subscriptionId: SUBSCRIPTION, name: '-' }))).toHaveLength(10);
});

test('a registry has up to 50 letters and digits, and does not change with the case of the subscription', () => {
  const name = registryName({ subscriptionId: 'ABC', name: 'ml' });
  expect(checkRegistryName(name)).toMatch(/^ml[0-9a-z]{10}$/);
  expect(registryName({ subscriptionId: 'abc', name: 'ml' })).toBe(name);
});

test('a pool is called as chosen, without hyphens; a long name ends in a digest', () => {
  expect(poolName('a100-spot')).toBe('a100spot');
  expect(poolName('training-a100-spot')).toMatch(/^traini[0-9a-z]{6}$/);
  expect(poolName('training-a100-spot')).not.toBe(poolName('training-a100-slow'));
  expect(rotationPoolName('a100-spot')).toMatch(/^[a-z][0-9a-z]{11}$/);
});

test('names that are joined stay within their length', () => {
  expect(joinedName(['ml', 'team-a'], 128)).toBe('ml-team-a');
  expect(joinedName(['ml', 'a'.repeat(200)], 128)).toHaveLength(128);
});

test('a client id is found by cluster, namespace and ServiceAccount', () => {
  expect(clientIdOutput('ml', { namespace: 'team-a', name: 'artifact-reader' })).toBe('clientId_ml_team-a_artifact-reader');
});

test.each([
  [() => checkStorageAccountName('my-bucket'), 'bucket name is my-bucket; on azure it has 3 to 24 lowercase letters and digits, for it names a storage account'],
  [() => checkRegistryName('ml'), 'registry name is ml; on azure it has 5 to 50 letters and digits'],
  [() => checkContainerName('ws-a--b'), 'container of the workspace is ws-a--b; on azure it has 3 to 63 lowercase letters, digits and single hyphens, so the namespace has 60 at most'],
  [
    () => checkContainerName(`ws-${'a'.repeat(61)}`),
    `container of the workspace is ws-${'a'.repeat(61)}; on azure it has 3 to 63 lowercase letters, digits and single hyphens, so the namespace has 60 at most`,
  ],
])('a name that Azure refuses is refused (%#)', (check, message) => {
  expect(check).toThrow(new Error(message));
});

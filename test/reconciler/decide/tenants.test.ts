/** A18: what one namespace learns of another. */
import { model, platformOf, server } from '../../expand/fixtures';
import { World } from '../world';

const SECRET = 'token=hf_secret in /content/train.py';

function inShared(name: string, spec = {}) {
  return { ...model(spec, name), metadata: { name, namespace: 'shared' } };
}

test('A18: a dependant in another namespace learns the reason alone, one in the same namespace the message too', () => {
  const cluster = new World(platformOf('gcp'));
  const base = cluster.add(inShared('base', { sharing: { namespaces: ['*'] } }));
  const reference = { name: 'base', namespace: 'shared' };
  const far = [cluster.add(server({ model: reference })), cluster.add(model({ model: reference }, 'tuned'))];
  const near = cluster.add(inShared('near', { model: reference }));
  cluster.settle();
  cluster.end(base, 'check', { message: '{"published":false}' });
  cluster.settle();
  cluster.end(base, 'run', { exitCode: 1, message: SECRET });
  cluster.settle();
  for (const dependant of far) {
    expect(cluster.ready(dependant).message).toBe('waiting for Model shared/base (RunFailed; its owner can see why)');
    expect(JSON.stringify(cluster.get(dependant).status)).not.toContain(SECRET);
  }
  expect(cluster.ready(near).message).toContain(SECRET);
});

test('A18: a circle through what is not shared is not told, as nothing of it is', () => {
  const cluster = new World(platformOf('gcp'));
  const tuned = cluster.add(model({ model: { name: 'base', namespace: 'shared' } }, 'tuned'));
  cluster.add(inShared('base', { model: { name: 'hidden' } }));
  cluster.add(inShared('hidden', { model: { name: 'tuned', namespace: 'team-a' } }));
  cluster.settle();
  expect(cluster.ready(tuned).reason).toBe('ReferenceNotPermitted');
  expect(cluster.ready(tuned).message).not.toContain('hidden');
});

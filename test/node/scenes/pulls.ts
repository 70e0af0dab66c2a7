/** Images that are pulled: with a moving tag, from a private registry, and such as are not there. */
import { programImage } from '../images/light';
import { ARTIFACTS, scripted } from '../stage';
import type { NodeStage } from '../stage';

const SCRIPT = 'cp /programs/words.txt /content/artifacts/model.txt';
const LOGIN = { username: 'ci', password: 'not a secret' };

function offered(name: string) {
  return programImage(name, { 'programs/words.txt': `of ${name}\n` });
}

export function pulls(stage: NodeStage): void {
  const manifestOf = (namespace: string) => stage.cluster.onNode('sh', '-c', `cat ${ARTIFACTS}/${namespace}/models/*/manifest.json`);

  const moving = stage.scene(async () => {
    const digest = await stage.cluster.registry.offer(offered('docker.io/acme/trainer:latest'));
    const namespace = await stage.namespace();
    const model = scripted('Model', { namespace, name: 'moving' }, { script: SCRIPT, image: 'acme/trainer' });
    await stage.apply(model);
    await stage.ready(model);
    return { digest, manifest: await manifestOf(namespace) };
  });

  test('an image without a tag is pulled, and the manifest has the digest of what ran', async () => {
    const { digest, manifest } = await moving();
    expect(manifest).toContain(`"imageDigest": "${digest}"`);
  });

  const locked = stage.scene(async () => {
    await stage.cluster.registry.offer(offered('registry.acme.example/private:1'), LOGIN);
    const namespace = await stage.namespace();
    const model = scripted('Model', { namespace, name: 'locked' }, {
      script: SCRIPT, image: 'registry.acme.example/private:1', imagePullSecrets: [{ name: 'registry' }],
    });
    await stage.apply(model);
    const refused = await stage.reason(model, 'ImagePullFailed');
    const auths = { 'registry.acme.example': { auth: Buffer.from(`${LOGIN.username}:${LOGIN.password}`).toString('base64') } };
    await stage.client.create({
      apiVersion: 'v1', kind: 'Secret', metadata: { namespace, name: 'registry' }, type: 'kubernetes.io/dockerconfigjson',
      stringData: { '.dockerconfigjson': JSON.stringify({ auths }) },
    } as object);
    return { refused, ready: await stage.ready(model) };
  });

  test('a private image waits for its secret, says so, and goes on once it is there', async () => {
    const { refused, ready } = await locked();
    expect(refused.message).toMatch(/registry.acme.example\/private:1.*no basic auth credentials/);
    expect(ready.status).toMatchObject({ ready: true });
  });

  const absent = stage.scene(async () => {
    const namespace = await stage.namespace();
    const model = scripted('Model', { namespace, name: 'absent' }, { script: SCRIPT, image: 'acme/trainre:1' });
    await stage.apply(model);
    return stage.reason(model, 'ImagePullFailed');
  });

  test('an image that is not there is named', async () => {
    expect((await absent()).message).toContain('docker.io/acme/trainre:1: not found');
  });
}

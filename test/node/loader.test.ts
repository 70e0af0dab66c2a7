/** What a user reads when a model cannot be loaded, and what is overcome: our loader in its pod, and a hub that speaks its protocol. */
import { createHash } from 'node:crypto';
import { Platform } from 'cdk-substratus';
import type { Resource } from '../../src/api/resource';
import { resourceOf } from '../cluster/reconciler/stage';
import { HUB_URL, startHub } from './hub';
import { loaderImage } from './images/python';
import { ARTIFACTS, describeOnNodeStage } from './stage';

const PLATFORM = Platform.local({ clusterName: 'laptop', mirrors: { huggingFace: HUB_URL } });
const HUB_HOST = HUB_URL.replace('http://', '');
const weightsOf = (name: string) => `weights of ${name}, ${'x'.repeat(2000)}`;
const sumOf = (content: string | Uint8Array) => createHash('sha256').update(content).digest('hex');
const corrupted = (text: string) => Buffer.from(text).map((byte) => byte ^ 1);

/** What is hopeless is not tried again. */
function afterOneAttempt(cause: string): string {
  return `run failed: container model exited with 65: ${cause}; after fixing it, change annotation substratus.ai/retry to repeat that step`;
}

/** A model of three files. */
function model(name: string, about: object = {}): Record<string, string> {
  const folder = `models/acme/${name}`;
  return {
    [`${folder}/.hub.json`]: JSON.stringify({ licence: 'mit', tags: ['v1'], ...about }),
    [`${folder}/config.json`]: '{}',
    [`${folder}/tokenizer.json`]: '{}',
    [`${folder}/model.safetensors`]: weightsOf(name),
  };
}

const FILES = {
  ...model('gated', { gated: true }), ...model('tiny'), ...model('cut'), ...model('shaky'), ...model('broken'), ...model('damaged'),
  'models/acme/choice/tiny-Q4_K_M.gguf': '4', 'models/acme/choice/tiny-Q8_0.gguf': '8',
};
const cdn = (name: string) => `/cdn/${sumOf(weightsOf(name))}*`;
const FAULTS = [
  { path: cdn('cut'), cut: 1000, times: 2 },
  { path: '*acme/shaky/resolve/*', status: 504, times: 2 },
  { path: cdn('shaky'), status: 500, times: 1 },
  /* As often as one attempt asks. */
  { path: '/api/models/acme/broken*', status: 503, times: 6 },
  { path: cdn('damaged'), corrupt: true, times: -1 },
];

interface Refused {
  readonly name: string;
  readonly params: Readonly<Record<string, string>>;
  readonly token?: string;
  readonly message: string;
}

const REFUSED: readonly Refused[] = [
  {
    name: 'a gated repository without a token',
    params: { repo: 'acme/gated' },
    message: `acme/gated is gated: accept its licence at ${HUB_URL}/acme/gated and give that account's token in HF_TOKEN`,
  },
  {
    name: 'a wrong token',
    params: { repo: 'acme/gated' },
    token: 'hf_wrong',
    message: 'the token in HF_TOKEN is not valid; make one at https://huggingface.co/settings/tokens',
  },
  {
    name: 'a licence that is not accepted',
    params: { repo: 'acme/gated' },
    token: 'hf_other',
    message: `the account of HF_TOKEN may not load acme/gated: accept its licence at ${HUB_URL}/acme/gated, or see there whether the request is`
      + ' granted yet; a fine-grained token needs the permission to read gated repositories',
  },
  {
    name: 'a repository that is not there',
    params: { repo: 'acme/none' },
    message: `${HUB_HOST} has no model acme/none, or it is private and HF_TOKEN is not set; see ${HUB_URL}/acme/none`,
  },
  { name: 'a revision that does not exist', params: { repo: 'acme/tiny', revision: 'v9' }, message: 'acme/tiny has no revision v9; it has main, v1' },
  {
    name: 'a glob that matches nothing',
    params: { repo: 'acme/tiny', include: '*.gguf' },
    message: 'include *.gguf matches none of the 3 files of acme/tiny at COMMIT; it has config.json, model.safetensors, tokenizer.json',
  },
  {
    name: 'two quantizations',
    params: { repo: 'acme/choice' },
    message: 'acme/choice at COMMIT has 2 GGUF files to choose from, and a server opens one; set include to one of them,'
      + ' for example include: tiny-Q4_K_M.gguf; there are tiny-Q4_K_M.gguf, tiny-Q8_0.gguf',
  },
  {
    name: 'a file with another sum',
    params: { repo: 'acme/damaged' },
    message: `model.safetensors has sha256 ${sumOf(corrupted(weightsOf('damaged')))} instead of ${sumOf(weightsOf('damaged'))}, twice;`
      + ' the file is damaged where it is kept or on its way (a mirror, a proxy), or the sum in the recipe is not its sum',
  },
];

describeOnNodeStage('a model of a hub', (stage) => {
  const loaded = async ({ name = 'model', params, token }: { readonly name?: string; readonly params: object; readonly token?: string }) => {
    const namespace = await stage.namespace();
    if (token !== undefined) {
      await stage.client.create({ apiVersion: 'v1', kind: 'Secret', metadata: { namespace, name: 'hub' }, stringData: { token } } as object);
    }
    const resources = { cpu: '20m', memory: '128Mi', disk: '100Mi' };
    const runtimeEnv = { SUBSTRATUS_RETRY_SECONDS: '0.05', ...(token !== undefined && { HF_TOKEN: '${{ secrets.hub.token }}' }) };
    return resourceOf('Model', { namespace, name }, { runtime: { name: 'huggingface', version: 1 }, image: loaderImage.name, params, resources, runtimeEnv });
  };
  /** What its status and its Event say. */
  const failed = async (resource: Resource) => {
    await stage.apply(resource);
    const { message } = await stage.reason(resource, 'RunFailed');
    const event = (await stage.told(resource, 'RunFailed')).RunFailed ?? '';
    return [message, event].map((text) => text.replace(/ at [0-9a-f]{7}\b/, ' at COMMIT'));
  };

  const refused = REFUSED.map(({ name, message, ...how }) => ({ name, message, play: stage.scene(async () => failed(await loaded(how))) }));

  test.each(refused)('is not loaded, and says why: $name', async ({ play, message }) => {
    expect(await play()).toEqual([afterOneAttempt(message), afterOneAttempt(message)]);
  });

  const overcome = ['cut', 'shaky'].map((name) => ({
    name,
    play: stage.scene(async () => {
      const resource = await loaded({ name, params: { repo: `acme/${name}` } });
      await stage.apply(resource);
      await stage.ready(resource);
      const { namespace } = resource.metadata;
      return stage.cluster.onNode('sh', '-c', `cat ${ARTIFACTS}/${namespace}/models/*/files/model.safetensors`);
    }),
  }));

  test.each(overcome)('is loaded over a connection that is $name', async ({ name, play }) => {
    expect(await play()).toBe(weightsOf(name));
  });

  const broken = stage.scene(async () => {
    const resource = await loaded({ name: 'broken', params: { repo: 'acme/broken' } });
    await stage.apply(resource);
    const message = await stage.until('another attempt comes', async () => {
      const said = (await stage.get(resource)).status?.conditions?.find(({ type }) => type === 'Ready')?.message ?? '';
      return said.includes('attempt 2 of 3 comes') && said;
    });
    await stage.ready(resource);
    return message;
  });

  test('is loaded by the next attempt where the hub was down, and the status says when that comes', async () => {
    expect(await broken()).toMatch(new RegExp(
      `attempt 2 of 3 comes at about \\S+Z; the last one failed: container model exited with 75: ${HUB_HOST} answers 503 to acme/broken;`
      + ' another attempt goes on with what is there$',
    ));
  });
}, {
  images: [loaderImage],
  platform: PLATFORM,
  before: (cluster) => startHub(cluster, { files: FILES, faults: FAULTS, tokens: { hf_granted: ['acme/gated'], hf_other: ['acme/other'] } }),
});

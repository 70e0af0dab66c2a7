/** The real llama.cpp behind the real KEDA, on the CPU: what a client waits for, of whom the first request wakes a Server. */
import { model } from '../cluster/reconciler/stage';
import { findLlama, LlamaPods } from './llama';
import { describeWithEngines } from './stage';
import type { Answer } from './stage';

const QUESTION = { path: '/v1/chat/completions', body: { messages: [{ role: 'user', content: 'hello' }], max_tokens: 24, temperature: 0, stream: true } };
const COLD_STARTS = 5;

/** The tokens of a stream. */
function tokensOf({ text }: Answer): string[] {
  return text.split('\n').filter((line) => line.startsWith('data: {')).flatMap((line) => {
    const { choices } = JSON.parse(line.slice('data: '.length)) as { readonly choices: readonly { readonly delta: { readonly content?: string | null } }[] };
    return choices[0]?.delta.content ?? [];
  });
}

const llama = findLlama();

(llama ? describeWithEngines : (name: string) => { describe.skip(name, () => test('needs llama-server: npm run test:runtimes builds it', () => undefined)); })(
  'a Server of llama.cpp that is scaled by its requests', (stage) => {
    test('streams its first tokens to the one whose request has woken it', async () => {
      const namespace = await stage().namespace();
      const chat = { namespace, name: 'chat' };
      const pods = new LlamaPods(stage(), llama ?? '', chat);
      pods.start();
      try {
        await stage().published(model(namespace, 'opt'));
        const resource = await stage().serve(chat, { runtime: { name: 'llama-cpp' }, startupTimeout: '10s', autoscaling: { min: 0, max: 1 } });
        const warm = await stage().ask(chat, QUESTION);
        const cold: Answer[] = [];
        for (let start = 0; start < COLD_STARTS; start += 1) {
          await stage().untilGone({ ...chat, resource });
          cold.push(await stage().ask(chat, QUESTION));
        }
        const ms = ({ at }: Answer) => Math.round(at.first - at.sent);
        console.info(`first token: warm ${ms(warm)} ms; cold ${cold.map(ms).sort((a, b) => a - b).join(', ')} ms`);
        expect(cold.map(({ status, headers }) => [status, headers['x-keda-http-cold-start']])).toEqual(Array(COLD_STARTS).fill([200, 'true']));
        expect(cold.map((answer) => tokensOf(answer).length)).toEqual(Array(COLD_STARTS).fill(24));
        expect(cold.map(({ at }) => at.last > at.first)).toEqual(Array(COLD_STARTS).fill(true));
        expect(cold.map((answer) => tokensOf(answer).join(''))).toEqual(Array(COLD_STARTS).fill(tokensOf(warm).join('')));
      } finally {
        await pods.stop();
      }
    });
  },
);

/**
 * What the interceptor of KEDA's HTTP add-on adds to a request of a Server that runs:
 *
 *   npx tsx --tsconfig bench/tsconfig.json bench/serving/interceptor.ts [--requests 4000]
 *
 * Both ways lead by the same forwarder of this machine, by which alone the interceptor reaches anything, to the same program, which answers
 * at once. They are taken in turn, so that other work on the machine falls on both.
 */
import * as http from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseArgs } from 'node:util';
import { findAssets } from '../../test/cluster/assets';
import { startCluster } from '../../test/cluster/cluster';
import { quantile } from '../../test/engines/cold-starts';
import { findEngines } from '../../test/engines/programs';
import { EngineStage } from '../../test/engines/stage';

const ROUNDS = 20;
const ANSWER = JSON.stringify({ object: 'list', data: [{ id: 'chat', object: 'model' }] });

type Ask = () => Promise<number>;

/** Milliseconds of a request, over connections that are kept. */
function asking(agent: http.Agent, options: http.RequestOptions): Ask {
  return () => new Promise((resolve, reject) => {
    const sent = performance.now();
    http.get({ ...options, agent, host: '127.0.0.1' }, (answer) => {
      answer.resume().on('end', () => (answer.statusCode === 200 ? resolve(performance.now() - sent) : reject(new Error(`answered ${answer.statusCode}`))));
    }).on('error', reject);
  });
}

async function timesOf(ask: Ask, requests: number, atOnce: number): Promise<number[]> {
  const client = async () => {
    const times: number[] = [];
    for (let done = 0; done < requests / atOnce; done += 1) times.push(await ask());
    return times;
  };
  return (await Promise.all(Array.from({ length: atOnce }, client))).flat();
}

async function compare(ways: readonly [Ask, Ask], requests: number, atOnce: number): Promise<string> {
  const times: [number[], number[]] = [[], []];
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const way of [0, 1] as const) times[way].push(...await timesOf(ways[way], requests / ROUNDS, atOnce));
  }
  const cells = [0.5, 0.99].flatMap((share) => {
    const [direct, through] = times.map((some) => quantile(some, share)) as [number, number];
    return [direct.toFixed(2), through.toFixed(2), `+${(through - direct).toFixed(2)}`, (through / direct).toFixed(2)];
  });
  return `| ${atOnce} | ${cells.join(' | ')} |`;
}

async function measure(requests: number): Promise<string[]> {
  const [assets, programs] = [findAssets(), findEngines()];
  if (!assets || !programs) throw new Error('the programs are not built; npm run test:engines builds them');
  const server = http.createServer((_, response) => void response.writeHead(200, { 'content-type': 'application/json' }).end(ANSWER));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const cluster = await startCluster({ assets, hasEndpoints: true });
  const stage = new EngineStage(() => cluster, programs);
  const agent = new http.Agent({ keepAlive: true });
  try {
    await stage.open();
    const chat = await stage.elastic({ min: 1, max: 1 });
    stage.lead(chat, (server.address() as AddressInfo).port);
    const headers = { host: `chat-server.${chat.namespace}.svc:8080` };
    const forwarder = new URL(stage.engines.network.url);
    const direct = asking(agent, { port: forwarder.port, path: `http://${headers.host}/v1/models`, headers });
    const through = asking(agent, { port: stage.engines.interceptorPort, path: '/v1/models', headers });
    await compare([direct, through], requests / 10, 1); // warm
    return [await compare([direct, through], requests, 1), await compare([direct, through], requests, 16)];
  } finally {
    agent.destroy();
    await stage.close();
    await cluster.stop();
    server.close();
    server.closeAllConnections();
  }
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { requests: { type: 'string', default: '4000' } } });
  const lines = await measure(Number(values.requests));
  console.log(['| at once | p50 without | with | more | ratio | p99 without | with | more | ratio |', '|---|---|---|---|---|---|---|---|---|', ...lines].join('\n'));
}

void main();

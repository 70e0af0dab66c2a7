/**
 * `npm run bench:serving`: what a gateway adds to the answers of a Server, with the real Envoy, its processor of requests, the rate limit
 * service and Redis.
 *
 *   npm run bench:serving -- --clients 20 --seconds 300
 *
 * Each client asks the Server itself and through the gateway in turn, so that other work on the machine hits both sides alike.
 */
import { parseArgs } from 'node:util';
import { findAssets } from '../../test/cluster/assets';
import { startCluster } from '../../test/cluster/cluster';
import { findGateway } from '../../test/engines/gateway/programs';
import { GatewayScene, SERVER_PORT } from '../../test/engines/gateway/scene';
import { GatewayStage } from '../../test/engines/gateway/stage';
import { Client } from './client';
import { report } from './report';
import { startServer } from './server';

const MODEL = 'chat';
const SERVER = `bench/${MODEL}`;
const KEY = 'sk-team-ci';
const GATEWAY_PORT = 10_080;

interface Wanted {
  readonly clients: number;
  readonly seconds: number;
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { clients: { type: 'string', default: '20' }, seconds: { type: 'string', default: '300' } } });
  const wanted = { clients: Number(values.clients), seconds: Number(values.seconds) };
  const [assets, programs] = [findAssets(), findGateway()];
  if (!assets || !programs) throw new Error('the programs of the gateway are not built; run npm run test:engines first');
  const cluster = await startCluster({ assets });
  const stage = new GatewayStage(cluster, programs);
  const server = await startServer(stage.names.addressOf(`${MODEL}-server`, 'bench'));
  try {
    const teams = { team: { models: [MODEL], keys: ['ci'], tokensPerMonth: 4_000_000_000, requestsPerMinute: 4_000_000_000 } };
    await new GatewayScene(stage).open({ servers: [], offered: [SERVER], teams });
    await measure(wanted, server.address);
  } finally {
    server.stop();
    await stage.close();
    await cluster.stop();
  }
}

async function measure({ clients, seconds }: Wanted, host: string): Promise<void> {
  const bare = { host, port: SERVER_PORT };
  const gateway = { host: '127.0.0.1', port: GATEWAY_PORT, key: KEY };
  const end = Date.now() + seconds * 1000;
  const samples = await Promise.all(Array.from({ length: clients }, () => new Client([bare, gateway], MODEL).run(end)));
  console.log(report(samples.flat(), { clients, seconds }));
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});

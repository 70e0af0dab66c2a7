/** `substratus usage` of a real Prometheus, which reads metrics as Envoy AI Gateway has them. */
import { spawn } from 'node:child_process';
import * as fs from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { EXIT } from '../../../src/cli/errors';
import type { UsageRow } from '../../../src/cli/usage/usage';
import { temporary } from '../../constructs/fixtures';
import { substratus } from '../run';
import { metricsText } from './metrics';
import type { Counted } from './metrics';

const PROGRAM = [process.env.PROMETHEUS, path.join(__dirname, '../../../.cache/promtool/prometheus')].find((file) => file && fs.existsSync(file));
const describeWithPrometheus = PROGRAM ? describe : describe.skip;

/** After the first scrape, and after the second. */
const BEFORE: readonly Counted[] = [
  { client: 'team-a.ci', model: 'chat', upstream: 'qwen', type: 'input', tokens: 0, requests: 0 },
  { client: 'team-a.ci', model: 'chat', upstream: 'qwen', type: 'output', tokens: 0, requests: 0 },
  { client: 'team-a.ci', model: 'chat', upstream: 'qwen', type: 'cached_input', tokens: 0, requests: 0 },
  { client: 'team-a.ci.2', model: 'chat', upstream: 'qwen', type: 'input', tokens: 0, requests: 0 },
  { client: 'team-a-x.ci', model: 'chat', upstream: 'qwen', type: 'input', tokens: 0, requests: 0 },
];
const TOKENS = [40_000, 20_000, 30_000, 4000, 8000];
const AFTER: readonly Counted[] = BEFORE.map((counted, index) => ({ ...counted, tokens: TOKENS[index] ?? 0, requests: 40 }));

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  const { port } = server.address() as AddressInfo;
  await new Promise<void>((resolve) => { server.close(() => resolve()); });
  return port;
}

describeWithPrometheus('a Prometheus that reads the gateway', () => {
  let [metrics, url] = [metricsText(BEFORE), ''];
  const ends: (() => Promise<void>)[] = [];

  beforeAll(async () => {
    const gateway = createServer((_, response) => { response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4' }).end(metrics); });
    await new Promise<void>((resolve) => { gateway.listen(0, '127.0.0.1', resolve); });
    const { port: metricsPort } = gateway.address() as AddressInfo;
    const [directory, port] = [temporary(), await freePort()];
    const file = path.join(directory, 'prometheus.yml');
    fs.writeFileSync(file, JSON.stringify({
      global: { scrape_interval: '200ms' }, scrape_configs: [{ job_name: 'gateway', static_configs: [{ targets: [`127.0.0.1:${metricsPort}`] }] }],
    }));
    url = `http://127.0.0.1:${port}`;
    const flags = [`--config.file=${file}`, `--storage.tsdb.path=${directory}/data`, `--web.listen-address=127.0.0.1:${port}`];
    const prometheus = spawn(PROGRAM ?? '', flags, { stdio: 'ignore' });
    const ended = new Promise<void>((resolve) => { prometheus.on('close', () => resolve()); });
    ends.push(async () => {
      prometheus.kill('SIGKILL');
      await ended;
      await new Promise<void>((resolve) => { gateway.close(() => resolve()); gateway.closeAllConnections(); });
    });
    await seen(5);
    metrics = metricsText(AFTER);
    await until(async () => (await usage()).length === 2);
    await sleep(1000);
  }, 60_000);

  afterAll(async () => { for (const end of ends) await end(); });

  async function usage(...args: string[]): Promise<UsageRow[]> {
    const { stdout } = await substratus(['usage', '--url', url, '--since', '1m', '-o', 'json', ...args]);
    return JSON.parse(stdout || '[]') as UsageRow[];
  }

  async function until(isSo: () => Promise<boolean>): Promise<void> {
    while (!await isSo().catch(() => false)) await sleep(200);
  }

  /** So many scrapes, for an increase begins at the first sample. */
  async function seen(times: number): Promise<void> {
    await until(async () => {
      const body = new URLSearchParams({ query: 'min(count_over_time(gen_ai_client_token_usage_sum[1m]))' });
      const answer = await (await fetch(`${url}/api/v1/query`, { method: 'POST', body })).json() as { readonly data: { readonly result: readonly { readonly value: [number, string] }[] } };
      return Number(answer.data.result[0]?.value[1] ?? 0) >= times;
    });
  }

  test('has the tokens of each team, with both keys of a rotation as one and parts of the input counted once', async () => {
    const rows = await usage('--keys');
    expect(rows.map(({ team, key, model }) => `${team} ${key} ${model}`)).toEqual(['team-a ci chat', 'team-a-x ci chat']);
    const [first, second] = rows;
    const ratio = (one: number | undefined, other: number | undefined): number => (one ?? 0) / (other ?? 1);
    expect(ratio(first?.inputTokens, first?.outputTokens)).toBeCloseTo(44_000 / 20_000, 2); // what is extrapolated is so for all alike
    expect(ratio(first?.inputTokens, second?.inputTokens)).toBeCloseTo(44_000 / 8000, 2);
    expect(first?.inputTokens).toBeGreaterThanOrEqual(44_000);
    expect(first?.inputTokens).toBeLessThan(44_000 * 1.5);
    expect(first?.totalTokens).toBe((first?.inputTokens ?? 0) + (first?.outputTokens ?? 0));
    expect(ratio(first?.requests, second?.requests)).toBeCloseTo(2, 0);
  });

  test('has those of one team alone, whatever the names of others begin with', async () => {
    expect((await usage('--team', 'team-a')).map(({ team }) => team)).toEqual(['team-a']);
    expect(await usage('--team', 'team')).toEqual([]);
    expect(await usage('--model', 'qwen')).toEqual([]);
  });

  test('is a table with a sum, in 80 columns', async () => {
    const { stdout, exitCode } = await substratus(['usage', '--url', url, '--since', '1m']);
    expect(exitCode).toBe(EXIT.ok);
    const lines = stdout.trimEnd().split('\n');
    expect(lines.map((line) => line.split(/\s+/)[0])).toEqual(['TEAM', 'team-a', 'team-a-x', 'all']);
    expect(lines[0]).toMatch(/^TEAM {6}MODEL +REQUESTS +INPUT +OUTPUT +TOKENS$/);
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(80);
  });
});

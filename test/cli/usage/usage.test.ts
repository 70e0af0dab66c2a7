import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { EXIT } from '../../../src/cli/errors';
import type { Sample } from '../../../src/cli/usage/prometheus';
import { usageQueries, usageRows } from '../../../src/cli/usage/usage';
import type { UsageFilter, UsageRow } from '../../../src/cli/usage/usage';
import { substratus } from '../run';
import type { Ran } from '../run';

function sample(client: string | undefined, type: string, ...[tokens, model = 'chat']: [tokens: number | string, model?: string]): Sample {
  const labels = { gen_ai_token_type: type, gen_ai_original_model: model, gen_ai_request_model: 'up' };
  return { metric: { ...(client !== undefined && { client_id: client }), ...labels }, value: [0, String(tokens)] };
}

const SAMPLES = {
  tokens: [
    sample('team-a.ci', 'input', 1000.4), sample('team-a.ci', 'output', 500), sample('team-a.ci.2', 'input', 10), sample('team-a.web', 'input', 5, 'embed'),
    sample('team-b.ci', 'input', 9_000_000), sample('team-b', 'output', 1), sample(undefined, 'input', 7), sample('team-c.ci', 'input', 'NaN'),
  ],
  requests: [sample('team-a.ci', 'input', 3), sample('team-a.ci.2', 'input', 1), sample('team-a.web', 'input', 1, 'embed'), sample('team-b.ci', 'input', 90)],
};

const short = (filter: UsageFilter): string[] => usageRows(SAMPLES, filter)
  .map(({ team, key, model, requests, inputTokens, outputTokens, totalTokens }: UsageRow) => (
    [team, ...key === undefined ? [] : [key], model, requests, inputTokens, outputTokens, totalTokens].join(' ')));

describe('rows', () => {
  test('are of teams and models, the most tokens first', () => {
    expect(short({})).toEqual(['team-b chat 90 9000000 1 9000001', 'team-a chat 4 1010 500 1510', 'unknown chat 0 7 0 7', 'team-a embed 1 5 0 5']);
  });

  test('are of keys too, with one that takes the place of another counted as it; of a token, there is none', () => {
    expect(short({ isByKey: true })).toEqual([
      'team-b ci chat 90 9000000 0 9000000', 'team-a ci chat 4 1010 500 1510', 'unknown  chat 0 7 0 7', 'team-a web embed 1 5 0 5', 'team-b  chat 0 0 1 1',
    ]);
  });

  test('are of one model', () => expect(short({ model: 'embed' })).toEqual(['team-a embed 1 5 0 5']));

  test('name the model as it was passed on where it is not known how it was asked for', () => {
    const tokens = [{ metric: { client_id: 'a.b', gen_ai_token_type: 'input', gen_ai_request_model: 'up' }, value: [0, '1'] as const }];
    expect(usageRows({ tokens, requests: [] }, {})).toMatchObject([{ model: 'up' }]);
  });
});

test('queries ask for one team alone, by its dot', () => {
  const { tokens, requests } = usageQueries('7d', 'team-a');
  expect(tokens).toBe('sum by (client_id, gen_ai_original_model, gen_ai_request_model, gen_ai_token_type) '
    + '(increase(gen_ai_client_token_usage_sum{gen_ai_token_type=~"input|output",client_id=~"team-a([.].+)?"}[7d]))');
  expect(requests).toContain('gen_ai_client_token_usage_count{gen_ai_token_type=~"input",client_id=~');
});

interface Answering {
  readonly url: string;
  readonly asked: string[];
  readonly close: () => Promise<void>;
}

/** Answers each query with the same. */
async function answering(status: number, body: string): Promise<Answering> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (piece: Buffer) => { text += piece.toString(); });
    request.on('end', () => {
      asked.push(`${request.method} ${request.url} ${new URLSearchParams(text).get('query')}`);
      response.writeHead(status, { 'content-type': 'application/json' }).end(body);
    });
  });
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, asked, close: () => new Promise((resolve) => { server.close(() => resolve()); server.closeAllConnections(); }) };
}

async function usageFrom(status: number, body: string, args: readonly string[] = []): Promise<Ran & Pick<Answering, 'asked'>> {
  const prometheus = await answering(status, body);
  try {
    return { ...await substratus(['usage', '--url', prometheus.url, ...args]), asked: prometheus.asked };
  } finally {
    await prometheus.close();
  }
}

const vector = (result: readonly Sample[]): string => JSON.stringify({ status: 'success', data: { resultType: 'vector', result } });

describe('substratus usage', () => {
  test('is told when nothing was counted, with the likely cause', async () => {
    const { asked, ...ran } = await usageFrom(200, vector([]), ['--team', 'team-a', '--model', 'chat']);
    expect(ran).toEqual({
      exitCode: EXIT.ok, stdout: '',
      stderr: "no tokens of team team-a for model chat were counted in 30d; where there were requests, Prometheus does not read the metrics of the gateway's pods: see docs/monitoring.md\n",
    });
    expect(asked.map((line) => line.slice(0, 'POST /api/v1/query'.length))).toEqual(['POST /api/v1/query', 'POST /api/v1/query']);
  });

  test('is an empty list as JSON', async () => expect((await usageFrom(200, vector([]), ['-o', 'json'])).stdout).toBe('[]\n'));

  test('repeats what Prometheus finds wrong', async () => {
    expect(await usageFrom(400, JSON.stringify({ status: 'error', errorType: 'bad_data', error: 'too old' }))).toMatchObject({
      exitCode: EXIT.cluster, stdout: '', stderr: expect.stringMatching(/^error: Prometheus at http:\/\/127\.0\.0\.1:\d+ cannot answer: too old\n$/),
    });
  });

  test.each([[200, '<html>'], [404, '{}'], [200, '{"status":"success","data":{"resultType":"matrix"}}']])('fails where something else answers: %d %s', async (status, body) => {
    expect(await usageFrom(status, body)).toMatchObject({
      exitCode: EXIT.cluster,
      stderr: expect.stringMatching(new RegExp(`^error: http://127\\.0\\.0\\.1:\\d+ does not answer as Prometheus does \\(HTTP ${status}\\); name the address of its web page, without /graph\\n$`)),
    });
  });

  test('fails where nothing answers', async () => {
    const gone = await answering(200, '');
    await gone.close();
    expect(await substratus(['usage', '--url', gone.url])).toEqual({
      exitCode: EXIT.cluster, stdout: '',
      stderr: `error: Prometheus at ${gone.url} cannot be reached (ECONNREFUSED); check the address, or leave --url out to go through the cluster\n`,
    });
  });

  test.each([
    [['--since', '30'], '--since 30 is not a time; write for example 12h, 7d or 4w'],
    [['--since', '7d])'], '--since 7d]) is not a time; write for example 12h, 7d or 4w'],
    [['--team', 'a"b'], '--team a"b is not the name of a team; see substratus keys list'],
    [['--url', 'prometheus:9090'], '--url prometheus:9090 is not an address; write for example http://localhost:9090'],
    [['--service', 'prometheus'], '--service prometheus is not a Service; write it as namespace/name:port, such as monitoring/prometheus-operated:9090'],
  ])('fails for %j', async (args, message) => {
    expect(await substratus(['usage', ...args])).toEqual({ exitCode: EXIT.usage, stdout: '', stderr: `error: ${message}\n` });
  });
});

import * as http from 'node:http';
import type { AddressInfo } from 'node:net';
import { Asker } from '../../../scripts/demo/asker';
import { until } from '../../cluster/until';

describe('a client that asks without end', () => {
  let answer: (asked: { readonly model: string }) => { readonly status: number; readonly words: string } = () => ({ status: 200, words: '' });
  const server = http.createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => { body += text; });
    request.on('end', () => {
      const { status, words } = answer(JSON.parse(body) as { model: string });
      response.writeHead(status).end(status === 200 ? JSON.stringify({ choices: [{ message: { content: words } }] }) : words);
    });
  });
  const asker = () => new Asker({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, model: 'chat', words: 'What colour is the coal?' });

  beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  test('keeps each answer once, in the order in which it heard them', async () => {
    let count = 0;
    answer = ({ model }) => ({ status: 200, words: `${model} says ${(count += 1) < 3 ? 'black' : 'schwarz'}` });
    const asking = asker();
    asking.start();
    await until('it has heard another answer', () => asking.answers.length > 1);
    await asking.stop();
    expect(asking.answers).toEqual(['chat says black', 'chat says schwarz']);
    expect(asking.count).toBe(count);
    expect(asking.failures).toEqual([]);
  });

  test('knows why it was not answered', async () => {
    answer = () => ({ status: 503, words: 'loading model' });
    const asking = asker();
    asking.start();
    await until('it has failed', () => asking.failures.length > 0);
    await asking.stop();
    expect(asking.failures[0]).toBe('status 503: loading model');
  });
});

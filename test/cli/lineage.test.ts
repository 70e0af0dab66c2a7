import { lineageOf } from '../../src/cli/lineage/lineage';
import { lineageText } from '../../src/cli/lineage/view';
import { keyOfResource } from '../../src/expand';
import { model, server } from '../expand/fixtures';

const colours = { bold: String, dim: String, yellow: String } as unknown as Parameters<typeof lineageText>[1]['colours'];

test('a Server with adapters is made of its model and of each of them', () => {
  const base = model({ params: { repo: 'acme/opt' } });
  const sql = model({ model: { name: 'opt' } }, 'sql-1');
  const chat = server({ adapters: [{ name: 'sql', model: { name: 'sql-1' } }, { name: 'help', model: { name: 'help-1' } }] });
  const known = { resources: new Map([base, sql].map((each) => [keyOfResource(each), each])), records: new Map() };
  const lines = lineageText(lineageOf(chat, known), { width: 80, colours } as Parameters<typeof lineageText>[1]).split('\n');
  expect(lines.filter((line) => /Model|Server/.test(line)).map((line) => line.trimEnd())).toEqual([
    'Server team-a/chat  unknown',
    '├─ model: Model team-a/opt  unknown',
    '├─ adapters.help: Model team-a/help-1  missing',
    '└─ adapters.sql: Model team-a/sql-1  unknown',
    '   └─ model: Model team-a/opt  unknown (as above)',
  ]);
});

import * as fs from 'node:fs';
import * as path from 'node:path';
import { REASONS } from '../../src/api/status';

test('every reason is explained, and no other', () => {
  const text = fs.readFileSync(path.join(__dirname, '../../docs/status.md'), 'utf8');
  const [, table = ''] = /## Reasons\n([\s\S]*?)\n## /.exec(text) ?? [];
  const explained = table.split('\n').flatMap((row) => [...(row.split('|')[1] ?? '').matchAll(/`(\w+)`/g)].map(([, reason = '']) => reason));
  expect(explained.sort()).toEqual([...REASONS].sort());
});

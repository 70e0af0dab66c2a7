import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const PROGRAM = `
const { Dataset } = require(${JSON.stringify(join(__dirname, '../src/index.ts'))});
if (typeof Dataset !== 'function') throw new Error('there is no Dataset');
console.log(JSON.stringify(Object.keys(require.cache)));
`;

test('an import loads cdk8s and constructs, and no other package', () => {
  const { stdout, stderr } = spawnSync(process.execPath, ['--require', 'tsx/cjs', '-e', PROGRAM], { cwd: join(__dirname, '..'), encoding: 'utf8' });
  expect(stderr).toBe('');
  const packages = (JSON.parse(stdout) as string[]).flatMap((file) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1] ?? []);
  const unwanted = /^(cdktf|cdk8s-plus-.*|@cdktf|kubernetes-types)/;
  expect(packages.filter((name) => unwanted.test(name))).toEqual([]);
  expect(new Set(packages)).toContain('cdk8s');
});

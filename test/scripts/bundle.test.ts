/** The program of the reconciler, as it is shipped. */
import { execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { bundle } from '../../scripts/bundle';

const ROOT = path.join(__dirname, '../..');
/** In base64 a third more, with which it still fits into the annotation of `kubectl apply`, 256 KiB. */
const MAX_KIBIBYTES = 190;

/** What runs in the cluster: no construct, no Terraform, no package. */
const INGREDIENTS = /^src\/(reconciler|api|catalog|runtimes|sizing|expand|clouds\/(cloud|directory-store|labels|network|placement|pods|registry-host|s3-compatible|sizes|static-volume|store-url)|clouds\/on-premises|clouds\/[a-z]+\/(disks|endpoints|machines|network|pods|provisioner|sizes))(\/[-a-z/]+)?\.ts$/;

const { program, packed, metafile } = bundle();

test('holds what the reconciler may import, and nothing else', () => {
  expect(Object.keys(metafile.inputs).filter((file) => !INGREDIENTS.test(file))).toEqual([]);
  expect(Object.keys(metafile.inputs)).toContain('src/reconciler/main.ts');
});

test('needs nothing at run time but Node itself', () => {
  const imports = Object.values(metafile.outputs).flatMap((output) => output.imports.map((each) => each.path));
  expect(imports.filter((name) => !name.startsWith('node:'))).toEqual([]);
});

test(`is at most ${MAX_KIBIBYTES} KiB, packed`, () => {
  expect(packed.length / 1024).toBeLessThanOrEqual(MAX_KIBIBYTES);
});

test('is the same bytes from any folder, with no path of the machine in them', () => {
  const script = `const { bundle } = require(${JSON.stringify(path.join(ROOT, 'scripts/bundle.ts'))});
    process.stdout.write(bundle().packed.toString('base64'));`;
  const elsewhere = execFileSync(process.execPath, ['--require', require.resolve('tsx/cjs'), '-e', script], { cwd: tmpdir(), encoding: 'utf8' });
  expect(elsewhere).toBe(packed.toString('base64'));
  expect(program).not.toContain(ROOT);
});

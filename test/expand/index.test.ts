import { build } from 'esbuild';

/** The layers of design, as a bundler sees them; eslint says the same of each import by itself. */
test('expansion bundles into one file, from the pure layers alone and with nothing of Node but hashes', async () => {
  const { metafile } = await build({
    entryPoints: ['src/expand/index.ts'], bundle: true, platform: 'node', metafile: true, write: false, logLevel: 'silent',
  });
  const layers = new Set(Object.keys(metafile.inputs).map((file) => file.split('/').slice(0, 2).join('/')));
  const [output] = Object.values(metafile.outputs);
  expect([...layers].sort()).toEqual(['src/api', 'src/catalog', 'src/clouds', 'src/expand', 'src/runtimes', 'src/sizing']);
  expect(output?.imports.map(({ path }) => path)).toEqual(['node:crypto']);
});

// Bundles the compiled library into the one file that users load, lib/index.js (docs/decisions/0017). Plain Node; runs after jsii.
//
// From the sources and not from what jsii compiled: esbuild merges ES modules into one scope, without a function around each, which Node
// would parse twice. What jsii adds to a class, its name in other languages, is added at the end of the file instead.

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const ROOT = fileURLToPath(new URL('../', import.meta.url));

/** Of these each is a bundle, with a copy of what it shares with the rest: they are pure, so that two copies are as good as one. */
const DOORS = ['cost/door', 'clouds/aws/terraform', 'clouds/azure/terraform', 'clouds/gcp/terraform', 'clouds/local/cluster'];

/** Large, and not needed by every program: they stay files of their own, each of which is loaded when it is first asked for. */
const APART = ['runtimes/programs/texts', 'catalog/models', 'catalog/price-text', ...DOORS];

/** https://github.com/aws/jsii/blob/main/docs/runtime.md: which type a class is, by a symbol. A class also gets back the name that esbuild changed. */
function classNames() {
  const { version, types } = JSON.parse(readFileSync(path.join(ROOT, '.jsii'), 'utf8'));
  const classes = Object.values(types).filter(({ kind }) => kind === 'class').map(({ name, fqn }) => `  ${name}: ${JSON.stringify(fqn)},`);
  return `
for (const [name, fqn] of Object.entries({
${classes.join('\n')}
})) {
  Object.defineProperty(module.exports[name], "name", { value: name });
  Object.defineProperty(module.exports[name], Symbol.for("jsii.rtti"), { value: { fqn, version: ${JSON.stringify(version)} } });
}
`;
}

/** One file of lib, with all that it imports but for what is apart. */
async function bundle(entry, footer = '') {
  await build({
    absWorkingDir: ROOT,
    entryPoints: [`src/${entry}.ts`],
    outfile: `lib/${entry}.js`,
    allowOverwrite: true,
    bundle: true,
    platform: 'node',
    target: 'node20.9',
    format: 'cjs',
    packages: 'external',
    footer: { js: footer },
    logLevel: 'error',
    plugins: [{
      name: 'apart',
      setup: ({ onResolve }) => onResolve({ filter: /^\./ }, ({ path: imported, resolveDir }) => {
        const module = path.relative(path.join(ROOT, 'src'), path.join(resolveDir, imported));
        if (!APART.includes(module)) return undefined;
        const from = path.posix.relative(path.posix.dirname(entry), module);
        return { path: from.startsWith('.') ? from : `./${from}`, external: true };
      }),
    }],
  });
}

await bundle('index', classNames());
for (const door of DOORS) await bundle(door);

// Bundles the compiled library into the file that users load, lib/index.js, and what it loads later (docs/decisions/0017). Plain Node; runs after jsii.
//
// From the sources and not from what jsii compiled: esbuild merges ES modules into one scope, without a function around each, which Node
// would parse twice. What jsii adds to a class, its name in other languages, is added at the end of the file instead.

import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
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

/** The layers without constructs. They are one more bundle, `core`, which is loaded when the first of it is used: nothing of it is at import. */
const CORE = /^(?:clouds|expand|runtimes|sizing|state)\//;

/** Of src, without extension; of a folder its index. */
function moduleAt(directory, imported) {
  const module = path.relative(path.join(ROOT, 'src'), path.join(directory, imported));
  return existsSync(path.join(ROOT, 'src', `${module}.ts`)) ? module : `${module}/index`;
}

/** Modules in files of their own, for a file of lib. */
function apart(entry) {
  return {
    name: 'apart',
    setup: ({ onResolve }) => onResolve({ filter: /^\./ }, ({ path: imported, resolveDir }) => {
      const module = moduleAt(resolveDir, imported);
      if (!APART.includes(module)) return undefined;
      const from = path.posix.relative(path.posix.dirname(entry), module);
      return { path: from.startsWith('.') ? from : `./${from}`, external: true };
    }),
  };
}

/** One file of lib, with all that it imports but for what is apart. */
async function bundle(options) {
  return build({
    absWorkingDir: ROOT,
    allowOverwrite: true,
    bundle: true,
    platform: 'node',
    target: 'node20.9',
    format: 'cjs',
    packages: 'external',
    logLevel: 'error',
    metafile: true,
    ...options,
  });
}

/**
 * In the files outside of core, an import from it becomes one of a module with a getter for each of its names: `import { a } from '../expand'`
 * is one of `core:expand/index?a`. Types are gone, for they have imports of their own.
 */
function lazyCore(used) {
  const importing = /^import \{([^}]*)\} from '(\.[^']+)';/gm;
  return {
    name: 'lazy-core',
    setup: ({ onLoad, onResolve }) => {
      onLoad({ filter: /\/src\/.*\.ts$/, namespace: 'file' }, ({ path: file }) => {
        if (CORE.test(path.relative(path.join(ROOT, 'src'), file))) return undefined;
        const directory = path.dirname(file);
        const contents = readFileSync(file, 'utf8').replace(importing, (text, names, imported) => {
          const module = moduleAt(directory, imported);
          if (!CORE.test(module) || APART.includes(module)) return text;
          return `import {${names}} from 'core:${module}?${names.replace(/\s+as\s+\w+|\s/g, '')}';`;
        });
        return { contents, loader: 'ts', resolveDir: directory };
      });
      onResolve({ filter: /^core:/ }, ({ path: request }) => {
        used.add(request.replace(/^core:|\?.*$/g, ''));
        return { path: request, namespace: 'core' };
      });
      onLoad({ filter: /.*/, namespace: 'core' }, ({ path: request }) => {
        const [module, names = ''] = request.replace('core:', '').split('?');
        const getters = names.split(',').filter(Boolean).map((name) => `get ${name}() { return core()[${JSON.stringify(module)}].${name}; }`);
        return { contents: `import { core } from 'the-core'; module.exports = { ${getters.join(', ')} };`, loader: 'js' };
      });
      onResolve({ filter: /^the-core$/ }, () => ({ path: 'the-core', namespace: 'the-core' }));
      const door = "let loaded; export function core() { return loaded ??= require('./core'); }";
      onLoad({ filter: /.*/, namespace: 'the-core' }, () => ({ contents: door, loader: 'js' }));
      onResolve({ filter: /^\.\/core$/, namespace: 'the-core' }, () => ({ path: './core', external: true }));
    },
  };
}

const used = new Set();
const { metafile } = await bundle({ entryPoints: ['src/index.ts'], outfile: 'lib/index.js', footer: { js: classNames() }, plugins: [lazyCore(used), apart('index')] });
/* A form of import that the expression above does not know. */
const kept = Object.keys(metafile.inputs).filter((file) => CORE.test(file.replace(/^src\//, '')) && metafile.outputs['lib/index.js'].inputs[file]?.bytesInOutput > 0);
if (kept.length > 0) throw new Error(`${kept.join(', ')} is in lib/index.js, and belongs in lib/core.js; import it as import { ... } from '...'`);
const modules = [...used].sort().map((module, number) => `import * as m${number} from './${module}';
Object.defineProperty(exports, ${JSON.stringify(module)}, { value: m${number} });`);
await bundle({ stdin: { contents: modules.join('\n'), resolveDir: path.join(ROOT, 'src'), loader: 'ts' }, outfile: 'lib/core.js', plugins: [apart('core')] });
for (const door of DOORS) await bundle({ entryPoints: [`src/${door}.ts`], outfile: `lib/${door}.js`, plugins: [apart(door)] });

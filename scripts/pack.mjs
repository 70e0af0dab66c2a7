// Runs around `npm pack` and `npm publish`: what .jsii must not list, npm shall see. docs/decisions/0001 says why.
//
//   node scripts/pack.mjs declare    package.json: optionalPeerDependencies become optional peerDependencies
//   node scripts/pack.mjs restore    and back, to the same bytes

import { readFileSync, writeFileSync } from 'node:fs';

const MANIFEST = new URL('../package.json', import.meta.url);

const steps = {
  declare: ({ peerDependencies, optionalPeerDependencies }) => ({
    peerDependencies: { ...peerDependencies, ...optionalPeerDependencies },
    peerDependenciesMeta: Object.fromEntries(Object.keys(optionalPeerDependencies).map((name) => [name, { optional: true }])),
  }),
  restore: ({ peerDependencies, optionalPeerDependencies }) => ({
    peerDependencies: Object.fromEntries(Object.entries(peerDependencies).filter(([name]) => !(name in optionalPeerDependencies))),
    peerDependenciesMeta: undefined,
  }),
};

const step = steps[process.argv[2]];
if (!step) throw new Error(`usage: node scripts/pack.mjs ${Object.keys(steps).join('|')}`);

const manifest = JSON.parse(readFileSync(MANIFEST, 'utf8'));
writeFileSync(MANIFEST, `${JSON.stringify({ ...manifest, ...step(manifest) }, undefined, 2)}\n`);

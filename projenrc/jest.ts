import type { javascript } from 'projen';

/** What Jest reads for each of its projects. */
const OF_A_PROJECT = ['clearMocks', 'moduleNameMapper', 'modulePathIgnorePatterns', 'testMatch', 'transform'] as const;

const CLUSTER = '<rootDir>/test/cluster';
const NODE = '<rootDir>/test/node';
const ENGINES = '<rootDir>/test/engines';

/**
 * Makes four of the tests: `unit`, `cluster` for those that start a cluster, `node` for those whose cluster runs containers, and `engines`
 * for those on a cluster with the real programs that scale Servers. Jest runs one runner's files after the other's, so that a cluster has
 * the machine to itself.
 */
export function splitTests({ config }: javascript.Jest): void {
  const common = Object.fromEntries(OF_A_PROJECT.map((key) => [key, config[key]]));
  for (const key of OF_A_PROJECT) delete config[key];
  config.projects = [
    { displayName: 'unit', ...common, testPathIgnorePatterns: ['/node_modules/', `${CLUSTER}/`, `${NODE}/`, `${ENGINES}/`] },
    ...Object.entries({ cluster: CLUSTER, node: NODE, engines: ENGINES }).map(([displayName, directory]) => ({
      displayName,
      ...common,
      testMatch: [`${directory}/**/*.test.ts`],
      runner: `${CLUSTER}/jest-runner.js`,
      setupFilesAfterEnv: [`${CLUSTER}/jest-setup.ts`],
    })),
  ];
}

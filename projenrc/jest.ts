import type { javascript } from 'projen';

/** What Jest reads for each of its projects. */
const OF_A_PROJECT = ['clearMocks', 'moduleNameMapper', 'modulePathIgnorePatterns', 'testMatch', 'transform'] as const;

const CLUSTER = '<rootDir>/test/cluster';
const NODE = '<rootDir>/test/node';

/**
 * Makes three of the tests: `unit`, `cluster` for those that start a cluster, and `node` for those whose cluster runs containers. Jest
 * runs one runner's files after the other's, so that a cluster has the machine to itself.
 */
export function splitTests({ config }: javascript.Jest): void {
  const common = Object.fromEntries(OF_A_PROJECT.map((key) => [key, config[key]]));
  for (const key of OF_A_PROJECT) delete config[key];
  config.projects = [
    { displayName: 'unit', ...common, testPathIgnorePatterns: ['/node_modules/', `${CLUSTER}/`, `${NODE}/`] },
    ...Object.entries({ cluster: CLUSTER, node: NODE }).map(([displayName, directory]) => ({
      displayName,
      ...common,
      testMatch: [`${directory}/**/*.test.ts`],
      runner: `${CLUSTER}/jest-runner.js`,
      setupFilesAfterEnv: [`${CLUSTER}/jest-setup.ts`],
    })),
  ];
}

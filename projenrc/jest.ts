import type { javascript } from 'projen';

/** What Jest reads for each of its projects. */
const OF_A_PROJECT = ['clearMocks', 'moduleNameMapper', 'modulePathIgnorePatterns', 'testMatch', 'transform'] as const;

const CLUSTER = '<rootDir>/test/cluster';

/**
 * Makes two of the tests: `unit`, and `cluster` for those that start a cluster. Jest runs one runner's files after the other's,
 * so that a cluster has the machine to itself.
 */
export function splitTests({ config }: javascript.Jest): void {
  const common = Object.fromEntries(OF_A_PROJECT.map((key) => [key, config[key]]));
  for (const key of OF_A_PROJECT) delete config[key];
  config.projects = [
    { displayName: 'unit', ...common, testPathIgnorePatterns: ['/node_modules/', `${CLUSTER}/`] },
    {
      displayName: 'cluster',
      ...common,
      testMatch: [`${CLUSTER}/**/*.test.ts`],
      runner: `${CLUSTER}/jest-runner.js`,
      setupFilesAfterEnv: [`${CLUSTER}/jest-setup.ts`],
    },
  ];
}

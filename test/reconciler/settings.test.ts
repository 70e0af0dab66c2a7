import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { settingsFrom } from '../../src/reconciler/settings';
import { messageOf } from '../constructs/fixtures';

const DIRECTORY = fs.mkdtempSync(path.join(os.tmpdir(), 'settings-'));
const PLATFORM = { cloud: 'gcp', clusterName: 'ml', artifacts: { url: 'gs://acme' } };

function file(content: string): string {
  const name = path.join(DIRECTORY, `${fs.readdirSync(DIRECTORY).length}.json`);
  fs.writeFileSync(name, content);
  return name;
}

function settings(environment: Record<string, string>, platform: unknown = PLATFORM) {
  return settingsFrom({ PLATFORM_FILE: file(JSON.stringify(platform)), ...environment }, 'host');
}

afterAll(() => fs.rmSync(DIRECTORY, { recursive: true }));

test('what is not said has the value that the construct counts on', () => {
  expect(settings({ POD_NAME: 'pod', POD_NAMESPACE: 'system' })).toMatchObject({
    identity: 'pod', namespace: 'system', leaseName: 'substratus-reconciler', leaderElect: true, rollOnUpgrade: false, healthPort: 8081,
    metricsPort: 8080, concurrency: 8, logLevel: 'info', watchNamespaces: [], tokenKeyFile: '/etc/substratus-token-key/key',
  });
});

test('namespaces are told apart by commas', () => {
  expect(settings({ WATCH_NAMESPACES: 'team-a, team-b,' }).watchNamespaces).toEqual(['team-a', 'team-b']);
});

test.each([
  [{ CONCURRENCY: '0' }, 'CONCURRENCY is 0; it must be a whole number from 1 to 256'],
  [{ HEALTH_PORT: '99999' }, 'HEALTH_PORT is 99999; it must be a whole number from 0 to 65535'],
  [{ METRICS_PORT: 'http' }, 'METRICS_PORT is http; it must be a whole number from 0 to 65535'],
  [{ LEADER_ELECT: 'yes' }, 'LEADER_ELECT is yes; it must be true or false'],
  [{ LOG_LEVEL: 'loud' }, 'LOG_LEVEL is loud; it must be one of debug, info, warn, error'],
])('fails where a variable is not what it should be: %j', (environment, message) => {
  expect(messageOf(() => settings(environment as Record<string, string>))).toBe(message);
});

test.each([[null], [[]], [{ ...PLATFORM, cloud: 'oracle' }], [{ ...PLATFORM, artifacts: {} }], [{ ...PLATFORM, clusterName: '' }]])(
  'fails where the platform is none: %j', (platform) => {
    expect(messageOf(() => settings({}, platform))).toMatch(
      /^PLATFORM_FILE \S+ is not a platform: it needs a clusterName, artifacts\.url, and as cloud one of gcp, aws, azure, local, on-premises; mount the ConfigMap of the Reconciler there$/,
    );
  });

test('fails where the file is not there or no JSON', () => {
  expect(messageOf(() => settingsFrom({ PLATFORM_FILE: '/nowhere' }, 'host'))).toMatch(/^PLATFORM_FILE \/nowhere cannot be read as JSON \(.*ENOENT.*\); mount the/);
  expect(messageOf(() => settingsFrom({ PLATFORM_FILE: file('{') }, 'host'))).toContain('cannot be read as JSON');
});

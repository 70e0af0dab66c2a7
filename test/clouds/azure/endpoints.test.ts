/** Azure China and Azure Government have other domains. All that we write come from one file, and are the global ones. */
import * as fs from 'node:fs';
import { join } from 'node:path';
import type { PlatformSpec } from '../../../src/api/platform';
import { azureCloud } from '../../../src/clouds/azure/pods';
import { cloudInfrastructure } from '../../../src/clouds/azure/terraform';
import { Azure, LOCATION } from './stack';

/** Suffixes of hosts of any Azure. */
const HOSTS = /[\w.-]*\b(?:windows\.net|azurecr\.\w+|chinacloudapi\.cn|usgovcloudapi\.net|microsoftonline\.\w+|azure\.(?:cn|us|com|net))\b/g;
/** Groups of an API, domains of labels and names of drivers, which look like hosts. */
const NOT_HOSTS = /\b(karpenter|kubernetes|(blob|disk)\.csi)\.azure\.com\b/g;
const SOURCES = join(__dirname, '../../../src');

function hostsIn(text: string): string[] {
  return [...new Set(text.replace(NOT_HOSTS, '').match(HOSTS) ?? [])].sort();
}

function wholeStack(): string {
  const azure = new Azure();
  azure.nodePool();
  azure.gpuPool({ compact: true, zones: ['1'] });
  const encryptionKey = '/subscriptions/s/resourceGroups/r/providers/Microsoft.KeyVault/vaults/acme/keys/artifacts';
  azure.bucket({ encryptionKey }).addWorkspace(azure.stack, { namespace: 'team-a', prefix: 'team-a' });
  azure.registry({ pullThrough: ['quay.io'] }).addWorkspace(azure.stack, { namespace: 'team-a', builder: { namespace: 'team-a', name: 'image-builder' } });
  return azure.synth().text;
}

test('a whole stack has no host but the private zones and the vault of the global Azure', () => {
  expect(hostsIn(wholeStack())).toEqual(['acme.vault.azure.net', 'privatelink.azurecr.io', 'privatelink.blob.core.windows.net']);
});

test('what the Kubernetes side is told of a registry is its host in the global Azure, at which builders log in', () => {
  const registry = cloudInfrastructure(LOCATION).images('acme');
  const platform: PlatformSpec = { cloud: 'azure', clusterName: 'ml', artifacts: { url: 'az://acme' }, registry };
  expect(registry.url).toBe('acme.azurecr.io');
  expect(azureCloud.registryLogin(platform)?.name).toBe('login');
});

test.each(['acme.azurecr.cn', 'acme.azurecr.us', 'acme.azurecr.io.example.com'])('nobody is told to log in at %s by an identity of the global Azure', (url) => {
  expect(azureCloud.registryLogin({ cloud: 'azure', clusterName: 'ml', artifacts: { url: 'az://acme' }, registry: { url } })).toBeUndefined();
});

test('no other file of the cloud names a domain of Azure in what it writes', () => {
  const files = fs.readdirSync(join(SOURCES, 'clouds/azure'), { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  const named = files.filter((file) => hostsIn(withoutComments(fs.readFileSync(join(SOURCES, 'clouds/azure', file), 'utf8'))).length > 0);
  expect(named).toEqual(['endpoints.ts']);
});

function withoutComments(source: string): string {
  return source.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '');
}

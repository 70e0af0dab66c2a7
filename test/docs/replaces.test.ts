/** What replaces what: that each cloud's page says it of every prop. What is true is the providers' to say. */
import * as fs from 'node:fs';
import * as path from 'node:path';

const ROOT = path.resolve(__dirname, '../..');
const PROPS = {
  ClusterProps: 'cluster-props', NodePoolOptions: 'cluster-props', GpuNodePoolProps: 'gpu-node-pool', ArtifactBucketProps: 'artifact-bucket', ImageRegistryProps: 'image-registry',
};
/** What they belong to, and what is no part of the infrastructure. */
const NOT_ASKED = ['cluster', 'outputsFile'];
/** What a cloud refuses, so that it cannot change. Google Cloud asks IAM who administers. */
const REFUSED: Readonly<Record<string, readonly string[]>> = {
  'aws': ['driver', 'imageStreaming', 'maintenanceWindow', 'network', 'podCidr', 'serviceCidr', 'flowLogs', 'naming'],
  'azure': ['imageStreaming', 'outboundInternet', 'flowLogs'],
  'google-cloud': ['admins'],
};

function propsOf(name: string, file: string): string[] {
  const text = fs.readFileSync(path.join(ROOT, 'src/constructs/infrastructure', `${file}.ts`), 'utf8');
  const [, body = ''] = new RegExp(`export interface ${name} \\{\\n([^]*?)\\n\\}`).exec(text) ?? [];
  return [...body.matchAll(/^  readonly (\w+)\??:/gm)].map(([, prop = '']) => prop).filter((prop) => !NOT_ASKED.includes(prop));
}

test.each(Object.keys(REFUSED))('%s.md says of every prop what another value does', (page) => {
  const text = fs.readFileSync(path.join(ROOT, 'docs', `${page}.md`), 'utf8');
  const [, section = ''] = /## What replaces what\n([^]*?)\n## /.exec(text) ?? [];
  const props = Object.entries(PROPS).flatMap(([name, file]) => propsOf(name, file));
  expect(props.length).toBeGreaterThan(30);
  expect(props.filter((prop) => !REFUSED[page]?.includes(prop) && !section.includes(`\`${prop}\``))).toEqual([]);
});

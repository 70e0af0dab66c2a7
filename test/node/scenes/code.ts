/** A script from a folder, in a stock image. */
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { Code, Model, Platform, PodSecurity, Workspace } from 'cdk-substratus';
import { App } from 'cdk8s';
import type { Resource } from '../../../src/api/resource';
import { PROGRAMS } from '../images/programs';
import { ARTIFACTS } from '../stage';
import type { NodeStage } from '../stage';

const SCRIPT = `#!/bin/sh -e
. /content/src/words.sh
if touch /content/src/new; then exit 9; fi
echo "$(id -u) $words" > /content/artifacts/model.txt
`;

function folder(): string {
  const root = fs.mkdtempSync(path.join(os.tmpdir(), 'code-'));
  fs.mkdirSync(path.join(root, 'lib'));
  fs.writeFileSync(path.join(root, 'lib/words.sh'), 'words="from a folder"\n');
  fs.symlinkSync('lib/words.sh', path.join(root, 'words.sh'));
  fs.writeFileSync(path.join(root, 'train.sh'), SCRIPT, { mode: 0o755 });
  return root;
}

export function code(stage: NodeStage): void {
  const ran = stage.scene(async () => {
    const namespace = await stage.namespace({ 'pod-security.kubernetes.io/enforce': 'restricted' });
    await stage.cluster.onNode('sh', '-c', `mkdir -p ${ARTIFACTS}/${namespace} && chmod 777 ${ARTIFACTS}/${namespace}`);
    const platform = Platform.local({ clusterName: 'laptop' });
    platform.addWorkspace(namespace);
    const team = new Workspace(new App(), namespace, { platform, createNamespace: false });
    new Model(team, 'script', {
      image: PROGRAMS.name, code: Code.directory(folder()), command: ['/content/src/train.sh'],
      podSecurity: PodSecurity.RESTRICTED, pod: { securityContext: { runAsUser: 1000 } },
    });
    const objects = team.toJson() as Resource[];
    const manifest = stage.cluster.write(`${namespace}.json`, JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }));
    await stage.cluster.kubectl('apply', '--server-side=false', '-f', manifest);
    const model = objects.find(({ kind }) => kind === 'Model') as Resource;
    await stage.ready(model);
    return stage.cluster.onNode('sh', '-c', `cat ${ARTIFACTS}/${namespace}/models/*/files/model.txt`);
  });

  test('runs with its modes and links, by nobody in particular, under restricted pod security', async () => {
    expect(await ran()).toBe('1000 from a folder\n');
  });
}

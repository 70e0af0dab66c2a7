/** Volumes that are directories of the node, which anybody may write to, as those of a local cluster are. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import type { VolumeSource } from '../cluster/provisioner';

export function directoryVolumes(root: string): VolumeSource {
  return {
    create: (uid) => {
      const directory = path.join(root, uid);
      fs.mkdirSync(directory, { recursive: true });
      fs.chmodSync(directory, 0o777);
      return { hostPath: { path: directory, type: 'Directory' } };
    },
    remove: (uid) => fs.rmSync(path.join(root, uid), { recursive: true, force: true }),
  };
}

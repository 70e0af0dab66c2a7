/** A namespace with ready-made programs, of which nothing runs as root, on a platform whose mirrors are in the cluster. */
import * as path from 'node:path';
import { Platform, PodSecurity, Workspace } from 'cdk-substratus';
import type { PodDefaults } from 'cdk-substratus';
import { App, Size } from 'cdk8s';
import type { Pod } from 'kubernetes-types/core/v1';
import { API_VERSION } from '../../../src/api/resource';
import type { Stored } from '../../cluster/reconciler/stage';
import { Journal } from '../journal';
import { MIRRORS, startMirrors } from '../mirrors';
import type { NodeCluster } from '../node-cluster';
import { ARTIFACTS, installReconciler } from '../stage';

export const TEAM = 'team-a';
const SECONDS = 600;

/** For two cores that others use too. */
export const SMALL = { cpu: 0.1, memory: Size.gibibytes(1), disk: Size.mebibytes(500) };

/** Libraries that wait by spinning starve each other where others compute. */
export const ONE_THREAD = { OMP_NUM_THREADS: '1' };

export class Team {
  /** Starts the mirrors and the reconciler, and watches what the team has. */
  public static async open(cluster: NodeCluster, podDefaults?: PodDefaults): Promise<Team> {
    const platform = Platform.local({ clusterName: 'laptop', mirrors: MIRRORS, podDefaults });
    platform.addWorkspace(TEAM);
    await Promise.all([startMirrors(cluster), installReconciler(cluster, platform)]);
    /* Where nobody is root, the directory has to be writable for all. */
    await cluster.onNode('sh', '-c', `mkdir -p ${ARTIFACTS}/${TEAM} && chmod 777 ${ARTIFACTS}/${TEAM}`);
    const journal = new Journal(cluster, TEAM);
    journal.start();
    return new Team(cluster, platform, journal);
  }

  private constructor(public readonly cluster: NodeCluster, private readonly platform: Platform, public readonly journal: Journal) {}

  /** Applies what `declare` declares, as `kubectl` does. */
  public async apply(declare: (team: Workspace) => void): Promise<void> {
    const app = new App();
    const team = new Workspace(app, TEAM, { platform: this.platform, podSecurity: PodSecurity.RESTRICTED });
    declare(team);
    const items = team.toJson();
    await this.cluster.kubectl('apply', '-f', this.cluster.write('team.json', JSON.stringify({ apiVersion: 'v1', kind: 'List', items })));
  }

  public async untilReady(...resources: string[]): Promise<void> {
    await this.cluster.kubectl('wait', '--for=condition=Ready', '--namespace', TEAM, `--timeout=${SECONDS}s`, ...resources);
  }

  /** The Model that was declared under a name, the newest. */
  public async model(declared: string): Promise<Stored> {
    const models = await this.cluster.client.list<Stored>({ apiVersion: API_VERSION, kind: 'Model', namespace: TEAM });
    const created = ({ metadata: { creationTimestamp = '' } }: Stored) => creationTimestamp;
    const own = models.filter(({ metadata }) => metadata.name.startsWith(`${declared}-`));
    const found = own.sort((a, b) => (created(a) < created(b) ? -1 : 1)).at(-1);
    if (!found) throw new Error(`there is not a Model ${declared}`);
    return found;
  }

  /** What a command prints that gets the path of a file of a Model, as it was published. */
  public async published(declared: string, file: string, command = 'cat'): Promise<string> {
    const { status } = await this.model(declared);
    const directory = (status?.artifact?.url ?? '').replace('file://', '');
    return this.cluster.onNode(command, path.join(directory, 'files', file));
  }

  public async pods(labels: Readonly<Record<string, string>> = {}): Promise<Pod[]> {
    return this.cluster.client.list<Pod>({ apiVersion: 'v1', kind: 'Pod', namespace: TEAM, labels });
  }
}

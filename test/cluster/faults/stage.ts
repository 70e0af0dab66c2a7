import type { Cluster } from '../cluster';
import { Scene } from './scene';

/** Where a test plays: scenes on a cluster, which end with it, however it ends. */
export class Stage {
  private readonly scenes: Scene[] = [];

  constructor(public readonly cluster: Cluster) {}

  /** A scene in a namespace of that name. */
  public async scene(namespace: string): Promise<Scene> {
    return this.keep(await Scene.set(this.cluster, namespace));
  }

  /** The same, with the rights of ServiceAccount `reconciler` in that namespace. */
  public async sceneWithAccount(namespace: string): Promise<Scene> {
    return this.keep(await Scene.setWithAccount(this.cluster, namespace));
  }

  public async end(): Promise<void> {
    await Promise.all(this.scenes.map((scene) => scene.end()));
  }

  private keep(scene: Scene): Scene {
    this.scenes.push(scene);
    return scene;
  }
}

/** Plays on a stage of its own. */
export async function playOn(cluster: Cluster, play: (stage: Stage) => Promise<void>): Promise<void> {
  const stage = new Stage(cluster);
  try {
    await play(stage);
  } finally {
    await stage.end();
  }
}

/** Stacks of AWS applied on a moto server of their own. */
import { Moto } from './moto';
import type { MotoPrograms } from './moto';
import { groundOf, onGround } from './moto-ground';
import { leaveOut, offline } from './offline';
import type { Stack } from './offline';
import { WorkingFolder } from './terraform';

/** A server, a folder with one stack after the other, and a folder for the ground that they are on. */
export class MotoStack {
  public static async start(programs: MotoPrograms): Promise<MotoStack> {
    return new MotoStack(programs, await Moto.start(programs.server));
  }

  public readonly folder: WorkingFolder;
  private readonly ground: WorkingFolder;
  private readonly leftOut: string[] = [];

  private constructor(private readonly programs: MotoPrograms, private readonly moto: Moto) {
    this.folder = new WorkingFolder(programs.terraform);
    this.ground = new WorkingFolder(programs.terraform);
  }

  /** Makes what a stack refers to by id or name, and returns the stack with the ids of here. */
  public makeGround(json: string): string {
    const ground = this.moto.at(groundOf(offline(json, this.programs.aws).stack));
    this.ground.write(ground);
    const results = [this.ground.init(this.programs.plugins), this.ground.plan(), this.ground.apply()];
    const failed = results.find(({ status }) => status !== 0);
    if (failed) throw new Error(`the ground of the stack cannot be made: ${failed.output}`);
    return onGround(json, this.ground.outputs());
  }

  /** Writes the first stack as this plugin and moto take it. */
  public write(json: string): Stack {
    const known = this.known(json);
    this.folder.write(known);
    const { status, output } = this.folder.init(this.programs.plugins);
    if (status !== 0) throw new Error(output);
    this.leftOut.push(...leaveOut(known, this.folder.validate()));
    this.folder.write(known);
    return known;
  }

  /** Writes another version of it, without what the plugin did not know. */
  public writeNext(json: string): void {
    const known = this.known(json);
    for (const [type = '', argument = ''] of this.leftOut.map((name) => name.split('.'))) {
      for (const block of Object.values(known.resource[type] ?? {})) delete block[argument];
    }
    this.folder.write(known);
  }

  private known(json: string): Stack {
    return this.moto.stackFor(offline(json, this.programs.aws).stack);
  }

  public async stop(): Promise<void> {
    this.folder.remove();
    this.ground.remove();
    await this.moto.stop();
  }
}

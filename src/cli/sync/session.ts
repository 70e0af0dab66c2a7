/** Keeps both sides the same, round by round. */
import { ignoresIn } from './ignores';
import { InTheWay } from './local';
import type { LocalFolder } from './local';
import { copyName, planOf } from './plan';
import type { Action } from './plan';
import type { Answer, RemoteFolder } from './remote';

export interface SessionOptions {
  readonly local: LocalFolder;
  /** What was done. */
  readonly onDone: (text: string) => void;
  /** What could not be done; told once. */
  readonly onProblem: (text: string) => void;
}

interface Round {
  readonly remote: RemoteFolder;
  readonly executables: ReadonlySet<string>;
}

export class SyncSession {
  private readonly base = new Map<string, string>();
  private readonly seen = new Set<string>();
  private readonly kept = new Map<string, string>();
  private readonly told = new Map<string, string>();
  private hasBase = false;

  constructor(private readonly options: SessionOptions) {}

  /** What is not as it should be: conflicts, full disks, and what is left out. */
  public get problems(): readonly string[] {
    return [...this.told.keys()];
  }

  /** Says how much was done. */
  public async round(remote: RemoteFolder): Promise<number> {
    if (!this.hasBase) for (const [path, hash] of remote.base) this.base.set(path, hash);
    this.hasBase = true;
    const ignores = ignoresIn(this.options.local.directory);
    const { hashes: local, left } = this.options.local.scan(ignores);
    const found = await remote.scan();
    const isLeft = (path: string): boolean => parentsOf(path).some((each) => left.has(each));
    const there = new Map([...found.hashes].filter(([path]) => !ignores(path) && !isLeft(path)));
    const wasSame = this.noteEqual(local, there);
    const actions = this.withoutWipe(local, planOf({ local, remote: there, base: this.base, seen: this.seen, kept: this.kept }))
      .filter(({ path }) => !found.large.includes(path));
    for (const path of local.keys()) this.seen.add(path);
    this.tellLeft(left, found.large.filter((path) => !ignores(path)));
    this.forgetSolved(new Set([...actions.map(({ path }) => path), ...left.keys(), ...found.large, ...local.size === 0 ? [''] : []]));
    let done = 0;
    for (const action of actions) if (await this.carryOut(action, { remote, executables: found.executables })) done += 1;
    if (done > 0 || !wasSame) await remote.ask({ do: 'save', base: Object.fromEntries(this.base) });
    return done;
  }

  /** A folder that is empty all at once is rather a disk that is not mounted than work that is done. */
  private withoutWipe(local: ReadonlyMap<string, string>, actions: readonly Action[]): readonly Action[] {
    const removals = actions.filter(({ kind }) => kind === 'remove');
    if (local.size > 0 || removals.length < 2) return actions;
    this.tell('', `the folder has no files any more; the ${removals.length} of the notebook stay`);
    return actions.filter(({ kind }) => kind !== 'remove');
  }

  /** Says whether that was known. */
  private noteEqual(local: ReadonlyMap<string, string>, remote: ReadonlyMap<string, string>): boolean {
    const equal = [...local].filter(([path, hash]) => remote.get(path) === hash && this.base.get(path) !== hash);
    for (const [path, hash] of equal) this.base.set(path, hash);
    for (const path of [...this.base.keys()]) if (!local.has(path) && !remote.has(path)) this.base.delete(path);
    return equal.length === 0;
  }

  private tellLeft(left: ReadonlyMap<string, string>, large: readonly string[]): void {
    for (const [path, why] of left) this.tell(path, `${path} is not synced: ${why}`);
    for (const path of large) this.tell(path, `${path} of the notebook is not synced: it has more than 64 MiB`);
  }

  private tell(path: string, text: string): void {
    if (this.told.get(path) === text) return;
    this.told.set(path, text);
    this.options.onProblem(text);
  }

  private forgetSolved(open: ReadonlySet<string>): void {
    for (const path of [...this.told.keys()]) if (!open.has(path)) this.told.delete(path);
  }

  private async carryOut(action: Action, round: Round): Promise<boolean> {
    try {
      switch (action.kind) {
        case 'push': return await this.push(action, round);
        case 'pull': return await this.pull(action, round);
        case 'remove': return await this.remove(action, round);
        case 'keep': return this.keep(action);
        case 'conflict': return await this.copy(action, round);
      }
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (code === undefined && !(error instanceof InTheWay)) throw error;
      this.tell(action.path, `${action.path}: ${wordsFor(code, message, 'this machine')}`);
      return false;
    }
  }

  private async push({ path, hash, expected }: Extract<Action, { kind: 'push' }>, { remote }: Round): Promise<boolean> {
    const content = this.options.local.read(path, hash);
    if (!content) {
      this.tell(path, `${path} vanished or changed while it was read; it is looked at again`);
      return false;
    }
    const answer = await remote.ask({
      do: 'put', path, expected, executable: content.isExecutable, content: content.bytes.toString('base64'),
    }) as Answer;
    return this.isDone(path, answer) && this.done(path, { hash, text: `→ ${path}` });
  }

  private async pull({ path, hash, expected }: Extract<Action, { kind: 'pull' }>, round: Round): Promise<boolean> {
    const bytes = await this.fetch(path, hash, round);
    if (!bytes) return false;
    const isWritten = this.options.local.write(path, { bytes, isExecutable: round.executables.has(path) }, expected);
    if (!isWritten) return false; // changed here: next round
    return this.done(path, { hash, text: `← ${path}` });
  }

  private async remove({ path, expected }: Extract<Action, { kind: 'remove' }>, { remote }: Round): Promise<boolean> {
    const answer = await remote.ask({ do: 'remove', path, expected }) as Answer;
    if (!this.isDone(path, answer)) return false;
    this.base.delete(path);
    this.options.onDone(`→ ${path} deleted`);
    return true;
  }

  private keep({ path, hash }: Extract<Action, { kind: 'keep' }>): boolean {
    this.kept.set(path, hash);
    this.base.delete(path);
    this.options.onDone(`${path} was deleted in the notebook; it stays here`);
    return true;
  }

  private async copy({ path, hash }: Extract<Action, { kind: 'conflict' }>, round: Round): Promise<boolean> {
    const copy = copyName(path, hash);
    const text = `${path} was changed on both sides: each keeps its own, and that of the notebook is here as ${copy}; make both the same, or delete one`;
    if (this.told.get(path) === text) return false;
    const bytes = await this.fetch(path, hash, round);
    if (!bytes) return false;
    this.options.local.write(copy, { bytes, isExecutable: round.executables.has(path) });
    this.base.delete(path);
    this.tell(path, text);
    return false;
  }

  private async fetch(path: string, hash: string, { remote }: Round): Promise<Buffer | undefined> {
    const answer = await remote.ask({ do: 'get', path }) as Answer;
    if (!this.isDone(path, answer) || answer.hash !== hash) return undefined; // changed there: next round
    return Buffer.from(answer.content ?? '', 'base64');
  }

  private done(path: string, { hash, text }: { readonly hash: string; readonly text: string }): boolean {
    this.base.set(path, hash);
    this.kept.delete(path);
    this.options.onDone(text);
    return true;
  }

  /** What is another than it was seen comes again in the next round. */
  private isDone(path: string, { changed, gone, error, message }: Answer): boolean {
    if (error !== undefined) this.tell(path, `${path}: ${wordsFor(error, message ?? '', 'the notebook')}`);
    return !changed && !gone && error === undefined;
  }
}

/** Of a path: itself, and the folders that it is in. */
function parentsOf(path: string): string[] {
  return path.split('/').map((_, index, parts) => parts.slice(0, index + 1).join('/'));
}

function wordsFor(code: string | undefined, message: string, where: string): string {
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    const remedy = where === 'the notebook' ? 'delete something there, or give it a larger storage.size' : 'delete something';
    return `the disk of ${where} is full; ${remedy}, and it goes on by itself`;
  }
  if (code === 'EACCES' || code === 'EPERM') return `${where} does not let it be read or written; give it permission`;
  return message;
}

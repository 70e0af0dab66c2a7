/** A Notebook that is about to be used: woken, waited for, and its token. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { NotebookResource } from '../../api/resource';
import { parseEnvValue } from '../../api/secret-expression';
import { namespaceOf, tokenSecretName } from '../../expand';
import { resumeOf } from '../cluster/actions';
import { titleOf } from '../cluster/name';
import { patchResource } from '../cluster/one';
import { conditionOf, isTrue, typeOf } from '../cluster/stored';
import type { Stored } from '../cluster/stored';
import type { Context } from '../command';
import { CliError, EXIT } from '../errors';
import type { Kubectl } from '../kubectl';

/** Each question is a process. */
const ASK_MS = 1000;

export interface Waking {
  readonly kubectl: Kubectl;
  readonly context: Context;
}

/** Starts a Notebook that is suspended, and waits until it is open. Nothing where Ctrl-C came first. */
export async function opened(notebook: Stored, waking: Waking): Promise<Stored | undefined> {
  const { kubectl, context: { terminal, now, signal } } = waking;
  const { patch, words } = resumeOf(notebook, now());
  if (patch) {
    await patchResource(kubectl, notebook, patch);
    terminal.note(words);
  }
  const woken = patch ? notebook.metadata.resourceVersion : undefined;
  while (!signal.aborted) {
    const found = await current(notebook, kubectl);
    if (found.metadata.resourceVersion !== woken && isOpen(found)) return found;
    terminal.progress(waitingWords(found));
    await sleep(ASK_MS, undefined, { signal }).catch(() => undefined);
  }
  return undefined;
}

/** As it is now. Fails where it is gone, or where a person has to act first. */
async function current({ kind, metadata: { name, namespace, uid } }: Stored, kubectl: Kubectl): Promise<Stored> {
  const found = await kubectl.get<Stored>({ type: typeOf(kind), name, namespace });
  if (found.metadata.uid !== uid) throw new CliError(`${titleOf(found)} was deleted, and another has its name now; open that one`, EXIT.notFound);
  const stalled = conditionOf(found, 'Stalled');
  if (isTrue(found, 'Stalled') && isSeen(found)) throw new CliError(`${titleOf(found)} does not start (${stalled?.reason}): ${stalled?.message}`, EXIT.no);
  return found;
}

function isSeen({ metadata: { generation }, status }: Stored): boolean {
  return (status?.observedGeneration ?? -1) >= (generation ?? 0);
}

function isOpen(notebook: Stored): boolean {
  return isSeen(notebook) && isTrue(notebook, 'Ready') && !notebook.spec.suspend;
}

function waitingWords(notebook: Stored): string {
  const { reason = 'not seen by the reconciler yet', message = '' } = conditionOf(notebook, 'Ready') ?? {};
  return `${titleOf(notebook)}: ${reason}${message === '' ? '' : `: ${message}`}`;
}

interface SecretLike {
  readonly data?: Readonly<Record<string, string>>;
}

/** The token that lets into it: of its own Secret, or as its author says. */
export async function tokenOf(notebook: Stored, kubectl: Kubectl): Promise<string> {
  const given = parseEnvValue((notebook as NotebookResource).spec.env?.NOTEBOOK_TOKEN ?? '');
  if (given.type === 'literal' && given.value !== '') return given.value;
  const { name, key } = given.type === 'secret' ? given.secret : { name: tokenSecretName(notebook as NotebookResource), key: 'token' };
  const namespace = namespaceOf(notebook);
  const secret = await kubectl.get<SecretLike>({ type: 'secrets', name, namespace });
  const value = secret.data?.[key];
  if (value === undefined) throw new CliError(`Secret ${namespace}/${name} has no key ${key}, in which the token of ${titleOf(notebook)} should be`, EXIT.notFound);
  return Buffer.from(value, 'base64').toString('utf8');
}

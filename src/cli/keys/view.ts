/** Keys as a table. Pure. */
import { columns } from '../../state/columns';
import type { Terminal } from '../terminal';
import type { KeyRow, KeyState } from './states';

const HEAD = ['TEAM', 'KEY', 'CLIENT', 'STATE', 'AGE', 'EXPIRES', 'SECRET'];

export function keysText(rows: readonly KeyRow[], { colours }: Pick<Terminal, 'colours'>): string {
  const paints: Readonly<Record<KeyState, (text: string) => string>> = {
    'good': colours.green, 'replacing': colours.dim, 'expires soon': colours.yellow, 'expired': colours.red, 'missing': colours.yellow,
    'undeclared': colours.yellow, 'repeated': colours.red,
  };
  return columns([HEAD.map((word) => colours.dim(word)), ...rows.map(({ team, key, client, state, ageDays, expires = '', namespace, secret }) => [
    team, key, client, paints[state](state), ageDays === undefined ? '' : `${ageDays}d`, expires, colours.dim(`${namespace}/${secret}`),
  ])]).join('\n');
}

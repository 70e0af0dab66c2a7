/** Usage as a table. Pure. */
import { columns } from '../../state/columns';
import type { Terminal } from '../terminal';
import type { UsageRow } from './usage';

export function usageText(rows: readonly UsageRow[], { colours }: Pick<Terminal, 'colours'>): string {
  const isByKey = rows.some(({ key }) => key !== undefined);
  const names = isByKey ? ['TEAM', 'KEY', 'MODEL'] : ['TEAM', 'MODEL'];
  const head = [...names, 'REQUESTS', 'INPUT', 'OUTPUT', 'TOKENS'];
  const cells = ({ team, key = '', model, requests, inputTokens, outputTokens, totalTokens }: UsageRow): string[] => [
    team, ...isByKey ? [key] : [], model, ...[requests, inputTokens, outputTokens, totalTokens].map(grouped),
  ];
  const sum = (pick: (row: UsageRow) => number): string => grouped(rows.reduce((total, row) => total + pick(row), 0));
  const sums = [sum((row) => row.requests), sum((row) => row.inputTokens), sum((row) => row.outputTokens), sum((row) => row.totalTokens)];
  const total = ['all', ...names.slice(1).map(() => ''), ...sums];
  const totals = rows.length > 1 ? [total.map((cell) => colours.bold(cell))] : [];
  return columns([head.map((word) => colours.dim(word)), ...rows.map(cells), ...totals], { right: head.map((_, index) => index).slice(names.length) }).join('\n');
}

/** `1234567` is `1 234 567`, the same in every locale. */
function grouped(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ' ');
}

/** US dollars as people read them. */
import type { Range } from './amounts';

/** Of a month, with two digits behind the point. */
export function shownUsd(amount: number, digits = 2): string {
  const text = amount.toFixed(digits);
  if (amount < 1000) return text;
  const [whole = '', cents = ''] = text.split('.');
  return `${whole.replace(/\B(?=(\d{3})+$)/g, ',')}.${cents}`;
}

/** Of an hour, with three digits: a part of a small machine costs a cent. */
export function shownHourly(amount: number): string {
  return shownUsd(amount, 3);
}

/** One amount where both are shown alike. */
export function shownRange({ min, max }: Range, shown: (amount: number) => string = shownUsd): string {
  const [from, to] = [shown(min), min === max ? undefined : shown(max)];
  return to === undefined || from === to ? from : `${from} to ${to}`;
}

/** As many digits as a price has, for a machine to read. */
export function exactUsd(amount: number): string {
  return String(Math.round(amount * 1e6) / 1e6);
}

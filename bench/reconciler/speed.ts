/** How fast the machine is at the moment: a shared one may be several times slower than the next, and CPU time is then not the same. */
import { createHash } from 'node:crypto';

const ROUNDS = 1000;
const OBJECT = { items: Array.from({ length: 100 }, (_, index) => ({ name: `item-${index}`, value: index, labels: { a: 'b' } })) };

/** CPU time in milliseconds of a thousand times: an object of 5 KiB written as JSON, hashed, and read again. */
export function speedMs(): number {
  const text = JSON.stringify(OBJECT);
  const start = process.cpuUsage();
  for (let round = 0; round < ROUNDS; round += 1) {
    createHash('sha256').update(JSON.stringify(JSON.parse(text))).digest();
  }
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}

/** Whether a server answered all the time: how many replicas were available whenever we looked. Pure, but for what it counts. */

export class Availability {
  private readonly counts: number[] = [];

  public observe(available: number): void {
    this.counts.push(available);
  }

  public get samples(): number {
    return this.counts.length;
  }

  /** The fewest replicas that were ever available; `undefined` if nobody has looked. */
  public get least(): number {
    return this.counts.length === 0 ? 0 : this.counts.reduce((least, count) => Math.min(least, count));
  }

  /** One character for each part of the time, with the fewest of that part: a gap of one sample is seen. */
  public chart(width: number): string {
    const columns = Math.min(width, this.counts.length);
    return Array.from({ length: columns }, (_, column) => {
      const part = this.counts.slice(edge(column, columns, this.counts.length), edge(column + 1, columns, this.counts.length));
      return BARS[Math.min(Math.min(...part), BARS.length - 1)];
    }).join('');
  }
}

/** None, one, two or more. */
const BARS = ['▁', '▅', '█'];

function edge(column: number, columns: number, samples: number): number {
  return Math.floor((column * samples) / columns);
}

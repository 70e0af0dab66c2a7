import * as fs from 'node:fs';
import * as path from 'node:path';
import { Construct } from 'constructs';
import type { IConstruct } from 'constructs';
import type * as door from '../../cost/door';
import type { Estimate } from '../../cost/estimate';
import type { PriceTable } from '../../cost/price-table';
import type { ResourceCost as RunningFigures } from '../../cost/resources';
import type { State } from '../../state/state';
import { formatValue } from '../checks/format-value';
import { knownProps, optionsProblem } from '../checks/known-props';
import { asValidation, ValidationError } from '../checks/validation-error';
import type { Platform } from '../platform/platform';
import { stateAt } from './state';

/** What is assumed where nothing declares it; amounts a month. */
export interface CostAssumptions {
  /**
   * Hours of a month.
   *
   * @default 730
   */
  readonly monthlyHours?: number;

  /**
   * GB in each bucket.
   *
   * @default 500
   */
  readonly bucketGb?: number;

  /**
   * GB of images in each registry.
   *
   * @default 50
   */
  readonly registryGb?: number;

  /**
   * GB that pass through the NAT gateways of a stack.
   *
   * @default 500
   */
  readonly natGb?: number;

  /**
   * GB that leave a stack for the internet.
   *
   * @default 100
   */
  readonly egressGb?: number;

  /**
   * GB of logs of a stack.
   *
   * @default 50
   */
  readonly logsGb?: number;
}

/** How cost is estimated. */
export interface CostOptions {
  /**
   * A file of prices, with the columns of the table that the library has: `cloud`, `region`, `machine`, `gpu`, `gpus`,
   * `on_demand_usd_hour`, `spot_usd_hour`, `source`, `date`. Its prices win; what it leaves empty is taken from the table.
   *
   * @default - the table alone
   */
  readonly prices?: string;

  /**
   * What is assumed where nothing declares it.
   *
   * @default - see each
   */
  readonly assumptions?: CostAssumptions;

  /**
   * The cluster of resources that are in no Workspace.
   *
   * @default - none, and the cost of such resources is not known
   */
  readonly platform?: Platform;
}

/** Something that costs money for as long as it is there. US dollars a month. */
export interface StandingCost {
  /** Address in Terraform, such as `google_container_cluster.ml_9E96413E`, or the resource of Kubernetes. */
  readonly address: string;

  /** What it is, such as `NAT gateway`. */
  readonly description: string;

  /** With as few nodes as there can be. Of what has no known price, what is known. */
  readonly monthlyAtMinNodes: number;

  /** With as many nodes as there can be. */
  readonly monthlyAtMaxNodes: number;

  /** Whether a price of it is not known. */
  readonly hasUnknownPrice: boolean;

  /** Whether a price of it is from memory, and not checked. */
  readonly hasPriceFromMemory: boolean;
}

/** What a resource costs while it runs, on nodes that are paid for as such. US dollars; what is not known is `undefined`. */
export interface RunningCost {
  /** Such as `Server team-a/chat`. */
  readonly resource: string;

  /** An hour on the cheapest of the nodes that it can be on. */
  readonly hourlyMin?: number;

  /** An hour on the dearest of the nodes that it can be on. */
  readonly hourlyMax?: number;

  /** An hour, if its nodes were on demand: the cheapest. */
  readonly hourlyOnDemand?: number;

  /** An hour, if its nodes were spot nodes: the cheapest. */
  readonly hourlySpot?: number;

  /** One run at least, where `expectedDuration` is given. */
  readonly runMin?: number;

  /** One run at most, where `expectedDuration` is given. */
  readonly runMax?: number;

  /** Why something is not known. */
  readonly problem?: string;
}

/** How an estimate is written for readers of Infracost. */
export interface InfracostOptions {
  /**
   * Whether the nodes are as many as there can be, instead of as few.
   *
   * @default false
   */
  readonly atMaxNodes?: boolean;
}

const COST_OPTIONS = knownProps<CostOptions>({ prices: true, assumptions: true, platform: true });

/**
 * What is declared as money: the cloud side by the month, with as few nodes as there can be and as many, and what runs on it by the hour
 * and by the run. Prices are those of a dated table, nothing is looked up; what has no price is unknown and never 0.
 */
export class Cost {
  /**
   * The cost of what is declared at or below a construct, on both sides of the program: a cdk8s App, a Workspace, a cdktf App or a stack.
   *
   * @throws if the file of prices is not such a table, or an assumption is not one.
   */
  public static of(scope: IConstruct, options: CostOptions = {}): Cost {
    if (!Construct.isConstruct(scope)) throw new Error(`Cost.of got ${formatValue(scope)}; give the App, a Workspace, a stack, or another construct`);
    const wrong = optionsProblem('Cost.of', options, COST_OPTIONS);
    if (wrong) throw new ValidationError(scope, wrong);
    const { prices, assumptions, platform } = options;
    const state = stateAt(scope, { kinds: LOAD_BALANCERS, ...(platform && { platform }) });
    return new Cost(asValidation(scope, () => costs().estimate(state, {
      ...(prices !== undefined && { prices: pricesIn(prices, state) }), ...(assumptions && { assumptions }),
    })));
  }

  /** What is there all the time. */
  public readonly standing: StandingCost[];

  /** What runs, resource by resource. */
  public readonly running: RunningCost[];

  /** What is there all the time, with as few nodes as there can be: the sum of what is known, in US dollars a month. */
  public readonly monthlyAtMinNodes: number;

  /** The same with as many nodes as there can be. */
  public readonly monthlyAtMaxNodes: number;

  /** How many of `standing` have a price that is not known. */
  public readonly unknownItems: number;

  private constructor(private readonly figures: Estimate) {
    const items = [...figures.stacks, ...figures.clusters].flatMap((each) => each.items);
    const { standingFigures, totalOf } = costs();
    const total = totalOf(items);
    this.monthlyAtMinNodes = total.min;
    this.monthlyAtMaxNodes = total.max;
    this.unknownItems = total.unknown.max;
    this.standing = items.map((item) => {
      const { address, what, detail, monthlyAtMinNodes, monthlyAtMaxNodes, hasUnknownPrice, hasPriceFromMemory } = standingFigures(item);
      const description = detail === undefined ? what : `${what} ${detail}`;
      return { address, description, monthlyAtMinNodes, monthlyAtMaxNodes, hasUnknownPrice, hasPriceFromMemory };
    });
    this.running = figures.clusters.flatMap(({ resources }) => resources.map(runningCost));
  }

  /** A page for a terminal, or for the description of a pull request, with the sources of the prices and what is assumed. */
  public toTable(): string {
    return costs().costTable(this.figures);
  }

  /** All figures as JSON. */
  public toJson(): unknown {
    return costs().figuresOf(this.figures);
  }

  /** The cloud side in the schema of `infracost breakdown --format json`, for the tools that read it. */
  public toInfracost(options: InfracostOptions = {}): unknown {
    return costs().infracost(this.figures, options.atMaxNodes ? 'max' : 'min');
  }
}

/** The arithmetic, which a program that asks for no cost does without. */
function costs(): typeof door {
  return require('../../cost/door') as typeof door;
}

/** The other objects that cost something. */
const LOAD_BALANCERS: ReadonlySet<string> = new Set(['Service', 'Ingress', 'Gateway']);

function pricesIn(file: string, state: State): PriceTable {
  const { PriceTable: Table, usedNamesIn } = costs();
  return Table.builtIn().with(textOf(file), path.basename(file), usedNamesIn(state));
}

function textOf(file: string): string {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch (error) {
    throw new Error(`prices is ${formatValue(file)}, which cannot be read (${(error as NodeJS.ErrnoException).code ?? String(error)}); give the path of a price file`);
  }
}

function runningCost({ kind, namespace, name, hourly, onDemand, spot, run, problem }: RunningFigures): RunningCost {
  return {
    resource: `${kind} ${namespace}/${name}`,
    ...(hourly && { hourlyMin: hourly.min, hourlyMax: hourly.max }),
    ...(onDemand && { hourlyOnDemand: onDemand.min }),
    ...(spot && { hourlySpot: spot.min }),
    ...(run?.cost && { runMin: run.cost.min, runMax: run.cost.max }),
    ...(problem !== undefined && { problem }),
  };
}

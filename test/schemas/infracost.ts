/**
 * The output of `infracost breakdown --format json`, as far as it is written here: which fields must be and may be.
 *
 * https://github.com/infracost/infracost/blob/master/schema/infracost.schema.json (read 2026-11)
 */
import Ajv from 'ajv';

const money = { type: ['string', 'null'], pattern: '^-?\\d+(\\.\\d+)?$' };
const text = { type: 'string' };
const time = { type: 'string', pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}Z$' };
const counts = { type: 'object', additionalProperties: { type: 'integer' } };

interface Fields {
  readonly required: Record<string, object>;
  readonly optional?: Record<string, object>;
}

function closed({ required, optional = {} }: Fields): object {
  return { type: 'object', required: Object.keys(required), properties: { ...required, ...optional }, additionalProperties: false };
}

function list(items: object): object {
  return { type: 'array', items };
}

const component = closed({
  required: {
    name: text, unit: text, hourlyQuantity: money, monthlyQuantity: money, price: money, hourlyCost: money, monthlyCost: money,
    priceNotFound: { type: 'boolean' },
  },
  optional: { usageBased: { type: 'boolean' } },
});
const costs = { hourlyCost: money, monthlyCost: money, monthlyUsageCost: money, costComponents: list(component) };
const subresource = closed({ required: { name: text, metadata: { type: 'object' } }, optional: costs });
const resource = closed({
  required: { name: text, metadata: { type: 'object' } },
  optional: { resourceType: text, ...costs, subresources: list(subresource) },
});
const breakdown = closed({
  required: { resources: list(resource), totalHourlyCost: money, totalMonthlyCost: money, totalMonthlyUsageCost: money },
  optional: { freeResources: list(resource) },
});
const summary = closed({
  required: {},
  optional: {
    totalDetectedResources: { type: 'integer' }, totalSupportedResources: { type: 'integer' }, totalUnsupportedResources: { type: 'integer' },
    totalUsageBasedResources: { type: 'integer' }, totalNoPriceResources: { type: 'integer' },
    unsupportedResourceCounts: counts, noPriceResourceCounts: counts,
  },
});
const project = closed({
  required: {
    name: text, displayName: text, metadata: closed({ required: { path: text, type: text } }),
    pastBreakdown: breakdown, breakdown, diff: breakdown, summary,
  },
});
const vcs = closed({
  required: {
    infracostCommand: text, vcsBranch: text, vcsCommitSha: text, vcsCommitAuthorName: text, vcsCommitAuthorEmail: text,
    vcsCommitTimestamp: time, vcsCommitMessage: text,
  },
});
const root = closed({
  required: {
    version: text, metadata: vcs, currency: text, projects: list(project), totalHourlyCost: money, totalMonthlyCost: money,
    pastTotalHourlyCost: money, pastTotalMonthlyCost: money, diffTotalHourlyCost: money, diffTotalMonthlyCost: money,
    timeGenerated: time, summary,
  },
  optional: { totalMonthlyUsageCost: money, pastTotalMonthlyUsageCost: money, diffTotalMonthlyUsageCost: money },
});

/** What is wrong with an output; empty if nothing is. */
export function infracostProblems(output: unknown): string[] {
  const validate = new Ajv({ allErrors: true, allowUnionTypes: true }).compile(root);
  validate(JSON.parse(JSON.stringify(output)));
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message ?? ''}`);
}

import { acceptedIn, isAccepted, readAccepted } from '../../scripts/scan/finding';
import { SCANNERS } from '../../scripts/scan/scanners';

const TABLE = `# Accepted

| Finding | Stacks | Asks for | Why not |
|---|---|---|---|
| CKV_GCP_12 | all | network policy | enforced otherwise |
| CKV_AWS_39 | aws-open, ours | no public endpoint | asked for |
`;

const found = (rule: string, stack: string) => ({ rule, stack, title: '', resource: '' });

function read(name: string, report: unknown) {
  return SCANNERS.find((scanner) => scanner.name === name)?.read(JSON.stringify(report));
}

test('a finding is accepted in all stacks or in those of its row', () => {
  const accepted = acceptedIn(TABLE);
  expect(isAccepted(found('CKV_GCP_12', 'gcp'), accepted)).toBe(true);
  expect(isAccepted(found('CKV_AWS_39', 'ours'), accepted)).toBe(true);
});

test('a finding that has no row, or none for its stack, is new', () => {
  const accepted = acceptedIn(TABLE);
  expect(isAccepted(found('CKV_GCP_13', 'gcp'), accepted)).toBe(false);
  expect(isAccepted(found('CKV_AWS_39', 'aws-h100'), accepted)).toBe(false);
});

test('fails when an accepted finding has no reason', () => {
  expect(() => acceptedIn(`${TABLE}| CKV_AWS_18 | all | access log |  |\n`)).toThrow('accepted finding CKV_AWS_18 has no reason');
});

test('the decision record is such a table', () => {
  expect(readAccepted().length).toBeGreaterThan(10);
});

test('what checkov reports is read', () => {
  const failed = { check_id: 'CKV_AWS_39', check_name: 'Public', file_path: '/aws/cdk.tf.json', resource: 'resource.ml' };
  expect(read('checkov', { results: { failed_checks: [failed] } })).toEqual([
    { rule: 'CKV_AWS_39', title: 'Public', stack: 'aws', resource: 'resource.ml' },
  ]);
});

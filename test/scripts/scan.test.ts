import { acceptedIn, isAccepted, readAccepted } from '../../scripts/scan/finding';
import { hcl } from '../../scripts/scan/hcl';
import { SCANNERS } from '../../scripts/scan/scanners';

const TABLE = `# Accepted

| Finding | Where | Asks for | Why not |
|---|---|---|---|
| CKV_GCP_12 | all | network policy | enforced otherwise |
| CKV_AWS_39 | aws-open, Ours | no public endpoint | asked for |
`;

const found = (rule: string, stack: string, resource = '') => ({ rule, stack, title: '', resource });

function read(name: string, report: unknown) {
  return SCANNERS.find((scanner) => scanner.name === name)?.read(JSON.stringify(report));
}

test('a finding is accepted everywhere, or in the stacks and resources of its row', () => {
  const accepted = acceptedIn(TABLE);
  expect(isAccepted(found('CKV_GCP_12', 'gcp'), accepted)).toBe(true);
  expect(isAccepted(found('CKV_AWS_39', 'aws-open'), accepted)).toBe(true);
  expect(isAccepted(found('CKV_AWS_39', 'aws', 'aws_eks_cluster.Ours'), accepted)).toBe(true);
});

test('a finding that has no row, or none for where it is, is new', () => {
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
  const failed = { check_id: 'CKV_AWS_39', check_name: 'Public', file_path: '/aws/main.tf', resource: 'aws_eks_cluster.ml' };
  expect(read('checkov', { results: { failed_checks: [failed] } })).toEqual([
    { rule: 'CKV_AWS_39', title: 'Public', stack: 'aws', resource: 'aws_eks_cluster.ml' },
  ]);
});

test('what trivy reports is read, whichever way it names its rules', () => {
  const misconfigurations = [{ ID: 'AVD-AWS-0040', Title: 'Public', CauseMetadata: { Resource: 'aws_eks_cluster.ml' } }];
  expect(read('trivy', { Results: [{ Target: 'aws/main.tf', Misconfigurations: misconfigurations }, { Target: 'gcp/main.tf' }] })).toEqual([
    { rule: 'AWS-0040', title: 'Public', stack: 'aws', resource: 'aws_eks_cluster.ml' },
  ]);
});

test('what tfsec reports is read', () => {
  const location = { filename: '/tmp/scan/aws/main.tf' };
  const result = { long_id: 'aws-eks-no-public-cluster-access', rule_description: 'Public', resource: 'aws_eks_cluster.ml', location };
  expect(read('tfsec', { results: [result] })).toEqual([
    { rule: 'aws-eks-no-public-cluster-access', title: 'Public', stack: 'aws', resource: 'aws_eks_cluster.ml' },
  ]);
  expect(read('tfsec', { results: null })).toEqual([]);
});

test('a stack is the same in the language that scanners know: blocks, maps, lists, and expressions as they are', () => {
  const pool = {
    '//': { path: 'a' },
    'labels': { 'a.b/c': 'd' },
    'taint': [{ key: 'e', min: 1 }, { key: 'f' }],
    'zones': ['g'],
    'node': { data: '${base64encode("h")} "i"', spot: true },
  };
  expect(hcl(JSON.stringify({ provider: { google: [{ project: 'p' }] }, resource: { pool: { one: pool } } }))).toBe([
    'provider "google" {', 'project = "p"', '}',
    'resource "pool" "one" {',
    'labels = {', '"a.b/c" = "d"', '}',
    'taint {', 'key = "e"', 'min = 1', '}', 'taint {', 'key = "f"', '}',
    'zones = ["g"]',
    'node {', 'data = "${base64encode("h")} \\"i\\""', 'spot = true', '}',
    '}',
  ].join('\n'));
});

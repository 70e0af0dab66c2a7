/** The policy scanners, how each is run on a folder of stacks, and how its report is read. None of them is asked to go online. */
import type { Finding } from './finding';

export interface Scanner {
  /** The program. */
  readonly name: string;
  args(folder: string): string[];
  /** Findings of high severity. */
  read(report: string): Finding[];
}

/** `<folder>/<stack>/main.tf`, and whatever is before it. */
function stackOf(file: string): string {
  return file.split('/').slice(-2)[0] ?? file;
}

interface CheckovReport {
  readonly results: {
    readonly failed_checks: readonly {
      readonly check_id: string;
      readonly check_name: string;
      readonly file_path: string;
      readonly resource: string;
    }[];
  };
}

/** Only its online service knows severities: all that it finds counts. */
const CHECKOV: Scanner = {
  name: 'checkov',
  args: (folder) => ['--directory', folder, '--framework', 'terraform', '--skip-download', '--quiet', '--compact', '--output', 'json'],
  read: (report) => {
    const { results } = JSON.parse(report) as Partial<CheckovReport>;
    return (results?.failed_checks ?? []).map(({ check_id: rule, check_name: title, file_path: file, resource }) => (
      { rule, title, stack: stackOf(file), resource }
    ));
  },
};

interface TrivyReport {
  readonly Results: readonly {
    readonly Target: string;
    readonly Misconfigurations?: readonly {
      readonly ID: string;
      readonly Title: string;
      readonly CauseMetadata: { readonly Resource?: string };
    }[] | null;
  }[];
}

/** With the checks that it has; it would else fetch others from a registry. Older versions put `AVD-` before a rule. */
const TRIVY: Scanner = {
  name: 'trivy',
  args: (folder) => ['config', '--skip-check-update', '--severity', 'HIGH,CRITICAL', '--format', 'json', '--quiet', folder],
  read: (report) => {
    const { Results: results = [] } = JSON.parse(report) as Partial<TrivyReport>;
    return results.flatMap(({ Target: file, Misconfigurations: found }) => (found ?? []).map(({ ID, Title: title, CauseMetadata }) => (
      { rule: ID.replace(/^AVD-/, ''), title, stack: stackOf(file), resource: CauseMetadata.Resource ?? '' }
    )));
  },
};

interface TfsecReport {
  readonly results: readonly {
    readonly long_id: string;
    readonly rule_description: string;
    readonly resource: string;
    readonly location: { readonly filename: string };
  }[] | null;
}

const TFSEC: Scanner = {
  name: 'tfsec',
  args: (folder) => ['--minimum-severity', 'HIGH', '--format', 'json', '--no-color', folder],
  read: (report) => {
    const { results } = JSON.parse(report) as TfsecReport;
    return (results ?? []).map(({ long_id: rule, rule_description: title, location, resource }) => (
      { rule, title, stack: stackOf(location.filename), resource }
    ));
  },
};

export const SCANNERS: readonly Scanner[] = [CHECKOV, TRIVY, TFSEC];

import { Weekday } from '../../../src';
import type { MaintenanceWindow } from '../../../src';
import { messageOf, untyped } from '../fixtures';
import { cluster, resourcesOf, synthesized } from './clouds';
import type { CloudName } from './clouds';

const WINDOW: MaintenanceWindow = {
  day: Weekday.SATURDAY, startTime: '22:30', exclusions: [{ name: 'foundation-run', from: '2026-12-18', to: '2027-01-20' }],
};

function saidOf(cloud: CloudName, window: Partial<MaintenanceWindow>): string {
  return messageOf(() => cluster(cloud, { maintenanceWindow: { ...WINDOW, ...window } }));
}

test('GKE upgrades in a window of each week, and leaves nodes and minor versions alone in an exclusion', () => {
  expect(resourcesOf(synthesized(cluster('gcp', { maintenanceWindow: WINDOW })), 'google_container_cluster')).toMatchObject([{
    maintenance_policy: {
      recurring_window: { start_time: '2026-01-10T22:30:00Z', end_time: '2026-01-11T10:30:00Z', recurrence: 'FREQ=WEEKLY;BYDAY=SA' },
      maintenance_exclusion: [{
        exclusion_name: 'foundation-run', start_time: '2026-12-18T00:00:00Z', end_time: '2027-01-21T00:00:00Z',
        exclusion_options: { scope: 'NO_MINOR_OR_NODE_UPGRADES' },
      }],
    },
  }]);
});

test('each day of the week is the day on which the window of GKE begins', () => {
  for (const day of Object.values(Weekday)) {
    const [made] = resourcesOf(synthesized(cluster('gcp', { maintenanceWindow: { day, startTime: '02:00' } })), 'google_container_cluster');
    const { recurring_window: window } = (made as { maintenance_policy: { recurring_window: Record<string, string> } }).maintenance_policy;
    expect(new Date(window.start_time ?? '').toLocaleDateString('en', { weekday: 'long', timeZone: 'UTC' })).toBe(day);
    expect(window.recurrence).toBe(`FREQ=WEEKLY;BYDAY=${day.slice(0, 2).toUpperCase()}`);
  }
});

test('AKS upgrades versions and images of nodes in the same window', () => {
  const window = {
    frequency: 'Weekly', interval: 1, day_of_week: 'Saturday', start_time: '22:30', utc_offset: '+00:00', duration: 4,
    not_allowed: [{ start: '2026-12-18T00:00:00Z', end: '2027-01-21T00:00:00Z' }],
  };
  expect(resourcesOf(synthesized(cluster('azure', { maintenanceWindow: { ...WINDOW, hours: 4 } })), 'azurerm_kubernetes_cluster'))
    .toMatchObject([{ maintenance_window_auto_upgrade: window, maintenance_window_node_os: window }]);
});

test('without one the clouds choose their time', () => {
  expect(resourcesOf(synthesized(cluster('gcp')), 'google_container_cluster')[0]).not.toHaveProperty('maintenance_policy');
  expect(resourcesOf(synthesized(cluster('azure')), 'azurerm_kubernetes_cluster')[0]).not.toHaveProperty('maintenance_window_node_os');
});

describe('fails when', () => {
  test('the cloud upgrades nothing by itself', () => {
    expect(saidOf('aws', {})).toBe('[cloud/ml] cluster ml has a maintenanceWindow, but EKS upgrades neither versions nor nodes by itself: '
      + 'a deployment does, when you run it; leave it out');
  });

  test('the window is shorter than the cloud allows', () => {
    expect(saidOf('gcp', { hours: 8 }))
      .toBe('[cloud/ml] maintenanceWindow of cluster ml has 8 hours, but GKE takes 12 or more of a weekly one: 48 in 32 days; give 12');
    expect(saidOf('azure', { hours: 3 })).toBe('[cloud/ml] maintenanceWindow of cluster ml has 3 hours, but AKS takes 4 to 24; give 4 or more');
  });

  test('exclusions are more or longer than GKE allows', () => {
    const exclusions = Array.from({ length: 21 }, (_, index) => ({ name: `run-${index}`, from: '2026-12-18', to: '2026-12-19' }));
    expect(saidOf('gcp', { exclusions }))
      .toBe('[cloud/ml] maintenanceWindow of cluster ml has 21 exclusions; GKE takes 20, leave out those that are over');
    expect(saidOf('gcp', { exclusions: [{ name: 'long', from: '2026-01-01', to: '2026-12-31' }] }))
      .toBe('[cloud/ml] exclusion long of cluster ml has 365 days, of which GKE takes 180; give fewer, or another one after it');
  });

  test.each<[string, object]>([
    ["begins on 'Sabbath'; give a day of the week, for example Weekday.SATURDAY", { day: 'Sabbath' }],
    ["begins at '2 am'; give hours and minutes in UTC, for example '02:00'", { startTime: '2 am' }],
    ["begins at '24:00'; give hours and minutes in UTC, for example '02:00'", { startTime: '24:00' }],
    ['has 25 hours; give a whole number, 24 or less', { hours: 25 }],
    ["has an exclusion 'My run'; name it with lower-case letters, digits and hyphens", { exclusions: [{ name: 'My run', from: '2026-12-18', to: '2026-12-19' }] }],
    ["has an exclusion run with the day '2026-02-30'; give one such as '2026-12-18'", { exclusions: [{ name: 'run', from: '2026-02-30', to: '2026-12-19' }] }],
    ['has an exclusion run from 2026-12-18 to 2026-12-17; give a last day that is not before the first one', {
      exclusions: [{ name: 'run', from: '2026-12-18', to: '2026-12-17' }],
    }],
    ["has two exclusions 'run'; give each a name of its own", {
      exclusions: [{ name: 'run', from: '2026-12-18', to: '2026-12-19' }, { name: 'run', from: '2027-12-18', to: '2027-12-19' }],
    }],
  ])('maintenanceWindow %s', (problem, window) => {
    expect(saidOf('gcp', untyped(window))).toBe(`[cloud/ml] maintenanceWindow ${problem}`);
  });
});

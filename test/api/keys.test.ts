import { clientOf, clientsOf, firstClientOf, isDay, isTeamName } from '../../src/api/keys';

test('a key may be held by two clients, which are told to be one', () => {
  const clients = clientsOf(clientOf('team-a', 'ci'));
  expect(clients).toEqual(['team-a.ci', 'team-a.ci.2']);
  expect(clients.map(firstClientOf)).toEqual(['team-a.ci', 'team-a.ci']);
});

test.each(['2027-01-31', '2028-02-29', '2000-02-29'])('%s is a day', (day) => expect(isDay(day)).toBe(true));

test.each(['2027-02-29', '2100-02-29', '2027-04-31', '2027-13-01', '2027-00-10', '2027-01-00', '2027-1-1', '27-01-01', '2027-01-01T00:00:00Z', '', undefined, 20270101])(
  '%s is not a day', (day) => expect(isDay(day)).toBe(false),
);

test.each(['team-a', 'a', '9'.repeat(63)])('%s is a name of a team', (name) => expect(isTeamName(name)).toBe(true));

test.each(['team-a.b', 'Team', 'team_a', '', '-a', 'a-', 'a'.repeat(64), undefined])('%s is not a name of a team', (name) => expect(isTeamName(name)).toBe(false));

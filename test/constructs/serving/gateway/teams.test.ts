import { App, Chart } from 'cdk8s';
import { Construct } from 'constructs';
import { today } from '../../../../src/constructs/checks/today';
import { GatewayTeams } from '../../../../src/constructs/serving/gateway/gateway-teams';
import type { GatewayTeam } from '../../../../src/constructs/serving/gateway/team';
import type { GatewayIdentityProviderOptions, GatewayKeyOptions, GatewayModelPrice, GatewayTeamOptions } from '../../../../src/constructs/serving/gateway/team-props';
import { teamRecords } from '../../../../src/constructs/serving/gateway/team-records';
import { messageOf, objectsOf, untyped } from '../../fixtures';

const DAY = '2026-11-27';
const EXPIRES = '2027-01-31';

interface World {
  readonly chart: Chart;
  readonly teams: GatewayTeams;
}

function world(): World {
  const chart = new Chart(new App(), 'models');
  return { chart, teams: new GatewayTeams(new Construct(chart, 'gateway'), 'model-gateway') };
}

const problemsOf = (teams: GatewayTeams, models = ['chat', 'chat-sql']): string[] => teams.problems({ models, day: DAY });

describe('what a team is', () => {
  test('the specs in the order of declaration, with the default Secret of each team', () => {
    const { chart, teams } = world();
    const b = teams.addTeam('team-b', { models: ['chat'], tokensPerMonth: 50_000_000, requestsPerMinute: 600, budget: 100 });
    const a = teams.addTeam('team-a', { models: ['chat', 'chat-sql'] });
    expect(b.addKey('ci', { expires: EXPIRES })).toEqual({ clientId: 'team-b.ci', secretName: 'keys-team-b', secretKey: 'team-b.ci' });
    b.addKey('web', { expires: EXPIRES, models: ['chat'], requestsPerMinute: 60 });
    a.addKey('ci', { expires: EXPIRES, secret: { name: 'from-vault', key: 'team-a.2026' } });
    expect(teams.specs).toEqual([
      {
        name: 'team-b', models: ['chat'], tokensPerMonth: 50_000_000, requestsPerMinute: 600, budget: 100,
        keys: [
          { id: 'ci', secretName: 'keys-team-b', secretKey: 'team-b.ci', expires: EXPIRES },
          { id: 'web', secretName: 'keys-team-b', secretKey: 'team-b.web', models: ['chat'], requestsPerMinute: 60, expires: EXPIRES },
        ],
      },
      { name: 'team-a', models: ['chat', 'chat-sql'], keys: [{ id: 'ci', secretName: 'from-vault', secretKey: 'team-a.2026', expires: EXPIRES }] },
    ]);
    expect(teamRecords(teams.specs)[1]).toEqual({
      name: 'team-a', models: ['chat', 'chat-sql'], keys: [{ id: 'ci', secret: 'from-vault', client: 'team-a.2026', expires: EXPIRES }],
    });
    expect(objectsOf(chart)).toEqual([{
      apiVersion: 'v1', kind: 'Secret', type: 'Opaque',
      metadata: { name: 'keys-team-b', namespace: 'model-gateway', labels: { 'app.kubernetes.io/part-of': 'substratus', 'substratus.ai/team': 'team-b' } },
    }]);
  });

  test('the Secret of the team is written once, also where it is named', () => {
    const { chart, teams } = world();
    const team = teams.addTeam('team-b', { models: [] });
    team.addKey('k2', { expires: EXPIRES, secret: { name: 'keys-team-b' } });
    team.addKey('k3', { expires: EXPIRES });
    expect(objectsOf(chart)).toMatchObject([{ kind: 'Secret', metadata: { name: 'keys-team-b', namespace: 'model-gateway' } }]);
  });

  test('the day of the synth changes no byte', () => {
    const synthesized = [DAY, '2026-12-24'].map((day) => {
      const { chart, teams } = world();
      teams.addTeam('team-a', { models: [] }).addKey('ci', { expires: EXPIRES });
      expect(teams.problems({ models: [], day })).toEqual([]);
      return JSON.stringify([objectsOf(chart), teams.specs]);
    });
    expect(synthesized[0]).toBe(synthesized[1]);
  });
});

describe('the day of the synth', () => {
  test('is that of the clock in UTC', () => expect(today(new App())).toBe(new Date().toISOString().slice(0, 10)));

  test('is what the context says, for a synth that is repeated', () => {
    const app = new App();
    app.node.setContext('substratus.ai/today', DAY);
    expect(today(new Chart(app, 'any'))).toBe(DAY);
  });

  test('fails when the context is not a day', () => {
    const app = new App();
    app.node.setContext('substratus.ai/today', 'now');
    expect(() => today(new Chart(app, 'any'))).toThrow('[any] the context substratus.ai/today is \'now\'; give a day, such as 2026-11-27');
  });
});

const literal = (field: string): string => (
  `${field} of addKey of team team-a looks like a key itself; a key is never written in code, and this one is known to all who can read the code: `
  + 'give it up, leave secret out, and make one with `substratus keys create team-a/<id>`, which writes it to a Secret'
);
const SECRET_KEY = 'sk-team-a-4fB7uPq9ZcXw2LrT8sYdKe1MnVh6';

describe('a team that is given wrongly', () => {
  test.each<[string, unknown, unknown, string]>([
    ['its name has a dot', 'team-a.x', { models: [] }, 'a team is called \'team-a.x\'; use lower-case letters, digits and - inside, 63 characters at most; '
      + 'a . separates a team from its keys, so that one in its name would have the clients of two teams overlap'],
    ['its name has a sign', 'a*', { models: [] }, 'a team is called \'a*\'; use lower-case letters, digits and - inside, 63 characters at most'],
    ['it is there already', 'taken', { models: [] }, 'team taken is there already, and its clients would be those of both; give all of it at once, or another name'],
    ['it has no models', 'team-a', {}, "models of team team-a is undefined; give names of models, such as ['chat']"],
    ['a model is not a name', 'team-a', { models: ['my chat'] }, 'models of team team-a has \'my chat\'; give the name that clients ask for, without blanks'],
    ['a model is there twice', 'team-a', { models: ['chat', 'chat'] }, 'models of team team-a has chat twice; name each once'],
    ['an option is misspelt', 'team-a', { models: [], tokenPerMonth: 1 }, 'team team-a has no prop tokenPerMonth; did you mean tokensPerMonth?'],
    ['tokens are a fraction', 'team-a', { models: [], tokensPerMonth: 0.5 },
      'tokensPerMonth of team team-a is 0.5; give a whole number from 1 to 4294967295, or leave it out for no limit'],
    ['tokens are too many', 'team-a', { models: [], tokensPerMonth: 5e9 },
      'tokensPerMonth of team team-a is 5000000000; give a whole number from 1 to 4294967295, or leave it out for no limit'],
    ['requests are none', 'team-a', { models: [], requestsPerMinute: 0 },
      'requestsPerMinute of team team-a is 0; give a whole number from 1 to 4294967295, or leave it out for no limit'],
    ['the budget is too large', 'team-a', { models: [], budget: 1e6 }, 'budget of team team-a is 1000000; give money from 0.01 to 429496, or leave it out for no limit'],
  ])('fails when %s', (_, ...[name, options, message]) => {
    const { teams } = world();
    teams.addTeam('taken', { models: [] });
    expect(messageOf(() => teams.addTeam(untyped<string>(name), untyped<GatewayTeamOptions>(options)))).toBe(`[models/gateway] ${message}`);
  });
});

describe('a key that is given wrongly', () => {
  const withKey = (): GatewayTeam => {
    const team = world().teams.addTeam('team-a', { models: ['chat'] });
    team.addKey('taken', { expires: EXPIRES });
    return team;
  };

  test.each<[string, unknown, unknown, string]>([
    ['its id is not a name', 'my key', { expires: EXPIRES }, 'a key of team team-a is called \'my key\'; use lower-case letters, digits and - inside, 63 characters at most'],
    ['it is there already', 'taken', { expires: EXPIRES }, 'key taken of team team-a is there already; give it another id, or rotate it with `substratus keys rotate team-a/taken`'],
    ['it does not end', 'ci', {}, 'expires of key ci of team team-a is undefined; give the last day on which it is good, such as 2027-01-31'],
    ['it ends on a day that is not one', 'ci', { expires: '2027-02-29' },
      'expires of key ci of team team-a is \'2027-02-29\'; give the last day on which it is good, such as 2027-01-31'],
    ['its models are others', 'ci', { expires: EXPIRES, models: ['chat', 'embed'] },
      'key ci of team team-a is for embed, which team team-a may not use; add it to the models of the team, or take one of chat'],
    ['its models are empty', 'ci', { expires: EXPIRES, models: [] },
      'models of key ci of team team-a is empty; name those that it may use, or leave models out for those of the team'],
    ['the Secret is a text', 'ci', { expires: EXPIRES, secret: 'keys' },
      "secret of key ci of team team-a is a text; a key is never written in code: leave secret out, for keys-team-a, or give the Secret that holds it, as { name: 'from-vault' }"],
    ['the Secret has no name', 'ci', { expires: EXPIRES, secret: {} },
      'secret.name of key ci of team team-a is undefined; give the name of a Secret, such as keys-team-a'],
    ['the entry is of another team', 'ci', { expires: EXPIRES, secret: { name: 'keys', key: 'team-ab.ci' } },
      'secret.key of key ci of team team-a is \'team-ab.ci\'; begin it with team-a. for Envoy Gateway takes it for the id of the client, by which the team is known'],
    ['the same key is there by another id', 'ci', { expires: EXPIRES, secret: { name: 'keys-team-a', key: 'team-a.taken' } },
      'key ci of team team-a is entry team-a.taken of Secret keys-team-a, which key taken has already; the same key twice locks everybody out: '
      + 'give each an entry of its own, or leave secret.key out'],
    ['it is where the successor of another one goes', 'ci', { expires: EXPIRES, secret: { name: 'keys-team-a', key: 'team-a.taken.2' } },
      'key ci of team team-a is entry team-a.taken.2 of Secret keys-team-a, which key taken has already; the same key twice locks everybody out: '
      + 'give each an entry of its own, or leave secret.key out'],
    ['its client is one that is in another Secret', 'ci', { expires: EXPIRES, secret: { name: 'from-vault', key: 'team-a.taken' } },
      'key ci of team team-a is entry team-a.taken of Secret from-vault, which would be the client that key taken of Secret keys-team-a is, so that the two '
      + 'could not be told apart; give each an entry of its own, or leave secret.key out'],
    ['its client is the successor of one in another Secret', 'ci', { expires: EXPIRES, secret: { name: 'from-vault', key: 'team-a.taken.2' } },
      'key ci of team team-a is entry team-a.taken.2 of Secret from-vault, which would be the client that key taken of Secret keys-team-a is, so that the two '
      + 'could not be told apart; give each an entry of its own, or leave secret.key out'],
    ['the entry has a blank', 'ci', { expires: EXPIRES, secret: { name: 'keys', key: 'team-a.X Y' } },
      'secret.key of key ci of team team-a is \'team-a.X Y\'; use letters, digits and . _ - alone, 253 characters at most, as for any entry of a Secret'],
    ['the entry ends with the team', 'ci', { expires: EXPIRES, secret: { name: 'keys', key: 'team-a.' } },
      'secret.key of key ci of team team-a is \'team-a.\'; give the key a name behind the dot, such as team-a.ci'],
    ['its requests are negative', 'ci', { expires: EXPIRES, requestsPerMinute: -1 },
      'requestsPerMinute of key ci of team team-a is -1; give a whole number from 1 to 4294967295, or leave it out for no limit'],
    ['the key itself is the Secret', 'ci', { expires: EXPIRES, secret: SECRET_KEY }, literal('secret')],
    ['the key itself is the name', 'ci', { expires: EXPIRES, secret: { name: SECRET_KEY } }, literal('secret.name')],
    ['the key itself is the entry', 'ci', { expires: EXPIRES, secret: { name: 'keys', key: SECRET_KEY } }, literal('secret.key')],
    ['the key itself is an option', 'ci', { expires: EXPIRES, value: SECRET_KEY }, literal('value')],
    ['the key itself is all options', 'ci', SECRET_KEY, literal('options')],
    ['the key itself is the id', SECRET_KEY, { expires: EXPIRES }, literal('id')],
    ['the key of another maker is the entry', 'ci', { expires: EXPIRES, secret: { name: 'keys', key: 'AIzaSyD8Yt4q2Lw9Rk3Bv7Nx5' } }, literal('secret.key')],
    ['a key in hexadecimal is the name', 'ci', { expires: EXPIRES, secret: { name: '0123456789abcdef'.repeat(3) } }, literal('secret.name')],
  ])('fails when %s', (_, ...[id, options, message]) => {
    const text = messageOf(() => withKey().addKey(untyped<string>(id), untyped<GatewayKeyOptions>(options)));
    expect(text).toBe(`[models/gateway/team-a] ${message}`);
    expect(text).not.toContain(SECRET_KEY);
  });

  test.each([
    ['keys-of-the-platform-team-in-production-2026', 'team-a.continuous-integration'],
    ['sk-production-gateway-2027', 'team-a.sk-production-gateway-2027'],
    ['k8s-gpu-h100-a100-l4-models-2027', 'team-a.ContinuousIntegrationOfModels2027'],
  ])('the name %s and the entry %s are not keys', (name, key) => {
    expect(withKey().addKey('ci', { expires: EXPIRES, secret: { name, key } }).clientId).toBe(key);
  });

  test('an id of 40 letters is not a key', () => {
    const id = 'continuousintegrationofallmodelsandteams';
    expect(id).toHaveLength(40);
    expect(withKey().addKey(id, { expires: EXPIRES }).clientId).toBe(`team-a.${id}`);
  });
});

describe('providers and prices that are given wrongly', () => {
  const PROVIDER = { issuer: 'https://acme.okta.com', audiences: ['models'], jwksUri: 'https://acme.okta.com/keys' };

  test('a provider is kept as it is, with the claim that names the team', () => {
    const { teams } = world();
    teams.addIdentityProvider('okta', PROVIDER);
    expect(teams.providers).toEqual([{ name: 'okta', ...PROVIDER, teamClaim: 'team' }]);
  });

  test.each<[string, unknown, unknown, string]>([
    ['its name is not one', 'Okta', PROVIDER, 'an identity provider is called \'Okta\'; use lower-case letters, digits and - inside'],
    ['the issuer is not a URL', 'okta', { ...PROVIDER, issuer: 'acme' }, 'issuer of identity provider okta is \'acme\'; give the iss of its tokens, such as https://acme.okta.com'],
    ['keys come without TLS', 'okta', { ...PROVIDER, jwksUri: 'http://acme/keys' },
      'jwksUri of identity provider okta is \'http://acme/keys\'; give the jwks_uri of https://acme.okta.com/.well-known/openid-configuration'],
    ['tokens for anything are taken', 'okta', { ...PROVIDER, audiences: [] },
      'audiences of identity provider okta is []; give the aud of the tokens that are meant for the gateway, 1 to 8, for a token for something else is refused'],
    ['the claim is not one', 'okta', { ...PROVIDER, teamClaim: 'a b' },
      'teamClaim of identity provider okta is \'a b\'; give the name of a claim that holds text, such as team'],
    ['it is there already', 'taken', PROVIDER, 'identity provider taken has the name of taken; add each provider once'],
    ['its issuer is there already', 'okta', { ...PROVIDER, issuer: 'https://taken' }, 'identity provider okta has the issuer of taken; add each provider once'],
  ])('a provider fails when %s', (_, ...[name, options, message]) => {
    const { teams } = world();
    teams.addIdentityProvider('taken', { ...PROVIDER, issuer: 'https://taken' });
    expect(messageOf(() => teams.addIdentityProvider(untyped<string>(name), untyped<GatewayIdentityProviderOptions>(options)))).toBe(`[models/gateway] ${message}`);
  });

  test('a gateway takes 16 providers', () => {
    const { teams } = world();
    for (let index = 0; index < 16; index += 1) teams.addIdentityProvider(`p${index}`, { ...PROVIDER, issuer: `https://p${index}` });
    expect(messageOf(() => teams.addIdentityProvider('more', PROVIDER)))
      .toBe('[models/gateway] a gateway takes tokens of 16 identity providers at most, and more would be one more');
  });

  test.each<[string, unknown, unknown, string]>([
    ['it is for nothing', '', { inputPerMillion: 1, outputPerMillion: 1 }, 'a price is for \'\'; give the name of a model'],
    ['it is negative', 'chat', { inputPerMillion: 1, outputPerMillion: -1 },
      'outputPerMillion of the price of chat is -1; give money for a million tokens, 0 or from 0.000001 to 1000'],
    ['a half is missing', 'chat', { outputPerMillion: 1 }, 'inputPerMillion of the price of chat is undefined; give money for a million tokens, 0 or from 0.000001 to 1000'],
    ['it would be counted as nothing', 'chat', { inputPerMillion: 1, outputPerMillion: 4e-7 },
      'outputPerMillion of the price of chat is 4e-7; give money for a million tokens, 0 or from 0.000001 to 1000'],
    ['it is there already', 'taken', { inputPerMillion: 1, outputPerMillion: 1 }, 'model taken has a price already; give it once'],
  ])('a price fails when %s', (_, ...[model, price, message]) => {
    const { teams } = world();
    teams.addModelPrice('taken', { inputPerMillion: 0.2, outputPerMillion: 0.6 });
    expect(messageOf(() => teams.addModelPrice(untyped<string>(model), untyped<GatewayModelPrice>(price)))).toBe(`[models/gateway] ${message}`);
  });
});

describe('what does not fit together', () => {
  test('nothing, usually', () => {
    const { teams } = world();
    teams.addTeam('team-a', { models: ['chat'], budget: 5 }).addKey('ci', { expires: EXPIRES, models: ['chat'] });
    teams.addModelPrice('chat', { inputPerMillion: 0.2, outputPerMillion: 0.6 });
    expect(problemsOf(teams)).toEqual([]);
    expect(teams.warnings(DAY)).toEqual([]);
  });

  test('a key for a model that no route serves', () => {
    const { teams } = world();
    teams.addTeam('team-a', { models: ['chatt'] }).addKey('ci', { expires: EXPIRES, models: ['chatt'] });
    expect(problemsOf(teams)).toEqual([
      'team team-a is for chatt, which no route serves; did you mean chat?',
      'key ci of team team-a is for chatt, which no route serves; did you mean chat?',
    ]);
    expect(problemsOf(teams, [])).toContain("key ci of team team-a is for chatt, which no route serves; serve it with serve(server, { name: 'chatt' }), or take one of none");
  });

  test('a price for a model that no route serves', () => {
    const { teams } = world();
    for (const model of ['chat', 'chatt', 'images']) teams.addModelPrice(model, { inputPerMillion: 1, outputPerMillion: 0 });
    expect(problemsOf(teams)).toEqual([
      'a price is for chatt, which no route serves; did you mean chat?',
      "a price is for images, which no route serves; serve it with serve(server, { name: 'images' }), or take one of chat, chat-sql",
    ]);
  });

  test('the Secret of another team, whichever is declared first', () => {
    const { teams } = world();
    teams.addTeam('team-a', { models: [] }).addKey('ci', { expires: EXPIRES, secret: { name: 'keys-team-b' } });
    teams.addTeam('team-b', { models: [] }).addKey('ci', { expires: EXPIRES, secret: { name: 'keys-team-a' } });
    expect(problemsOf(teams)).toEqual([
      'key ci of team team-a is in Secret keys-team-b, which is that of team team-b; leave secret out, for keys-team-a',
      'key ci of team team-b is in Secret keys-team-a, which is that of team team-a; leave secret out, for keys-team-b',
    ]);
  });

  test('a budget with a model that has no price', () => {
    const { teams } = world();
    teams.addTeam('team-a', { models: ['chat'], budget: 5 });
    expect(problemsOf(teams)).toEqual(['team team-a has a budget and may use chat, which has no price, so that it would be free; '
      + "call addModelPrice('chat', { inputPerMillion: …, outputPerMillion: … })"]);
  });

  const REMEDY = 'run `substratus keys rotate team-a/ci` and give a later day';

  test.each([
    ['2026-11-26', [`key ci of team team-a has expired, on 2026-11-26; ${REMEDY}, or take the key out of the code`], []],
    ['2026-11-27', [], [`key ci of team team-a expires on 2026-11-27, today; ${REMEDY}`]],
    ['2026-11-28', [], [`key ci of team team-a expires on 2026-11-28, tomorrow; ${REMEDY}`]],
    ['2026-12-04', [], [`key ci of team team-a expires on 2026-12-04, in 7 days; ${REMEDY}`]],
    ['2026-12-05', [], []],
    ['2027-11-28', [], []],
    ['2027-11-29', ['key ci of team team-a expires on 2027-11-29, in 367 days; a key is good for 366 days at most, so that one that leaks ends: give an earlier day'], []],
  ])('a key that expires on %s', (expires, problems, warnings) => {
    const { teams } = world();
    teams.addTeam('team-a', { models: [] }).addKey('ci', { expires });
    expect(problemsOf(teams)).toEqual(problems);
    expect(teams.warnings(DAY)).toEqual(warnings);
  });

  test('more limits than Envoy Gateway takes', () => {
    const { teams } = world();
    for (let index = 0; index < 85; index += 1) teams.addTeam(`t${index}`, { models: [], tokensPerMonth: 1, requestsPerMinute: 1 });
    expect(problemsOf(teams)).toEqual([]);
    teams.addTeam('more', { models: [], requestsPerMinute: 1 });
    expect(problemsOf(teams)).toEqual(['the limits of 86 teams and their keys are 258 rules, but Envoy Gateway takes 256 for a gateway; '
      + 'give limits to teams rather than to keys, or declare a second gateway, in a namespace of its own, for some of the teams']);
  });
});

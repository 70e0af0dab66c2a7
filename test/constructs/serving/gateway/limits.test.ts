import { LARGEST_BUDGET, requestCosts } from '../../../../src/constructs/serving/gateway/costs';
import { limitRules, trafficPolicy } from '../../../../src/constructs/serving/gateway/limits';
import type { LimitRule } from '../../../../src/constructs/serving/gateway/limits';
import type { KeySpec, TeamSpec } from '../../../../src/constructs/serving/gateway/team-spec';

function key(owner: string, id: string, more: Partial<KeySpec> = {}): KeySpec {
  return { id, secretName: `keys-${owner}`, secretKey: `${owner}.${id}`, expires: '2027-01-31', ...more };
}

function team(name: string, more: Partial<TeamSpec> = {}): TeamSpec {
  return { name, models: ['chat'], keys: [key(name, 'ci')], ...more };
}

const PLACE = {
  clientSelectors: [{ headers: [{ name: 'x-client-id', type: 'Exact', value: '-' }] }], shared: true, limit: { requests: 4294967295, unit: 'Month' },
};

const patternOf = ({ clientSelectors }: LimitRule): string => clientSelectors[0]?.headers[0]?.value ?? '';

test('the whole policy: tokens and money of each team for a month, then requests for a minute, of teams and of keys', () => {
  const teams = [
    team('team-a', { tokensPerMonth: 50_000_000, requestsPerMinute: 600, keys: [key('team-a', 'ci', { requestsPerMinute: 60 }), key('team-a', 'web')] }),
    team('team-b', { budget: 250 }),
  ];
  expect(trafficPolicy(teams, '2400s')).toEqual({
    timeout: { http: { requestTimeout: '0s', streamIdleTimeout: '2400s' } },
    rateLimit: {
      global: {
        rules: [
          {
            clientSelectors: [{ headers: [{ name: 'x-client-id', type: 'RegularExpression', value: '^team-a(\\..+)?$' }] }],
            shared: true,
            limit: { requests: 50_000_000, unit: 'Month' },
            cost: {
              request: { from: 'Number', number: 0 },
              response: { from: 'Metadata', metadata: { namespace: 'io.envoy.ai_gateway', key: 'llm_total_token' } },
            },
          },
          PLACE,
          PLACE,
          {
            clientSelectors: [{ headers: [{ name: 'x-client-id', type: 'RegularExpression', value: '^team-b(\\..+)?$' }] }],
            shared: true,
            limit: { requests: 250_000_000, unit: 'Month' },
            cost: {
              request: { from: 'Number', number: 0 },
              response: { from: 'Metadata', metadata: { namespace: 'io.envoy.ai_gateway', key: 'llm_cost_e6' } },
            },
          },
          {
            clientSelectors: [{ headers: [{ name: 'x-client-id', type: 'RegularExpression', value: '^team-a(\\..+)?$' }] }],
            shared: true,
            limit: { requests: 600, unit: 'Minute' },
          },
          {
            clientSelectors: [{ headers: [{ name: 'x-client-id', type: 'RegularExpression', value: '^(team-a\\.ci|team-a\\.ci\\.2)$' }] }],
            shared: true,
            limit: { requests: 60, unit: 'Minute' },
          },
        ],
      },
    },
  });
});

test('without a limit there is no rule, and a stream may take its time all the same', () => {
  expect(trafficPolicy([team('team-a')], '300s')).toEqual({ timeout: { http: { requestTimeout: '0s', streamIdleTimeout: '300s' } } });
});

test('limits for a minute alone need no places for the month', () => {
  expect(limitRules([team('a', { requestsPerMinute: 5 }), team('b')])).toHaveLength(1);
});

test('no team is counted for another one, whatever their names', () => {
  const names = ['team-a', 'team-a-x', 'team', 'a', 'x-team-a', 'team-a2', '2'];
  const patterns = limitRules(names.map((name) => team(name, { tokensPerMonth: 1 }))).map(patternOf).filter((pattern) => pattern !== '-');
  for (const [index, pattern] of patterns.entries()) {
    for (const client of ['', '.ci', '.ci.2', '.team-a']) {
      const matched = names.filter((name) => new RegExp(pattern).test(`${name}${client}`));
      expect(matched).toEqual([names[index]]);
    }
  }
});

test('a key and its successor count together, and no other key with them', () => {
  const [rule] = limitRules([team('a', { keys: [key('a', 'ci', { requestsPerMinute: 1 })] })]);
  const clients = ['a.ci', 'a.ci.2', 'a.ci.3', 'a.ci2', 'aXci', 'a.ci-2', 'b.a.ci', 'a.c'];
  expect(clients.filter((client) => rule && new RegExp(patternOf(rule)).test(client))).toEqual(['a.ci', 'a.ci.2']);
});

describe('the counters of a team stay its own, for they go by the place of the rule', () => {
  const placeOf = (teams: readonly TeamSpec[], name: string): number[] => limitRules(teams)
    .flatMap((rule, index) => (rule.limit.unit === 'Month' && patternOf(rule).startsWith(`^${name}(`) ? [index] : []));
  const before = [team('a', { tokensPerMonth: 1 }), team('b', { tokensPerMonth: 2, budget: 3 })];

  test.each<[string, TeamSpec[]]>([
    ['a team is added', [...before, team('aa', { tokensPerMonth: 9, budget: 9 })]],
    ['a team gets a budget', [team('a', { tokensPerMonth: 1, budget: 5 }), team('b', { tokensPerMonth: 2, budget: 3 })]],
    ['a team loses its limit', [team('a'), team('b', { tokensPerMonth: 2, budget: 3 })]],
    ['a team gets keys and a limit for a minute', [team('a', { tokensPerMonth: 1, requestsPerMinute: 5 }), team('b', { tokensPerMonth: 2, budget: 3, keys: [] })]],
    ['a team that goes leaves its place', [team('a', { models: [], keys: [] }), team('b', { tokensPerMonth: 2, budget: 3 })]],
  ])('when %s', (_, after) => expect(placeOf(after, 'b')).toEqual(placeOf(before, 'b')));
});

describe('what a request costs', () => {
  test('tokens always, money where a team has a budget, by the prices of the models', () => {
    const prices = [{ model: 'chat', input: 0.2, output: 0.6 }, { model: 'embed', input: 0.01, output: 0 }, { model: 'chat-sql', input: 0.2, output: 0.6 }];
    const tokens = [
      { metadataKey: 'llm_input_token', type: 'InputToken' }, { metadataKey: 'llm_output_token', type: 'OutputToken' },
      { metadataKey: 'llm_total_token', type: 'TotalToken' },
    ];
    expect(requestCosts([team('a')], prices)).toEqual(tokens);
    expect(requestCosts([team('a', { budget: 100 }), team('b', { budget: 20_000 }), team('c', { budget: 50 })], prices)).toEqual([
      ...tokens,
      {
        metadataKey: 'llm_cost_e6', type: 'CEL',
        cel: '((model in ["chat","chat-sql"] ? input_tokens * 200000u + output_tokens * 600000u : 0u) + '
          + '(model in ["embed"] ? input_tokens * 10000u + output_tokens * 0u : 0u) + 999999u) / 1000000u',
      },
      {
        metadataKey: 'llm_cost_e5', type: 'CEL',
        cel: '((model in ["chat","chat-sql"] ? input_tokens * 200000u + output_tokens * 600000u : 0u) + '
          + '(model in ["embed"] ? input_tokens * 10000u + output_tokens * 0u : 0u) + 9999999u) / 10000000u',
      },
    ]);
  });

  test.each([[0.01, 10_000, 'llm_cost_e6'], [4294.96, 4_294_960_000, 'llm_cost_e6'], [4295, 429_500_000, 'llm_cost_e5'], [42_950, 429_500_000, 'llm_cost_e4'],
    [LARGEST_BUDGET, 4_294_960_000, 'llm_cost_e4']])('a budget of %d is %d of the smallest unit that can hold it', (budget, requests, metadataKey) => {
    const [, rule] = limitRules([team('a', { budget })]);
    expect(rule).toMatchObject({ limit: { requests }, cost: { response: { metadata: { key: metadataKey } } } });
  });
});

import { parseEnvValue } from '../../src/api/secret-expression';
import { randomText, seeded } from '../expand/fixtures';

const TOKEN = { type: 'secret', secret: { name: 'hugging-face', key: 'token' } };

test.each([
  '${{ secrets.hugging-face.token }}',
  '${{secrets.hugging-face.token}}',
  '${{secrets.hugging-face.token }}',
  '${{ secrets.hugging-face.token}}',
  '${{    secrets.hugging-face.token\t}}',
  '  ${{ secrets.hugging-face.token }}\n',
])('%j refers to a key of a Secret', (value) => {
  expect(parseEnvValue(value)).toEqual(TOKEN);
});

test('a key may have dots in it', () => {
  expect(parseEnvValue('${{ secrets.web.tls.crt }}')).toMatchObject({ secret: { name: 'web', key: 'tls.crt' } });
});

test.each(['', 'plain', '$HOME', '${HOME}', '{{ secrets.a.b }}', '$ {{ secrets.a.b }}', 'secrets.a.b', '}}'])('%j is a literal', (value) => {
  expect(parseEnvValue(value)).toEqual({ type: 'literal', value });
});

test.each(['Bearer ${{ secrets.a.b }}', '${{ secrets.a.b }}/path', 'a ${{ secrets.a.b }} b', '$${{ secrets.a.b }}', '${{ secrets.a.b }}}'])(
  'text around the expression is an error: %j', (value) => {
    expect(parseEnvValue(value)).toEqual({
      type: 'malformed',
      reason: 'has text around the expression; the value must be the expression alone',
    });
  });

test.each(['${{ secrets.a.b }}${{ secrets.a.b }}', '${{ secrets.a.b }}:${{ secrets.c.d }}', '${{ ${{ secrets.a.b }} }}'])(
  'several expressions in one value are an error: %j', (value) => {
    expect(parseEnvValue(value)).toEqual({ type: 'malformed', reason: 'holds several expressions; use one variable for each' });
  });

test.each([
  '${{ secrets.a }}', '${{ secrets.a. }}', '${{ secrets..b }}', '${{ secret.a.b }}', '${{ Secrets.a.b }}', '${{ secrets.A.b }}', '${{ secrets.a.b',
  '${{ secrets.a.b }', '${{}}', '${{ secrets.a .b }}', '${{ secrets.a.b c }}', '${{ env.HOME }}', '${{ secrets.-a.b }}',
])('what was meant as an expression and is none is an error: %j', (value) => {
  expect(parseEnvValue(value)).toEqual({ type: 'malformed', reason: 'is not a secret expression; write ${{ secrets.<name>.<key> }}' });
});

test('whatever a value is, it is never both an expression and a literal', () => {
  const random = seeded(5);
  for (let attempt = 0; attempt < 3000; attempt++) {
    const value = randomText(random, ['${{', '}}', ' ', 'secrets', '.', 'a', '-', '$'], Math.floor(random() * 9));
    const { type } = parseEnvValue(value);
    expect([value, type === 'literal']).toEqual([value, !value.includes('${{')]);
  }
});

import { zoneRanges } from '../../../src/clouds/aws/infrastructure/cidr';

test('a zone that is appended moves no other, up to three', () => {
  const two = zoneRanges('10.4.0.0/16', ['a', 'b']);
  const three = zoneRanges('10.4.0.0/16', ['a', 'b', 'c']);
  expect(two.get('b')).toEqual({ private: '10.4.64.0/18', public: '10.4.208.0/20' });
  expect(three.get('b')).toEqual(two.get('b'));
});

test('more zones have smaller ranges', () => {
  expect(zoneRanges('10.4.0.0/16', ['a', 'b', 'c', 'd']).get('d')).toEqual({ private: '10.4.96.0/19', public: '10.4.236.0/22' });
});

test('addresses above 128 are numbers like all others', () => {
  expect(zoneRanges('192.168.0.0/16', ['a', 'b']).get('a')).toEqual({ private: '192.168.0.0/18', public: '192.168.192.0/20' });
});

test('more than seven zones are an error', () => {
  expect(() => zoneRanges('10.0.0.0/16', [...'abcdefgh'])).toThrow(new Error('8 zones are more than a network is cut for; name at most 7'));
});

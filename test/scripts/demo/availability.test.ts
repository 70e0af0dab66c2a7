import { Availability } from '../../../scripts/demo/availability';

function observed(...counts: number[]): Availability {
  const availability = new Availability();
  for (const count of counts) availability.observe(count);
  return availability;
}

test('the least is what counts', () => {
  expect(observed(1, 2, 1)).toMatchObject({ samples: 3, least: 1 });
  expect(observed(1, 0, 2)).toMatchObject({ samples: 3, least: 0 });
});

test('what nobody has looked at has not answered', () => {
  expect(observed()).toMatchObject({ samples: 0, least: 0 });
  expect(observed().chart(10)).toBe('');
});

test('the chart has a column for each sample as long as there is room', () => {
  expect(observed(0, 1, 2, 3).chart(10)).toBe('▁▅██');
});

test('one sample without a replica is seen among many with one', () => {
  const counts = Array.from({ length: 1000 }, (_, index) => (index === 500 ? 0 : 1));
  expect(observed(...counts).chart(10)).toBe('▅▅▅▅▅▁▅▅▅▅');
});

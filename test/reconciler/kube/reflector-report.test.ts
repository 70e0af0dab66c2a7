import { ReflectorReport } from '../../../src/reconciler/kube/reflector-report';
import { recordedLog } from '../fixtures';

test('R15: that a watch was silent is said once, however often it is', () => {
  const { log, lines } = recordedLog('info');
  const report = new ReflectorReport(log);
  for (let time = 0; time < 5; time += 1) report.silent();
  expect(lines.map(({ msg }) => msg)).toEqual(['the watch was silent and is opened again']);
});

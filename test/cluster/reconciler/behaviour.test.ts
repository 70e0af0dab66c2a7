/** What the reconciler does, where only a real API server, garbage collector, scheduler and Job controller can prove it. */
import { adapters } from './scenes/adapters';
import { archives } from './scenes/archives';
import { definitions } from './scenes/definitions';
import { deletion } from './scenes/deletion';
import { disruptions } from './scenes/disruptions';
import { drift } from './scenes/drift';
import { edits } from './scenes/edits';
import { failures } from './scenes/failures';
import { FakeJupyter } from './scenes/fake-jupyter';
import { foreignObjects } from './scenes/foreign';
import { handwritten } from './scenes/handwritten';
import { notebooks } from './scenes/notebooks';
import { twins } from './scenes/twins';
import { describeOnStage } from './stage';

const jupyter = new FakeJupyter();
beforeAll(() => jupyter.listen());
afterAll(() => jupyter.close());

describeOnStage('the reconciler', (stage) => {
  describe('definitions', () => definitions(stage));
  describe('drift', () => drift(stage));
  describe('foreign objects', () => foreignObjects(stage));
  describe('edits', () => edits(stage));
  describe('deletion', () => deletion(stage));
  describe('disruptions', () => disruptions(stage));
  describe('twins', () => twins(stage));
  describe('notebooks', () => notebooks(stage, () => jupyter));
  describe('failures', () => failures(stage));
  describe('manifests written by hand', () => handwritten(stage));
  describe('code from a folder', () => archives(stage));
  describe('servers with adapters', () => adapters(stage));
}, { env: () => ({ NOTEBOOK_URL: jupyter.url }) });

/** What GKE makes nodes for, where the test plays the autoscaler. GKE's definitions come later, so that this has a cluster of its own. */
import { computeClasses } from './scenes/compute-classes';
import { queue } from './scenes/queue';
import { describeOnStage } from './stage';

describeOnStage('nodes of GKE', (stage) => {
  describe('queued capacity', () => queue(stage));
  describe('compute classes', () => computeClasses(stage));
}, { isEmpty: true });

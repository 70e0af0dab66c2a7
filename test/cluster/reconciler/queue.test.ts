/** Runs on queued nodes, where the test plays the autoscaler. Its definition comes later, so that this has a cluster of its own. */
import { queue } from './scenes/queue';
import { describeOnStage } from './stage';

describeOnStage('queued capacity', queue, { isEmpty: true });

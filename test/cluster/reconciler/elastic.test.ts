/** Servers that an autoscaler scales, on a cluster without KEDA. Its definitions come later, so that this has a cluster of its own. */
import { elastic } from './scenes/elastic';
import { describeOnStage } from './stage';

describeOnStage('autoscaling', elastic);

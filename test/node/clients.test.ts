/** The clients of the command line. */
import { workbenchImage } from './images/python';
import { clients } from './scenes/clients';
import { describeOnNodeStage } from './stage';

describeOnNodeStage('the clients of the command line', (stage) => clients(stage), { images: [workbenchImage] });

/** The clients of the command line. */
import { workbenchImage } from './images/python';
import { clients } from './scenes/clients';
import { logs } from './scenes/logs';
import { describeOnNodeStage } from './stage';

describeOnNodeStage('the clients of the command line', (stage) => {
  clients(stage);
  logs(stage);
}, { images: [workbenchImage] });

/** Where engines listen, unless the Server says otherwise: the port of a Server that names none. */
import { DEFAULT_SERVER_PORT } from '../../api/resource';

export const ENGINE_PORT = DEFAULT_SERVER_PORT;

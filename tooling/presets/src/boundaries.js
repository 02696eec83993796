import { clientRooms } from './rooms/clients.js';
import { demoRooms } from './rooms/demo.js';
import { sandboxRooms } from './rooms/sandbox.js';
import { tokenServerRooms } from './rooms/token-server.js';

/**
 * Who may import whom, as lint errors that explain themselves: the tables of CONTRIBUTING. Where a file is in several
 * rooms the last of them counts, so each house goes from the general to the particular.
 */
export const boundaries = [...clientRooms, ...sandboxRooms, ...demoRooms, ...tokenServerRooms];

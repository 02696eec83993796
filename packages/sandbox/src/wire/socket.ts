import type { WebSocket } from 'ws';

/** Breaks a connection, unless it is just being closed properly. */
export function drop(socket: WebSocket): void {
  if (socket.readyState === socket.OPEN || socket.readyState === socket.CONNECTING) socket.terminate();
}

/** Sends while the connection is open. */
export function tell(socket: WebSocket, message: string | Uint8Array): void {
  if (socket.readyState === socket.OPEN) socket.send(message);
}

// The least a server can do: hands every message of a room to everyone else in it.
import { WebSocketServer } from 'ws';

const rooms = new Map();
const server = new WebSocketServer({ port: Number(process.env.PORT), host: process.env.HOST });
server.on('connection', (socket, request) => {
  const room = rooms.get(request.url) ?? new Set();
  rooms.set(request.url, room.add(socket));
  socket.on('message', (data) => {
    for (const other of room) if (other !== socket) other.send(data);
  });
  socket.on('close', () => {
    room.delete(socket);
    if (room.size === 0) rooms.delete(request.url);
  });
});

// What Socket.IO costs by itself: every `entry` goes to everyone else in the sender's room. `PARSER=msgpack` for that parser.
import { Server } from 'socket.io';
import msgpackParser from 'socket.io-msgpack-parser';

const server = new Server({
  ...(process.env.PARSER === 'msgpack' ? { parser: msgpackParser } : {}),
  maxHttpBufferSize: 100 * 1024 * 1024,
});
server.on('connection', (socket) => {
  const room = String(socket.handshake.query.room);
  socket.join(room);
  socket.on('entry', (data) => socket.to(room).emit('entry', data));
});
const { HOST, PORT } = process.env;
const { createServer } = await import('node:http');
const http = createServer();
server.attach(http);
http.listen(Number(PORT), HOST);

import { connect, type Socket } from 'node:net';

/** One keep-alive connection with one request at a time; does less work per request than an HTTP client does. */
export interface Connection {
  /** @returns the status of the answer */
  send(request: Buffer): Promise<number>;
  close(): void;
}

const HEAD_END = Buffer.from('\r\n\r\n');

export async function openConnection(port: number): Promise<Connection> {
  const socket = await open(port);
  let settle: { resolve: (status: number) => void; reject: (error: Error) => void } | undefined;
  let received = Buffer.alloc(0);
  socket.on('data', (chunk) => {
    received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
    const status = parseAnswer(received);
    if (status === undefined) return;
    received = Buffer.alloc(0);
    settle?.resolve(status);
  });
  const fail = () => settle?.reject(new Error('the server closed the connection'));
  socket.on('close', fail).on('error', fail);
  return {
    send: (request) =>
      new Promise((resolve, reject) => {
        settle = { resolve, reject };
        socket.write(request);
      }),
    close: () => socket.destroy(),
  };
}

function open(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true }, () => resolve(socket));
    socket.once('error', reject);
  });
}

/** @returns undefined while the answer is not there as a whole */
function parseAnswer(received: Buffer): number | undefined {
  const headEnd = received.indexOf(HEAD_END);
  if (headEnd < 0) return undefined;
  const head = received.toString('latin1', 0, headEnd);
  const length = /content-length: (\d+)/i.exec(head)?.[1];
  if (length === undefined) throw new Error(`an answer without a length:\n${head}`);
  return received.length < headEnd + 4 + Number(length) ? undefined : Number(head.slice(9, 12));
}

import { createServer, type Socket } from 'node:net';
import { answer, usage } from './support/items.js';
import { told } from './support/program.js';

/** As little of a server as will do, so that the clients are what is measured: answers every request with the same body. */
const { latencyMs } = told<{ readonly latencyMs: number }>();

const body = JSON.stringify({
  id: 'chatcmpl-1',
  object: 'chat.completion',
  created: 1_700_000_000,
  model: 'bench',
  choices: [{ index: 0, message: { role: 'assistant', content: answer.slice(0, 700) }, finish_reason: 'stop' }],
  usage: { prompt_tokens: usage.inputTokens, completion_tokens: usage.outputTokens, total_tokens: 375 },
});
const response = `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;

function serve(socket: Socket): void {
  let buffered = '';
  const reply = (): void => {
    if (!socket.destroyed) socket.write(response, 'latin1');
  };
  socket.setNoDelay(true);
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk) => {
    buffered += chunk.toString('latin1');
    for (let end = endOfRequest(buffered); end !== undefined; end = endOfRequest(buffered)) {
      buffered = buffered.slice(end);
      if (latencyMs === 0) reply();
      else setTimeout(reply, latencyMs);
    }
  });
}

function endOfRequest(text: string): number | undefined {
  const head = text.indexOf('\r\n\r\n');
  if (head === -1) return undefined;
  const length = Number(/\r\ncontent-length: (\d+)/i.exec(text.slice(0, head))?.[1] ?? 0);
  const end = head + 4 + length;
  return text.length >= end ? end : undefined;
}

const server = createServer(serve);
server.listen(0, '127.0.0.1', 1024, () => {
  const address = server.address();
  if (typeof address === 'object' && address !== null) process.send?.({ port: address.port });
});

import type { IncomingMessage, ServerResponse } from 'node:http';
import { answerJson } from './json-answer.ts';
import type { Metrics } from './metrics.ts';
import type { WebClient } from './web-client.ts';

/** What answers requests that are not Socket.IO's. */
export interface HttpRoutesOptions {
  readonly health: () => object;
  readonly metrics: Metrics;
  /** Answers requests under `/control/`; without it they are 404. */
  readonly control: ((request: IncomingMessage, response: ServerResponse) => Promise<void>) | undefined;
  readonly webClient: WebClient | undefined;
  readonly warn: (line: string) => void;
}

/** Plain HTTP of a relay: `/health`, `/metrics`, `/control/` and the web client. */
export class HttpRoutes {
  readonly #options: HttpRoutesOptions;

  constructor(options: HttpRoutesOptions) {
    this.#options = options;
  }

  /** Answers a request, unless its connection has ended; one that fails is a line for the operator and a 500. */
  answer(request: IncomingMessage, response: ServerResponse): void {
    if (request.socket.destroyed) return;
    const path = (request.url ?? '').split('?', 1)[0] ?? '';
    this.#route(path, request, response).catch((error: unknown) => {
      this.#options.warn(
        `request for ${path} failed: ${error instanceof Error ? error.message : String(error)}`,
      );
      if (response.headersSent) response.destroy();
      else answerJson(response, 500, { error: 'The relay failed to answer.' });
    });
  }

  async #route(path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { health, metrics, control, webClient } = this.#options;
    if (request.headers.host === undefined && request.httpVersion !== '1.0')
      answerJson(response, 400, { error: 'The request names no host.' });
    else if (path === '/health') answerJson(response, 200, health());
    else if (path === '/metrics') metrics.answer(request, response);
    else if (path.startsWith('/control/') && control !== undefined) await control(request, response);
    else if (webClient !== undefined) await webClient.answer(request, response);
    else answerJson(response, 404, { error: 'Nothing is here.' });
  }
}

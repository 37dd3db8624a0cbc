/** An engine.io session over HTTP long-polling of which every request is the test's. */
export class RawPolling {
  readonly #url: string;

  private constructor(url: string) {
    this.#url = url;
  }

  /** Opens a session, or gives the HTTP status that refuses it. */
  static async open(url: string, headers: Record<string, string> = {}): Promise<RawPolling | number> {
    const address = `${url}/socket.io/?EIO=4&transport=polling`;
    const answer = await fetch(address, { headers });
    const body = await answer.text();
    if (answer.status !== 200) return answer.status;
    const { sid }: { sid: string } = JSON.parse(body.slice(1));
    return new RawPolling(`${address}&sid=${sid}`);
  }

  /** Opens a session that must be let in. */
  static async opened(url: string): Promise<RawPolling> {
    const polling = await RawPolling.open(url);
    if (typeof polling === 'number') throw new Error(`the relay answered ${polling}`);
    return polling;
  }

  /** Where its requests go, without the host. */
  get path(): string {
    const { pathname, search } = new URL(this.#url);
    return `${pathname}${search}`;
  }

  /** Posts packets; gives the HTTP status. */
  async post(body: string | Uint8Array<ArrayBuffer>): Promise<number> {
    const answer = await fetch(this.#url, { method: 'POST', body });
    await answer.text();
    return answer.status;
  }

  /** Takes what waits; gives the HTTP status and the packets. */
  async poll(): Promise<{ readonly status: number; readonly packets: readonly string[] }> {
    const answer = await fetch(this.#url);
    return { status: answer.status, packets: (await answer.text()).split('\u001e') };
  }
}

import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Where a relay said it can be reached, and which process said so. */
export interface RelayAddress {
  /** An origin such as `http://127.0.0.1:4040`. */
  readonly url: string;
  /** A name the relay draws at each start, so that another program on its old port is not taken for it. */
  readonly instance: string;
}

/** The files that profiles on this computer share about their one relay. All are readable by this user only. */
export class RelayFiles {
  readonly folder: string;
  readonly tokenFile: string;
  readonly #addressFile: string;

  constructor(home: string) {
    this.folder = join(home, 'relay');
    this.tokenFile = join(this.folder, 'control-token');
    this.#addressFile = join(this.folder, 'relay.json');
  }

  /** The address the last owner wrote. It stays after a relay has stopped, so that the next one takes the same port. */
  async address(): Promise<RelayAddress | undefined> {
    const { url, instance } = await readFields(this.#addressFile);
    if (typeof url !== 'string' || typeof instance !== 'string' || !URL.canParse(url)) return undefined;
    return { url: new URL(url).origin, instance };
  }

  async writeAddress(address: RelayAddress): Promise<void> {
    await this.#replace(this.#addressFile, address);
  }

  /** What proves to the running relay that a request comes from this user. */
  async token(): Promise<string | undefined> {
    const text = await readFile(this.tokenFile, 'utf8').catch(() => undefined);
    return text?.trim();
  }

  async #replace(file: string, content: object): Promise<void> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    const next = `${file}.${randomBytes(6).toString('hex')}`;
    try {
      await writeFile(next, `${JSON.stringify(content)}\n`, { mode: 0o600 });
      await rename(next, file);
    } catch (error) {
      await rm(next, { force: true });
      throw error;
    }
  }
}

async function readFields(file: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    const parsed: unknown = JSON.parse(await readFile(file, 'utf8'));
    return typeof parsed === 'object' && parsed !== null ? { ...parsed } : {};
  } catch {
    return {};
  }
}

// Model files in the Cache Storage of a browser, by their ids.

/** Where model files are kept. */
export interface ModelStore {
  /** The file of a model; null if it is not there. */
  get(id: string): Promise<Uint8Array | null>;
  /** Keep a file that was read, and whose id is right. */
  put(id: string, file: Uint8Array): Promise<void>;
  /** Forget a file. */
  delete(id: string): Promise<void>;
}

/** Keys have to be addresses; `.invalid` belongs to nobody (RFC 6761). */
const KEYS = 'https://aura.invalid/models/';

/**
 * Model files in Cache Storage. Where there is none, as in Node and on pages without TLS, or where it is full, nothing
 * is kept and nothing found.
 */
export class ModelCache implements ModelStore {
  readonly #name: string;

  /** `name` is that of the cache. */
  constructor(name = 'aura-models') {
    this.#name = name;
  }

  async get(id: string): Promise<Uint8Array | null> {
    const response = await this.#with(async (cache) => cache.match(KEYS + id));
    return response == null ? null : new Uint8Array(await response.arrayBuffer());
  }

  async put(id: string, file: Uint8Array): Promise<void> {
    await this.#with((cache) => cache.put(KEYS + id, new Response(file.slice())));
  }

  async delete(id: string): Promise<void> {
    await this.#with((cache) => cache.delete(KEYS + id));
  }

  async #with<T>(use: (cache: Cache) => Promise<T>): Promise<T | null> {
    if (!('caches' in globalThis)) return null;
    try {
      return await use(await caches.open(this.#name));
    } catch {
      return null; // no room, or private browsing
    }
  }
}

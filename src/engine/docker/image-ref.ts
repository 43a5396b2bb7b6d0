/** A reference taken apart as the engine takes it; `tag` is a tag or a digest. */
export interface ImageRef {
  /** Host and port of the registry; `docker.io` when none is written. */
  readonly registry: string;
  /** As written, registry included. */
  readonly repository: string;
  readonly tag: string;
}

/** The registry of references that name none. */
export const DOCKER_HUB = 'docker.io';

/**
 * Reads `name`, `name:tag`, `host:5000/name:tag`, `name@sha256:…`. Without a tag it is `latest`: the engine would pull
 * every tag of the repository. A digest wins over a tag beside it.
 */
export function readImageRef(ref: string): ImageRef {
  const [named = '', digest] = ref.split('@');
  const colon = named.indexOf(':', named.lastIndexOf('/') + 1);
  const repository = colon === -1 ? named : named.slice(0, colon);
  const tag = digest ?? (colon === -1 ? 'latest' : named.slice(colon + 1));
  const [first = '', rest] = repository.split('/', 2);
  const isHost = rest !== undefined && (/[.:]/.test(first) || first === 'localhost');
  return { registry: isHost && first !== 'index.docker.io' ? first : DOCKER_HUB, repository, tag };
}
